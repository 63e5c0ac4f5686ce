"""The list of warnings: filters, pages, files, views, and the strip of what is in force."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anlan.actions.sensitive_periods import PeriodDraft, add_period
from anlan.actions.warnings import WarningDraft, draft_warning, end_warning, propose_warning
from anlan.engine.areas import Area
from anlan.engine.sensitive_periods import Days
from anlan.models import User, WarningNotice
from anlan.queries import warnings_listed
from anlan.web import clock
from builders import a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def town() -> None:
    adopt_plan(datetime(2026, 1, 1, tzinfo=UTC))
    a_place("M-1", district="990101", daily_visitors=9000)
    a_place("M-2", district="990102", daily_visitors=9000)


@pytest.fixture
def officer(db: None) -> User:
    return a_user("city-office")


@pytest.fixture
def office(officer: User) -> Client:
    return signed_in(Client(), officer)


def issued(by: User, about: str, *, place: str = "M-1", hours: float = 6, **changed: Any) -> WarningNotice:
    at = timezone.now()
    given: dict[str, Any] = {"category": "security", "level": "yellow"} | changed
    draft = WarningDraft(
        area=Area(places=frozenset([place])),
        expected_end=at + hours * HOUR,
        matters=(about, ""),
        measures=("增加巡查", ""),
        issuer=("市办", ""),
        **given,
    )
    return propose_warning(draft_warning(draft, by=by, at=at), by=by, at=at)


def shown(client: Client, **asked: str) -> set[str]:
    answer = client.get(reverse("warnings"), asked)
    return {row.notice.matters_zh for row in answer.context["rows"]}


def test_filters_narrow_the_list(office: Client, officer: User) -> None:
    issued(officer, "甲")
    issued(officer, "乙", place="M-2", level="blue", category="weather")
    ended = issued(officer, "丙")
    end_warning(ended, reason="查清", by=officer, at=timezone.now())
    assert shown(office) == {"甲", "乙"}
    assert shown(office, level="blue") == {"乙"}
    assert shown(office, category="security") == {"甲"}
    assert shown(office, district="990102") == {"乙"}
    assert shown(office, q="乙") == {"乙"}
    assert shown(office, q=str(ended), state="any") == {"丙"}
    assert shown(office, state="past") == {"丙"}
    tomorrow = f"{timezone.localtime() + timedelta(days=1):%Y-%m-%d}"
    assert "丙" not in shown(office, state="any", since=tomorrow)


def test_a_district_sees_and_filters_its_own_alone(officer: User) -> None:
    issued(officer, "甲")
    issued(officer, "乙", place="M-2")
    district = signed_in(Client(), a_user("city-office", district="990102"))
    assert shown(district) == {"乙"}
    assert shown(district, district="990101") == set()


def test_drafts_are_listed_for_who_issues_alone(office: Client, officer: User) -> None:
    issued(officer, "橙", level="orange")
    auditor = signed_in(Client(), a_user("auditor"))
    assert shown(office, state="open") == {"橙"}
    assert shown(office, state="any") == {"橙"}
    assert shown(auditor, state="open") == set()
    assert shown(auditor, state="any") == set()


def test_the_list_goes_on_page_by_page(
    office: Client, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warnings_listed, "PAGE", 2)
    for name in "甲乙丙":
        issued(officer, name)
    first = office.get(reverse("warnings"))
    assert [row.notice.matters_zh for row in first.context["rows"]] == ["丙", "乙"]
    assert shown(office, after=first.context["next"]) == {"甲"}


def test_the_file_holds_every_row_of_the_filter_and_the_exact_values(office: Client, officer: User) -> None:
    notice = issued(officer, "甲")
    issued(officer, "乙", level="blue")
    answer = office.get(reverse("warnings-export", args=["csv"]), {"level": "yellow"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 2
    assert rows[1][:3] == [str(notice), "黄色", "甲"]
    assert office.get(reverse("warnings-export", args=["xlsx"])).status_code == 200


def test_a_view_of_the_list_is_kept(office: Client, officer: User) -> None:
    sent = {"page": "warnings", "name": "橙色", "query": "level=orange&state=any", "columns": "state"}
    answer = office.post(reverse("view-save"), sent, follow=True)
    assert answer.redirect_chain[-1][0].endswith("?level=orange&state=any&columns=state")


def test_a_warning_that_ends_soon_asks_who_may_extend_it(office: Client, officer: User) -> None:
    near, far = issued(officer, "近", hours=0.4), issued(officer, "远", hours=2)
    auditor = signed_in(Client(), a_user("auditor"))
    for address in (reverse("warnings"), reverse("board"), reverse("warnings-strip")):
        page = office.get(address).content.decode()
        assert reverse("warning-update", args=[near.pk]) in page, address
        assert reverse("warning-update", args=[far.pk]) not in page, address
        assert reverse("warning-update", args=[near.pk]) not in auditor.get(address).content.decode()
    assert "延长" in office.get(reverse("warning", args=[near.pk])).content.decode()


def test_the_board_shows_what_is_in_force_and_the_next_period(office: Client, officer: User) -> None:
    issued(officer, "生效中的事由")
    first = clock.today() + timedelta(days=3)
    draft = PeriodDraft(("庆典", ""), "yellow", Area(city=True), [Days(first, first)], "安排")
    add_period(draft, by=officer, at=timezone.now())
    page = office.get(reverse("board")).content.decode()
    assert "生效中的事由" in page
    assert "已签收 0 / 1" in page
    assert "庆典" in page
    live = office.get(reverse("warnings-strip"))
    again = office.get(reverse("warnings-strip"), headers={"If-None-Match": live.headers["ETag"]})
    assert again.status_code == 304
