"""Places through the API: registered, changed with the version in hand, found, exported."""

import json
from urllib.parse import quote

import pytest

from anlan.models import Entry, Place, PlaceFact
from api.plan import ApiClient
from api.test_problems import faults
from api.test_who_asks import problem
from builders import a_district, a_place, a_user

NEW = {
    "code": "P-9",
    "name_zh": "安澜广场",
    "kind": "mall",
    "longitude": 116.2,
    "latitude": 39.8,
    "facts": {"daily_visitors": 6000},
    "measured": {"daily_visitors": {"method": "客流统计", "measured_on": "2026-01-10"}},
}


def test_a_new_place_is_registered_as_from_the_page_with_history_and_journal(office: ApiClient) -> None:
    answer = office.post("/places", NEW)
    assert answer.status_code == 201
    assert answer.headers["Location"] == "/api/v1/places/P-9"
    assert office.get("/places/P-9").json() == answer.json()
    assert PlaceFact.objects.get(place__code="P-9", fact="daily_visitors").method == "客流统计"
    assert Entry.objects.filter(action="register-place", place_code="P-9").count() == 1
    tier = office.get("/places/P-9/duties").json()["tiers"]["test-plan"]
    assert tier["tier"] == "large"


def test_a_code_that_is_taken_is_refused_and_nothing_is_changed(mall: Place, office: ApiClient) -> None:
    answer = office.post("/places", {**NEW, "code": "P-1"})
    assert answer.status_code == 409
    assert problem(answer)["code"] == "already-exists"
    assert Place.objects.get(code="P-1").name_zh == mall.name_zh


def test_a_change_needs_the_version_that_is_changed(mall: Place, office: ApiClient) -> None:
    missing = office.patch("/places/P-1", {"address": "北路"})
    assert missing.status_code == 428
    assert problem(missing)["code"] == "precondition-required"
    stale = office.patch("/places/P-1", {"address": "北路"}, If_Match='"99"')
    assert stale.status_code == 412
    assert problem(stale)["current"]["revision"] == 1
    assert Place.objects.get(code="P-1").address == ""


def test_of_two_who_change_the_same_version_the_second_learns_who_was_first(mall: Place) -> None:
    first, second = ApiClient(a_user(name="甲")), ApiClient(a_user(name="乙"))
    etag = first.get("/places/P-1").headers["ETag"]
    changed = first.patch("/places/P-1", {"address": "北路"}, If_Match=etag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag
    late = second.patch("/places/P-1", {"address": "南路"}, If_Match=etag)
    assert late.status_code == 412
    assert problem(late)["current"]["changed_by"] == "甲"
    assert problem(late)["current"]["changed"] == ["address"]
    assert Place.objects.get(code="P-1").address == "北路"


def test_what_is_left_out_stays_and_a_fact_that_is_null_is_taken_back(mall: Place, office: ApiClient) -> None:
    etag = office.get("/places/P-1").headers["ETag"]
    changed = office.patch("/places/P-1", {"facts": {"daily_visitors": None}}, If_Match=etag).json()
    assert "daily_visitors" not in changed["facts"]
    assert changed["facts"]["area_m2"] == 1250
    assert changed["name_zh"] == mall.name_zh
    assert office.get("/places/P-1/duties").json()["tiers"]["test-plan"]["tier"] == "undetermined"


def test_a_null_where_something_is_stated_is_refused_not_guessed_at(mall: Place, office: ApiClient) -> None:
    etag = office.get("/places/P-1").headers["ETag"]
    found = faults(office.patch("/places/P-1", {"name_zh": None, "longitude": None}, If_Match=etag))
    assert set(found) == {"#/name_zh", "#/longitude"}


def test_an_unchanged_place_is_not_sent_again(mall: Place, office: ApiClient) -> None:
    etag = office.get("/places/P-1").headers["ETag"]
    same = office.get("/places/P-1", If_None_Match=etag)
    assert same.status_code == 304
    assert same.content == b""
    assert office.get("/places/P-1", If_None_Match='"0"').status_code == 200


def test_a_closed_place_is_changed_no_more_and_owes_nothing(mall: Place, office: ApiClient) -> None:
    etag = office.get("/places/P-1").headers["ETag"]
    closed = office.post("/places/P-1/close", {"reason": "歇业"}, If_Match=etag)
    assert closed.status_code == 200
    assert closed.json()["closed_at"] is not None
    answer = office.patch("/places/P-1", {"address": "x"}, If_Match=closed.headers["ETag"])
    assert answer.status_code == 409
    assert office.get("/places").json()["items"] == []
    assert [item["code"] for item in office.get("/places?closed=true").json()["items"]] == ["P-1"]


def test_places_are_found_by_kind_district_name_initials_and_box(office: ApiClient) -> None:
    a_district("990100")
    a_district("990101", parent="990100")
    a_place("P-1", name_zh="安澜商场", district="990101", longitude=116.1, latitude=39.1)
    a_place("P-2", kind="school", name_zh="第一中学", district="990100", longitude=116.5, latitude=39.5)
    a_place("P-3", name_zh="城外市场", district="990102", longitude=None, latitude=None)

    def found(query: str) -> list[str]:
        return [item["code"] for item in office.get(f"/places?{query}").json()["items"]]

    assert found("kind=school") == ["P-2"]
    assert found("district=990100") == ["P-1", "P-2"]
    assert found("district=990101") == ["P-1"]
    assert found(f"q={quote('商场')}") == ["P-1"]
    assert found("q=diyizhongxue") == ["P-2"]
    assert found("q=p-3") == ["P-3"]
    assert found("bbox=116,39,116.2,39.2") == ["P-1"]
    assert found("department=D-9") == []


def test_the_register_is_exported_as_geojson_within_reach_only(mall: Place) -> None:
    a_place("P-2", district="990102")
    a_place("P-3", district="990101", longitude=None, latitude=None)
    answer = ApiClient(a_user("department-liaison", district="990101")).get("/places.geojson")
    assert answer.headers["Content-Type"] == "application/geo+json"
    collection = json.loads(b"".join(answer.streaming_content))
    assert [feature["id"] for feature in collection["features"]] == ["P-1"]
    assert collection["features"][0]["geometry"] == {"type": "Point", "coordinates": [116.3913, 39.9075]}


def test_checkpoints_posts_and_occurrences_are_added_once_and_listed(mall: Place, office: ApiClient) -> None:
    assert office.post("/places/P-1/checkpoints", {"code": "C-1", "name_zh": "北门"}).status_code == 201
    assert office.post("/places/P-1/checkpoints", {"code": "C-1", "name_zh": "南门"}).status_code == 409
    assert (
        office.post("/places/P-1/posts", {"code": "G-1", "name_zh": "北门岗", "mobile": True}).status_code
        == 201
    )
    occurred = {"kind": "rebuilt", "at": "2026-02-01T08:00:00+08:00"}
    assert office.post("/places/P-1/occurrences", occurred).status_code == 201
    assert [item["code"] for item in office.get("/places/P-1/checkpoints").json()["items"]] == ["C-1"]
    assert office.get("/places/P-1/posts").json()["items"][0]["mobile"] is True
    assert office.get("/places/P-1/occurrences").json()["items"][0]["kind"] == "rebuilt"
    assert office.post("/places/P-1/checkpoints/C-1/close", {"reason": "封闭"}).status_code == 200
    assert office.get("/places/P-1/checkpoints").json()["items"] == []


def test_what_if_tells_the_difference_and_stores_nothing(mall: Place, office: ApiClient) -> None:
    change = office.post("/places/P-1/what-if", {"facts": {"daily_visitors": 100}}).json()
    assert [duty["rule"] for duty in change["removed"]] == ["walk"]
    assert change["tiers_before"]["test-plan"]["tier"] == "large"
    assert change["tiers_after"]["test-plan"]["tier"] == "none"
    assert Place.objects.get(code="P-1").daily_visitors == 9000


@pytest.mark.parametrize(
    ("value", "says"),
    [("PT0S", "duration"), ("2 h", "duration"), (2, "text"), (True, "text"), ("PT1S", "duration")],
)
def test_a_local_interval_has_to_be_a_duration(
    mall: Place, office: ApiClient, value: object, says: str
) -> None:
    body = {"scheme": "test-plan", "parameter": "walk-every", "valid_from": "2026-02-01", "reason": "从严"}
    assert says in faults(office.post("/local-values", {**body, "value": value}))["#/value"]
    assert office.post("/local-values", {**body, "value": "PT1H"}).status_code == 201


def test_a_local_figure_moves_the_border_and_its_withdrawal_moves_it_back(
    mall: Place, office: ApiClient
) -> None:
    body = {
        "scheme": "test-plan",
        "parameter": "large-visitors",
        "valid_from": "2026-02-01",
        "reason": "本市",
    }
    given = office.post("/local-values", {**body, "value": 10_000})
    assert given.status_code == 201
    assert office.get("/places/P-1/duties").json()["tiers"]["test-plan"]["tier"] == "none"
    assert office.post(f"/local-values/{given.json()['id']}/withdraw", {"reason": "误设"}).status_code == 200
    assert office.get("/places/P-1/duties").json()["tiers"]["test-plan"]["tier"] == "large"


def test_a_figure_of_the_whole_city_is_not_withdrawn_by_who_works_in_one_district(
    mall: Place, office: ApiClient
) -> None:
    body = {
        "scheme": "test-plan",
        "parameter": "large-visitors",
        "valid_from": "2026-02-01",
        "reason": "本市",
    }
    whole = office.post("/local-values", {**body, "value": 10_000}).json()["id"]
    own = office.post("/local-values", {**body, "value": 9_500, "place": "P-1"}).json()["id"]
    district = ApiClient(a_user("city-office", district="990101"))
    assert district.post(f"/local-values/{whole}/withdraw", {"reason": "x"}).status_code == 403
    assert office.get("/local-values").json()["items"][1]["withdrawn_at"] is None
    assert district.post(f"/local-values/{own}/withdraw", {"reason": "x"}).status_code == 200


def test_a_scheme_is_checked_with_file_line_and_mending_and_stored_only_when_right(office: ApiClient) -> None:
    from api.plan import FILES

    broken = {**FILES, "rules.yaml": FILES["rules.yaml"].replace("evidence: scan", "evidnce: scan")}
    report = office.post("/scheme-checks", {"files": broken}).json()
    assert any(one["file"] == "rules.yaml" and "evidence" in one["mend"]["en"] for one in report["problems"])
    assert office.post("/schemes", {"files": broken}).status_code == 422
    second = {**FILES, "scheme.yaml": FILES["scheme.yaml"].replace('edition: "1"', 'edition: "2"')}
    assert office.post("/scheme-checks", {"files": second}).json()["problems"] == []
    assert office.post("/schemes", {"files": second}).status_code == 201
    adopted = office.post(
        "/schemes/test-plan/adoptions", {"edition": "2", "valid_from": "2026-06-01T00:00:00+08:00"}
    )
    assert adopted.status_code == 201
    assert office.get("/schemes/test-plan").json()["edition"] == "2"


def test_a_scheme_of_aliases_upon_aliases_is_refused_quickly(office: ApiClient) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    report = office.post("/scheme-checks", {"files": {"scheme.yaml": "\n".join(lines)}})
    assert report.status_code == 200
    assert report.json()["problems"]
