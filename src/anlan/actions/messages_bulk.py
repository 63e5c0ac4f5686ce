"""Writing messages by the hundred thousand: COPY into PostgreSQL, many rows a statement into SQLite.

The only module of the room that knows which database it speaks to.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection

from anlan.engine.messages import CHANNELS
from anlan.engine.policy import Text
from anlan.models import Mailing, Message, MessageText
from anlan.models.ids import earliest_id, new_id

CHUNK = 10_000
AHEAD = 3
LONGEST_ADDRESS = 1000
Row = tuple[str, str, str, str, str, str]
_TABLE = "anlan_message"
_CHANNELS = frozenset(CHANNELS)
_COLUMNS = (
    "id", "mailing_id", "text_id", "receiver", "receiver_kind", "channel", "address", "language", "link",
    "state", "due_at", "fault", "tries", "taken_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says."""

    title: Text
    body: Text


class Letter(NamedTuple):
    """One message to be made; a plain tuple, because a million of them are made at once."""

    receiver_kind: str
    receiver: str
    channel: str
    address: str
    words: Words
    language: str = "zh"
    link: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """How many letters were given, and how many became messages."""

    asked: int
    made: int


class _Texts:
    """The texts of one call: each wording gets its row once, whether it comes as one object or as equal ones."""

    def __init__(self, mailing: Mailing) -> None:
        self._mailing = mailing
        self._by_object: dict[int, tuple[Words, str]] = {}
        self._by_words: dict[Words, UUID] = {}

    def __getitem__(self, words: Words) -> str:
        found = self._by_object.get(id(words))
        if found is not None:
            return found[1]
        key = self._by_words.setdefault(words, new_id())
        self._by_object[id(words)] = (words, key.hex)  # holds the object, so that its id stays its own
        return key.hex

    def save(self) -> None:
        rows = [
            MessageText(
                pk=key,
                mailing=self._mailing,
                title_zh=words.title.zh,
                title_en=words.title.en,
                body_zh=words.body.zh,
                body_en=words.body.en,
            )
            for words, key in self._by_words.items()
        ]
        MessageText.objects.bulk_create(rows, batch_size=1000)


def write(mailing: Mailing, letters: Iterable[Letter], *, is_new: bool, at: datetime) -> Written:
    """Write the letters of a mailing inside the caller's transaction; what is there already stays as it is."""
    texts, seen = _Texts(mailing), set[str]()
    asked = 0

    def chunks() -> Iterator[list[Row]]:
        nonlocal asked
        rest = iter(letters)
        while chunk := list(islice(rest, CHUNK)):
            rows = _rows(chunk, new_ids(len(chunk), first=asked, at=at), texts, seen)
            asked += len(chunk)
            yield rows

    made = (_copy if connection.vendor == "postgresql" else _insert)(mailing, chunks(), is_new=is_new, at=at)
    texts.save()
    return Written(asked, made)


def new_ids(count: int, *, first: int, at: datetime) -> list[str]:
    """UUIDv7 of one moment in hexadecimal, ascending: 24 bits count from `first` on, 50 are drawn."""
    moment = (earliest_id(at).int >> 80) << 16
    numbers = (np.arange(first, first + count, dtype=np.uint64)) & np.uint64(0xFFFFFF)
    drawn = np.frombuffer(os.urandom(8 * count), dtype=np.uint64) >> np.uint64(14)
    halves = np.empty((count, 2), dtype=">u8")
    halves[:, 0] = np.uint64(moment | 0x7000) | (numbers >> np.uint64(12))
    halves[:, 1] = np.uint64(1 << 63) | ((numbers & np.uint64(0xFFF)) << np.uint64(50)) | drawn
    text = halves.tobytes().hex()
    return [text[start : start + 32] for start in range(0, 32 * count, 32)]


def _rows(chunk: list[Letter], ids: list[str], texts: _Texts, seen: set[str]) -> list[Row]:
    """The columns that differ between rows, without the letters that came before."""
    rows: list[Row] = []
    for (kind, receiver, channel, address, words, language, link), identifier in zip(chunk, ids, strict=True):
        if channel not in _CHANNELS:
            raise ValueError(f"there is no channel {channel!r}")
        key = f"{receiver}\t{kind}\t{channel}"
        if key in seen:
            continue
        seen.add(key)
        if len(address) > LONGEST_ADDRESS or "\0" in address:
            address = ""
        rows.append((identifier, texts[words], key, address, language, link))
    return rows


# ---- PostgreSQL --------------------------------------------------------------------------------


def _copy(mailing: Mailing, chunks: Iterator[list[Row]], *, is_new: bool, at: datetime) -> int:
    """COPY straight into the table, or by way of a temporary one where rows may be there already."""
    target = _TABLE if is_new else "messages_given"
    names = ", ".join(_COLUMNS)
    with connection.cursor() as cursor:
        if not is_new:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {target} (LIKE {_TABLE} INCLUDING DEFAULTS) ON COMMIT DROP"
            )
        made = 0
        with cursor.copy(f"COPY {target} ({names}) FROM STDIN") as copy, ThreadPoolExecutor(1) as writer:
            written = deque[Future[None]]()
            for rows in chunks:  # the next block is made while the server takes the last
                written.append(writer.submit(copy.write, _block(rows, mailing, at)))
                made += len(rows)
                if len(written) > AHEAD:
                    written.popleft().result()
            for one in written:
                one.result()
        if not is_new:
            cursor.execute(
                f"INSERT INTO {_TABLE} ({names}) SELECT {names} FROM {target} ON CONFLICT DO NOTHING"  # noqa: S608  (our own names)
            )
            made = cursor.rowcount
            cursor.execute(f"DROP TABLE {target}")
    return made


def _block(rows: list[Row], mailing: Mailing, at: datetime) -> str:
    """Rows as COPY reads them; the marks that COPY gives a meaning are escaped only if there are any."""
    start = mailing.pk.hex
    good = f"waiting\t{at.isoformat()}\t\t0\t"
    bad = "dead\t\\N\tbad-address\t0\t"
    lines = [
        f"{identifier}\t{start}\t{text}\t{key}\t{address}\t{language}\t{link}\t{good if address else bad}\n"
        for identifier, text, key, address, language, link in rows
    ]
    block = "".join(lines)
    dead = sum(1 for row in rows if not row[3])
    plain = (
        block.count("\t") == len(rows) * (len(_COLUMNS) - 1)
        and block.count("\n") == len(rows)
        and block.count("\\") == dead
        and "\r" not in block
    )
    if plain:
        return block
    return "".join(
        "\t".join(
            [identifier, start, text]
            + [_escaped(part) for part in (*_parts(key), address, language, link)]
            + [good if address else bad]
        )
        + "\n"
        for identifier, text, key, address, language, link in rows
    )


def _escaped(value: str) -> str:
    value = value.replace("\\", "\\\\").replace("\t", "\\t")
    return value.replace("\n", "\\n").replace("\r", "\\r")


def _parts(key: str) -> tuple[str, str, str]:
    """Receiver, kind and channel; only the first may hold a tab of its own."""
    receiver, kind, channel = key.rsplit("\t", 2)
    return receiver, kind, channel


# ---- SQLite ------------------------------------------------------------------------------------


def _insert(mailing: Mailing, chunks: Iterator[list[Row]], *, is_new: bool, at: datetime) -> int:
    """Rows through executemany; those there already are passed over."""
    names, marks = ", ".join(_COLUMNS), ", ".join(["%s"] * len(_COLUMNS))
    sql = f"INSERT OR IGNORE INTO {_TABLE} ({names}) VALUES ({marks})"  # noqa: S608  (our own names; values are passed beside them)
    due: Any = connection.ops.adapt_datetimefield_value(at)
    good, bad = ("waiting", due, "", 0, ""), ("dead", None, "bad-address", 0, "")
    before = 0 if is_new else Message.objects.filter(mailing=mailing).count()
    with connection.cursor() as cursor:
        for rows in chunks:
            cursor.executemany(
                sql,
                [
                    (
                        *(identifier, mailing.pk.hex, text, *_parts(key), address, language, link),
                        *(good if address else bad),
                    )
                    for identifier, text, key, address, language, link in rows
                ],
            )
    return Message.objects.filter(mailing=mailing).count() - before
