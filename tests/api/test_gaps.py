"""Gaps and the board through the API: what is missing, within reach, in pages, unchanged figures not sent again."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from anlan.models import Place
from anlan.queries import board
from api.plan import ApiClient
from api.test_lists import pages
from api.test_problems import faults
from builders import a_department, a_place, a_user, some_evidence


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> None:
    board.forget()


def test_a_place_without_evidence_has_its_gaps_listed_and_one_record_takes_one_away(
    mall: Place, office: ApiClient
) -> None:
    listed = office.get("/gaps").json()["items"]
    assert {(gap["subject"], gap["rule"]) for gap in listed if gap["subject"] == "P-1"} >= {("P-1", "guards")}
    now = datetime.now(UTC)
    body = {
        "scheme": "test-plan",
        "rule": "guards",
        "place": "P-1",
        "effective_at": now.isoformat(),
        "quantity": 13,
    }
    assert office.post("/evidence", body).status_code == 201
    rest = office.get("/gaps").json()["items"]
    assert {(gap["subject"], gap["rule"]) for gap in listed} - {
        (gap["subject"], gap["rule"]) for gap in rest
    } == {("P-1", "guards")}


def test_what_was_not_known_then_is_a_gap_as_known_then(mall: Place, office: ApiClient) -> None:
    done = datetime.now(UTC) - timedelta(hours=3)
    body = {
        "scheme": "test-plan",
        "rule": "guards",
        "place": "P-1",
        "effective_at": done.isoformat(),
        "quantity": 13,
    }
    office.post("/evidence", body)
    at = quote((done + timedelta(hours=1)).isoformat())

    def rules(known_at: str) -> set[str]:
        return {gap["rule"] for gap in office.get(f"/gaps?at={at}{known_at}").json()["items"]}

    assert "guards" not in rules("")
    assert "guards" in rules(f"&known_at={at}")


def test_gaps_come_in_pages_each_once(mall: Place, office: ApiClient) -> None:
    for number in range(2, 7):
        a_place(f"P-{number}", daily_visitors=9000, area_m2=100)
    whole = office.get("/gaps?limit=200").json()["items"]
    assert len(whole) > 10
    keys = [(gap["subject"], gap["rule"]) for page in pages(office, "/gaps?limit=4") for gap in page]
    assert keys == [(gap["subject"], gap["rule"]) for gap in whole]
    assert len(set(keys)) == len(keys)


def test_a_district_sees_its_own_gaps_and_figures_only(mall: Place) -> None:
    a_place("P-2", district="990102", daily_visitors=9000, area_m2=100)
    a_department("D-9", role="fire", district="990102")
    client = ApiClient(a_user("inspector", district="990102"))
    assert {gap["subject"] for gap in client.get("/gaps").json()["items"]} <= {"P-2", "D-9"}
    assert client.get("/board").json()["places"] == 1
    assert [row["district"] for row in client.get("/board").json()["districts"]] == ["990102"]


def test_the_board_counts_what_the_places_own_pages_say(mall: Place, office: ApiClient) -> None:
    a_place("P-2", kind="school", district="990102", daily_visitors=10, area_m2=100)
    figures = office.get("/board").json()
    states = [
        state["state"]
        for code in ("P-1", "P-2")
        for state in office.get(f"/places/{code}/duties").json()["states"]
    ]
    assert figures["duties"] == len(states)
    assert {state: count for state, count in figures["states"].items() if count} == {
        state: states.count(state) for state in set(states)
    }
    assert figures["tiers"]["test-plan"] == {"large": 1, "none": 1}
    assert figures["gaps"] == sum(row["gaps"] for row in figures["districts"])


def test_an_unchanged_board_is_not_sent_again(mall: Place, office: ApiClient) -> None:
    etag = office.get("/board").headers["ETag"]
    assert office.get("/board", If_None_Match=etag).status_code == 304
    some_evidence(mall, at=datetime.now(UTC), scheme="test-plan", rule="guards", kind="count", quantity=99)
    assert office.get("/board", If_None_Match=etag).status_code == 200


def test_places_are_found_by_tier_and_by_how_they_stand(mall: Place, office: ApiClient) -> None:
    for number in range(2, 6):
        a_place(f"P-{number}", kind="school", daily_visitors=10, area_m2=100)
    a_place("P-6")

    def found(query: str) -> list[str]:
        return [str(item["code"]) for page in pages(office, f"/places?limit=2&{query}") for item in page]

    assert found("tier=test-plan:large") == ["P-1"]
    assert found("tier=test-plan:none") == ["P-2", "P-3", "P-4", "P-5"]
    assert found("tier=test-plan:undetermined") == ["P-6"]
    assert found("tier=test-plan:none&kind=mall") == []
    assert found("state=gaps&kind=mall")[0] == "P-1"


def test_nothing_is_reckoned_years_ahead(mall: Place, office: ApiClient) -> None:
    for path in ("/gaps", "/places/P-1/duties"):
        assert "days ahead" in faults(office.get(f"{path}?at=2150-01-01T00%3A00%3A00Z"))["at"]
