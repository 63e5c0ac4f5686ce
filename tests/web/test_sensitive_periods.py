"""The pages of sensitive periods: who enters, adopts and sees which, and what the form refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anlan.models import PostureChange, SensitivePeriod
from anlan.web import clock
from builders import a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    adopt_plan(datetime(2026, 1, 1, tzinfo=UTC))
    a_place("M-1", district="990101")
    a_place("M-2", district="990102")


@pytest.fixture
def office() -> Client:
    return signed_in(Client(), a_user("city-office"))


def day(ahead: int) -> str:
    return f"{clock.today() + timedelta(days=ahead):%Y-%m-%d}"


def filled(**changed: Any) -> dict[str, Any]:
    return {
        "name_zh": "庆典",
        "level": "yellow",
        "scope": "chosen",
        "districts": ["990101"],
        "first": day(5),
        "last": day(6),
        "source": "年度安排",
        **changed,
    }


def entered(client: Client, **changed: Any) -> SensitivePeriod:
    answer = client.post(reverse("period-new"), filled(**changed))
    assert answer.status_code == 302, answer.context["form"].errors
    return SensitivePeriod.objects.latest("entered_at")


def test_a_period_is_entered_with_its_further_days_and_shown_in_its_year(office: Client) -> None:
    period = entered(office, further=f"{day(20)} 至 {day(21)}\n{day(30)}")
    assert PostureChange.objects.filter(period=period).count() == 3
    page = office.get(reverse("periods"), {"year": period.spans[0][0][:4]}).content.decode()
    assert "庆典" in page
    assert "年度安排" in office.get(reverse("period", args=[period.pk])).content.decode()


def test_every_year_is_written_out(office: Client) -> None:
    until = clock.today().year + 2
    period = entered(office, first=day(1), last=day(1), until_year=str(until))
    years = {int(span[0][:4]) for span in period.spans}
    assert years <= set(range(clock.today().year, until + 1))
    assert len(period.spans) >= 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"last": day(4)}, "last"),
        ({"first": day(-9), "last": day(-8)}, "last"),
        ({"last": day(200)}, "last"),
        ({"further": "春节"}, "further"),
        ({"further": day(6)}, "further"),
        ({"source": ""}, "source"),
        ({"districts": []}, "scope"),
    ],
)
def test_days_in_disorder_and_what_has_no_source_are_refused(
    office: Client, wrong: dict[str, Any], field: str
) -> None:
    answer = office.post(reverse("period-new"), filled(**wrong))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not SensitivePeriod.objects.exists()


def test_orange_waits_for_a_second_person_and_only_issuers_see_it_until_then(office: Client) -> None:
    period = entered(office, level="orange")
    act = reverse("period-act", args=[period.pk, "adopt"])
    office.post(act)
    assert SensitivePeriod.objects.get().adopted_at is None
    auditor = signed_in(Client(), a_user("auditor"))
    assert auditor.get(reverse("period", args=[period.pk])).status_code == 404
    signed_in(Client(), a_user("city-office")).post(act)
    assert SensitivePeriod.objects.get().adopted_at is not None
    assert auditor.get(reverse("period", args=[period.pk])).status_code == 200


def test_a_district_enters_and_withdraws_for_its_own_places_alone(office: Client) -> None:
    district = signed_in(Client(), a_user("city-office", district="990102"))
    assert district.post(reverse("period-new"), filled()).status_code == 422
    theirs = entered(office)
    withdraw = reverse("period-act", args=[theirs.pk, "withdraw"])
    assert district.post(withdraw, {"reason": "x"}).status_code == 404
    own = entered(district, districts=["990102"])
    district.post(reverse("period-act", args=[own.pk, "withdraw"]), {"reason": "取消"})
    own.refresh_from_db()
    assert own.withdrawal_reason == "取消"


def test_a_change_states_its_reason_and_leads_to_the_one_that_waits(office: Client) -> None:
    old = entered(office)
    change = reverse("period-change", args=[old.pk])
    assert office.post(change, filled(level="orange")).status_code == 422
    office.post(change, filled(level="orange", reason="按新通知"))
    new = SensitivePeriod.objects.get(replaces=old)
    assert office.get(change).url == reverse("period", args=[new.pk])


def test_the_page_of_a_place_names_the_period_that_raises_it(office: Client) -> None:
    period = entered(office, first=day(0), last=day(1))
    page = office.get(reverse("place", args=["M-1"])).content.decode()
    assert reverse("period", args=[period.pk]) in page
    assert (
        reverse("period", args=[period.pk]) not in office.get(reverse("place", args=["M-2"])).content.decode()
    )
