"""The forms of an incident say what the log holds, in both languages."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from tests.builders import a_place, a_user, adopt_plan, signed_in

from anlan.actions.incident_assignments import AssignmentDraft, give_assignment
from anlan.actions.incident_ground import MeasureDraft, draw_mark, order_measure
from anlan.actions.incident_lines import TypedLine, take_lines
from anlan.actions.incident_units import UnitDraft, call_unit
from anlan.actions.incidents import IncidentDraft, Report, open_incident
from anlan.models import Incident
from anlan.models.ids import new_id
from anlan.web.incident_sheets import FORMS

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)


@pytest.fixture
def office(client: Client) -> Client:
    adopt_plan()
    return signed_in(client, a_user("city-office"))


@pytest.fixture
def incident() -> Incident:
    report = Report(location="东广场 3 号门", casualties=4)
    draft = IncidentDraft(
        "vehicle-attack", ("车辆冲撞", "Vehicle attack"), NOW, report, a_place(kind="station")
    )
    found = open_incident(draft, by=None, at=NOW)
    call_unit(found, UnitDraft("救护1", "ambulance", people=3, rank=1, state="on-scene"), by=None, at=NOW)
    need = AssignmentDraft("need", "medical", "救护车", quantity=4)
    give_assignment(found, need, by=None, at=NOW)
    hour = timedelta(hours=1)
    order_measure(found, MeasureDraft("禁止通行", "站前路", "city", NOW, NOW + hour), by=None, at=NOW)
    draw_mark(
        found,
        "inner-cordon",
        {"type": "Point", "coordinates": [116.4, 39.9], "radius_m": 150},
        "",
        by=None,
        at=NOW,
    )
    lines = [
        "救护1: 两人已送医",
        "/strike 7 记错",
        "/contact 救护1 15",
        "/level 1 升级",
        "/todo 关阀",
        "/done 11",
    ]
    take_lines(found, [TypedLine(new_id(), line, NOW) for line in lines], by=None, at=NOW)
    return found


def text_of(client: Client, incident: Incident, form: str, query: str = "") -> str:
    answer = client.get(reverse("incident-form", args=[incident.pk, form]) + query)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return "".join(page.extract_text() for page in pages).replace(" ", "").replace("\n", "")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_is_set_in_both_languages(
    office: Client, incident: Incident, form: str, language: str
) -> None:
    office.cookies["language"] = language
    text = text_of(office, incident, form, "?entry=8" if form == "213" else "")
    assert ("Vehicleattack" if language == "en" else "车辆冲撞") in text
    assert str(incident) in text


def test_the_status_summary_counts_casualties_forces_and_needs_and_names_nobody(
    office: Client, incident: Incident
) -> None:
    text = text_of(office, incident, "209")
    for words in ("伤亡人数4", "救护1", "0/4", "站前路", "市级"):
        assert words in text


def test_the_activity_log_holds_every_entry_with_what_was_struck(office: Client, incident: Incident) -> None:
    text = text_of(office, incident, "214")
    assert all(f"#{number}" in text for number in range(1, incident.entries.count() + 1))
    for words in ("划掉#7", "办结#11", "由IV级调整为I级", "两人已送医", "应于"):
        assert words in text


def test_an_assignment_list_holds_its_lane_alone(office: Client, incident: Incident) -> None:
    give_assignment(incident, AssignmentDraft("task", "logistics", "送水"), by=None, at=NOW)
    text = text_of(office, incident, "204", "?lane=logistics")
    assert "送水" in text
    assert "救护车" not in text


@pytest.mark.parametrize(
    "address", ["999.pdf", "213.pdf", "213.pdf?entry=99", "213.pdf?entry=x", "204.pdf?lane=nowhere"]
)
def test_a_form_that_is_not_there_is_not_found(office: Client, incident: Incident, address: str) -> None:
    assert office.get(f"/incidents/{incident.pk}/forms/{address}").status_code == 404
