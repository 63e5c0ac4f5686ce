"""The log of incidents as a stream of events (HTML Standard, 9.2), for a process of its own: `anlan.project.streaming`.

One reader looks ten times a second for new entries of every incident that somebody follows, and hands each batch,
written once, to all of them. Who was cut off says which entry was the last and gets what came after it. A stream ends
after two minutes and is opened again by the browser, so that it ends soon after a session or a grant does.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import DatabaseError, connections
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.http.request import split_domain_port
from django.views.decorators.http import require_safe

from anlan.queries.incident_log import MOST_ENTRIES, entries_after
from anlan.queries.incidents import incident_within, newest_number
from anlan.web.access import needs, request_reach

LOOK_EVERY_S = 0.1
PULSE_EVERY_S = 5.0
LASTS_S = 120.0
RETRY_MS = 500
MOST_WAITING = 400
"""Batches that may wait for one follower; who is slower is cut off and comes back for the rest."""

_log = logging.getLogger(__name__)
PULSE = b"event: pulse\ndata: {}\n\n"


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries as they are sent, and the numbers of the first and the last of them; 0 for a pulse."""

    first: int
    last: int
    content: bytes


@dataclass(eq=False, slots=True)
class _Followed:
    """An incident that somebody follows, and how far it has been read."""

    seq: int
    followers: set["asyncio.Queue[Batch | None]"] = field(default_factory=set)


class Reader:
    """Reads the logs that are followed, in a thread of its own, and hands out what is new."""

    def __init__(self, thread: Executor) -> None:
        self._thread = thread
        self._followed: dict[UUID, _Followed] = {}
        self._task: asyncio.Task[None] | None = None

    async def follow(self, incident: UUID, seq: int) -> AsyncIterator[bytes]:
        """Everything written after entry `seq`, as it comes; ends by itself."""
        queue: asyncio.Queue[Batch | None] = asyncio.Queue(MOST_WAITING)
        end = asyncio.get_running_loop().time() + LASTS_S
        try:
            yield f"retry: {RETRY_MS}\n\n".encode()
            if not await self._register(incident, queue):
                return
            async for batch in self._missed(incident, seq):
                seq = batch.last
                yield batch.content
            yield PULSE
            while asyncio.get_running_loop().time() < end:
                waiting = await queue.get()
                if waiting is None:
                    return
                if not waiting.last or waiting.first == seq + 1:
                    seq = max(seq, waiting.last)
                    yield waiting.content
                elif waiting.last > seq:
                    async for batch in self._missed(incident, seq):
                        seq = batch.last
                        yield batch.content
        finally:
            self._leave(incident, queue)

    async def _register(self, incident: UUID, queue: "asyncio.Queue[Batch | None]") -> bool:
        """Have a queue filled from now on; False if there is no such incident."""
        if incident not in self._followed:
            newest = await self._read(partial(newest_number, incident))
            if newest is None:
                return False
            self._followed.setdefault(incident, _Followed(newest))
        self._followed[incident].followers.add(queue)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        return True

    async def _missed(self, incident: UUID, seq: int) -> AsyncIterator[Batch]:
        """What was written before the queue was filled."""
        while True:
            entries = await self._read(partial(entries_after, incident, seq))
            if not entries:
                return
            batch = _batch(entries)
            yield batch
            seq = batch.last
            if len(entries) < MOST_ENTRIES:
                return

    def _leave(self, incident: UUID, queue: "asyncio.Queue[Batch | None]") -> None:
        followed = self._followed.get(incident)
        if followed is not None:
            followed.followers.discard(queue)
            if not followed.followers:
                del self._followed[incident]

    async def _look(self) -> None:
        """Look for new entries for as long as somebody follows."""
        loop = asyncio.get_running_loop()
        next_pulse = loop.time() + PULSE_EVERY_S
        while self._followed:
            began = loop.time()
            for incident, followed in list(self._followed.items()):
                entries = await self._read(partial(entries_after, incident, followed.seq))
                if entries:
                    batch = _batch(entries)
                    followed.seq = batch.last
                    _hand(followed, batch)
            if began >= next_pulse:
                next_pulse = began + PULSE_EVERY_S
                for followed in self._followed.values():
                    _hand(followed, Batch(0, 0, PULSE))
            await asyncio.sleep(max(0.0, LOOK_EVERY_S - (loop.time() - began)))

    async def _read(self, question: Callable[[], Any]) -> Any:
        """Ask the database until it answers: it may be restarted, or locked for a moment."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await loop.run_in_executor(self._thread, question)
            except DatabaseError:
                _log.warning("the log could not be read; trying again", exc_info=True)
                await loop.run_in_executor(self._thread, connections.close_all)
                await asyncio.sleep(LOOK_EVERY_S)


READER = Reader(ThreadPoolExecutor(1, thread_name_prefix="log-reader"))


@needs("see-incidents")
@require_safe
def incident_stream(request: HttpRequest, incident: UUID) -> HttpResponseBase:
    """The entries after `Last-Event-ID` (or `?after=`), and then each as it is written."""
    if incident_within(request_reach(request, "see-incidents"), incident) is None:
        raise Http404
    seen = request.headers.get("Last-Event-ID") or request.GET.get("after", "0")
    after = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
    response = StreamingHttpResponse(
        READER.follow(incident, after),
        content_type="text/event-stream; charset=utf-8",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Origin, Cookie"},
    )
    origin = request.headers.get("Origin", "")
    if _is_of_this_host(request, origin):
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Credentials"] = "true"
    return response


def let_go(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Give the connection to the database back before an answer that lasts minutes begins."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        connections.close_all()
        return response

    return respond


def _is_of_this_host(request: HttpRequest, origin: str) -> bool:
    """Whether a page of this host asks, from whichever port: the same that its cookies are sent to."""
    parts = urlsplit(origin)
    return parts.scheme == request.scheme and parts.hostname == split_domain_port(request.get_host())[
        0
    ].strip("[]")


def _hand(followed: _Followed, batch: Batch) -> None:
    for queue in list(followed.followers):
        if queue.full():
            queue.get_nowait()
            queue.put_nowait(None)
            followed.followers.discard(queue)
        else:
            queue.put_nowait(batch)


def _batch(entries: list[dict[str, Any]]) -> Batch:
    last = entries[-1]["seq"]
    content = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    return Batch(entries[0]["seq"], last, f"id: {last}\nevent: entries\ndata: {content}\n\n".encode())
