"""Signing in on the page, as somebody would, at any time."""

from anlan.web import clock
from builders import PASSWORD

SIGN_IN = "/sign-in/"


def enter(client, user, password=PASSWORD, **more):
    return client.post(SIGN_IN, {"username": user.username, "password": password, **more})


def is_in(client):
    return client.get("/account/").status_code == 200


def at_another_time(monkeypatch, moment):
    monkeypatch.setattr(clock, "now", lambda: moment)
