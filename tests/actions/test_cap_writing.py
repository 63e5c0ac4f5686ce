"""What a warning tells the outside: one signed message for each of its steps, that anybody can check."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_district, a_place, a_user, adopt_plan
from tests.links.cap.messages import changed

from anlan.actions.cap_keys import own_certificates, own_sender
from anlan.actions.cap_taking import take_cap
from anlan.actions.cap_writing import acknowledge_bases, write_cap
from anlan.actions.signals import name_warning, raise_signal
from anlan.actions.warning_follow_up import follow
from anlan.actions.warnings import (
    WarningDraft,
    confirm_warning,
    draft_warning,
    end_warning,
    issue_as_emergency,
    propose_warning,
    ratify_warning,
)
from anlan.engine.areas import Area, Circle
from anlan.links.cap.alert import Alert
from anlan.links.cap.comparison import round_trip
from anlan.links.cap.message import Received, receive
from anlan.links.cap.signatures import verdict
from anlan.models import CapMessage, District, User, WarningNotice

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
SQUARE = ((116.0, 39.0), (117.0, 39.0), (117.0, 40.0), (116.0, 40.0), (116.0, 39.0))


@pytest.fixture(autouse=True)
def town() -> None:
    adopt_plan(START)
    a_place("M-1", daily_visitors=3000, area_m2=900, at=START)
    a_place("M-2", daily_visitors=9000, area_m2=4000, at=START, longitude=116.5, latitude=39.5)
    a_district("990102", name_en="Riverside")
    boundary = {"type": "Polygon", "coordinates": [[list(point) for point in SQUARE]]}
    District.objects.filter(code="990102").update(boundary=boundary)


@pytest.fixture
def officer() -> User:
    return a_user("city-office", username="officer")


@pytest.fixture
def second() -> User:
    return a_user("city-office", username="second")


def issued(
    by: User, *, at: datetime = NOW, replaces: WarningNotice | None = None, **more: object
) -> WarningNotice:
    values: dict[str, object] = {
        "category": "security",
        "level": "yellow",
        "area": Area(city=True),
        "expected_end": NOW + 6 * HOUR,
        "matters": ("针对商场的可信情况", "A credible concern about malls"),
        "measures": ("增加岗位和巡查", "More posts and patrols"),
        "issuer": ("市领导小组办公室", "Office of the leading group"),
    }
    draft = WarningDraft(**{**values, **more})  # type: ignore[arg-type]  # a test's own choice of some
    return propose_warning(draft_warning(draft, by=by, at=at, replaces=replaces), by=by, at=at)


def written(notice: WarningNotice, *, at: datetime = NOW) -> list[CapMessage]:
    write_cap(WarningNotice.objects.get(pk=notice.pk), at=at)
    return list(CapMessage.objects.filter(direction="out", notice=notice).order_by("at", "sent", "step"))


def read(row: CapMessage) -> Alert:
    outcome = receive(bytes(row.content))
    assert isinstance(outcome, Received), outcome
    assert round_trip(outcome) == ()
    return outcome.alert


def test_an_issued_warning_is_one_alert_in_two_languages_with_all_that_it_states(officer: User) -> None:
    (row,) = written(issued(officer))
    alert = read(row)
    assert (alert.message_type, alert.status, alert.references) == ("Alert", "Actual", None)
    assert alert.scope == "Restricted"
    assert alert.restriction
    assert [info.language for info in alert.infos] == ["zh-CN", "en"]
    zh, en = alert.infos
    assert (zh.description, en.description) == ("针对商场的可信情况", "A credible concern about malls")
    assert (zh.instruction, en.instruction) == ("增加岗位和巡查", "More posts and patrols")
    assert zh.sender_name == "市领导小组办公室"
    assert "黄色" in zh.event
    assert (zh.severity, zh.categories, zh.expires) == ("Moderate", ("Security",), NOW + 6 * HOUR)
    assert [(code.name, code.value) for code in zh.event_codes] == [("OET:v1.2", "OET-193")]
    assert alert.sender == own_sender()


def test_what_goes_out_bears_our_signature_and_a_changed_word_breaks_it(officer: User) -> None:
    (row,) = written(issued(officer))
    content = bytes(row.content)
    assert verdict(content, own_certificates()).trusted
    assert verdict(content.replace("增加岗位".encode(), "减少岗位".encode())).state == "invalid"
    assert (row.signature, row.trusted, row.size) == ("valid", True, len(content))


def test_followed_twice_a_warning_is_told_once(officer: User) -> None:
    notice = issued(officer)
    (first,) = written(notice)
    (again,) = written(notice, at=NOW + HOUR)
    assert bytes(again.content) == bytes(first.content)


def test_an_update_names_what_it_replaces_and_nothing_is_cancelled_besides(officer: User) -> None:
    first = issued(officer)
    update = issued(officer, at=NOW + HOUR, replaces=first, reason="longer", expected_end=NOW + 9 * HOUR)
    (row,) = written(update, at=NOW + HOUR)
    (before,) = CapMessage.objects.filter(notice=first)
    alert = read(row)
    assert alert.message_type == "Update"
    assert alert.references == (read(before).reference,)


def test_standing_down_cancels_with_references_to_all_that_was_sent(officer: User) -> None:
    first = issued(officer)
    update = issued(officer, at=NOW + HOUR, replaces=first, reason="longer")
    end_warning(update, reason="情况已排除", by=officer, at=NOW + 2 * HOUR)
    rows = written(update, at=NOW + 2 * HOUR)
    cancel = read(next(row for row in rows if row.step == "ended"))
    assert cancel.message_type == "Cancel"
    assert [one.identifier for one in cancel.references or ()] == [
        f"{first.pk}-issued",
        f"{update.pk}-issued",
    ]
    assert cancel.infos[0].description == "情况已排除"
    assert cancel.infos[0].response_types == ("AllClear",)


def test_an_emergency_ends_where_it_is_not_ratified_and_an_update_says_that_it_was(
    officer: User, second: User
) -> None:
    notice = issued(officer, level="orange")
    notice = issue_as_emergency(notice, reason="无人应答", by=officer, at=NOW + HOUR)
    (row,) = written(notice, at=NOW + HOUR)
    assert read(row).infos[0].expires == notice.ratify_by
    ratify_warning(notice, by=second, at=NOW + HOUR + timedelta(minutes=9))
    later = read(next(one for one in written(notice) if one.step == "ratified"))
    assert (later.message_type, later.infos[0].expires) == ("Update", NOW + 6 * HOUR)


def test_what_waits_for_a_second_person_is_not_told(officer: User, second: User) -> None:
    notice = issued(officer, level="red")
    assert written(notice) == []
    confirm_warning(notice, by=second, at=NOW)
    assert [row.message_type for row in written(notice)] == ["Alert"]


def test_areas_are_drawn_as_chosen(officer: User) -> None:
    area = Area(districts=("990102",), places=frozenset({"M-1"}))
    (row,) = written(issued(officer, area=area))
    main, named = read(row).infos[1].areas
    assert [(code.name, code.value) for code in main.geocodes] == [("GB2260", "990102")]
    assert main.description == "Riverside"
    (polygon,) = main.polygons
    assert len(polygon.points) <= 100
    assert {(39.0, 116.0), (40.0, 117.0)} <= set(polygon.points)
    (circle,) = named.circles
    assert circle.centre == (39.9075, 116.3913)


def test_circles_and_outlines_go_out_as_they_were_drawn_and_few_places_as_circles(officer: User) -> None:
    round_area = Area(circles=(Circle(116.5, 39.5, 2500),), polygons=(SQUARE,))
    (row,) = written(issued(officer, area=round_area))
    (drawn,) = read(row).infos[0].areas
    assert [(circle.centre, circle.radius_km) for circle in drawn.circles] == [((39.5, 116.5), 2.5)]
    assert len(drawn.polygons) == 1
    (row,) = written(issued(officer, area=Area(kinds=("mall",))))
    (malls,) = read(row).infos[0].areas
    assert sorted(circle.centre for circle in malls.circles) == [(39.5, 116.5), (39.9075, 116.3913)]


def test_without_english_words_the_english_part_says_where_they_are(officer: User) -> None:
    (row,) = written(issued(officer, matters=("只有中文", ""), measures=("加强巡查", "")))
    assert "Chinese" in (read(row).infos[1].description or "")


def test_the_sender_of_an_alert_is_told_once_that_a_warning_rests_on_it(officer: User) -> None:
    foreign = take_cap(changed(), source="file", by=officer, at=datetime(2026, 11, 24, tzinfo=UTC)).message
    assert foreign.signal is not None
    raised = raise_signal(foreign.signal, reason="可信", by=officer, at=NOW)
    notice = issued(officer)
    assert [row.step for row in written(notice)] == ["issued"]
    name_warning(raised, notice.pk, by=officer, at=NOW)
    assert acknowledge_bases(at=NOW) == 1
    assert acknowledge_bases(at=NOW) == 0
    ack = read(CapMessage.objects.get(direction="out", step="ack"))
    assert (ack.message_type, ack.scope, ack.addresses) == ("Ack", "Private", "office@lanwan.example")
    assert ack.references is not None
    assert ack.references[0].identifier == "990100-2026-0001"


def test_the_worker_writes_it_beside_the_messages_to_receivers(officer: User) -> None:
    notice = issued(officer)
    assert follow(notice, at=NOW)
    assert [row.step for row in CapMessage.objects.filter(notice=notice)] == ["issued"]
