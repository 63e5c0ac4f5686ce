"""Warnings reach people: receivers at once, then deputies, operators, district and office as the clocks run out."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from django_tasks_db.models import DBTaskResult
from tests.builders import a_district, a_place, a_user, adopt_plan

from anlan.actions.register import PlaceDraft, register_places
from anlan.actions.warning_delivery import take_step, tell_issued, tell_over, watch_warnings
from anlan.actions.warnings import (
    WarningDraft,
    acknowledge,
    draft_warning,
    end_warning,
    propose_warning,
)
from anlan.engine.areas import Area
from anlan.engine.policy import Level
from anlan.engine.warning_turns import turn
from anlan.models import Entry, Message, Place, User, WarningNotice, WarningStep
from anlan.queries.warning_links import receipt_read
from anlan.queries.warning_receipts import receipts_of

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
"""The clock of a yellow warning in the scheme of the repository."""


@pytest.fixture(autouse=True)
def sink(tmp_path: Path):
    """An installation that shows e-mail and text messages and sends none."""
    (tmp_path / "messages.toml").write_text("[sink]\neverything = true\n")
    with override_settings(DATA=tmp_path, ADDRESS="https://anlan.city.example"):
        yield tmp_path


@pytest.fixture(autouse=True)
def town(sink: Path) -> None:
    adopt_plan(START)
    a_district("990101", parent=None)
    for code in ("M-1", "M-2", "M-3"):
        a_place(code, district="990101", daily_visitors=3000, area_m2=900, at=START)
    reached("M-1", receiver_email="one@place.example", deputy_email="deputy-one@place.example")
    reached("M-2", receiver_email="two@place.example")


@pytest.fixture
def officer() -> User:
    return a_user("city-office", username="officer", email="officer@city.example")


def reached(code: str, **ways: str) -> None:
    place = Place.objects.get(code=code)
    draft = PlaceDraft(code=code, name_zh=place.name_zh, kind=place.kind, **ways)
    register_places([draft], by=None, at=START)


def issued(by: User, *, level: Level = "yellow", at: datetime = NOW, **more: object) -> WarningNotice:
    draft = WarningDraft(
        category="security",
        level=level,
        area=Area(kinds=("mall",)),
        expected_end=at + timedelta(hours=12),
        matters=("商场附近情况", "Something near malls"),
        measures=("检查出入口", "Check the entrances"),
        issuer=("市领导小组办公室", "Office of the leading group"),
        **more,
    )
    notice = draft_warning(draft, by=by, at=at)
    return propose_warning(notice, by=by, at=at)


def told(number: int | None = None) -> dict[str, str]:
    """Addresses that something was written to, and what kind of receiver each is."""
    rows = Message.objects.all() if number is None else Message.objects.filter(mailing__number=number)
    return dict(rows.exclude(state="dead").values_list("address", "receiver_kind"))


def test_each_receiver_is_written_to_with_a_page_of_its_own(officer: User) -> None:
    notice = issued(officer)
    tell_issued(notice, at=NOW)
    rows = {row.receiver: row for row in Message.objects.filter(receiver_kind="place")}
    assert {code: row.address for code, row in rows.items()} == {
        "M-1": "one@place.example",
        "M-2": "two@place.example",
    }
    link = rows["M-1"].link
    assert link.startswith("https://anlan.city.example/w/")
    token = link.removesuffix("/").rpartition("/")[2]
    assert receipt_read(token) == (notice.pk, Place.objects.get(code="M-1").pk)
    text = rows["M-1"].text
    assert "黄色预警" in text.title_zh
    assert "检查出入口" in text.body_zh
    assert "Check the entrances" in text.body_zh


def test_issuing_and_ending_queue_one_job_each_in_the_same_transaction(officer: User) -> None:
    notice = issued(officer)
    end_warning(notice, reason="情况已查清", by=officer, at=NOW + HOUR)
    jobs = DBTaskResult.objects.filter(queue_name="urgent")
    assert [row.args_kwargs["args"][0] for row in jobs] == [str(notice.pk)] * 2


def test_telling_twice_writes_to_nobody_twice(officer: User) -> None:
    notice = issued(officer)
    tell_issued(notice, at=NOW)
    before = Message.objects.count()
    tell_issued(notice, at=NOW + timedelta(minutes=1))
    watch_warnings(at=NOW + timedelta(minutes=2))
    assert Message.objects.count() == before


def test_two_places_escalate_through_their_deputy_and_operator_to_district_and_office(officer: User) -> None:
    a_user("venue-manager", username="manager", place="M-1", email="manager@operator.example")
    a_user("city-office", username="district", district="990101", email="desk@district.example")
    notice = issued(officer)
    tell_issued(notice, at=NOW)
    acknowledge(notice, Place.objects.get(code="M-3"), way="told", by=officer, at=NOW)
    watch_warnings(at=NOW + HOUR - timedelta(seconds=1))
    assert "deputy-one@place.example" not in told()
    watch_warnings(at=NOW + HOUR)
    assert told(12) == {"deputy-one@place.example": "deputy"}
    assert told(14) == {"desk@district.example": "person"}, "M-2 has neither deputy nor operator"
    watch_warnings(at=NOW + 2 * HOUR)
    assert told(23) == {"manager@operator.example": "person"}
    assert told(25) == {"officer@city.example": "person"}
    turns = {row.place.code: row.turn for row in receipts_of(notice, NOW + 2 * HOUR, show="late").rows}
    assert turns == {"M-1": "operator", "M-2": "office"}
    watch_warnings(at=NOW + 3 * HOUR)
    assert told(34) == {"desk@district.example": "person"}
    watch_warnings(at=NOW + 4 * HOUR)
    assert told(45) == {"officer@city.example": "person"}
    assert list(notice.steps.order_by("step").values_list("step", "open")) == [
        (0, 3), (1, 2), (2, 2), (3, 2), (4, 2),
    ]  # fmt: skip
    assert Entry.objects.filter(action="escalate-warning").count() == 4


def test_who_has_acknowledged_is_not_asked_again(officer: User) -> None:
    reached("M-3", receiver_email="three@place.example")
    notice = issued(officer)
    tell_issued(notice, at=NOW)
    for code in ("M-1", "M-2", "M-3"):
        acknowledge(notice, Place.objects.get(code=code), way="link", by=None, at=NOW + timedelta(minutes=9))
    watch_warnings(at=NOW + 4 * HOUR)
    assert set(told()) == {"one@place.example", "two@place.example", "three@place.example"}
    assert not Entry.objects.filter(action="escalate-warning").exists()


def test_where_no_receiver_can_be_reached_it_goes_on_at_once(officer: User) -> None:
    notice = issued(officer)
    tell_issued(notice, at=NOW)
    assert told(5) == {"officer@city.example": "person"}, "M-3 has nobody but the city office"
    assert receipts_of(notice, NOW, show="unreachable").rows[0].place.code == "M-3"
    Message.objects.filter(receiver__in=["M-1", "M-2"]).update(state="dead", fault="rejected", due_at=None)
    assert receipts_of(notice, NOW).unreachable == 2, "M-1 has a deputy still"
    watch_warnings(at=NOW + timedelta(minutes=1))
    assert told(2) == {"deputy-one@place.example": "deputy"}
    watch_warnings(at=NOW + timedelta(minutes=2))
    assert Counter(Message.objects.values_list("receiver_kind", flat=True))["deputy"] == 1


def test_a_worker_that_was_away_takes_the_steps_that_it_missed(officer: User) -> None:
    notice = issued(officer)
    watch_warnings(at=NOW + HOUR)
    assert set(told()) >= {"one@place.example", "two@place.example", "deputy-one@place.example"}
    assert set(notice.steps.values_list("step", flat=True)) == {0, 1}


def test_a_stand_down_takes_back_what_is_unsent_and_tells_those_who_were_told(officer: User) -> None:
    notice = issued(officer)
    tell_issued(notice, at=NOW)
    Message.objects.filter(receiver="M-1").update(state="sent", due_at=None)
    end_warning(notice, reason="情况已查清", by=officer, at=NOW + HOUR)
    notice.refresh_from_db()
    tell_issued(notice, at=NOW + HOUR)
    assert Message.objects.get(receiver="M-2").fault == "withdrawn"
    assert told(91) == {"one@place.example": "place"}
    assert not tell_over(notice, at=NOW + HOUR)
    assert not take_step(notice, 2, at=NOW + 2 * HOUR)


def test_the_end_of_validity_is_told_without_a_click(officer: User) -> None:
    notice = issued(officer)
    tell_issued(notice, at=NOW)
    Message.objects.filter(receiver__in=["M-1", "M-2"]).update(state="sent", due_at=None)
    watch_warnings(at=NOW + timedelta(hours=12))
    assert set(told(91)) == {"one@place.example", "two@place.example"}
    assert WarningStep.objects.get(warning=notice, step=WarningStep.OVER).told["over"] == 2


def test_an_update_is_told_instead_of_an_end(officer: User) -> None:
    notice = issued(officer)
    tell_issued(notice, at=NOW)
    Message.objects.update(state="sent", due_at=None)
    draft = WarningDraft(
        "security", "yellow", Area(places=frozenset({"M-1"})), NOW + timedelta(hours=20),
        ("仍在核查", ""), ("检查出入口", ""), ("办公室", ""), reason="缩小范围",
    )  # fmt: skip
    update = draft_warning(draft, by=officer, at=NOW + HOUR, replaces=notice)
    update = propose_warning(update, by=officer, at=NOW + HOUR)
    for each in (notice, update):
        each.refresh_from_db()
        tell_issued(each, at=NOW + HOUR)
    ended = Message.objects.filter(mailing__about_id=str(notice.pk), mailing__number=91)
    assert set(ended.values_list("receiver", flat=True)) == {"M-2"}
    new = Message.objects.filter(mailing__about_id=str(update.pk), receiver_kind="place")
    assert set(new.values_list("receiver", flat=True)) == {"M-1"}


def test_the_group_of_a_district_hears_of_it_when_the_city_has_set_one_up(officer: User, sink: Path) -> None:
    (sink / "messages.toml").write_text(
        '[sink]\neverything = true\n[wecom.district-990101]\ntoken = "t"\n[wecom.other]\ntoken = "t"\n'
    )
    tell_issued(issued(officer), at=NOW)
    robot = Message.objects.get(channel="wecom", mailing__number=5)
    assert (robot.receiver_kind, robot.receiver, robot.address) == ("district", "990101", "district-990101")
    assert "3" in robot.text.body_zh


def test_without_a_gateway_a_telephone_number_is_no_way_to_write(officer: User, sink: Path) -> None:
    (sink / "messages.toml").write_text(
        '[email]\nhost = "127.0.0.1"\nsecurity = "none"\nsender = "a@city.example"\n'
    )
    reached("M-3", receiver_phone="0571-5550000")
    tell_issued(issued(officer), at=NOW)
    assert not Message.objects.filter(receiver="M-3").exists()


@pytest.mark.parametrize(
    ("step", "whose"), [(0, "deputy"), (1, "district"), (2, "office"), (3, None), (4, None)]
)
def test_who_cannot_be_reached_takes_no_time(step: int, whose: str | None) -> None:
    assert turn(("deputy", "district", "office"), step) == whose
