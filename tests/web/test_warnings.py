"""The pages of warnings: who sees which, who may take which step, and what the form says and keeps."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anlan.actions.warnings import WarningDraft, acknowledge, draft_warning, propose_warning
from anlan.engine.areas import Area, area_read
from anlan.engine.derivation import posture_of
from anlan.engine.policy import Level
from anlan.models import Acknowledgement, Place, User, WarningNotice
from anlan.queries.subjects import place_subject
from builders import a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def town() -> None:
    adopt_plan(START)
    a_place("M-1", name_zh="海晏广场", daily_visitors=3000, area_m2=900, district="990101", at=START)
    a_place("M-2", name_zh="东城商厦", daily_visitors=9000, area_m2=4000, district="990102", at=START)
    a_place("S-1", kind="school", pupils=1600, daily_visitors=1700, district="990102", at=START)


@pytest.fixture
def officer(db: None) -> User:
    return a_user("city-office", username="officer")


@pytest.fixture
def office(client: Client, officer: User) -> Client:
    return signed_in(client, officer)


@pytest.fixture
def second_office() -> Client:
    return signed_in(Client(), a_user("city-office", username="second"))


def filled(**changed: Any) -> dict[str, Any]:
    return {
        "level": "yellow",
        "category": "security",
        "scope": "chosen",
        "kinds": ["mall"],
        "lasts": "6",
        "matters_zh": "商场周边出现异常情况",
        "measures_zh": "增加巡查",
        "issuer_zh": "市领导小组办公室",
        "then": "propose",
        **changed,
    }


def issued(by: User, level: Level = "yellow", area: Area | None = None, hours: int = 6) -> WarningNotice:
    at = timezone.now()
    draft = WarningDraft(
        category="security",
        level=level,
        area=area or Area(kinds=("mall",)),
        expected_end=at + hours * HOUR,
        matters=("商场周边情况", "Something near malls"),
        measures=("增加巡查", "More patrols"),
        issuer=("市办", "Office"),
    )
    return propose_warning(draft_warning(draft, by=by, at=at), by=by, at=at)


def level_of(code: str) -> Level:
    return posture_of(place_subject(Place.objects.get(code=code)), timezone.now())


def words(answer: Any) -> str:
    return answer.content.decode()


def page_of(client: Client, notice: WarningNotice) -> str:
    return words(client.get(reverse("warning", args=[notice.pk])))


def act(client: Client, notice: WarningNotice, name: str, **fields: str) -> str:
    address = reverse("warning-act", args=[notice.pk, name])
    return words(client.post(address, fields, follow=True))


def test_one_form_issues_a_yellow_warning_over_what_it_states(office: Client) -> None:
    answer = office.post(reverse("warning-new"), filled(), follow=True)
    notice = WarningNotice.objects.get()
    assert notice.number == 1
    assert notice.place_count == 2
    assert notice.expected_end - notice.drafted_at == 6 * HOUR
    assert [level_of(code) for code in ("M-1", "M-2", "S-1")] == ["yellow", "yellow", "normal"]
    assert "已发布" in words(answer)


def test_keeping_a_draft_raises_nothing(office: Client) -> None:
    office.post(reverse("warning-new"), filled(then="keep"))
    assert WarningNotice.objects.get().issued_at is None
    assert level_of("M-1") == "normal"
    assert "商场周边出现异常情况" in words(office.get(reverse("warnings") + "?state=open"))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"kinds": []}, "请说明范围"),
        ({"kinds": ["airport"]}, "没有开放的场所"),
        ({"near": "没有这个地方", "radius_m": "200"}, "没有这样名称"),
        ({"near": "海晏广场", "radius_m": ""}, "多少米"),
        ({"outline": "39.9, 116.3\n乱写\n39.8, 116.4"}, "纬度, 经度"),
        ({"outline": "39,116\n40,117\n40,116\n39,117"}, "自相交"),
        ({"places": "M-1, 不存在"}, "不存在"),
        ({"lasts": "until", "expected_end": ""}, "预计何时结束"),
        ({"lasts": "until", "expected_end": "2020-01-01T00:00"}, "须晚于"),
        ({"matters_zh": ""}, "事由"),
    ],
)
def test_a_wrong_form_says_how_to_mend_it_keeps_what_was_typed_and_stores_nothing(
    office: Client, wrong: dict[str, Any], says: str
) -> None:
    answer = office.post(reverse("warning-new"), filled(measures_zh="请值守到位", **wrong))
    assert answer.status_code == 422
    assert says in words(answer)
    assert "请值守到位" in words(answer)
    assert not WarningNotice.objects.exists()


def test_areas_come_back_into_the_form_as_they_were_stated(office: Client) -> None:
    office.post(
        reverse("warning-new"),
        filled(
            then="keep", near="39.9075, 116.3913", radius_m="500", districts=["990102"], places="海晏广场"
        ),
    )
    notice = WarningNotice.objects.get()
    area = area_read(notice.area)
    assert (area.places, area.districts, area.kinds) == (frozenset({"M-1"}), ("990102",), ("mall",))
    assert area.circles[0].radius_m == 500
    shown = words(office.get(reverse("warning-edit", args=[notice.pk])))
    assert "39.907500, 116.391300" in shown
    again = filled(
        then="keep", near="39.9075, 116.3913", radius_m="500", places="M-1", matters_zh="改过的事由"
    )
    office.post(reverse("warning-edit", args=[notice.pk]), again)
    notice.refresh_from_db()
    assert notice.matters_zh == "改过的事由"


def test_orange_waits_for_a_second_person_who_confirms_on_the_same_page(
    office: Client, second_office: Client
) -> None:
    office.post(reverse("warning-new"), filled(level="orange"))
    notice = WarningNotice.objects.get()
    assert notice.issued_at is None
    assert "另一人" in act(office, notice, "confirm")
    assert level_of("M-1") == "normal"
    assert "确认并发布" in page_of(second_office, notice)
    act(second_office, notice, "confirm")
    assert level_of("M-1") == "orange"


def test_too_early_for_an_emergency_is_said_and_changes_nothing(office: Client) -> None:
    office.post(reverse("warning-new"), filled(level="red"))
    notice = WarningNotice.objects.get()
    assert "第二人" in act(office, notice, "emergency", reason="无人应答")
    assert level_of("M-1") == "normal"
    WarningNotice.objects.update(proposed_at=timezone.now() - timedelta(minutes=6))
    act(office, notice, "emergency", reason="无人应答")
    assert level_of("M-1") == "red"
    assert "未追认" in page_of(office, notice)


def test_standing_down_without_a_reason_is_refused_in_words(office: Client, officer: User) -> None:
    notice = issued(officer)
    assert "原因" in act(office, notice, "end", reason=" ")
    assert level_of("M-1") == "yellow"
    act(office, notice, "end", reason="已查清")
    assert level_of("M-1") == "normal"


def test_an_update_takes_the_place_of_the_warning_in_force(office: Client, officer: User) -> None:
    notice = issued(officer)
    address = reverse("warning-update", args=[notice.pk])
    assert office.post(address, filled(level="blue")).status_code == 422, "an update says why"
    office.post(address, filled(level="blue", reason="情况缓和"))
    assert level_of("M-1") == "blue"
    assert "被更新取代" in page_of(office, notice)
    assert "被更新取代" in words(office.get(reverse("warnings") + "?state=past"))


def test_a_district_office_issues_only_for_its_own_places() -> None:
    district = signed_in(Client(), a_user("city-office", district="990101"))
    answer = district.post(reverse("warning-new"), filled())
    assert answer.status_code == 422
    assert "不归您" in words(answer)
    assert not WarningNotice.objects.exists()
    district.post(reverse("warning-new"), filled(districts=["990101"]))
    assert [level_of(code) for code in ("M-1", "M-2")] == ["yellow", "normal"]


def test_a_district_office_cannot_end_a_warning_that_reaches_beyond_it(officer: User) -> None:
    notice = issued(officer)
    district = signed_in(Client(), a_user("city-office", district="990101"))
    answer = district.post(reverse("warning-act", args=[notice.pk, "end"]), {"reason": "结束"})
    assert answer.status_code == 404
    assert district.get(reverse("warning", args=[notice.pk])).status_code == 200
    assert level_of("M-1") == "yellow"


def test_an_own_draft_is_not_issued_once_it_reaches_beyond_the_own_district() -> None:
    person = a_user("city-office", district="990101")
    district = signed_in(Client(), person)
    district.post(reverse("warning-new"), filled(districts=["990101"], then="keep"))
    notice = WarningNotice.objects.get()
    WarningNotice.objects.update(area={"city": True})
    assert district.post(reverse("warning-act", args=[notice.pk, "propose"])).status_code == 403
    assert level_of("M-2") == "normal"
    district.post(reverse("warning-act", args=[notice.pk, "withdraw"]))
    notice.refresh_from_db()
    assert notice.withdrawn_at is not None


def test_a_venue_sees_only_warnings_that_bear_on_it_and_only_its_own_receipt(officer: User) -> None:
    notice = issued(officer)
    mall = signed_in(Client(), a_user("venue-manager", place="M-1"))
    school = signed_in(Client(), a_user("venue-manager", place="S-1"))
    assert "商场周边情况" in words(mall.get(reverse("warnings")))
    assert "商场周边情况" not in words(school.get(reverse("warnings")))
    assert school.get(reverse("warning", args=[notice.pk])).status_code == 404
    shown = page_of(mall, notice)
    assert "海晏广场" in shown
    assert "东城商厦" not in shown


def test_a_venue_acknowledges_for_itself_and_nobody_else(officer: User) -> None:
    notice = issued(officer)
    mall = signed_in(Client(), a_user("venue-manager", place="M-1"))
    address = reverse("warning-acknowledge", args=[notice.pk])
    assert mall.post(address, {"place": "M-2"}).status_code == 404
    mall.post(address, {"place": "M-1"})
    taken = Acknowledgement.objects.get()
    assert (taken.place.code, taken.way) == ("M-1", "page")


def test_the_office_records_who_was_told_by_phone(office: Client, officer: User) -> None:
    notice = issued(officer)
    office.post(reverse("warning-acknowledge", args=[notice.pk]), {"place": "M-2"})
    assert Acknowledgement.objects.get().way == "told"
    assert (
        office.post(reverse("warning-acknowledge", args=[notice.pk]), {"place": "S-1"}).status_code == 403
    ), "a place that the warning does not cover"


def test_late_receivers_are_counted_and_listed_by_themselves(office: Client, officer: User) -> None:
    notice = issued(officer)
    acknowledge(notice, Place.objects.get(code="M-1"), way="link", by=None, at=timezone.now())
    past = timezone.now() - 2 * HOUR
    WarningNotice.objects.filter(pk=notice.pk).update(issued_at=past, start=past)
    shown = words(office.get(reverse("warning", args=[notice.pk]) + "?show=late"))
    assert "东城商厦" in shown
    assert "海晏广场" not in shown
    assert "1 个超时" in words(office.get(reverse("warnings")))


def test_the_live_part_answers_304_until_something_changes(office: Client, officer: User) -> None:
    notice = issued(officer)
    address = reverse("warning-live", args=[notice.pk])
    tag = office.get(address).headers["ETag"]
    assert office.get(address, headers={"if-none-match": tag}).status_code == 304
    acknowledge(notice, Place.objects.get(code="M-1"), way="link", by=None, at=timezone.now())
    assert office.get(address, headers={"if-none-match": tag}).status_code == 200


def test_drafts_are_the_issuers_own_business(office: Client) -> None:
    office.post(reverse("warning-new"), filled(then="keep"))
    notice = WarningNotice.objects.get()
    auditor = signed_in(Client(), a_user("auditor"))
    assert auditor.get(reverse("warning", args=[notice.pk])).status_code == 404
    assert "商场周边出现异常情况" not in words(auditor.get(reverse("warnings") + "?state=open"))


def test_the_preview_counts_places_and_shows_duties_before_and_after(office: Client) -> None:
    shown = words(
        office.get(
            reverse("warning-preview"),
            {"level": "orange", "scope": "city", "lasts": "6", "category": "security"},
        )
    )
    assert "3 个场所" in shown
    assert "共 18 个保安工时" in shown, "three people more, six hours long"
    half = words(office.get(reverse("warning-preview"), {"level": "orange"}))
    assert "选择" in half


def test_a_template_fills_in_a_complete_draft(office: Client) -> None:
    form = office.get(reverse("warning-new"), {"template": "orange-security"}).context["form"]
    sent = {name: value for name, value in form.initial.items() if value not in (None, "")}
    office.post(reverse("warning-new"), {**sent, "then": "keep"})
    notice = WarningNotice.objects.get()
    assert notice.level == "orange"
    assert notice.tiers == ["city-plan-2026:tier-1", "city-plan-2026:tier-2"]
    assert notice.matters_en
    assert notice.measures_zh == "有关场所增加岗位和巡查。", (
        "the instruction of the level's criterion in the scheme"
    )
    assert notice.issuer_zh == "领导小组办公室"
