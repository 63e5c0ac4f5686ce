"""Plans in an incident: started once, kept as they were, and worked through without a step counted twice."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_place, adopt_plan

from anlan.actions.incident_log import IncidentRefusedError
from anlan.actions.incident_plans import activate_plan, tick_step
from anlan.actions.incidents import IncidentDraft, Report, close_incident, open_incident, stand_down
from anlan.actions.place_points import PointDraft, add_point
from anlan.models import Activation, Incident, LogEntry, StepDone
from anlan.models.ids import new_id
from anlan.queries.incident_plans import first_steps, plan_named, proposals

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def incident() -> Incident:
    adopt_plan()
    place = a_place("MALL", public_access=True)
    draft = IncidentDraft("vehicle-attack", ("车辆冲撞", "Vehicle attack"), NOW, Report(), place=place)
    return open_incident(draft, by=None, at=NOW)


def activate(incident: Incident, plan: str = "vehicle-attack", at: datetime = NOW) -> Activation:
    named = plan_named("city-plan-2026", plan, at)
    assert named is not None
    return activate_plan(incident, *named, by=None, at=at)


def entries(incident: Incident, kind: str) -> list[LogEntry]:
    return list(incident.entries.filter(kind=kind).order_by("seq"))


def test_the_plan_for_what_happened_is_proposed_first_and_the_general_one_next(incident: Incident) -> None:
    assert [each.plan.id for each in proposals(incident, NOW)[:2]] == ["vehicle-attack", "general"]
    activate(incident)
    assert proposals(incident, NOW)[0].plan.id == "general"


def test_a_plan_activated_by_two_people_at_once_starts_once_and_is_logged_once(incident: Incident) -> None:
    first, second = activate(incident), activate(incident, at=NOW + MINUTE)
    assert (second.pk, second.at) == (first.pk, NOW)
    assert [entry.data["plan"] for entry in entries(incident, "plan")] == ["vehicle-attack"]


def test_what_the_plan_said_is_kept_though_the_place_changes_afterwards(incident: Incident) -> None:
    assert incident.place is not None
    add_point(incident.place, PointDraft("exit", "东门"), by=None, at=NOW)
    activation = activate(incident)
    add_point(incident.place, PointDraft("exit", "西门"), by=None, at=NOW + MINUTE)
    activation.refresh_from_db()
    guard = next(steps for card, steps in first_steps(activation.content) if card["role"] == "guard")
    shown = {point.zh for each in guard for point in each.points}
    assert shown == {"东门"}


def test_an_incident_at_no_place_has_the_cards_without_points() -> None:
    adopt_plan()
    draft = IncidentDraft("armed-attack", ("持械袭击", ""), NOW, Report(location="人民广场"))
    activation = activate(open_incident(draft, by=None, at=NOW), "armed-attack")
    assert {card["role"] for card, _steps in first_steps(activation.content)} >= {"guard", "commander"}
    assert all(not each.points for _card, steps in first_steps(activation.content) for each in steps)


def test_a_step_sent_twice_or_ticked_by_two_people_is_done_once(incident: Incident) -> None:
    activation, key = activate(incident), new_id()
    tick_step(activation, "guard", "warn", id=key, done_at=NOW, by=None, at=NOW)
    tick_step(activation, "guard", "warn", id=key, done_at=NOW, by=None, at=NOW + MINUTE)
    tick_step(activation, "guard", "warn", id=new_id(), done_at=NOW + MINUTE, by=None, at=NOW + MINUTE)
    assert [(row.pk, row.done_at) for row in StepDone.objects.all()] == [(key, NOW)]
    assert len(entries(incident, "step")) == 1


def test_a_step_is_late_by_when_it_was_done_and_not_by_when_that_arrived(incident: Incident) -> None:
    activation = activate(incident)  # the guard's `warn` is due within one minute
    tick_step(activation, "guard", "warn", done_at=NOW + MINUTE, by=None, at=NOW + 9 * MINUTE)
    tick_step(activation, "guard", "alarm", done_at=NOW + 2 * MINUTE, by=None, at=NOW + 9 * MINUTE)
    assert [entry.data["late"] for entry in entries(incident, "step")] == [False, True]
    assert [entry.happened_at for entry in entries(incident, "step")] == [NOW + MINUTE, NOW + 2 * MINUTE]


def test_a_clock_that_runs_ahead_does_not_tick_a_step_in_the_future(incident: Incident) -> None:
    row = tick_step(activate(incident), "guard", "warn", done_at=NOW + 5 * MINUTE, by=None, at=NOW)
    assert row.done_at == NOW


@pytest.mark.parametrize(
    ("role", "step"), [("guard", "no-step"), ("no-role", "warn"), ("control-room", "warn")]
)
def test_a_step_that_the_plan_does_not_give_this_role_is_refused(
    incident: Incident, role: str, step: str
) -> None:
    with pytest.raises(IncidentRefusedError) as refused:
        tick_step(activate(incident), role, step, done_at=NOW, by=None, at=NOW)
    assert refused.value.obstacle == "no-such-step"
    assert not StepDone.objects.exists()


def test_an_id_of_another_step_is_refused(incident: Incident) -> None:
    activation, key = activate(incident), new_id()
    tick_step(activation, "guard", "warn", id=key, done_at=NOW, by=None, at=NOW)
    with pytest.raises(IncidentRefusedError) as refused:
        tick_step(activation, "guard", "alarm", id=key, done_at=NOW, by=None, at=NOW)
    assert refused.value.obstacle == "known-elsewhere"


def test_nothing_is_activated_or_ticked_in_a_closed_incident(incident: Incident) -> None:
    activation = activate(incident)
    stand_down(incident, "警情解除", by=None, at=NOW)
    close_incident(incident, "移交恢复", by=None, at=NOW)
    for act in (
        lambda: activate(incident, "general"),
        lambda: tick_step(activation, "guard", "warn", done_at=NOW, by=None, at=NOW),
    ):
        with pytest.raises(IncidentRefusedError) as refused:
            act()
        assert refused.value.obstacle == "closed"


def test_stand_down_and_recovery_are_ticked_by_the_commander(incident: Incident) -> None:
    activation = activate(incident)
    for step in ("stand_down/1", "recovery/1"):
        tick_step(activation, "commander", step, done_at=NOW, by=None, at=NOW)
    assert [entry.data["do"]["zh"] for entry in entries(incident, "step")] == [
        activation.content["stand_down"][0]["zh"],
        activation.content["recovery"][0]["zh"],
    ]
