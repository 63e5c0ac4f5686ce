"""The page of an incident's plans: started by those who run it, ticked on the spot, and never by strangers."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anlan.actions.incident_plans import activate_plan
from anlan.actions.incidents import IncidentDraft, Report, open_incident
from anlan.models import Activation, Assignment, Incident, LogEntry, StepDone
from anlan.queries.incident_plans import plan_named
from anlan.web.incident_said import said
from builders import a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)


@pytest.fixture
def incident() -> Incident:
    adopt_plan()
    place = a_place("MALL", public_access=True)
    draft = IncidentDraft("vehicle-attack", ("车辆冲撞", "Vehicle attack"), NOW, Report(), place=place)
    return open_incident(draft, by=None, at=NOW)


@pytest.fixture
def office(client: Client) -> Client:
    return signed_in(client, a_user("city-office"))


@pytest.fixture
def activation(incident: Incident) -> Activation:
    named = plan_named("city-plan-2026", "vehicle-attack", timezone.now())
    assert named is not None
    return activate_plan(incident, *named, by=None, at=timezone.now())


def page(client: Client, incident: Incident, query: str = "") -> str:
    return client.get(reverse("incident-plans", args=[incident.pk]) + query).content.decode()


def tick(client: Client, activation: Activation, role: str, step: str, **headers: str) -> int:
    address = reverse("incident-plan-step", args=[activation.incident_id, activation.pk])
    return client.post(address, {"role": role, "step": step}, headers=headers).status_code


def test_a_proposed_plan_is_activated_and_its_cards_stand_on_the_page(
    office: Client, incident: Incident
) -> None:
    assert "没有启动" not in page(office, incident)
    sent = {"scheme": "city-plan-2026", "plan": "vehicle-attack"}
    assert office.post(reverse("incident-plan-activate", args=[incident.pk]), sent).status_code == 302
    body = page(office, incident)
    for words in ("大声喊人离开车道", "严禁驾车或徒步追赶", "data-due"):
        assert words in body


@pytest.mark.parametrize(
    "sent", [{}, {"scheme": "city-plan-2026", "plan": "x"}, {"scheme": "x", "plan": "general"}]
)
def test_a_plan_that_no_scheme_has_is_not_activated(office: Client, incident: Incident, sent) -> None:
    assert office.post(reverse("incident-plan-activate", args=[incident.pk]), sent).status_code == 404
    assert not Activation.objects.exists()


def test_a_ticked_step_is_done_for_everybody_and_read_in_the_log_in_both_languages(
    office: Client, activation: Activation
) -> None:
    assert tick(office, activation, "guard", "warn") == 302
    entry = LogEntry.objects.get(kind="step")
    assert said(entry) == "保安员第1步：大声喊人离开车道，躲到坚固物后。"
    from django.utils import translation

    with translation.override("en"):
        assert (
            said(entry) == "Guard, step 1: Shout to people to leave the road and get behind something solid."
        )
        assert said(LogEntry.objects.get(kind="plan")) == "Vehicle attack"
    assert "is-done" in page(office, activation.incident)


def test_the_guard_on_the_spot_ticks_the_place_s_cards_and_not_the_commander_s(
    client: Client, activation: Activation
) -> None:
    signed_in(client, a_user("guard", place="MALL"))
    assert tick(client, activation, "guard", "warn") == 302
    assert tick(client, activation, "commander", "stand_down/1") == 403
    assert list(StepDone.objects.values_list("role", "step")) == [("guard", "warn")]
    sent = {"scheme": "city-plan-2026", "plan": "general"}
    refused = client.post(reverse("incident-plan-activate", args=[activation.incident_id]), sent)
    assert refused.status_code == 403


def test_people_of_another_place_neither_see_nor_tick(client: Client, activation: Activation) -> None:
    signed_in(client, a_user("guard", place=a_place("OTHER").code))
    assert client.get(reverse("incident-plans", args=[activation.incident_id])).status_code == 404
    assert tick(client, activation, "guard", "warn") == 404


def test_what_the_plan_wants_becomes_a_need_once_asked_for(office: Client, activation: Activation) -> None:
    wanted = activation.content["resources"][0]
    address = reverse("incident-plan-need", args=[activation.incident_id, activation.pk])
    assert office.post(address, {"wanted": "no-such"}).status_code == 404
    assert office.post(address, {"wanted": wanted["id"]}).status_code == 302
    need = Assignment.objects.get()
    assert (need.kind, need.text, need.quantity) == ("need", wanted["title"]["zh"], wanted["quantity"])
    assert f'value="{wanted["id"]}"' not in page(office, activation.incident)


def test_the_live_part_answers_nothing_new_until_something_is(office: Client, activation: Activation) -> None:
    address = reverse("incident-plans", args=[activation.incident_id]) + "?part=live"
    tag = office.get(address).headers["ETag"]
    assert office.get(address, headers={"If-None-Match": tag}).status_code == 304
    tick(office, activation, "guard", "warn")
    assert office.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_who_ticked_is_named_to_people_of_the_place_and_elsewhere_only_as_a_guard(
    activation: Activation,
) -> None:
    on_the_spot = signed_in(Client(), a_user("guard", place="MALL", name="赵守成"))
    assert tick(on_the_spot, activation, "guard", "warn") == 302
    assert "赵守成" in page(on_the_spot, activation.incident)
    away = signed_in(Client(), a_user("city-office"))
    assert "赵守成" not in page(away, activation.incident)


def test_the_log_names_the_role_of_who_ticked_a_step_and_no_person(activation: Activation) -> None:
    on_the_spot = signed_in(Client(), a_user("guard", place="MALL", name="赵守成"))
    assert tick(on_the_spot, activation, "guard", "warn") == 302
    away = signed_in(Client(), a_user("city-office"))
    entries = away.get(reverse("incident-log", args=[activation.incident_id])).json()["entries"]
    assert entries[-1]["kind"] == "step"
    assert "赵守成" not in str(entries)
