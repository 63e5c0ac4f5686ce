"""Signing in: names, passwords, second step, lock-out, sessions and where one comes out."""

from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from anlan.actions import accounts, second_factor
from anlan.actions.installation import DemoAccount, mark_demo
from anlan.models import Entry, SignIn
from anlan.web import clock
from builders import PASSWORD, a_place, a_user, signed_in
from web.signing_in import SIGN_IN, at_another_time, enter, is_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


# ---- name and password -------------------------------------------------------------------------


def test_name_and_password_open_a_session_under_a_new_key(client):
    client.get(SIGN_IN)
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    response = enter(client, a_user("auditor"))
    assert response.status_code == 302
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
    assert is_in(client)


def test_a_wrong_password_says_so_without_saying_which_was_wrong(client):
    user = a_user("auditor")
    wrong = enter(client, user, "not the password")
    unknown = client.post(SIGN_IN, {"username": "nobody-at-all", "password": "not the password"})
    assert wrong.status_code == unknown.status_code == 422
    said = "用户名或密码不正确"
    assert said in wrong.content.decode()
    assert said in unknown.content.decode()
    assert not is_in(client)


def test_the_password_never_comes_back_in_the_page(client):
    page = enter(client, a_user("auditor"), "a wrong password 1234").content.decode()
    assert "a wrong password 1234" not in page


def test_a_closed_account_cannot_sign_in(client):
    user = a_user("auditor")
    accounts.deactivate(user, by=None, at=datetime.now(UTC))
    assert enter(client, user).status_code == 422
    assert not is_in(client)


def test_an_account_past_its_last_day_cannot_sign_in_and_is_told_why(client):
    user = a_user("auditor", expires_on=date(2026, 1, 2))
    assert "已到期" in enter(client, user).content.decode()
    assert not is_in(client)


def test_one_comes_out_where_one_wanted_to_go(client):
    user = a_user("auditor")
    sent = client.get("/journal/?place=P-1")
    assert sent.headers["Location"] == "/sign-in/?next=%2Fjournal%2F%3Fplace%3DP-1"
    assert enter(client, user, next="/journal/?place=P-1").headers["Location"] == "/journal/?place=P-1"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "https:///evil.example",
        "\tjavascript:alert(1)",
        " //evil.example",
    ],
)
def test_no_address_leads_away_after_signing_in(client, address):
    target = enter(client, a_user("auditor"), next=address).headers["Location"]
    assert target.startswith("/")
    assert "evil" not in target
    assert "javascript" not in target


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client):
    response = client.get("/journal/", headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response.headers["HX-Redirect"] == SIGN_IN


@pytest.mark.parametrize("role", ["venue-manager", "guard", "administrator", "auditor", "inspector"])
def test_after_signing_in_every_role_comes_to_a_page_it_may_open(client, role):
    a_place("P-1")
    user = a_user(role, place="P-1" if role in {"venue-manager", "guard"} else "")
    response = enter(client, user)
    assert client.get(response.headers["Location"]).status_code == 200


def test_signing_out_ends_the_session_on_the_server(client):
    enter(client, a_user("auditor"))
    key = client.session.session_key
    stolen = Client()
    stolen.cookies["session"] = key
    assert is_in(stolen)
    client.post("/sign-out/")
    assert not is_in(stolen)
    assert not SignIn.objects.filter(session_key=key).exists()


def test_a_link_cannot_sign_anybody_out(client):
    enter(client, a_user("auditor"))
    assert client.get("/sign-out/").status_code == 405
    assert is_in(client)


def test_signing_in_needs_the_forms_own_mark():
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(SIGN_IN, {"username": "a", "password": "b"}).status_code == 403


def test_the_journal_says_who_signed_in_and_out_but_nothing_more(client):
    user = a_user("auditor")
    enter(client, user)
    client.post("/sign-out/")
    assert list(Entry.objects.filter(by=user).order_by("at").values_list("action", flat=True)) == [
        "sign-in",
        "sign-out",
    ]


# ---- lock-out ----------------------------------------------------------------------------------


def test_after_five_failed_tries_even_the_right_password_waits_a_quarter_of_an_hour(client):
    user = a_user("auditor")
    answers = [enter(client, user, f"wrong {number}").status_code for number in range(5)]
    assert answers == [422, 422, 422, 422, 429]
    locked = enter(client, user)
    assert locked.status_code == 429
    assert 0 < int(locked.headers["Retry-After"]) <= 900
    assert "15 分钟" in locked.content.decode()
    assert not is_in(client)
    assert Entry.objects.filter(action="lock-out", subject_id=str(user.pk)).count() == 1


def test_the_lock_is_over_after_a_quarter_of_an_hour(client):
    from axes.models import AccessAttempt

    user = a_user("auditor")
    for number in range(5):
        enter(client, user, f"wrong {number}")
    AccessAttempt.objects.update(attempt_time=datetime.now(UTC) - timedelta(minutes=15, seconds=1))
    assert enter(client, user).status_code == 302


def test_trying_during_the_lock_does_not_make_it_longer(client):
    from axes.models import AccessAttempt

    user = a_user("auditor")
    for number in range(5):
        enter(client, user, f"wrong {number}")
    began = AccessAttempt.objects.get(username=user.username).attempt_time
    enter(client, user, "still wrong")
    assert AccessAttempt.objects.get(username=user.username).attempt_time == began


def test_a_lock_on_one_name_leaves_other_names_alone(client):
    locked, other = a_user("auditor"), a_user("auditor")
    for number in range(5):
        enter(client, locked, f"wrong {number}")
    assert enter(client, other).status_code == 302


def test_a_success_forgets_the_failures_before_it(client):
    user = a_user("auditor")
    for _round in range(2):
        for number in range(4):
            assert enter(client, user, f"wrong {number}").status_code == 422
        assert enter(client, user).status_code == 302
        client.post("/sign-out/")


# ---- second step -------------------------------------------------------------------------------


def code_of(key, steps=0):
    counter = int(datetime.now(UTC).timestamp()) // 30 + steps
    return totp.format_hotp_value(totp.hotp_value(key, counter))


@pytest.fixture
def secured():
    user = a_user("auditor")
    key = second_factor.new_key()
    codes = second_factor.enable(user, key, by=user, at=datetime.now(UTC))
    return user, key, codes


def test_with_a_second_step_the_password_alone_opens_nothing(client, secured):
    user, key, _codes = secured
    assert enter(client, user).headers["Location"] == "/sign-in/code/"
    assert not is_in(client)
    assert client.post("/sign-in/code/", {"code": code_of(key)}).status_code == 302
    assert is_in(client)


def test_a_code_of_the_app_works_once(secured):
    user, key, _codes = secured
    code = code_of(key)
    first, second = Client(), Client()
    for client in (first, second):
        enter(client, user)
    assert first.post("/sign-in/code/", {"code": code}).status_code == 302
    assert second.post("/sign-in/code/", {"code": code}).status_code == 422


def test_a_code_older_than_the_last_one_used_is_refused(secured):
    user, key, _codes = secured
    now = datetime.now(UTC)
    assert second_factor.accepts(user, code_of(key), at=now)
    assert not second_factor.accepts(user, code_of(key, -1), at=now)


def test_a_recovery_code_opens_the_account_once(client, secured):
    user, _key, codes = secured
    enter(client, user)
    assert client.post("/sign-in/code/", {"code": codes[0]}).status_code == 302
    assert second_factor.recovery_codes_left(user) == len(codes) - 1
    assert not second_factor.accepts(user, codes[0], at=datetime.now(UTC))


def test_codes_cannot_be_guessed_without_end(client, secured):
    user, key, _codes = secured
    enter(client, user)
    answers = [client.post("/sign-in/code/", {"code": f"00000{number}"}).status_code for number in range(5)]
    assert answers == [422, 422, 422, 422, 429]
    assert client.post("/sign-in/code/", {"code": code_of(key)}).status_code == 429
    assert not is_in(client)


def test_the_second_step_cannot_be_reached_without_the_password(client, secured):
    assert client.get("/sign-in/code/").headers["Location"] == SIGN_IN


def test_the_second_step_waits_ten_minutes_and_no_longer(client, secured, monkeypatch):
    user, key, _codes = secured
    enter(client, user)
    at_another_time(monkeypatch, clock.now() + timedelta(minutes=11))
    assert client.post("/sign-in/code/", {"code": code_of(key)}).headers["Location"] == SIGN_IN


def test_keys_and_recovery_seeds_are_not_readable_in_the_database(secured):
    user, key, codes = secured
    kept = str(list(Authenticator.objects.filter(user=user).values_list("data", flat=True)))
    assert key not in kept
    assert not any(code in kept for code in codes)


def test_turning_the_second_step_on_needs_the_apps_code_and_the_password(client):
    user = a_user("auditor")
    signed_in(client, user)
    page = client.get("/account/second-step/").content.decode()
    key = client.session["second_factor_key"]
    assert "<svg" in page
    refused = client.post("/account/second-step/", {"code": code_of(key), "password": "not mine"})
    assert refused.status_code == 422
    assert not second_factor.is_enabled(user)
    done = client.post("/account/second-step/", {"code": code_of(key), "password": PASSWORD})
    assert done.status_code == 200
    assert second_factor.is_enabled(user)
    assert key not in str(dict(client.session.items()))


def test_turning_the_second_step_off_needs_the_password(client, secured):
    user, _key, _codes = secured
    signed_in(client, user)
    assert client.post("/account/second-step/off/", {"password": "not mine"}).status_code == 422
    assert second_factor.is_enabled(user)
    client.post("/account/second-step/off/", {"password": PASSWORD})
    assert not second_factor.is_enabled(user)


# ---- what the page shows -----------------------------------------------------------------------


def test_demo_accounts_are_shown_in_the_demo_city_and_nowhere_else(client):
    a_user("auditor", username="demo-auditor")
    assert "demo-auditor" not in client.get(SIGN_IN).content.decode()
    mark_demo([DemoAccount("demo-auditor", PASSWORD, "auditor", "审计员", "Auditor")])
    assert "demo-auditor" in client.get(SIGN_IN).content.decode()


def test_without_any_account_the_page_says_how_to_make_the_first(client):
    assert "anlan user create" in client.get(SIGN_IN).content.decode()
    a_user("administrator")
    assert "anlan user create" not in client.get(SIGN_IN).content.decode()


def test_the_sign_in_page_takes_no_null_characters(client):
    assert client.get("/sign-in/?next=%00").status_code == 400
    assert client.post(SIGN_IN, {"username": "a\0", "password": "b"}).status_code == 422


def test_a_language_somebody_saved_is_spoken_on_a_new_machine(client):
    user = a_user("auditor", language="en")
    response = enter(client, user)
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert "My account" in client.get(reverse("account")).content.decode()
