"""The settings page: figures of the installation, and the city's name."""

from datetime import timedelta

import pytest
from django.test import Client

from anlan.actions.installation import worker_lives
from anlan.models import Entry
from anlan.queries.installation import city_settings, installation
from anlan.web import clock
from builders import a_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return signed_in(Client(), a_user("administrator"))


def test_the_citys_name_is_set_once_shown_everywhere_and_journalled(client):
    for _twice in range(2):
        assert client.post("/settings/", {"name_zh": "云州市", "name_en": "Yunzhou"}).status_code == 302
    assert Entry.objects.filter(action="change-settings").count() == 1
    assert "云州市" in client.get("/account/").content.decode()


def test_a_city_needs_a_chinese_name(client):
    assert client.post("/settings/", {"name_zh": "", "name_en": "Yunzhou"}).status_code == 422
    assert city_settings().name_en == ""


def test_a_worker_that_was_silent_for_two_minutes_counts_as_stopped():
    at = clock.now()
    assert not installation(at).worker_alive
    worker_lives(at=at)
    assert installation(at + timedelta(seconds=119)).worker_alive
    assert not installation(at + timedelta(seconds=120)).worker_alive


def test_the_page_names_the_database_it_really_uses(client):
    from django.db import connection

    body = client.get("/settings/").content.decode()
    assert {"sqlite": "SQLite 3.", "postgresql": "PostgreSQL 1"}[connection.vendor] in body
    assert "Asia/Shanghai" in body
