"""Tokens and sessions: who gets in, and what they are told when they do not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.actions import accounts
from anlan.models import ApiToken, Place
from api.plan import ApiClient
from builders import a_place, a_user, signed_in


def problem(response: Any) -> dict[str, Any]:
    """The body of an answer that has to be a problem."""
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert {"type", "code", "title", "status", "detail", "trace_id"} <= body.keys()
    assert body["status"] == response.status_code
    assert body["type"] == f"/api/v1/problems/{body['code']}"
    return body


def test_without_token_or_session_nobody_gets_in(mall: Place) -> None:
    response = Client().get("/api/v1/places")
    assert response.status_code == 401
    assert problem(response)["code"] == "not-signed-in"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["", "x", "anlan_wrong", "é" * 40, "a b c"])
def test_a_wrong_token_is_told_apart_from_none(mall: Place, token: str) -> None:
    header = {"HTTP_AUTHORIZATION": f"Bearer {token}".encode().decode("latin-1")}
    response = Client().get("/api/v1/places", **header)
    assert response.status_code == 401
    assert problem(response)["code"] == "invalid-token"


def test_a_revoked_token_opens_nothing(office: ApiClient) -> None:
    token = ApiToken.objects.get()
    accounts.revoke_token(token, by=None, at=datetime.now(UTC))
    assert problem(office.get("/places"))["code"] == "invalid-token"


def test_an_expired_token_opens_nothing(plan: None) -> None:
    assert problem(ApiClient(a_user(), days=-1).get("/places"))["code"] == "invalid-token"


def test_a_closed_account_closes_its_tokens_at_once(plan: None) -> None:
    user = a_user()
    client = ApiClient(user)
    assert client.get("/places").status_code == 200
    user.is_active = False
    user.save()
    assert problem(client.get("/places"))["code"] == "invalid-token"


def test_an_account_past_its_last_day_gets_nothing(plan: None) -> None:
    user = a_user()
    client = ApiClient(user)
    user.expires_on = (datetime.now(UTC) - timedelta(days=2)).date()
    user.save()
    assert client.get("/places").status_code in (401, 403)


def test_a_token_that_may_only_read_changes_nothing(mall: Place) -> None:
    client = ApiClient(a_user(), may_write=False)
    response = client.post("/places", {"code": "P-9", "name_zh": "新", "kind": "mall"})
    assert response.status_code == 403
    assert problem(response)["code"] == "read-only-token"
    assert not Place.objects.filter(code="P-9").exists()


def test_a_token_that_may_only_read_may_still_ask_what_if(mall: Place) -> None:
    client = ApiClient(a_user(), may_write=False)
    assert client.post("/places/P-1/what-if", {"facts": {"daily_visitors": 10}}).status_code == 200


def test_a_guard_has_no_use_of_the_api(mall: Place) -> None:
    response = ApiClient(a_user("guard", place="P-1")).get("/places")
    assert response.status_code == 403
    assert problem(response)["code"] == "refused"


def test_a_refused_role_learns_so_before_its_content_is_looked_at(mall: Place) -> None:
    response = ApiClient(a_user("auditor")).post("/places", {"no": "place"})
    assert problem(response)["code"] == "refused"


def test_a_browser_session_reads_without_and_changes_with_the_csrf_header(mall: Place) -> None:
    client = signed_in(Client(enforce_csrf_checks=True), a_user())
    assert client.get("/api/v1/places").status_code == 200
    body = {"code": "P-9", "name_zh": "新商场", "kind": "mall"}
    refused = client.post("/api/v1/places", body, content_type="application/json")
    assert refused.status_code == 403
    assert problem(refused)["code"] == "csrf-failed"
    assert not Place.objects.filter(code="P-9").exists()
    secret = "a" * 32
    client.cookies["csrf"] = secret
    taken = client.post(
        "/api/v1/places", body, content_type="application/json", headers={"X-CSRFToken": secret}
    )
    assert taken.status_code == 201


def test_a_venue_sees_its_own_place_and_no_trace_of_another(mall: Place) -> None:
    a_place("P-2", district="990102")
    client = ApiClient(a_user("venue-manager", place="P-1"))
    assert [item["code"] for item in client.get("/places").json()["items"]] == ["P-1"]
    assert client.get("/places/P-1").status_code == 200
    foreign, nowhere = client.get("/places/P-2"), client.get("/places/P-NOWHERE")
    assert foreign.status_code == nowhere.status_code == 404
    same = {"type", "code", "title", "status", "detail"}
    assert {k: problem(foreign)[k] for k in same} == {k: problem(nowhere)[k] for k in same}


@pytest.mark.parametrize(
    "path",
    ["facts", "zones", "posts", "checkpoints", "occurrences", "duties"],
)
def test_nothing_of_a_foreign_place_can_be_read(mall: Place, path: str) -> None:
    a_place("P-2", district="990102")
    client = ApiClient(a_user("venue-manager", place="P-1"))
    assert client.get(f"/places/P-2/{path}").status_code == 404


def test_a_district_grant_reaches_its_district_only(mall: Place) -> None:
    a_place("P-2", district="990102")
    client = ApiClient(a_user("inspector", district="990102"))
    assert [item["code"] for item in client.get("/places").json()["items"]] == ["P-2"]


def test_the_receiver_is_hidden_from_who_may_not_see_receivers(mall: Place) -> None:
    Place.objects.filter(code="P-1").update(receiver_name="王芳", receiver_phone="13800000000")
    seen = ApiClient(a_user("city-office")).get("/places/P-1").json()
    hidden = ApiClient(a_user("auditor")).get("/places/P-1").json()
    assert seen["receiver_name"] == "王芳"
    assert hidden["receiver_name"] is None
    assert hidden["receiver_phone"] is None


def test_a_venue_cannot_move_its_place_under_another_department(mall: Place) -> None:
    client = ApiClient(a_user("venue-manager", place="P-1"))
    etag = client.get("/places/P-1").headers["ETag"]
    response = client.patch("/places/P-1", {"department": "D-1", "address": "南路"}, If_Match=etag)
    assert response.status_code == 403
    assert client.patch("/places/P-1", {"address": "南路"}, If_Match=etag).status_code == 200


def test_too_many_requests_are_told_when_to_come_back(mall: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from anlan.api.root import api

    throttle = api.throttle[0]
    monkeypatch.setattr(throttle, "num_requests", 3)
    client = ApiClient(a_user())
    answers = [client.get("/problems").status_code for _ in range(5)]
    assert answers == [200] * 5, "what is open to everybody is not counted"
    answers = [client.get("/places") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert problem(answers[-1])["code"] == "too-many-requests"
    assert int(answers[-1].headers["Retry-After"]) > 0
