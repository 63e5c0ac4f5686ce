"""Wrong requests: each told what is wrong, where, and how to mend it, in the asker's language."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from anlan.models import Place
from api.plan import ApiClient
from api.test_who_asks import problem


def faults(response: Any) -> dict[str, str]:
    """Pointer or parameter of each wrong value, with what is said of it."""
    assert response.status_code == 422, response.content
    return {
        fault.get("pointer") or fault["parameter"]: fault["detail"] for fault in problem(response)["errors"]
    }


@pytest.mark.parametrize("address", ["/nothing", "/places/P-1/nothing", "/", "/places/", "/problems/none"])
def test_an_address_that_leads_nowhere_is_a_problem_too(office: ApiClient, address: str) -> None:
    assert problem(office.get(address))["code"] == "not-found"


def test_a_method_that_is_not_offered_names_those_that_are(office: ApiClient) -> None:
    response = office.client.delete("/api/v1/places")
    assert response.status_code == 405
    assert problem(response)["code"] == "method-not-allowed"
    assert set(response.headers["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"", b"\xff\xfe", b'{"code": NaN}', b'{"code": 1, "code": 2}', b"\xef\xbb\xbf{}", b"[" * 100_000,
        b"9" * 5000, b'{"code": Infinity}', b"nul", b"{}garbage",
    ],
)  # fmt: skip
def test_what_is_not_json_is_refused_and_nothing_breaks(office: ApiClient, body: bytes) -> None:
    response = office.client.generic(
        "POST",
        "/api/v1/places",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {office.token}"},
    )
    assert response.status_code in (400, 422)
    problem(response)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_another_content_type_is_refused(office: ApiClient, kind: str) -> None:
    headers = {"Authorization": f"Bearer {office.token}"}
    response = office.client.generic("POST", "/api/v1/places", b"{}", content_type=kind, headers=headers)
    assert response.status_code == 415
    assert problem(response)["code"] == "unsupported-media-type"


def test_a_body_beyond_the_limit_is_refused(office: ApiClient) -> None:
    body = {"code": "P-9", "name_zh": "新", "kind": "mall", "hours": "x" * 6_000_000}
    response = office.post("/places", body)
    assert response.status_code == 413
    assert problem(response)["code"] == "too-large"


def test_all_wrong_values_are_told_at_once_each_with_its_place(office: ApiClient) -> None:
    body = {
        "code": "P 9",
        "name_zh": "",
        "kind": "mall",
        "longitude": 200,
        "latitude": 10,
        "facts": {"Area": 1},
        "colour": "red",
    }
    assert set(faults(office.post("/places", body))) == {
        "#/code", "#/name_zh", "#/longitude", "#/facts/Area", "#/colour",
    }  # fmt: skip


def test_a_mistyped_fact_or_kind_is_answered_with_the_near_one(office: ApiClient) -> None:
    body = {"code": "P-9", "name_zh": "新", "kind": "mal", "facts": {"daily_visitor": 4}}
    found = faults(office.post("/places", body))
    assert "“mall”" in found["#/kind"]
    assert "“daily_visitors”" in found["#/facts/daily_visitor"]


@pytest.mark.parametrize(
    ("time", "says"),
    [
        ("2026-07-01T08:00:00", "offset"),
        ("2026-07-01T08:00:00 08:00", "%2B"),
        ("2026-07-01", "Write a time"),
        ("1751328000", "Write a time"),
        ("2026-02-30T08:00:00Z", "no such time"),
        ("9999-12-31T23:59:59-23:59", "year"),
        ("0001-01-01T00:00:00+23:59", "year"),
        ("2026-07-01T24:30:00Z", "no such time"),
    ],
)
def test_a_time_that_is_not_one_is_told_how_to_be_written(office: ApiClient, time: str, says: str) -> None:
    assert says in faults(office.get(f"/evidence?since={quote(time)}"))["since"]


def test_a_mistyped_filter_does_not_pass_for_no_filter(office: ApiClient) -> None:
    assert "“district”" in faults(office.get("/places?distrct=990101"))["distrct"]


def test_a_filter_given_twice_is_refused(office: ApiClient) -> None:
    assert set(faults(office.get("/places?kind=mall&kind=school"))) == {"kind"}


@pytest.mark.parametrize("box", ["1,2,3", "10,0,5,1", "0,50,1,40", "0,0,999,1", "a,b,c,d", "1e9,0,1,1"])
def test_a_box_that_is_none_is_refused(office: ApiClient, box: str) -> None:
    assert set(faults(office.get(f"/places?bbox={box}"))) == {"bbox"}


@pytest.mark.parametrize("cursor", ["x", "AAAA", "W10", "WyIxIiwiMiJd", "WyJcdTAwMDAiXQ", "_" * 500])
@pytest.mark.parametrize("path", ["/places", "/evidence", "/findings"])
def test_a_made_up_cursor_is_refused(office: ApiClient, path: str, cursor: str) -> None:
    assert set(faults(office.get(f"{path}?cursor={cursor}"))) == {"cursor"}


def test_a_problem_speaks_the_language_that_is_asked_for(office: ApiClient) -> None:
    english = office.get("/places/P-NOWHERE", Accept_Language="en-GB,en;q=0.9")
    chinese = office.get("/places/P-NOWHERE", Accept_Language="zh-CN,zh;q=0.9,en;q=0.1")
    other = office.get("/places/P-NOWHERE", Accept_Language="fr, *;q=0.1")
    assert problem(english)["title"] == "There is no such thing here"
    assert problem(chinese)["title"] == problem(other)["title"] == "未找到"
    assert english.headers["Content-Language"] == "en"
    assert chinese.headers["Content-Language"] == "zh-Hans"


def test_each_kind_of_problem_is_explained_at_its_own_address(office: ApiClient) -> None:
    told = problem(office.get("/places/P-NOWHERE"))
    explained = Client().get(told["type"], headers={"Accept-Language": "en"})
    assert explained.status_code == 200
    assert explained.json()["code"] == told["code"]
    assert explained.json()["title"] == told["title"]


def test_what_nobody_foresaw_is_a_problem_with_a_number_and_no_more(
    office: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlan.api import places

    def fail(*_given: object) -> None:
        msg = "secret inner words"
        raise RuntimeError(msg)

    monkeypatch.setattr(places, "chosen", fail)
    response = office.get("/places")
    assert response.status_code == 500
    told = problem(response)
    assert told["code"] == "server-error"
    assert told["trace_id"] == response.headers["X-Request-ID"]
    assert "secret" not in response.content.decode()


NASTY: list[object] = [
    None, True, "", " ", "\x00", "a\x00b", "\ud800", "x" * 100_000, 0, -1, 1e308, 2**70, 0.1, [], {}, [[]],
    {"a": {"b": {}}}, "2026-01-01", "../../etc", "'; drop table", "１２３", "P-1", "\u202e", "1" * 400,
]  # fmt: skip

RIGHT: dict[str, dict[str, object]] = {
    "/places": {
        "code": "P-9", "name_zh": "新商场", "kind": "mall", "district": "990101", "department": "D-1",
        "operator": "安泰物业", "longitude": 116.1, "latitude": 39.9, "facts": {"area_m2": 10.0},
        "measured": {"area_m2": {"method": "图纸", "measured_on": "2026-01-02"}}, "reason": "新登记",
    },
    "/places/P-1/checkpoints": {"code": "C-1", "name_zh": "北门", "name_en": "North gate"},
    "/places/P-1/posts": {"code": "G-1", "name_zh": "北门岗", "mobile": False},
    "/places/P-1/occurrences": {"kind": "rebuilt", "at": "2026-02-01T08:00:00+08:00", "note": "改建"},
    "/places/P-1/what-if": {"facts": {"daily_visitors": 10}, "kind": "mall", "posture": "orange"},
    "/evidence": {
        "id": "01a208d1-545a-7423-b4d5-c608c8545dd2", "scheme": "test-plan", "rule": "check", "kind": "inspection",
        "place": "P-1", "effective_at": "2026-02-01T08:00:00+08:00", "note": "已查",
        "answers": {"exits": {"passed": True, "note": ""}, "alarm": {"passed": False, "note": "不响"}},
    },
    "/waivers": {
        "scheme": "test-plan", "rule": "walk", "place": "P-1", "start": "2026-02-01T08:00:00+08:00",
        "end": "2026-03-01T08:00:00+08:00", "reason": "停业",
    },
    "/local-values": {
        "scheme": "test-plan", "parameter": "large-visitors", "value": 4000, "place": "P-1",
        "valid_from": "2026-02-01", "valid_until": "2026-05-01", "reason": "本市从严",
    },
    "/schemes/test-plan/adoptions": {"edition": "1", "valid_from": "2026-06-01T00:00:00+08:00", "reason": "换版"},
    "/scheme-checks": {"files": {"scheme.yaml": "id: x"}},
}  # fmt: skip


@pytest.mark.parametrize("path", RIGHT)
def test_a_right_body_is_taken(mall: Place, office: ApiClient, path: str) -> None:
    assert office.post(path, RIGHT[path]).status_code in (200, 201)


@pytest.mark.parametrize("path", RIGHT)
def test_one_wrong_value_in_a_right_body_never_breaks_the_server(
    mall: Place, office: ApiClient, path: str
) -> None:
    for broken in _broken(RIGHT[path]):
        response = office.client.generic(
            "POST",
            f"/api/v1{path}",
            json.dumps(broken),
            content_type="application/json",
            headers={"Authorization": f"Bearer {office.token}"},
        )
        assert response.status_code < 500, (broken, response.content)
        assert response.status_code not in (400, 404, 405), broken


def _broken(value: object) -> list[Any]:
    """The value with one of its parts, at any depth, replaced by something nasty, or left out."""
    if not isinstance(value, dict):
        return list(NASTY)
    found: list[Any] = []
    for name, part in value.items():
        found += [
            {**value, name: broken} for broken in [*_broken(part), *(NASTY if isinstance(part, dict) else [])]
        ]
        found.append({key: kept for key, kept in value.items() if key != name})
        found.append({**{key: kept for key, kept in value.items() if key != name}, f"{name}\x00": part})
    return found
