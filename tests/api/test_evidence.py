"""Evidence through the API: recorded once, wrong ones refused with reasons, struck through, many at a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from anlan.models import Entry, Evidence, Finding, Place
from anlan.models.ids import new_id
from api.plan import ApiClient
from api.test_problems import faults
from api.test_who_asks import problem
from builders import a_department, a_place, a_user

WHEN = "2026-02-01T08:00:00+08:00"


def a_walk(**more: object) -> dict[str, object]:
    return {"scheme": "test-plan", "rule": "walk", "place": "P-1", "effective_at": WHEN, **more}


def a_check(**answers: bool) -> dict[str, object]:
    given = {"exits": True, "alarm": True} | answers
    return {
        "scheme": "test-plan",
        "rule": "check",
        "place": "P-1",
        "effective_at": WHEN,
        "answers": {item: {"passed": passed} for item, passed in given.items()},
    }


def test_what_is_recorded_is_there_to_be_read_with_both_its_times(mall: Place, office: ApiClient) -> None:
    before = datetime.now(UTC)
    recorded = office.post("/evidence", a_walk(note="巡查完毕"))
    assert recorded.status_code == 201
    read = office.get(f"/evidence/{recorded.json()['id']}").json()
    assert read == recorded.json()
    assert read["effective_at"] == WHEN
    assert datetime.fromisoformat(read["recorded_at"]) >= before
    assert read["kind"] == "scan"
    assert Entry.objects.filter(action="record-evidence", place_code="P-1").count() == 1


def test_known_at_the_recorded_time_the_evidence_counts_and_just_before_it_does_not(
    mall: Place, office: ApiClient
) -> None:
    from urllib.parse import quote

    recorded = office.post("/evidence", a_walk()).json()["recorded_at"]
    at = quote("2026-02-01T09:00:00+08:00")
    earlier = quote((datetime.fromisoformat(recorded) - timedelta(microseconds=1)).isoformat())

    def walk_known(known_at: str) -> str:
        states = office.get(f"/places/P-1/duties?at={at}&known_at={known_at}").json()["states"]
        return next(str(state["state"]) for state in states if state["rule"] == "walk")

    assert walk_known(quote(recorded)) == "recorded"
    assert walk_known(earlier) != "recorded"


def test_a_failed_item_opens_a_finding_and_a_reinspection_closes_it_once(
    mall: Place, office: ApiClient
) -> None:
    assert office.post("/evidence", a_check(alarm=False)).status_code == 201
    (finding,) = office.get("/findings").json()["items"]
    assert finding["item"] == "alarm"
    assert finding["title"]["en"] == "Alarm works"
    closed = office.post(f"/findings/{finding['id']}/close", {"note": "已修复"})
    assert closed.status_code == 200
    assert closed.json()["closed_by"] is not None
    again = office.post(f"/findings/{finding['id']}/close", {"note": "已修复"})
    assert again.status_code == 409
    assert office.get("/findings").json()["items"] == []
    assert len(office.get("/findings?state=closed").json()["items"]) == 1


def test_the_same_key_and_content_get_the_same_answer_and_one_record(mall: Place, office: ApiClient) -> None:
    first = office.post("/evidence", a_walk(), Idempotency_Key="k-1")
    again = office.post("/evidence", a_walk(), Idempotency_Key="k-1")
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, first.json())
    assert Evidence.objects.count() == 1


def test_the_same_key_with_other_content_is_refused(mall: Place, office: ApiClient) -> None:
    office.post("/evidence", a_walk(), Idempotency_Key="k-1")
    other = office.post("/evidence", a_walk(note="又一次"), Idempotency_Key="k-1")
    assert other.status_code == 422
    assert problem(other)["code"] == "idempotency-key-reused"
    assert Evidence.objects.count() == 1


def test_a_key_whose_request_was_refused_can_be_used_again(mall: Place, office: ApiClient) -> None:
    assert office.post("/evidence", a_walk(rule="wlak"), Idempotency_Key="k-1").status_code == 422
    assert office.post("/evidence", a_walk(), Idempotency_Key="k-1").status_code == 201


def test_keys_of_two_people_do_not_meet(mall: Place, office: ApiClient) -> None:
    other = ApiClient(a_user("city-office"))
    office.post("/evidence", a_walk(), Idempotency_Key="k-1")
    assert other.post("/evidence", a_walk(note="别人"), Idempotency_Key="k-1").status_code == 201
    assert Evidence.objects.count() == 2


def test_an_id_made_by_the_sender_records_once_alone_or_in_a_batch(mall: Place, office: ApiClient) -> None:
    body = a_walk(id=str(new_id()))
    first = office.post("/evidence", body).json()
    again = office.post("/evidence", body).json()
    (in_batch,) = office.post("/evidence/batch", {"items": [body]}).json()["items"]
    assert first == again == in_batch["evidence"]
    assert first["id"] == body["id"]
    assert Evidence.objects.count() == 1
    assert office.post("/evidence", {**body, "note": "x"}).status_code == 422


def test_an_id_that_somebody_else_has_used_tells_nothing_of_their_record(
    mall: Place, office: ApiClient
) -> None:
    body = a_walk(id=str(new_id()), note="内部")
    office.post("/evidence", body)
    a_place("P-2", daily_visitors=9000)
    other = ApiClient(a_user("venue-manager", place="P-2"))
    answer = other.post("/evidence", {**body, "place": "P-2"})
    assert answer.status_code == 409
    assert "内部" not in answer.content.decode()


def test_a_batch_tells_for_each_what_became_of_it_in_the_same_order(mall: Place, office: ApiClient) -> None:
    items = [
        a_walk(),
        {"scheme": 1},
        a_walk(place="P-NOWHERE"),
        a_check(alarm=False),
        a_walk(effective_at="soon"),
    ]
    answer = office.post("/evidence/batch", {"items": items})
    assert answer.status_code == 200
    told = answer.json()["items"]
    assert [item["status"] for item in told] == [201, 422, 422, 201, 422]
    assert told[2]["problem"]["errors"][0]["pointer"] == "#/place"
    assert told[4]["problem"]["errors"][0]["pointer"] == "#/effective_at"
    assert Evidence.objects.count() == 2
    assert Finding.objects.count() == 1


def test_a_struck_record_stays_readable_and_leaves_the_list(mall: Place, office: ApiClient) -> None:
    identifier = office.post("/evidence", a_walk()).json()["id"]
    struck = office.post(f"/evidence/{identifier}/strike", {"reason": "录错场所"})
    assert struck.status_code == 200
    assert struck.json()["strike"]["reason"] == "录错场所"
    assert office.get("/evidence").json()["items"] == []
    assert len(office.get("/evidence?struck=true").json()["items"]) == 1
    assert office.post(f"/evidence/{identifier}/strike", {"reason": "又"}).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "pointer", "says"),
    [
        ({"rule": "wlak"}, "#/rule", "“walk”"),
        ({"rule": "large"}, "#/rule", "no duty"),
        ({"rule": "meeting"}, "#/rule", "departments"),
        ({"scheme": "other-plan"}, "#/scheme", "No adopted scheme"),
        ({"kind": "minutes"}, "#/kind", "scan"),
        ({"effective_at": "2199-01-01T00:00:00Z"}, "#/effective_at", "year"),
        ({"effective_at": "2098-01-01T00:00:00Z"}, "#/effective_at", "future"),
        ({"effective_at": "2026-02-01T08:00:00"}, "#/effective_at", "offset"),
        ({"checkpoint": "C-9"}, "#/checkpoint", "checkpoint"),
        ({"post": "G-9"}, "#/post", "post"),
        ({"answers": {"roof": {"passed": True}}}, "#/answers/roof", "item"),
        ({"id": "0f8fad5b-d9cb-469f-a165-70867728950e"}, "#/id", "version 7"),
        ({"quantity": -1}, "#/quantity", "at least 0"),
        ({"place": "P-NOWHERE"}, "#/place", "grants"),
    ],
)
def test_wrong_evidence_is_told_what_is_wrong_with_it(
    mall: Place, office: ApiClient, wrong: dict[str, object], pointer: str, says: str
) -> None:
    assert says in faults(office.post("/evidence", a_walk(**wrong)))[pointer]
    assert not Evidence.objects.exists()


def test_an_inspection_has_to_answer_every_item(mall: Place, office: ApiClient) -> None:
    body = a_check()
    body["answers"] = {"exits": {"passed": True}}
    assert "alarm" in faults(office.post("/evidence", body))["#/answers"]


def test_a_place_and_a_department_at_once_are_too_much(mall: Place, office: ApiClient) -> None:
    assert office.post("/evidence", a_walk(department="D-1")).status_code == 422


def test_a_department_records_its_own_meeting(mall: Place) -> None:
    a_department("D-7", role="fire")
    client = ApiClient(a_user("department-liaison", department="D-7"))
    body = {"scheme": "test-plan", "rule": "meeting", "department": "D-7", "effective_at": WHEN}
    assert client.post("/evidence", body).status_code == 201
    assert faults(client.post("/evidence", {**body, "department": "D-1"})).keys() == {"#/department"}


def test_who_recorded_is_shown_at_the_place_itself_and_nowhere_else(mall: Place, office: ApiClient) -> None:
    venue = ApiClient(a_user("venue-manager", name="李雷", place="P-1"))
    identifier = venue.post("/evidence", a_walk()).json()["id"]
    assert venue.get(f"/evidence/{identifier}").json()["by"] == "李雷"
    assert office.get(f"/evidence/{identifier}").json()["by"] is None


def test_a_waiver_is_given_shown_and_withdrawn(mall: Place, office: ApiClient) -> None:
    body = {
        "scheme": "test-plan",
        "rule": "walk",
        "place": "P-1",
        "start": "2026-02-01T00:00:00+08:00",
        "end": "2026-02-03T00:00:00+08:00",
        "reason": "停业装修",
    }
    given = office.post("/waivers", body)
    assert given.status_code == 201
    states = office.get("/places/P-1/duties?at=2026-02-02T09%3A00%3A00%2B08%3A00").json()["states"]
    assert {state["rule"]: state["state"] for state in states}["walk"] == "waived"
    office.post(f"/waivers/{given.json()['id']}/withdraw", {"reason": "照常营业"})
    assert office.get("/waivers").json()["items"] == []
    assert faults(office.post("/waivers", {**body, "end": body["start"]})).keys() == {"#/end"}


KEYS = st.sampled_from(["a", "b"])
BODIES = st.sampled_from(["一", "二"])


@hypothesis.settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
@hypothesis.given(st.lists(st.tuples(KEYS, BODIES), min_size=1, max_size=8))
def test_however_often_requests_are_repeated_each_key_records_once(
    mall: Place, office: ApiClient, sent: list[tuple[str, str]]
) -> None:
    Entry.objects.all().delete()
    office_user = ApiClient(a_user("city-office"))
    count = Evidence.objects.count()
    expected: dict[str, tuple[str, Any]] = {}
    for key, note in sent:
        answer = office_user.post("/evidence", a_walk(note=note), Idempotency_Key=key)
        first = expected.setdefault(key, (note, answer.json()))
        if first[0] == note:
            assert (answer.status_code, answer.json()) == (201, first[1])
        else:
            assert answer.status_code == 422
    assert Evidence.objects.count() == count + len(expected)
