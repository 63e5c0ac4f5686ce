"""Standing a warning down: what falls back is said before, and raised days are counted after."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anlan.actions.posture import raise_posture
from anlan.actions.warnings import WarningDraft, draft_warning, end_warning, propose_warning
from anlan.engine.areas import Area
from anlan.engine.raised_days import raised_days
from anlan.models import Place, User, WarningNotice
from anlan.queries.duties import basis
from anlan.queries.raised_days import raised_days_at
from anlan.queries.subjects import place_subject
from builders import a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def town() -> None:
    adopt_plan(datetime(2026, 1, 1, tzinfo=UTC))
    for code in ("M-1", "M-2"):
        a_place(code, daily_visitors=9000, area_m2=9000)


@pytest.fixture
def officer(db: None) -> User:
    return a_user("city-office")


@pytest.fixture
def office(officer: User) -> Client:
    return signed_in(Client(), officer)


def issued(by: User, **changed: Any) -> WarningNotice:
    at = timezone.now()
    given: dict[str, Any] = {"area": Area(kinds=("mall",)), "expected_end": at + 6 * HOUR} | changed
    draft = WarningDraft(
        category="security",
        level="yellow",
        matters=("商场周边情况", ""),
        measures=("增加巡查", ""),
        issuer=("市办", ""),
        **given,
    )
    return propose_warning(draft_warning(draft, by=by, at=at), by=by, at=at)


def test_before_standing_down_the_page_says_what_falls_back_and_what_another_holds(
    office: Client, officer: User
) -> None:
    notice = issued(officer)
    raise_posture(
        "orange", start=timezone.now(), end=None, reason="另一事", by=None, at=timezone.now(),
        place=Place.objects.get(code="M-2"),
    )  # fmt: skip
    answer = office.get(reverse("warning-stand-down", args=[notice.pk]))
    assert answer.context["falling"].levels == (("normal", 1), ("orange", 1))
    duties = {shift.duty.rule.id for shift in answer.context["preview"].shifts}
    raised = office.get(reverse("warning-preview"), {"of": notice.pk})
    assert duties, "duties that the level changed change back"
    assert raised.status_code == 200
    assert WarningNotice.objects.get().ended_at is None, "looking changes nothing"


def test_standing_down_needs_a_reason_and_is_dated(office: Client, officer: User) -> None:
    notice = issued(officer)
    end = reverse("warning-act", args=[notice.pk, "end"])
    office.post(end, {"reason": " "})
    assert WarningNotice.objects.get().ended_at is None
    office.post(end, {"reason": "已查清"})
    ended = WarningNotice.objects.get()
    assert (ended.end_reason, ended.ended_by) == ("已查清", officer)
    again = office.get(reverse("warning-stand-down", args=[notice.pk]), follow=True)
    assert "已不在生效期" in again.content.decode() or again.redirect_chain


def test_only_who_may_issue_at_every_place_stands_it_down(officer: User) -> None:
    notice = issued(officer)
    district = signed_in(Client(), a_user("city-office", district="990199"))
    assert district.get(reverse("warning-stand-down", args=[notice.pk])).status_code == 404


def test_raised_days_of_many_places_are_those_of_each_place(officer: User) -> None:
    year = 2026
    for start, days, places in ((40, 3, ("M-1",)), (41, 4, ("M-1", "M-2")), (100, 0.2, ("M-2",))):
        begins = datetime(year, 1, 1, 20, tzinfo=UTC) + start * DAY
        for code in places:
            raise_posture(
                "yellow", start=begins, end=begins + days * DAY, reason="", by=None, at=begins,
                place=Place.objects.get(code=code),
            )  # fmt: skip
    at = datetime(year, 10, 1, tzinfo=UTC)
    zone = basis().zone
    each = {
        place.code: sum(raised_days(place_subject(place).postures, year, at, zone).values())
        for place in Place.objects.all()
    }
    found = raised_days_at(["M-1", "M-2"], year, at)
    assert found is not None
    assert {place.code: days for place, days in found.longest} == each
    assert (found.fewest, found.most) == (min(each.values()), max(each.values()))


def test_the_page_of_an_ended_warning_counts_its_days(office: Client, officer: User) -> None:
    notice = issued(officer)
    end_warning(notice, reason="查清", by=officer, at=timezone.now())
    page = office.get(reverse("warning-raised-days", args=[notice.pk]))
    assert page.context["fatigue"].most == 1
    assert "M-1" in page.content.decode()
