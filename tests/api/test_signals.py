"""Signals through the API: taken in once, masked, about one place or area, read within reach."""

from datetime import UTC, datetime, timedelta

import pytest

from anlan.engine.free_text import MASK
from anlan.models import IdempotencyKey, Place, Signal
from api.plan import ApiClient
from builders import a_place, a_user

WHEN = "2026-02-01T08:00:00+08:00"


def a_report(**more: object) -> dict[str, object]:
    stated = {
        "kind": "drone",
        "observed": "广场上空有一架无人机",
        "urgency": "hours",
        "observed_at": WHEN,
        "organisation": "广场管理处",
        "place": "P-1",
    } | more
    return {name: value for name, value in stated.items() if value is not None}


def test_what_is_reported_is_there_to_be_read_without_numbers_of_persons(
    mall: Place, office: ApiClient
) -> None:
    taken = office.post("/signals", a_report(observed="机身写有13800138000"))
    assert taken.status_code == 201
    read = office.get(f"/signals/{taken.json()['id']}").json()
    assert read == taken.json()
    assert read["observed"] == f"机身写有{MASK}"
    assert read["masked"] == {"telephone": 1}
    assert (read["channel"], read["state"], read["reliability"], read["place"]) == ("api", "open", "F", "P-1")
    assert read["observed_at"] == WHEN
    assert office.get("/signals").json()["items"] == [read]


def test_the_same_key_takes_a_report_in_once_and_keeps_no_number(mall: Place, office: ApiClient) -> None:
    body = a_report(observed="机身写有13800138000")
    first = office.post("/signals", body, Idempotency_Key="r-1")
    again = office.post("/signals", body, Idempotency_Key="r-1")
    assert again.json() == first.json()
    assert Signal.objects.count() == 1
    assert "13800138000" not in str(list(IdempotencyKey.objects.values()))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"place": None}, "one of place, district and point"),
        ({"district": "990101"}, "one of place, district and point"),
        ({"place": None, "longitude": 116.4}, "longitude and latitude"),
        ({"radius_m": 50}, "radius needs a point"),
        ({"organisation": ""}, "Name the department"),
        ({"department": "D-1"}, "Name the department"),
        ({"kind": "person"}, "#/kind"),
        ({"observed_at": "2099-01-01T00:00:00+08:00"}, "#/observed_at"),
        ({"place": "P-9"}, "#/place"),
        ({"place": None, "district": "999999"}, "#/district"),
    ],
)
def test_a_report_that_is_about_no_one_place_or_of_no_one_source_is_refused(
    mall: Place, office: ApiClient, wrong: dict[str, object], words: str
) -> None:
    answer = office.post("/signals", a_report(**wrong))
    assert answer.status_code == 422
    assert words in str(answer.json())
    assert not Signal.objects.exists()


def test_there_is_no_field_for_a_person(mall: Place, office: ApiClient) -> None:
    for name in ("person", "name", "phone", "reporter", "suspect"):
        assert office.post("/signals", a_report(**{name: "x"})).status_code == 422


def test_a_point_a_district_and_a_department_can_be_stated(mall: Place, office: ApiClient) -> None:
    point = a_report(
        place=None, longitude=116.4, latitude=39.9, radius_m=300, organisation=None, department="D-1"
    )
    read = office.post("/signals", point).json()
    assert (read["longitude"], read["radius_m"], read["department"]) == (116.4, 300, "D-1")
    assert office.post("/signals", a_report(place=None, district="990101")).json()["district"] == "990101"


def test_filters_narrow_and_reach_holds(mall: Place, office: ApiClient) -> None:
    a_place("P-2", district="990102")
    here = office.post("/signals", a_report()).json()["id"]
    there = office.post("/signals", a_report(place="P-2", urgency="now")).json()["id"]
    assert [row["id"] for row in office.get("/signals?urgency=now").json()["items"]] == [there]
    assert [row["id"] for row in office.get("/signals?place=P-1&state=open").json()["items"]] == [here]
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert office.get(f"/signals?since={tomorrow}").json()["items"] == []
    district = ApiClient(a_user("inspector", district="990102"))
    assert [row["id"] for row in district.get("/signals").json()["items"]] == [there]
    assert district.get(f"/signals/{here}").status_code == 404
    assert district.post("/signals", a_report()).status_code == 422


def test_a_signal_is_triaged_once_with_a_masked_reason(mall: Place, office: ApiClient) -> None:
    first, second = (office.post("/signals", a_report()).json()["id"] for _number in range(2))
    said = {"outcome": "dismiss", "reason": "包装上的13800138000已查"}
    read = office.post(f"/signals/{first}/triage", said).json()
    assert (read["state"], read["reason"]) == ("dismissed", f"包装上的{MASK}已查")
    assert office.post(f"/signals/{first}/triage", said).status_code == 409
    linked = office.post(
        f"/signals/{second}/triage", {"outcome": "link", "other": first, "reason": "同一情况"}
    )
    assert linked.json()["linked_to"] == first


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"outcome": "link"}, "#"),
        ({"outcome": "dismiss", "other": "019f0000-0000-7000-8000-000000000000"}, "#"),
        ({"outcome": "link", "other": "019f0000-0000-7000-8000-000000000000"}, "#/other"),
        ({"reason": ""}, "#/reason"),
    ],
)
def test_a_triage_names_another_signal_where_it_links_and_always_a_reason(
    mall: Place, office: ApiClient, wrong: dict[str, object], pointer: str
) -> None:
    signal = office.post("/signals", a_report()).json()["id"]
    answer = office.post(f"/signals/{signal}/triage", {"outcome": "raise", "reason": "可信"} | wrong)
    assert answer.status_code == 422
    assert pointer in str(answer.json())
    assert Signal.objects.get().outcome == ""


def test_who_only_reports_does_not_triage(mall: Place, office: ApiClient) -> None:
    signal = office.post("/signals", a_report()).json()["id"]
    inspector = ApiClient(a_user("inspector"))
    said = {"outcome": "raise", "reason": "可信"}
    assert inspector.post(f"/signals/{signal}/triage", said).status_code == 403
    other = ApiClient(a_user("city-office", district="990199"))
    assert other.post(f"/signals/{signal}/triage", said).status_code == 404
