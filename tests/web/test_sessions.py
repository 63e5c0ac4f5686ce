"""Sessions: how long they last, and what ends them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from anlan.actions import accounts
from anlan.models import SignIn
from anlan.web import clock, sessions
from builders import PASSWORD, a_place, a_user, signed_in
from web.signing_in import at_another_time, enter, is_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


def test_a_session_that_rests_half_an_hour_is_over_and_says_so(client, monkeypatch):
    enter(client, a_user("auditor"))
    at_another_time(monkeypatch, clock.now() + timedelta(minutes=30))
    response = client.get("/journal/")
    assert response.headers["Location"] == "/sign-in/?next=%2Fjournal%2F&over=1"
    assert "会话已结束" in client.get(response.headers["Location"]).content.decode()


def test_a_session_in_use_goes_on_past_half_an_hour(client, monkeypatch):
    enter(client, a_user("auditor"))
    begin = clock.now()
    for minutes in (20, 40, 60):
        at_another_time(monkeypatch, begin + timedelta(minutes=minutes))
        assert is_in(client)


def test_no_session_lasts_longer_than_half_a_day_however_much_it_is_used(client, monkeypatch):
    enter(client, a_user("auditor"))
    begin = clock.now()
    for hours in range(1, 24):
        at_another_time(monkeypatch, begin + timedelta(minutes=29 * hours))
        assert is_in(client) is (29 * hours < 720)


def test_a_guards_session_may_rest_during_the_shift(client, monkeypatch):
    a_place("P-1")
    enter(client, a_user("guard", place="P-1"))
    at_another_time(monkeypatch, clock.now() + timedelta(hours=5))
    assert is_in(client)


def test_closing_the_account_ends_a_session_in_the_middle(client):
    user = a_user("auditor")
    enter(client, user)
    accounts.deactivate(user, by=None, at=datetime.now(UTC))
    assert not is_in(client)


def test_a_new_password_keeps_this_session_and_ends_the_others():
    user = a_user("auditor")
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        enter(client, user)
    new = "another plain sentence"
    stated = {"password": PASSWORD, "new": new, "again": new}
    assert here.post("/account/password/", stated).status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)
    assert SignIn.objects.filter(user=user).count() == 1
    assert enter(elsewhere, user, new).status_code == 302


def test_a_weak_or_mistyped_new_password_is_refused_in_both_languages():
    user = a_user("auditor")
    client = signed_in(Client(), user)
    short = client.post("/account/password/", {"password": PASSWORD, "new": "abc", "again": "abd"})
    assert "密码至少需要 8 个字符" in short.content.decode()
    client.cookies["language"] = "en"
    short = client.post("/account/password/", {"password": PASSWORD, "new": "abc", "again": "abd"})
    assert "at least 8 characters" in short.content.decode()


def test_sessions_of_mine_elsewhere_can_be_ended():
    user = a_user("auditor")
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        enter(client, user)
    here.post("/account/sessions/end/")
    assert is_in(here)
    assert not is_in(elsewhere)


def test_seen_is_noted_once_a_minute_at_most(client, monkeypatch, django_assert_num_queries):
    enter(client, a_user("auditor"))
    begin = clock.now()
    kept = client.session[sessions.SEEN]
    at_another_time(monkeypatch, begin + timedelta(seconds=50))
    is_in(client)
    assert client.session[sessions.SEEN] == kept
    at_another_time(monkeypatch, begin + timedelta(seconds=70))
    is_in(client)
    assert client.session[sessions.SEEN] != kept
