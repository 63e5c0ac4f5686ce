"""The stream of a log: all of it, in order, to everybody who follows; and to nobody else."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import SyncToAsync, sync_to_async
from django.db import connections
from django.test import AsyncClient, RequestFactory, override_settings
from tests.builders import a_place, a_user

from anlan.actions.incident_lines import TypedLine, take_lines
from anlan.actions.incidents import IncidentDraft, Report, open_incident
from anlan.models import Incident
from anlan.models.ids import new_id
from anlan.web.incident_stream import MOST_WAITING, Reader
from anlan.web.stream_address import stream_address

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)


def a_reader() -> Reader:
    """A reader in the thread in which tests write: SQLite in memory knows no waiting between connections."""
    return Reader(SyncToAsync.single_thread_executor)


def an_incident(place: str = "") -> Incident:
    draft = IncidentDraft("arson", ("火灾", ""), NOW, Report(), place=a_place(place) if place else None)
    return open_incident(draft, by=None, at=NOW)


def written(incident: Incident, *texts: str) -> None:
    take_lines(incident, [TypedLine(new_id(), text, NOW) for text in texts], by=None, at=NOW)


async def texts_until(stream: AsyncIterator[bytes], last: str) -> list[str]:
    """The texts that arrive, up to one."""
    found: list[str] = []
    async for part in stream:
        for line in part.decode().splitlines():
            if line.startswith("data: ["):
                found += [entry.get("text", "") for entry in json.loads(line.removeprefix("data: "))]
        if last in found:
            return found
    return found


def run(work: Any) -> Any:
    return asyncio.run(_bounded(work))


async def _bounded(work: Any) -> Any:
    """The outcome of the work, whose connections are then given back."""
    try:
        return await asyncio.wait_for(work, 20)
    finally:
        await sync_to_async(connections.close_all)()


def test_everybody_who_follows_gets_every_entry_once_and_in_order() -> None:
    incident = an_incident()

    async def followed() -> list[list[str]]:
        reader = a_reader()
        followers = [
            asyncio.create_task(texts_until(reader.follow(incident.pk, 0), "五")) for _each in range(3)
        ]
        for batch in (["一", "二"], ["三"], ["四", "五"]):
            await sync_to_async(written)(incident, *batch)
        return await asyncio.gather(*followers)

    assert run(followed()) == [["", "一", "二", "三", "四", "五"]] * 3


def test_who_was_cut_off_gets_what_came_after_the_last_entry_seen() -> None:
    incident = an_incident()
    written(incident, "一", "二", "三")

    async def followed() -> list[str]:
        return await texts_until(a_reader().follow(incident.pk, 2), "三")

    assert run(followed()) == ["二", "三"]


def test_more_entries_than_one_answer_holds_come_all_the_same() -> None:
    incident = an_incident()
    written(incident, *[f"第{number}条" for number in range(700)])

    async def followed() -> list[str]:
        return await texts_until(a_reader().follow(incident.pk, 0), "第699条")

    assert len(run(followed())) == 701


def test_the_stream_of_an_incident_that_is_not_there_ends() -> None:
    async def followed() -> list[bytes]:
        return [part async for part in a_reader().follow(UUID(int=1), 0)]

    assert b"entries" not in b"".join(run(followed()))


def test_a_follower_who_does_not_read_is_cut_off_and_the_others_go_on() -> None:
    incident = an_incident()

    async def followed() -> list[str]:
        reader = a_reader()
        slow = reader.follow(incident.pk, 0)
        await anext(slow)
        first = asyncio.ensure_future(anext(slow))
        await asyncio.wait([first], timeout=5)
        keen = asyncio.create_task(texts_until(reader.follow(incident.pk, 0), "尾"))
        for number in range(3):
            await sync_to_async(written)(incident, str(number))
        await sync_to_async(written)(incident, "尾")
        found = await keen
        await slow.aclose()
        return found

    assert run(followed())[-1] == "尾"
    assert MOST_WAITING > 1


@override_settings(ROOT_URLCONF="anlan.project.stream_urls")
def test_a_stream_is_refused_to_whom_the_incident_is() -> None:
    incident = an_incident("P-1")
    manager = a_user("venue-manager", place=a_place("P-2").code)
    address = f"/incidents/{incident.pk}/stream/"

    async def statuses() -> tuple[int, int]:
        client = AsyncClient()
        stranger = (await client.get(address)).status_code
        await client.aforce_login(manager, backend="django.contrib.auth.backends.ModelBackend")
        return stranger, (await client.get(address)).status_code

    assert run(statuses()) == (302, 404)


@pytest.mark.parametrize(
    ("stated", "address"),
    [("", ""), ("/", "/incidents/{}/stream/"), ("8001", "http://wall.example:8001/incidents/{}/stream/"),
     ("https://live.example", "https://live.example/incidents/{}/stream/")],
)  # fmt: skip
def test_pages_find_the_stream_where_it_was_put(stated: str, address: str) -> None:
    request = RequestFactory().get("/", headers={"host": "wall.example:8000"})
    identifier = UUID(int=5)
    with override_settings(STREAM=stated, ALLOWED_HOSTS=["wall.example"]):
        assert stream_address(request, identifier) == address.format(identifier)
