"""Requests at the same moment: one record, one number, nobody's change lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from anlan.models import Evidence, Finding, Place
from api.plan import ApiClient, adopt_test_plan
from api.test_evidence import a_check, a_walk
from builders import a_place, a_user

AT_ONCE = 4


def at_once(*requests: Callable[[], Any]) -> list[int]:
    """The statuses of requests that are sent at the same moment, each over its own connection."""

    def send(request: Callable[[], Any]) -> int:
        try:
            return int(request().status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, requests))


@pytest.fixture
def shared(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that several connections can use at once: SQLite's is put into a file, as installations have it."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    in_memory, name = connection.connection, connection.settings_dict["NAME"]
    path = str(tmp_path / "city.sqlite3")
    file = connection.Database.connect(path)
    in_memory.backup(file)
    file.close()
    connection.connection, connection.settings_dict["NAME"] = None, path
    # The first connection turns the file's journal to WAL, which no other may be doing at the same moment.
    connection.ensure_connection()
    yield
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = in_memory, name


@pytest.fixture
def clients(shared: None) -> list[ApiClient]:
    """One person with several clients, at a city with one mall."""
    adopt_test_plan()
    a_place("P-1", daily_visitors=9000, area_m2=1250)
    user = a_user("city-office")
    return [ApiClient(user) for _ in range(AT_ONCE)]


def test_the_same_key_sent_at_once_records_once_and_all_get_the_answer(clients: list[ApiClient]) -> None:
    statuses = at_once(
        *[lambda client=client: client.post("/evidence", a_walk(), Idempotency_Key="k") for client in clients]
    )
    assert statuses == [201] * AT_ONCE
    assert Evidence.objects.count() == 1


def test_of_changes_to_one_version_sent_at_once_exactly_one_is_taken(clients: list[ApiClient]) -> None:
    etag = clients[0].get("/places/P-1").headers["ETag"]
    statuses = at_once(
        *[
            lambda client=client, number=number: client.patch(
                "/places/P-1", {"address": f"{number} 号"}, If_Match=etag
            )
            for number, client in enumerate(clients)
        ]
    )
    assert sorted(statuses) == [200] + [412] * (AT_ONCE - 1)
    assert Place.objects.get(code="P-1").revision == 2


def test_findings_opened_at_once_each_get_their_own_number_or_are_told_to_come_again(
    clients: list[ApiClient],
) -> None:
    statuses = at_once(
        *[lambda client=client: client.post("/evidence", a_check(alarm=False)) for client in clients]
    )
    assert set(statuses) <= {201, 409}
    numbers = list(Finding.objects.values_list("year", "number"))
    assert len(numbers) == len(set(numbers)) == statuses.count(201) >= 1
