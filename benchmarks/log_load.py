"""Operators of a log: each follows it and some write; when each saw what, and what was lost or came twice.

Connections are kept, and HTTP is spoken by hand: a client library would take more of the two cores than the servers.
"""

import asyncio
import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

HOST = "127.0.0.1"
_IDS = re.compile(rb'"id": ?"([0-9a-f-]{36})"')
_SEQ = re.compile(rb'"seq": ?(\d+)')
PATIENCE_S = 5.0
SILENCE_S = 15.0


@dataclass(slots=True)
class Load:
    """How many operators write how much, and how they reach the log."""

    operators: int
    a_second: int
    seconds: int
    write: Callable[[int, str], bytes]
    """The request that writes a line (its body), for an operator."""
    port: int
    stream: Callable[[int, int], bytes] | None = None
    """The request that follows the log after an entry, for an operator."""
    stream_port: int = 0
    poll: Callable[[int, int], bytes] | None = None
    poll_every_s: float = 1.0


@dataclass(slots=True)
class Seen:
    """What happened, by entry and operator; `lag` is NaN where an entry never came."""

    typed: NDArray[np.float64]
    lag: NDArray[np.float32]
    twice: int = 0
    started: float = 0.0
    ids: dict[bytes, int] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        return int(np.isnan(self.lag).sum())


async def run(load: Load, *, middle: Callable[[], None] | None = None, settle_s: float = 20.0) -> Seen:
    """Put the load on; `middle` is done half-way, in a thread."""
    entries = load.a_second * load.seconds
    seen = Seen(np.full(entries, np.nan), np.full((entries, load.operators), np.nan, np.float32))
    end = asyncio.Event()
    followers = [asyncio.create_task(_follow(load, seen, number, end)) for number in range(load.operators)]
    await asyncio.sleep(3)
    seen.started = time.perf_counter()
    writers = [asyncio.create_task(_write(load, seen, lane)) for lane in range(load.a_second)]
    if middle is not None:
        await asyncio.sleep(load.seconds / 2)
        await asyncio.to_thread(middle)
    await asyncio.gather(*writers)
    until = time.perf_counter() + settle_s
    while seen.lost and time.perf_counter() < until:
        await asyncio.sleep(0.2)
    end.set()
    for follower in followers:
        follower.cancel()
    await asyncio.gather(*followers, return_exceptions=True)
    return seen


async def _write(load: Load, seen: Seen, lane: int) -> None:
    """One line a second, each until it is answered; so many lanes as lines a second."""
    connection = Connection(load.port)
    for second in range(load.seconds):
        number = second * load.a_second + lane
        at = seen.started + second + lane / load.a_second
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        key = str(uuid.uuid4())
        seen.ids[key.encode()] = number
        seen.typed[number] = time.perf_counter()
        line = {"id": key, "text": f"第{number}条：东门情况正常", "typed_at": datetime.now(UTC).isoformat()}
        request = load.write(number % load.operators, json.dumps({"lines": [line]}))
        while (await connection.ask(request))[0] != 200:
            await asyncio.sleep(0.3)
    connection.close()


async def _follow(load: Load, seen: Seen, operator: int, end: asyncio.Event) -> None:
    last = 0
    got: set[int] = set()
    connection = Connection(load.port)

    def take(content: bytes) -> None:
        nonlocal last
        now = time.perf_counter()
        for key in _IDS.findall(content):
            number = seen.ids.get(key)
            if number is None:
                continue
            if number in got:
                seen.twice += 1
            got.add(number)
            seen.lag[number, operator] = now - seen.typed[number]
        for found in _SEQ.findall(content):
            last = max(last, int(found))

    if load.poll is not None:
        await asyncio.sleep(operator / load.operators * load.poll_every_s)
    while not end.is_set():
        if load.poll is not None:
            began = time.perf_counter()
            status, body = await connection.ask(load.poll(operator, last))
            if status == 200:
                take(body)
            await asyncio.sleep(max(0.0, load.poll_every_s - (time.perf_counter() - began)))
            continue
        assert load.stream is not None
        try:
            reader, writer = await asyncio.open_connection(HOST, load.stream_port, limit=1 << 22)
            writer.write(load.stream(operator, last))
            async for line in _lines(reader):
                if line.startswith(b"data: ["):
                    take(line)
            writer.close()
        except (TimeoutError, OSError, ValueError):
            pass
        await asyncio.sleep(0.5)


async def _lines(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The lines of a body that comes in chunks (RFC 9112, 7.1), which may part a line anywhere."""
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
    rest = b""
    while size := int(await asyncio.wait_for(reader.readline(), SILENCE_S), 16):
        chunk = await reader.readexactly(size + 2)
        *lines, rest = (rest + chunk[:-2]).split(b"\n")
        for line in lines:
            yield line


class Connection:
    """A connection that is kept and made anew when it breaks; asks one thing at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """The status and body of the answer; 0 where none came."""
        try:
            return await asyncio.wait_for(self._asked(request), PATIENCE_S)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError):
            self.close()
            return 0, b""

    async def _asked(self, request: bytes) -> tuple[int, bytes]:
        if self._pair is None:
            self._pair = await asyncio.open_connection(HOST, self._port, limit=1 << 22)
        reader, writer = self._pair
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = re.search(rb"content-length: (\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        return int(head.split(b" ", 2)[1]), body

    def close(self) -> None:
        """Let the connection go."""
        if self._pair is not None:
            self._pair[1].close()
            self._pair = None
