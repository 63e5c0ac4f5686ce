"""How far the receivers of an issued warning are, counted and listed without reading every place each time."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Literal, TypeVar, cast
from uuid import UUID

from django.db.models import Max, Q

from anlan.engine.policy import Level
from anlan.engine.warning_turns import Party, turn
from anlan.engine.warnings import clocks_at, end_of
from anlan.models import Acknowledgement, Place, WarningNotice, WarningStep
from anlan.queries.board import generation
from anlan.queries.duties import basis
from anlan.queries.message_channels import channel_file, usable_channels
from anlan.queries.warning_people import ROBOTS, Dead, People, contacts, dead_ways, people, reachable
from anlan.queries.warnings_shown import codes_of

Show = Literal["all", "late", "waiting", "unreachable", "acknowledged"]
V = TypeVar("V")
KEPT = 8
"""For how many warnings the places are kept in the process."""

AT_ONCE = 1000
"""How many places are read at a time."""

_OVERLAP = timedelta(seconds=20)
"""What was acknowledged so long before the last that is known is read again: another process may have been slower."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """How far a place is: taken note, or whose turn it is; None once everybody who can be told was."""

    place: Place
    acknowledged: Acknowledgement | None
    turn: Party | None
    deadline: datetime
    is_late: bool
    is_unreachable: bool

    @property
    def has_no_receiver(self) -> bool:
        return not (self.place.receiver_phone or self.place.receiver_email)


@dataclass(frozen=True, slots=True)
class Receipts:
    """Counts over all places within reach, and the first of those asked for; the unreachable are open ones too."""

    places: int
    acknowledged: int
    late: int
    waiting: int
    unreachable: int
    rows: tuple[Receipt, ...]
    more: int
    deadline: datetime | None
    step: int = 0

    @property
    def open(self) -> int:
        return self.places - self.acknowledged


@dataclass(slots=True)
class _Taken:
    codes: set[str] = field(default_factory=set)
    latest: datetime | None = None


def issued_codes(notice: WarningNotice, at: datetime) -> Sequence[str]:
    """The codes of the places of an issued warning; worked out again only when the register changed."""
    if notice.issued_at is None:
        return codes_of(notice, at)
    return _CODES.get((notice.pk, _register()), lambda: tuple(codes_of(notice, at)))


def receipts_of(
    notice: WarningNotice,
    at: datetime,
    *,
    reached: Collection[str] | None = None,
    show: Show = "all",
    limit: int = 100,
) -> Receipts:
    """How far the receivers of an issued warning are; after its end, as it stood then."""
    codes = issued_codes(notice, at)
    if reached is not None:
        codes = [code for code in codes if code in reached]
    if notice.issued_at is None:
        return Receipts(len(codes), 0, 0, 0, 0, (), 0, None)
    seen_at, level = min(at, end_of(notice)), cast("Level", notice.level)
    clocks = clocks_at(basis(), notice.issued_at)
    deadline = clocks.deadline(level, notice.issued_at)
    step = clocks.step_at(level, notice.issued_at, seen_at)
    taken, channels = _taken(notice), usable_channels()
    unanswered = [code for code in codes if code not in taken]
    lost = _lost(notice, unanswered, channels)
    is_late = seen_at >= deadline
    wanted: Iterable[str]
    match show:
        case "acknowledged":
            wanted = [code for code in codes if code in taken]
        case "unreachable":
            wanted = [code for code in unanswered if code in lost]
        case "late" | "waiting":
            wanted = unanswered if is_late == (show == "late") else []
        case _:
            wanted = unanswered + [code for code in codes if code in taken]
    late = len(unanswered) if is_late else 0
    return Receipts(
        places=len(codes),
        acknowledged=len(codes) - len(unanswered),
        late=late,
        waiting=len(unanswered) - late,
        unreachable=len(lost),
        rows=tuple(_rows(notice, wanted[:limit], step, lost, channels, at, is_late=is_late)),
        more=max(len(wanted) - limit, 0),
        deadline=deadline,
        step=step,
    )


def counts_now(at: datetime, running: Iterable[WarningNotice]) -> dict[UUID, Receipts]:
    """The counts of warnings in force, without any rows."""
    return {notice.pk: receipts_of(notice, at, limit=0) for notice in running}


def steps_of(notice: WarningNotice) -> list[WarningStep]:
    """The steps that were taken, in order."""
    return list(notice.steps.order_by("step"))


def people_now(channels: frozenset[str], at: datetime) -> People:
    """Everybody who can be told by the channels of this installation."""
    names = channel_file().names
    return people(channels, {channel: names.get(channel, ()) for channel in ROBOTS}, at)


def without_way(channels: frozenset[str]) -> frozenset[str]:
    """The codes of open places where neither receiver nor deputy has an address for any channel that is set up."""
    return _SILENT.get((channels, _register()), lambda: _without_way(channels))


def _without_way(channels: frozenset[str]) -> frozenset[str]:
    none = Q()
    if "email" in channels:
        none &= Q(receiver_email="", deputy_email="")
    if "sms" in channels:
        none &= Q(receiver_phone="", deputy_phone="")
    return frozenset(Place.objects.filter(none, closed_at=None).values_list("code", flat=True))


def _rows(
    notice: WarningNotice,
    codes: Sequence[str],
    step: int,
    lost: Collection[str],
    channels: frozenset[str],
    at: datetime,
    *,
    is_late: bool,
) -> Iterable[Receipt]:
    if not codes:
        return
    assert notice.issued_at is not None
    known, dead = people_now(channels, at), dead_ways(str(notice.pk))
    clocks = clocks_at(basis(), notice.issued_at)
    deadline = clocks.deadline(cast("Level", notice.level), notice.issued_at, step)
    for start in range(0, len(codes), AT_ONCE):
        batch = codes[start : start + AT_ONCE]
        found = Place.objects.filter(code__in=batch).select_related("district", "department")
        places = {place.code: place for place in found}
        answers = notice.acknowledgements.filter(place__in=[place.pk for place in places.values()])
        taken = {row.place_id: row for row in answers.select_related("by")}
        turns = {each.code: turn(reachable(each, known, dead, channels), step) for each in contacts(batch)}
        for code in batch:
            if (place := places.get(code)) is not None:
                answer = taken.get(place.pk)
                yield Receipt(place, answer, turns.get(code), deadline, is_late, code in lost)


def _lost(notice: WarningNotice, unanswered: Sequence[str], channels: frozenset[str]) -> set[str]:
    """Of the places that have not answered those where nobody can be reached, as far as is known."""
    silent = without_way(channels)
    found = {code for code in unanswered if code in silent}
    dead: Dead = dead_ways(str(notice.pk))
    if dead:
        suspects = {code for _kind, code in dead}.intersection(unanswered) - found
        nobody = People()
        found |= {each.code for each in contacts(suspects) if not reachable(each, nobody, dead, channels)}
    return found


def _taken(notice: WarningNotice) -> set[str]:
    """The codes of the places that have acknowledged; of what is known already only the latest is read again."""
    with _LOCK:
        kept = _TAKEN.setdefault(notice.pk, _Taken())
        _TAKEN.move_to_end(notice.pk)
        while len(_TAKEN) > KEPT:
            _TAKEN.popitem(last=False)
        rows = Acknowledgement.objects.filter(warning=notice)
        count = rows.count()
        if kept.latest is not None and count != len(kept.codes):
            _read(kept, rows.filter(at__gt=kept.latest - _OVERLAP))
        if count != len(kept.codes):
            kept.codes.clear()
            _read(kept, rows)
        return set(kept.codes)


def _read(kept: _Taken, rows: Any) -> None:
    kept.latest = rows.aggregate(latest=Max("at"))["latest"] or kept.latest
    kept.codes.update(rows.values_list("place__code", flat=True))


def _register() -> tuple[datetime | None, int]:
    """A mark that differs when the register does."""
    return Place.objects.aggregate(last=Max("changed_at"))["last"], generation()


class _Few:
    """The latest few answers to a question, by what they depend on."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Any, make: Callable[[], V]) -> V:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("V", self._kept[key])
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made


_LOCK = Lock()
_TAKEN: OrderedDict[UUID, _Taken] = OrderedDict()
_CODES = _Few()
_SILENT = _Few()
