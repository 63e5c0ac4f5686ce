"""The list of places, its map and its exports: found, narrowed, sorted, within reach, in a fixed number of reads."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.actions.posture import raise_posture
from anlan.actions.register import close_place
from anlan.models import District, Place
from anlan.queries import board
from builders import a_department, a_district, a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forgotten_board():
    """Each test has a database of its own, so the board of another must not be kept."""
    board.forget()


@pytest.fixture
def office(client: Client) -> Client:
    return signed_in(client, a_user("city-office"))


def codes(response) -> list[str]:
    return [entry["place"].code for entry in response.context["rows"]]


def found(client: Client, **query: str) -> list[str]:
    response = client.get(reverse("places"), query)
    assert response.status_code == 200
    return codes(response)


def test_an_empty_register_says_what_to_do_next(office):
    body = office.get(reverse("places")).content.decode()
    assert reverse("place-new") in body


def test_places_are_found_by_characters_pinyin_initials_and_code(office):
    a_place("M-1", name_zh="临江商场")
    a_place("H-1", name_zh="人民医院")
    assert found(office, q="商场") == ["M-1"]
    assert found(office, q="linjiang") == ["M-1"]
    assert found(office, q="rmyy") == ["H-1"]
    assert found(office, q="h-1") == ["H-1"]
    assert found(office, q="nothing like it") == []


def test_the_list_is_narrowed_by_district_with_its_parts_kind_operator_and_tier(office):
    adopt_plan()
    a_district("990100")
    a_district("990101", parent="990100")
    District.objects.filter(code="990101").update(parent_id="990100")
    a_place("A", district="990101", kind="mall", daily_visitors=9000.0, operator="临江商业")
    a_place("B", district="990102", kind="hospital", daily_visitors=100.0)
    a_place("C", kind="hospital")
    assert found(office, district="990100") == ["A"]
    assert sorted(found(office, kind="hospital")) == ["B", "C"]
    assert found(office, operator="临江商业") == ["A"]
    assert found(office, tier="city-plan-2026:tier-1") == ["A"]
    assert found(office, tier="city-plan-2026:undetermined") == ["C"]
    assert found(office, state="undetermined") == ["C"]


def test_gaps_come_first_when_asked_and_states_narrow_the_list(office):
    adopt_plan()
    a_place("QUIET", name_zh="安静公园", kind="park", daily_visitors=10.0, area_m2=10.0)
    a_place("LOUD", name_zh="热闹商场", kind="mall", daily_visitors=9000.0, area_m2=5000.0)
    rows = office.get(reverse("places"), {"sort": "gaps"}).context["rows"]
    gaps = [entry["row"].gaps for entry in rows]
    assert rows[0]["place"].code == "LOUD"
    assert gaps == sorted(gaps, reverse=True)
    assert "LOUD" in found(office, state="gaps")
    assert "LOUD" not in found(office, state="recorded")


def test_a_raised_district_is_found_by_its_posture(office):
    a_place("IN", district="990101")
    a_place("OUT", district="990102")
    now = datetime.now(UTC)
    raise_posture(
        "orange",
        start=now - timedelta(hours=1),
        end=None,
        reason="",
        by=None,
        at=now,
        district=District.objects.get(code="990101"),
    )
    assert found(office, posture="orange") == ["IN"]
    assert found(office, posture="normal") == ["OUT"]


def test_closed_places_are_shown_only_when_asked_for(office):
    place = a_place("GONE")
    close_place(place, by=None, at=datetime.now(UTC) - timedelta(minutes=1), reason="拆除")
    assert found(office) == []
    assert found(office, closed="on") == ["GONE"]


def test_pages_of_fifty_follow_one_another_without_loss_or_repeat(office):
    for number in range(120):
        a_place(f"P-{number:03}", name_zh=f"场所{number:03}")
    seen, after = [], ""
    for _page in range(3):
        response = office.get(reverse("places"), {"after": after})
        seen += codes(response)
        after = response.context["next"]
    assert after == ""
    assert seen == sorted(Place.objects.values_list("code", flat=True))


def test_the_list_takes_the_same_number_of_reads_however_many_places_there_are(office):
    adopt_plan()

    def reads() -> int:
        office.get(reverse("places"))
        with CaptureQueriesContext(
            connection,
        ) as context:
            assert office.get(reverse("places")).status_code == 200
        return len(context)

    for number in range(3):
        a_place(f"A-{number}", district="990101", daily_visitors=100.0)
    few = reads()
    for number in range(60):
        a_place(f"B-{number}", district="990102", kind="hospital", daily_visitors=9000.0)
    assert reads() == few
    assert few <= 22


def test_people_see_the_places_their_grants_reach_on_list_map_and_export():
    a_place("MINE", district="990101", department="COM")
    a_place("OTHER", district="990102")
    liaison = signed_in(Client(), a_user("department-liaison", department="COM"))
    assert found(liaison) == ["MINE"]
    features = liaison.get(reverse("places-map")).json()["features"]
    assert [feature["properties"]["code"] for feature in features] == ["MINE"]
    exported = b"".join(liaison.get(reverse("places-export", args=["geojson"]))).decode()
    assert [each["properties"]["code"] for each in json.loads(exported)["features"]] == ["MINE"]
    district = signed_in(Client(), a_user("city-office", district="990102"))
    assert found(district) == ["OTHER"]
    manager = signed_in(Client(), a_user("venue-manager", place="OTHER"))
    assert found(manager) == ["OTHER"]


def test_the_map_answers_only_what_lies_in_the_box(office):
    a_place("NEAR", longitude=121.5, latitude=29.9)
    a_place("FAR", longitude=100.0, latitude=20.0)
    a_place("NOWHERE", longitude=None, latitude=None)
    answer = office.get(reverse("places-map"), {"bbox": "121,29,122,30"}).json()
    assert [feature["properties"]["code"] for feature in answer["features"]] == ["NEAR"]
    assert len(office.get(reverse("places-map")).json()["features"]) == 2


def test_an_export_holds_exactly_what_the_filter_shows_and_hides_receivers_from_auditors(office):
    a_place("A", kind="mall")
    a_place("B", kind="hospital")
    Place.objects.update(receiver_name="周敏", receiver_phone="0574-1")
    adopt_plan()

    def table(client: Client) -> str:
        return b"".join(client.get(reverse("places-export", args=["csv"]), {"kind": "mall"})).decode(
            "utf-8-sig"
        )

    rows = list(csv.reader(io.StringIO(table(office))))
    assert [row[0] for row in rows[1:]] == ["A"]
    assert "周敏" in table(office)
    assert "周敏" not in table(signed_in(Client(), a_user("auditor")))


def test_a_workbook_begins_like_a_zip_file(office):
    a_place("A")
    response = office.get(reverse("places-export", args=["xlsx"]))
    assert response.content[:2] == b"PK"
    assert office.get(reverse("places-export", args=["exe"])).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "kind=%00",
        "district=999999999999",
        "tier=x:y",
        "tier=city-plan-2026:nonsense",
        "sort=upside",
        "state=NaN",
        "after=%F0%9F%98%80",
        "q=%27%22%3Cscript%3E",
        "posture=purple",
        "bbox=nan,inf,1,2",
        "bbox=1e400,0,0,0",
        "bbox=10,0,5,1",
        "q=" + "a" * 5000,
    ],
)
def test_a_wrong_address_is_answered_without_a_server_error(office, query):
    a_place("A")
    for name in ("places", "places-map"):
        assert office.get(f"{reverse(name)}?{query}").status_code in {200, 400}


def test_a_filter_that_cannot_be_says_so_and_shows_nothing(office):
    a_place("A")
    response = office.get(reverse("places"), {"kind": "no-such-kind"})
    assert codes(response) == []
    assert response.context["form_faults"]


def test_osm_is_credited_where_its_places_are_shown(office):
    place = a_place("O")
    assert "© OpenStreetMap" not in office.get(reverse("places")).content.decode()
    Place.objects.filter(pk=place.pk).update(source="osm")
    assert "© OpenStreetMap" in office.get(reverse("places")).content.decode()


def test_departments_are_listed_with_their_gaps_and_open_their_responsibility_list(office):
    adopt_plan()
    a_department("LG", role="leading-group")
    listed = office.get(reverse("departments"))
    assert [row["department"].code for row in listed.context["rows"]] == ["LG"]
    page = office.get(reverse("department", args=["LG"]))
    duties = {row.duty.rule.id for row in page.context["rows"]}
    assert "quarterly-meeting" in duties
    why = reverse("department-why", args=["LG", "city-plan-2026", "quarterly-meeting"])
    assert office.get(why).status_code == 200
    assert office.get(reverse("department", args=["nobody"])).status_code == 404
