"""The city at a moment: every duty of every place and its state, kept in the process and brought up to date.

What is compiled from register, schemes and postures is kept until one of them changes; what was recorded since is
added. So a request costs a few reads and some arithmetic on arrays, however large the city is.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from anlan.engine import board as rules
from anlan.engine.board import AlignedMarks, BoardStates, CompiledDuties, MarkRows, WaiverRows, moment_of
from anlan.engine.facts import Basis
from anlan.engine.states import State
from anlan.models import Entry, Evidence, Standing
from anlan.models.ids import earliest_id, made_at
from anlan.queries.board_register import LoadedRegister, load_register, with_postures
from anlan.queries.board_standing import load_standing, load_waivers, mark_rows, rule_names
from anlan.queries.duties import basis

COMPILING: frozenset[str] = frozenset({"place", "scheme", "local-value", "posture", "city", "import"})
"""Subjects in the journal whose change alters what is owed."""

OVERLAP = timedelta(seconds=60)
"""How far back the journal is read again, for entries of transactions that took long to commit."""

MANY = 3000
"""More changed duties than this are read again as a whole."""


@dataclass(frozen=True)
class Board:
    """Every duty of every place at `at`; places are numbered by name, duties as in `compiled`."""

    at: datetime
    loaded: LoadedRegister
    compiled: CompiledDuties
    states: BoardStates

    @cached_property
    def gap(self) -> NDArray[np.bool_]:
        """Which duties are gaps."""
        return self.states.gaps()

    @cached_property
    def gaps_of_place(self) -> NDArray[np.int64]:
        """The number of gaps of each place."""
        return self.per_place(self.gap)

    @cached_property
    def duties_of_place(self) -> NDArray[np.int64]:
        """The number of duties of each place."""
        return np.bincount(self.compiled.place, minlength=len(self.loaded.ids))

    @cached_property
    def worst_of_place(self) -> NDArray[np.int8]:
        """For each place the index into WORST of its worst state; the last means nothing is owed."""
        return self.worst_among(slice(None))

    def worst_among(self, duties: NDArray[np.bool_] | slice) -> NDArray[np.int8]:
        """The same, of some duties only."""
        rank = np.array([WORST.index(state) for state in rules.CODE], dtype=np.int8)
        worst = np.full(len(self.loaded.ids), len(WORST), dtype=np.int8)
        np.minimum.at(worst, self.compiled.place[duties], rank[self.states.state[duties]])
        return worst

    def of(self, duty: str) -> NDArray[np.bool_]:
        """Which duties are of a scheme ("scheme") or of one rule ("scheme/rule"); all for ""."""
        if not duty:
            return np.ones(len(self.compiled), dtype=bool)
        scheme, _slash, rule = duty.partition("/")
        meant = [one[0] == scheme and (not rule or one[1] == rule) for one in self.compiled.rules]
        found: NDArray[np.bool_] = np.array(meant, dtype=bool)[self.compiled.rule]
        return found

    def in_states(self, states: Sequence[State]) -> NDArray[np.bool_]:
        """Which duties are in one of these states."""
        found: NDArray[np.bool_] = np.isin(self.states.state, [rules.CODE[state] for state in states])
        return found

    def per_place(self, duties: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many of some duties each place has."""
        return np.bincount(self.compiled.place[duties], minlength=len(self.loaded.ids))

    def start_of(self, duty: int) -> datetime:
        return moment_of(int(self.states.start[duty]))

    def end_of(self, duty: int) -> datetime | None:
        end = int(self.states.end[duty])
        return None if end == rules.FOREVER else moment_of(end)

    def within(self, codes: frozenset[str] | None) -> NDArray[np.bool_]:
        """Which places have one of these codes; all for None."""
        if codes is None:
            return np.ones(len(self.loaded.ids), dtype=bool)
        return np.array([code in codes for code in self.loaded.register.codes], dtype=bool)


WORST: tuple[str, ...] = (
    "not-evidenced",
    "overdue",
    "due",
    "late",
    "cut",
    "upcoming",
    "waived",
    "recorded",
)
"""States from worst to best."""


_Recorded = tuple[UUID, str, str, str]
"""What the journal says of a record: entry, kind of subject, action, id of the subject."""


@dataclass(slots=True)
class _StandingRows:
    """The latest evidence as it was read, with what was recorded since, for duties that are compiled anew.

    `names` are the rules as the rows number them, those among them that nobody owes at the moment.
    """

    rows: MarkRows
    names: dict[str, int]
    since: list[_Recorded]

    @classmethod
    def read(cls, loaded: LoadedRegister) -> "_StandingRows":
        names = rule_names()
        return cls(load_standing(loaded, names), names, [])

    def aligned(self, loaded: LoadedRegister, compiled: CompiledDuties) -> AlignedMarks:
        """The rows beside the duties that they are about."""
        if len(self.since) > MANY:
            fresh = _StandingRows.read(loaded)
            self.rows, self.names, self.since = fresh.rows, fresh.names, []
        numbers = numbers_of(compiled)
        renumbered = np.array([*(numbers.get(name, -1) for name in self.names), -1], dtype=np.int32)
        marks = rules.align(compiled, replace(self.rows, rule=renumbered[self.rows.rule]))
        return _realigned(loaded, compiled, marks, numbers, self.since) if self.since else marks


@dataclass(slots=True)
class _Kept:
    """What the process keeps between requests."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    database: str = ""
    seen: frozenset[UUID] = frozenset()
    loaded: LoadedRegister | None = None
    standing: _StandingRows | None = None
    compiled: CompiledDuties | None = None
    marks: AlignedMarks | None = None
    waivers: WaiverRows | None = None
    works_by: Basis | None = None
    changes: int = 0
    forgotten: int = 0


_KEPT = _Kept()


def board(at: datetime) -> Board:
    """The city now; `at` is the present moment."""
    with _KEPT.lock:
        _bring_up_to_date(_KEPT, at)
        loaded, compiled, marks, waivers = _KEPT.loaded, _KEPT.compiled, _KEPT.marks, _KEPT.waivers
    if loaded is None or compiled is None or marks is None or waivers is None:
        raise RuntimeError("the board was not compiled")
    return Board(at, loaded, compiled, _settled(loaded, compiled, marks, waivers, at, None))


def revision(at: datetime) -> str:
    """A mark that differs whenever what the board shows may differ: something was journalled, or a minute passed."""
    with _KEPT.lock:
        _bring_up_to_date(_KEPT, at)
        return f"{_KEPT.changes}-{int(at.timestamp() // 60)}"


def board_as_of(
    at: datetime, known_at: datetime | None = None, loaded: LoadedRegister | None = None
) -> Board:
    """The city at any moment, as known at another (None: now); computed anew, nothing is kept.

    `loaded` is the register as known then, where it is at hand.
    """
    loaded = loaded or load_register(known_at)
    compiled = rules.compile_duties(loaded.register, basis(known_at), at)
    numbers = numbers_of(compiled)
    marks = rules.align(compiled, mark_rows(loaded, numbers, _latest_as_of(at, known_at)))
    waivers = load_waivers(loaded, numbers, known_at)
    return Board(at, loaded, compiled, _settled(loaded, compiled, marks, waivers, at, known_at))


def forget() -> None:
    """Drop what the process keeps; the next board is computed from the database."""
    with _KEPT.lock:
        _KEPT.compiled = _KEPT.loaded = _KEPT.marks = _KEPT.waivers = _KEPT.standing = None
        _KEPT.seen = frozenset()
        _KEPT.forgotten += 1


def generation() -> int:
    """A number that changes when what the process keeps is dropped, for what others keep beside it."""
    return _KEPT.forgotten


def numbers_of(compiled: CompiledDuties) -> dict[str, int]:
    """The number of each rule by scheme/rule."""
    return {f"{scheme}/{rule}": number for number, (scheme, rule) in enumerate(compiled.rules)}


def _bring_up_to_date(kept: _Kept, at: datetime) -> None:
    name = str(connection.settings_dict["NAME"])
    since = _read_until(kept, at) - OVERLAP
    entries = [entry for entry in _entries(since) if entry[0] not in kept.seen]
    kinds = {kind for _id, kind, _action, _subject in entries}
    recorded = [entry for entry in entries if entry[1] == "evidence"]
    stale = kept.compiled is None or kept.database != name or bool(kinds & COMPILING)
    if kept.compiled is not None and not stale:
        now = rules.instant_of(at)
        stale = not kept.compiled.at <= now < kept.compiled.valid_until
    if stale or kept.compiled is None or kept.loaded is None or kept.marks is None:
        loaded = _register(kept, kinds, name)
        compiled = rules.compile_duties(loaded.register, basis(), at)
        numbers = numbers_of(compiled)
        if kept.standing is None or kept.loaded is None or kept.loaded.index is not loaded.index:
            kept.standing = _StandingRows.read(loaded)
        else:
            kept.standing.since += recorded
        marks = kept.standing.aligned(loaded, compiled)
        kept.waivers = load_waivers(loaded, numbers)
        kept.loaded, kept.compiled, kept.marks = loaded, compiled, marks
    else:
        numbers = numbers_of(kept.compiled)
        if recorded:
            kept.marks = _realigned(kept.loaded, kept.compiled, kept.marks, numbers, recorded)
            if kept.standing is not None:
                kept.standing.since += recorded
        if "waiver" in kinds:
            kept.waivers = load_waivers(kept.loaded, numbers)
    kept.database = name
    kept.changes += stale or bool(entries)
    kept.seen = kept.seen | {identifier for identifier, _k, _a, _s in entries}
    bound = earliest_id(_read_until(kept, at) - OVERLAP)
    kept.seen = frozenset(identifier for identifier in kept.seen if identifier > bound)


def _register(kept: _Kept, kinds: set[str], database: str) -> LoadedRegister:
    """The register, read again only where something of it changed; raised levels are read by themselves."""
    if kept.loaded is None or kept.database != database or kinds & (COMPILING - {"posture"}):
        return load_register()
    return with_postures(kept.loaded) if "posture" in kinds else kept.loaded


def _read_until(kept: _Kept, at: datetime) -> datetime:
    """Up to when the journal has been read, and never later than now: an entry may bear the time of a fast clock."""
    return min(at, made_at(max(kept.seen))) if kept.seen else at


def _entries(since: datetime) -> list[tuple[UUID, str, str, str]]:
    """What the journal says happened since a moment."""
    entries = Entry.objects.filter(id__gt=earliest_id(since)).order_by("id")
    return list(entries.values_list("id", "subject_kind", "action", "subject_id"))


def _realigned(
    loaded: LoadedRegister,
    compiled: CompiledDuties,
    marks: AlignedMarks,
    numbers: dict[str, int],
    recorded: Sequence[_Recorded],
) -> AlignedMarks:
    """The marks with those duties read again that evidence was recorded for, or struck from."""
    struck = any(action == "strike-evidence" for _i, _k, action, _s in recorded)
    if struck or len(recorded) > MANY:
        return rules.align(compiled, load_standing(loaded, numbers))
    pairs = set(
        Evidence.objects.filter(pk__in=[subject for _i, _k, _a, subject in recorded], place__isnull=False)
        .values_list("scheme", "rule", "place_id")
        .distinct()
    )
    rows = [
        (f"{scheme}/{rule}", _key(place), _key(point), *rest)
        for scheme, rule, place, point, *rest in Standing.objects.filter(
            place__in={place for _s, _r, place in pairs}
        ).values_list("scheme", "rule", "place_id", "checkpoint_id", "effective_s", "expires_s", "quantity")
        if (scheme, rule, place) in pairs
    ]
    return rules.realign(compiled, marks, mark_rows(loaded, numbers, rows))


def _key(identifier: UUID | None) -> Any:
    """An id as raw reads of this database give it."""
    return identifier if identifier is None or connection.vendor == "postgresql" else identifier.hex


def _settled(
    loaded: LoadedRegister,
    compiled: CompiledDuties,
    marks: AlignedMarks,
    waivers: WaiverRows,
    at: datetime,
    known_at: datetime | None,
) -> BoardStates:
    """The states, with the records read of those duties that the latest evidence alone does not settle."""
    states = rules.states_at(compiled, marks, waivers, at)
    if not len(states.undecided):
        return states
    records = _records(loaded, compiled, states, at, known_at)
    return rules.resolved(compiled, states, marks, waivers, records)


def _records(
    loaded: LoadedRegister,
    compiled: CompiledDuties,
    states: BoardStates,
    at: datetime,
    known_at: datetime | None,
) -> MarkRows:
    since = np.full(len(compiled.rules), rules.FOREVER)
    np.minimum.at(since, compiled.rule[states.undecided], states.detail_from)
    wanted = np.flatnonzero(since < rules.FOREVER)
    condition = "(evidence.scheme = %s AND evidence.rule = %s AND evidence.effective_at >= %s)"
    conditions = " OR ".join([condition] * len(wanted))
    values: list[Any] = []
    for number in wanted:
        values += [*compiled.rules[number], *_times(moment_of(int(since[number])))]
    sql = f"""
        SELECT evidence.scheme || '/' || evidence.rule, evidence.place_id, evidence.checkpoint_id,
               evidence.effective_at, evidence.expires_at, evidence.quantity
        FROM anlan_evidence evidence LEFT JOIN anlan_strike strike ON strike.evidence_id = evidence.id
        WHERE evidence.place_id IS NOT NULL AND evidence.effective_at <= %s
              AND ({conditions}) AND {_COUNTED if known_at is None else _COUNTED_THEN}
    """  # noqa: S608  (the parts are our own text; values are passed beside them)
    known = [] if known_at is None else [known_at, known_at]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*_times(at), *values, *_times(*known)])
        rows = cursor.fetchall()
    return mark_rows(loaded, numbers_of(compiled), rows)


_COUNTED = "strike.evidence_id IS NULL"
_COUNTED_THEN = "evidence.recorded_at <= %s AND (strike.evidence_id IS NULL OR strike.at > %s)"


def _latest_as_of(at: datetime, known_at: datetime | None) -> list[Any]:
    """The latest evidence of each rule, place and open checkpoint, effective by `at`, known by `known_at`."""
    sql = f"""
        SELECT scheme || '/' || rule, place_id, checkpoint_id, effective_at, expires_at, quantity FROM (
            SELECT evidence.scheme, evidence.rule, evidence.place_id, evidence.checkpoint_id,
                evidence.effective_at, evidence.expires_at, evidence.quantity, ROW_NUMBER() OVER (
                PARTITION BY evidence.scheme, evidence.rule, evidence.place_id, evidence.checkpoint_id
                ORDER BY evidence.effective_at DESC, evidence.id DESC) AS rank
            FROM anlan_evidence evidence LEFT JOIN anlan_strike strike ON strike.evidence_id = evidence.id
            WHERE evidence.place_id IS NOT NULL AND evidence.effective_at <= %s
                  AND {_COUNTED if known_at is None else _COUNTED_THEN}) latest
        WHERE rank = 1
    """  # noqa: S608  (the parts are our own text; values are passed beside them)
    known = [] if known_at is None else [known_at, known_at]
    with connection.cursor() as cursor:
        cursor.execute(sql, _times(at, *known))
        rows: list[Any] = cursor.fetchall()
    return rows


def _times(*moments: datetime) -> list[Any]:
    """Moments as this database takes them in raw reads."""
    return [connection.ops.adapt_datetimefield_value(moment) for moment in moments]
