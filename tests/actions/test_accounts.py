"""Accounts through the actions: what ends when, and what the journal keeps."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore

from anlan.actions import accounts
from anlan.actions.accounts import LastAdministratorError, Scope
from anlan.models import Entry, Grant
from anlan.queries.people import grants_in_force, token_of
from builders import LONG_AGO, a_district, a_user

pytestmark = pytest.mark.django_db

LATER = LONG_AGO + timedelta(days=30)


def a_session(user):
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store.save()
    accounts.open_session(user, session_key=store.session_key, browser="test", at=LATER)
    return store.session_key


def test_a_grant_holds_from_its_beginning_up_to_its_end():
    user = a_user(None)
    end = LONG_AGO + timedelta(days=10)
    accounts.give_role(user, "inspector", by=None, at=LONG_AGO, valid_until=end)
    assert not grants_in_force(user, LONG_AGO - timedelta(seconds=1))
    assert [grant.role for grant in grants_in_force(user, LONG_AGO)] == ["inspector"]
    assert [grant.role for grant in grants_in_force(user, end - timedelta(seconds=1))] == ["inspector"]
    assert not grants_in_force(user, end)


def test_a_grant_for_a_district_holds_for_its_parts_and_their_parts_only():
    a_district("9901")
    a_district("990102", parent="9901")
    a_district("990102003", parent="990102")
    a_district("990103")
    user = a_user("inspector", district="9901")
    assert {grant.district for grant in grants_in_force(user, LATER)} == {"9901", "990102", "990102003"}


def test_a_grant_is_for_one_thing_only():
    with pytest.raises(ValueError, match="not for several"):
        Scope(district="990101", place="P-1")


def test_an_expired_account_may_do_nothing_from_the_day_after_its_last():
    user = a_user("inspector", expires_on=LONG_AGO.date())
    assert grants_in_force(user, LONG_AGO)
    assert not grants_in_force(user, LONG_AGO + timedelta(days=1))


def test_closing_an_account_ends_its_sessions_tokens_and_grants_at_once():
    user = a_user("inspector")
    key = a_session(user)
    _token, secret = accounts.create_token(
        user, name="export", may_write=False, expires_at=LATER + timedelta(days=9), by=user, at=LATER
    )
    assert token_of(secret, LATER) is not None
    closed = accounts.deactivate(user, by=None, at=LATER, reason="left")
    assert not SessionStore().exists(key)
    assert token_of(secret, LATER) is None
    assert grants_in_force(closed, LATER) == ()
    assert Entry.objects.get(action="deactivate-person").reason == "left"


def test_a_reopened_account_keeps_its_grants_and_not_its_tokens():
    user = a_user("inspector")
    _token, secret = accounts.create_token(
        user, name="export", may_write=False, expires_at=LATER + timedelta(days=9), by=user, at=LATER
    )
    accounts.deactivate(user, by=None, at=LATER)
    opened = accounts.reactivate(user, by=None, at=LATER)
    assert [grant.role for grant in grants_in_force(opened, LATER)] == ["inspector"]
    assert token_of(secret, LATER) is None


def test_the_last_administrator_can_neither_be_closed_nor_lose_the_role():
    only = a_user("administrator")
    with pytest.raises(LastAdministratorError):
        accounts.deactivate(only, by=only, at=LATER)
    with pytest.raises(LastAdministratorError):
        accounts.end_role(Grant.objects.get(user=only), by=only, at=LATER)
    second = a_user("administrator")
    accounts.end_role(Grant.objects.get(user=only), by=second, at=LATER)
    assert not grants_in_force(only, LATER)


def test_an_administrator_with_two_grants_may_lose_one():
    only = a_user("administrator")
    spare = accounts.give_role(only, "administrator", by=only, at=LATER)
    accounts.end_role(spare, by=only, at=LATER)
    assert [grant.role for grant in grants_in_force(only, LATER)] == ["administrator"]


def test_a_new_password_ends_every_session_but_the_one_it_was_set_in():
    user = a_user("inspector")
    here, elsewhere = a_session(user), a_session(user)
    accounts.set_password(user, "a different long one", by=user, at=LATER, keep_session=here)
    assert SessionStore().exists(here)
    assert not SessionStore().exists(elsewhere)


def test_a_token_is_kept_as_a_digest_and_expires():
    user = a_user("auditor")
    end = LATER + timedelta(days=1)
    token, secret = accounts.create_token(user, name="x", may_write=False, expires_at=end, by=user, at=LATER)
    assert secret not in str(vars(token))
    assert len(token.digest) == 64
    assert token_of(secret, end - timedelta(seconds=1)) == token
    assert token_of(secret, end) is None
    assert token_of(secret + "x", LATER) is None
    assert secret not in str(list(Entry.objects.values_list("changes", flat=True)))


def test_the_journal_says_that_a_name_changed_and_keeps_neither_name():
    user = a_user("inspector", name="王小明")
    accounts.change_person(user, {"name": "王大明", "email": "wang@example.org"}, by=None, at=LATER)
    entry = Entry.objects.get(action="change-person")
    assert set(entry.changes) == {"name", "email"}
    assert "王" not in str(entry.changes)
    assert "wang" not in str(entry.changes)
