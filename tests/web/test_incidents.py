"""The pages of an incident: reported, run by those who may, and never telling more than a grant reaches."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.builders import a_place, a_user, adopt_plan, signed_in

from anlan.actions.incident_units import UnitDraft, call_unit
from anlan.actions.incidents import IncidentDraft, Report, open_incident
from anlan.models import Incident, LogEntry, Unit
from anlan.models.ids import new_id

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)


@pytest.fixture
def office(client: Client) -> Client:
    return signed_in(client, a_user("city-office"))


@pytest.fixture
def incident() -> Incident:
    draft = IncidentDraft("arson", ("商场火灾", "Fire"), NOW, Report(), place=a_place("P-FIRE"))
    return open_incident(draft, by=None, at=NOW)


def post_lines(client: Client, incident: Incident, *texts: str) -> tuple[int, list[dict[str, object]]]:
    lines = [{"id": str(new_id()), "text": text, "typed_at": "2026-03-10T06:31:00Z"} for text in texts]
    address = reverse("incident-lines", args=[incident.pk])
    answer = client.post(address, json.dumps({"lines": lines}), content_type="application/json")
    return answer.status_code, answer.json().get("entries", [])


def test_a_guard_reports_an_incident_at_the_own_place_in_one_form(client: Client) -> None:
    adopt_plan()
    place = a_place("P-MALL", name_zh="江湾商场")
    signed_in(client, a_user("guard", place=place.code))
    answer = client.post(
        reverse("incident-report"),
        {
            "id": str(new_id()),
            "scenario": "vehicle-attack",
            "place": "P-MALL",
            "major": "on",
            "casualties": "3",
        },
    )
    incident = Incident.objects.get()
    assert answer.headers["Location"] == reverse("incident", args=[incident.pk])
    assert (incident.title_zh, incident.casualties, incident.level) == ("江湾商场 车辆冲撞", 3, 3)


def test_a_report_sent_twice_opens_one_incident(office: Client) -> None:
    adopt_plan()
    form = {"id": str(new_id()), "scenario": "arson", "location": "东门"}
    for _time in range(2):
        assert office.post(reverse("incident-report"), form).status_code == 302
    assert Incident.objects.count() == 1


def test_a_report_without_a_place_and_without_words_for_it_says_what_is_missing(office: Client) -> None:
    adopt_plan()
    answer = office.post(reverse("incident-report"), {"scenario": "arson"})
    assert answer.status_code == 422
    assert "请说明地点" in answer.content.decode()


def test_lines_come_back_as_entries_in_the_order_typed(office: Client, incident: Incident) -> None:
    status, entries = post_lines(office, incident, "东门封闭", "/todo 关阀")
    assert status == 200
    assert [(entry["seq"], entry["kind"], entry["text"]) for entry in entries] == [
        (2, "note", "东门封闭"),
        (3, "todo", "关阀"),
    ]


@pytest.mark.parametrize("body", ["", "{}", '{"lines": []}', '{"lines": [{"id": "1"}]}', "[1]", "\x00"])
def test_what_is_no_lines_is_answered_with_words_and_writes_nothing(
    office: Client, incident: Incident, body: str
) -> None:
    answer = office.post(reverse("incident-lines", args=[incident.pk]), body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert LogEntry.objects.count() == 1


def test_the_log_after_a_number_holds_what_came_later(office: Client, incident: Incident) -> None:
    post_lines(office, incident, "一", "二")
    answer = office.get(reverse("incident-log", args=[incident.pk]) + "?after=2").json()
    assert ([entry["text"] for entry in answer["entries"]], answer["last"]) == (["二"], 3)


def test_markup_that_somebody_types_reaches_the_page_as_text(office: Client, incident: Incident) -> None:
    post_lines(office, incident, "</script><b>x")
    page = office.get(reverse("incident", args=[incident.pk])).content.decode()
    assert "</script><b>x" not in page
    assert "\\u003C/script\\u003E" in page


def test_an_open_incident_is_listed_by_its_title(office: Client, incident: Incident) -> None:
    assert "商场火灾" in office.get(reverse("incidents")).content.decode()


def test_the_manager_of_another_place_sees_no_incident_here(client: Client, incident: Incident) -> None:
    signed_in(client, a_user("venue-manager", place=a_place("P-OTHER").code))
    for name in ("incident", "incident-log", "incident-forces", "incident-ground", "incident-situation"):
        assert client.get(reverse(name, args=[incident.pk])).status_code == 404
    assert str(incident) not in client.get(reverse("incidents")).content.decode()


def test_the_manager_of_the_place_reads_the_log_and_does_not_write_it(
    client: Client, incident: Incident
) -> None:
    signed_in(client, a_user("venue-manager", place="P-FIRE"))
    page = client.get(reverse("incident", args=[incident.pk])).content.decode()
    assert "data-log-form" not in page
    assert post_lines_status(client, incident) == 403


def post_lines_status(client: Client, incident: Incident) -> int:
    return client.post(
        reverse("incident-lines", args=[incident.pk]), "{}", content_type="application/json"
    ).status_code


def test_a_refused_step_is_said_and_changes_nothing(office: Client, incident: Incident) -> None:
    unit = call_unit(incident, UnitDraft("A1", "police", state="on-scene"), by=None, at=NOW)
    address = reverse("incident-unit-state", args=[incident.pk, unit.pk])
    answer = office.post(address, {"state": "on-scene"}, follow=True)
    assert "该力量目前不能转入这一状态" in answer.content.decode()
    assert LogEntry.objects.filter(kind="unit").count() == 1


def test_a_form_with_a_mistake_comes_back_as_it_was_typed(office: Client, incident: Incident) -> None:
    answer = office.post(
        reverse("incident-unit-new", args=[incident.pk]),
        {
            "callsign": "A 1",
            "kind": "police",
            "people": "2",
            "rank": "0",
            "state": "assigned",
            "organisation": "特警支队",
        },
    )
    assert answer.status_code == 422
    assert "特警支队" in answer.content.decode()
    assert not Unit.objects.exists()


def test_a_unit_of_another_incident_cannot_be_moved_from_here(office: Client, incident: Incident) -> None:
    other = open_incident(IncidentDraft("arson", ("另一起", ""), NOW, Report()), by=None, at=NOW)
    unit = call_unit(other, UnitDraft("B1", "police"), by=None, at=NOW)
    address = reverse("incident-unit-state", args=[incident.pk, unit.pk])
    assert office.post(address, {"state": "on-scene"}).status_code == 404


def test_a_cordon_is_drawn_as_a_circle_and_listed(office: Client, incident: Incident) -> None:
    form = {
        "kind": "inner-cordon",
        "near": "39.9075, 116.3913",
        "radius_m": "100",
        "outline": "",
        "label": "东广场",
    }
    assert office.post(reverse("incident-mark-new", args=[incident.pk]), form).status_code == 302
    mark = incident.marks.get()
    assert mark.shape == {"type": "Point", "coordinates": [116.3913, 39.9075], "radius_m": 100}
    assert "东广场" in office.get(reverse("incident-ground", args=[incident.pk])).content.decode()


@pytest.mark.parametrize("near", ["", "north", "91, 0"])
def test_a_mark_without_a_place_on_the_map_is_not_drawn(
    office: Client, incident: Incident, near: str
) -> None:
    form = {"kind": "scene", "near": near, "radius_m": "", "outline": "", "label": ""}
    assert office.post(reverse("incident-mark-new", args=[incident.pk]), form).status_code == 422


def test_what_stands_beside_the_log_is_sent_again_only_when_something_changed(
    office: Client, incident: Incident
) -> None:
    address = reverse("incident-live", args=[incident.pk])
    tag = office.get(address).headers["ETag"]
    assert office.get(address, headers={"If-None-Match": tag}).status_code == 304
    post_lines(office, incident, "新")
    assert office.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_the_incident_is_closed_from_the_page_after_everything_is_settled(
    office: Client, incident: Incident
) -> None:
    unit = call_unit(incident, UnitDraft("A1", "police", state="on-scene"), by=None, at=NOW)
    down, close = (reverse(f"incident-{step}", args=[incident.pk]) for step in ("stand-down", "close"))
    office.post(down, {"reason": "已控制"})
    office.post(close, {"reason": "善后组"})
    incident.refresh_from_db()
    assert incident.closed_at is None
    office.post(reverse("incident-unit-state", args=[incident.pk, unit.pk]), {"state": "released"})
    office.post(close, {"reason": "善后组"})
    incident.refresh_from_db()
    assert incident.closed_at is not None
    status, _entries = post_lines(office, incident, "晚到")
    assert status == 409


def test_an_incident_of_long_ago_is_found_page_by_page(office: Client) -> None:
    for number in range(52):
        at = NOW + timedelta(minutes=number)
        one = open_incident(IncidentDraft("arson", (f"旧事件{number}", ""), at, Report()), by=None, at=at)
        Incident.objects.filter(pk=one.pk).update(closed_at=at)
    first = office.get(reverse("incidents"))
    second = office.get(reverse("incidents"), {"after": first.context["next"]})
    assert len(first.context["rows"]) + len(second.context["rows"]) == 52
    assert "旧事件51" in first.content.decode()
