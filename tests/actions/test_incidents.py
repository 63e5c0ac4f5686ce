"""An incident from the first report to the hand-over: one log, one command, nothing lost and nothing twice."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.builders import a_place, a_user

from anlan.actions.incident_assignments import (
    AssignmentDraft,
    drop_assignment,
    finish_assignment,
    give_assignment,
    send_for_need,
)
from anlan.actions.incident_command import commander, name_commander, offer_command, take_command
from anlan.actions.incident_ground import MeasureDraft, draw_mark, end_measure, order_measure, remove_mark
from anlan.actions.incident_lines import TypedLine, take_lines
from anlan.actions.incident_log import IncidentRefusedError
from anlan.actions.incident_units import UnitDraft, call_roll, call_unit, move_unit
from anlan.actions.incidents import (
    IncidentDraft,
    Report,
    change_level,
    close_incident,
    open_incident,
    report_again,
    stand_down,
    still_open,
)
from anlan.models import Entry, Incident, LogEntry, Unit, User
from anlan.models.ids import new_id

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def officer() -> User:
    return a_user("city-office")


@pytest.fixture
def incident(officer: User) -> Incident:
    title = ("火车站车辆冲撞", "Vehicle attack at the station")
    report = Report(location="东广场", casualties=4)
    draft = IncidentDraft("vehicle-attack", title, NOW, report, place=a_place(kind="station"))
    return open_incident(draft, by=officer, at=NOW)


def typed(text: str, at: datetime = NOW) -> TypedLine:
    return TypedLine(new_id(), text, at)


def a_unit(
    incident: Incident, callsign: str, *, rank: int = 0, state: str = "assigned", at: datetime = NOW
) -> Unit:
    draft = UnitDraft(callsign, "police", rank=rank, state=state, people=6)  # type: ignore[arg-type]  # words of the test
    return call_unit(incident, draft, by=None, at=at)


def who_commands(incident: Incident) -> tuple[str, str, bool] | None:
    now = commander(incident)
    return (now.unit.callsign, now.post, now.named) if now else None


def obstacle(refused: pytest.ExceptionInfo[IncidentRefusedError]) -> str:
    return refused.value.obstacle


def kinds(incident: Incident) -> list[str]:
    return list(incident.entries.order_by("seq").values_list("kind", flat=True))


def test_the_same_report_sent_twice_opens_one_incident(officer: User) -> None:
    key = new_id()
    draft = IncidentDraft("arson", ("商场火灾", ""), NOW, Report(major=True))
    first = open_incident(draft, by=officer, at=NOW, key=key)
    again = open_incident(draft, by=officer, at=NOW + MINUTE, key=key)
    assert (first.pk, Incident.objects.count(), LogEntry.objects.count()) == (again.pk, 1, 1)


def test_a_report_takes_the_position_of_its_place_and_masks_what_leads_to_a_person(
    incident: Incident,
) -> None:
    report_again(incident, Report(location="报警人 13800138000 东门"), by=None, at=NOW)
    incident.refresh_from_db()
    assert incident.longitude == pytest.approx(116.3913)
    assert "13800138000" not in incident.location
    assert "13800138000" not in str(
        incident.entries.last() and list(LogEntry.objects.values_list("data", flat=True))
    )


def test_entries_are_numbered_without_gaps_and_a_line_sent_twice_is_one_entry(
    incident: Incident, officer: User
) -> None:
    lines = [typed("东门封闭"), typed("请求增援")]
    take_lines(incident, lines, by=officer, at=NOW)
    again = take_lines(incident, [*lines, typed("增援到达")], by=officer, at=NOW + MINUTE)
    assert [entry.seq for entry in again] == [2, 3, 4]
    assert list(incident.entries.order_by("seq").values_list("text", flat=True)) == [
        "",
        "东门封闭",
        "请求增援",
        "增援到达",
    ]


def test_a_line_that_waited_on_a_device_keeps_the_time_it_was_typed(incident: Incident) -> None:
    entry = take_lines(incident, [typed("断网时记录", NOW - 2 * MINUTE)], by=None, at=NOW)[0]
    assert (entry.happened_at, entry.recorded_at) == (NOW - 2 * MINUTE, NOW)


def test_a_device_whose_clock_runs_ahead_writes_nothing_in_the_future(incident: Incident) -> None:
    assert take_lines(incident, [typed("快", NOW + 9 * MINUTE)], by=None, at=NOW)[0].happened_at == NOW


def test_an_entry_is_struck_by_another_and_stays(incident: Incident) -> None:
    take_lines(incident, [typed("北门爆炸"), typed("/strike 2 误报")], by=None, at=NOW)
    struck, strike = incident.entries.order_by("seq")[1:3]
    assert (struck.text, strike.kind, strike.about_id, strike.text) == (
        "北门爆炸",
        "strike",
        struck.pk,
        "误报",
    )


@pytest.mark.parametrize(
    "line", ["/strike 99 误报", "/done 1", "/strike 3 再划一次", "/unit A1 到场", "/level 4 不变"]
)
def test_a_command_that_cannot_be_carried_out_is_kept_as_a_note_with_the_reason(
    incident: Incident, line: str
) -> None:
    take_lines(incident, [typed("北门爆炸"), typed("/strike 2 误报")], by=None, at=NOW)
    entry = take_lines(incident, [typed(line)], by=None, at=NOW)[0]
    assert (entry.kind, entry.text) == ("note", line)
    assert entry.unread["zh"]


def test_what_is_to_be_done_is_settled_once(incident: Incident) -> None:
    take_lines(
        incident, [typed("/todo 关闭燃气总阀"), typed("/done 2 已关"), typed("/done 2")], by=None, at=NOW
    )
    assert kinds(incident) == ["opened", "todo", "done", "note"]


def test_a_unit_moves_by_a_line_and_a_wrong_move_changes_nothing(incident: Incident) -> None:
    unit = a_unit(incident, "救护1")
    take_lines(incident, [typed("/unit 救护1 到场"), typed("/unit 救护1 到场")], by=None, at=NOW + MINUTE)
    unit.refresh_from_db()
    assert (unit.state, unit.state_at) == ("on-scene", NOW + MINUTE)
    assert kinds(incident)[-2:] == ["unit", "note"]


def test_an_id_of_another_incident_is_not_written_here(incident: Incident, officer: User) -> None:
    line = typed("一")
    take_lines(incident, [line], by=officer, at=NOW)
    other = open_incident(IncidentDraft("arson", ("另一起", ""), NOW, Report()), by=officer, at=NOW)
    with pytest.raises(IncidentRefusedError) as refused:
        take_lines(other, [line], by=officer, at=NOW)
    assert obstacle(refused) == "known-elsewhere"


def test_until_a_commander_is_named_the_highest_rank_on_scene_commands(incident: Incident) -> None:
    a_unit(incident, "巡警1", rank=2, state="on-scene")
    chief = a_unit(incident, "特警1", rank=5)
    a_unit(incident, "救护1", rank=0, state="on-scene")
    assert who_commands(incident) == ("巡警1", "", False)
    move_unit(chief, "on-scene", by=None, at=NOW + MINUTE)
    assert who_commands(incident) == ("特警1", "", False)
    assert incident.commands.filter(ends_at__isnull=True).count() == 1


def test_who_was_named_keeps_command_whoever_arrives(incident: Incident) -> None:
    named = a_unit(incident, "指挥", rank=1)
    name_commander(incident, named, "市局副局长", by=None, at=NOW)
    a_unit(incident, "特警1", rank=9, state="on-scene", at=NOW + MINUTE)
    assert who_commands(incident) == ("指挥", "市局副局长", True)


def test_command_passes_when_it_is_taken_over_not_when_it_is_offered(incident: Incident) -> None:
    one, other = a_unit(incident, "指挥"), a_unit(incident, "市指")
    name_commander(incident, one, "现场指挥", by=None, at=NOW)
    offer_command(incident, other, "市级指挥长", by=None, at=NOW + MINUTE)
    assert who_commands(incident) == ("指挥", "现场指挥", True)
    take_command(incident, by=None, at=NOW + 2 * MINUTE)
    assert who_commands(incident) == ("市指", "市级指挥长", True)
    with pytest.raises(IncidentRefusedError) as refused:
        take_command(incident, by=None, at=NOW + 3 * MINUTE)
    assert obstacle(refused) == "not-offered"
    assert Entry.objects.filter(action="pass-command").count() == 2


def test_a_need_is_met_when_all_of_it_was_sent(incident: Incident) -> None:
    need = give_assignment(
        incident, AssignmentDraft("need", "medical", "救护车", quantity=4), by=None, at=NOW
    )
    assert send_for_need(need, 3, by=None, at=NOW).done_at is None
    assert send_for_need(need, 1, by=None, at=NOW + MINUTE).done_at == NOW + MINUTE
    with pytest.raises(IncidentRefusedError):
        send_for_need(need, 1, by=None, at=NOW + MINUTE)


def test_a_measure_states_area_end_and_authority_and_is_never_ordered_backwards(incident: Incident) -> None:
    draft = MeasureDraft("禁止通行", "站前路", "city", NOW, NOW + 60 * MINUTE)
    measure = order_measure(incident, draft, by=None, at=NOW)
    end_measure(measure, "已清场", by=None, at=NOW + MINUTE)
    with pytest.raises(IncidentRefusedError):
        order_measure(incident, MeasureDraft("禁止通行", "站前路", "city", NOW, NOW), by=None, at=NOW)
    steps = [entry.data["step"] for entry in incident.entries.filter(kind="measure").order_by("seq")]
    assert steps == ["ordered", "ended"]


def test_an_incident_closes_when_nothing_is_out_closed_off_or_undone(incident: Incident) -> None:
    unit = a_unit(incident, "救护1", state="on-scene")
    call_roll(unit, 5, by=None, at=NOW)
    task = give_assignment(incident, AssignmentDraft("task", "operations", "清点人数"), by=None, at=NOW)
    mark = draw_mark(
        incident, "rendezvous", {"type": "Point", "coordinates": [116.4, 39.9]}, "集结点", by=None, at=NOW
    )
    remove_mark(mark, by=None, at=NOW)
    with pytest.raises(IncidentRefusedError):
        close_incident(incident, "善后组", by=None, at=NOW)
    stand_down(incident, "现场安全", by=None, at=NOW)
    assert still_open(incident) == {"units": 1, "assignments": 1}
    move_unit(unit, "released", by=None, at=NOW)
    finish_assignment(task, by=None, at=NOW)
    close_incident(incident, "善后组", by=None, at=NOW + MINUTE)
    with pytest.raises(IncidentRefusedError) as refused:
        take_lines(incident, [typed("晚到")], by=None, at=NOW + MINUTE)
    assert obstacle(refused) == "closed"
    assert kinds(incident)[-1] == "closed"


def test_a_task_is_given_up_only_with_a_reason(incident: Incident) -> None:
    task = give_assignment(incident, AssignmentDraft("task", "logistics", "送水"), by=None, at=NOW)
    with pytest.raises(IncidentRefusedError):
        drop_assignment(task, " ", by=None, at=NOW)
    assert drop_assignment(task, "不再需要", by=None, at=NOW).reason == "不再需要"


def test_the_level_changes_with_a_reason_also_by_a_line(incident: Incident) -> None:
    change_level(incident, 2, "伤亡增加", by=None, at=NOW)
    take_lines(incident, [typed("/level 1 市级响应")], by=None, at=NOW)
    incident.refresh_from_db()
    assert incident.level == 1
    assert [
        entry.reason for entry in Entry.objects.filter(action="change-response-level").order_by("id")
    ] == ["伤亡增加", "市级响应"]


def test_ids_made_on_a_device_are_those_of_the_log(incident: Incident) -> None:
    line = TypedLine(UUID("0190a000-0000-7000-8000-000000000001"), "到达", NOW)
    assert take_lines(incident, [line], by=None, at=NOW)[0].pk == line.id
