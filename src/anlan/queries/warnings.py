"""Warnings as they stand: which places an area holds, what a level would change there, who has taken note."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from anlan.engine import duties as rules
from anlan.engine.areas import Area, area_read, covered
from anlan.engine.owed import Duty
from anlan.engine.policy import LEVELS, Level, Text
from anlan.models import District, Place, PostureChange, WarningNotice
from anlan.queries.board import Board, board
from anlan.queries.duties import basis
from anlan.queries.subjects import place_subjects

STAFFED = ("guards", "posts")
"""Units of which one more takes one person more at a time."""

SAMPLE = 6
"""How many places of one tier and kind are worked out for the preview; the rest are taken to be like them."""


@dataclass(frozen=True, slots=True)
class DutyShift:
    """What a level changes in one duty at places of one tier: before or after is None where it is not owed."""

    tier: str
    before: Duty | None
    after: Duty | None
    places: int

    @property
    def duty(self) -> Duty:
        duty = self.after or self.before
        assert duty is not None
        return duty

    @property
    def title(self) -> Text:
        return self.duty.rule.title

    @property
    def more(self) -> float:
        """How much more is asked of the quantity that it counts, at each place."""
        if self.before is None or self.after is None:
            return 0.0
        return (self.after.quantity or 0) - (self.before.quantity or 0)


@dataclass(frozen=True, slots=True)
class Preview:
    """What issuing would do: how many places, of which tiers, and what changes for each tier.

    `guards` is how many more people are asked for at a time, at all places together, and `guards_of` by tier;
    `worked_out` of the `places` were worked out one by one, the others are taken to be like those of their tier, kind
    and present level. At the places of `stricter` a higher level holds, and nothing changes.
    """

    places: int
    without_receiver: int
    tiers: tuple[tuple[str, int], ...]
    shifts: tuple[DutyShift, ...]
    guards: float
    guards_of: Mapping[str, float]
    worked_out: int
    stricter: tuple[tuple[Level, int], ...] = ()


def numbers_within(area: Area, tiers: Collection[str], city: Board) -> NDArray[np.int64]:
    """The numbers on the board of the open places in an area, of some tiers ("scheme:tier") if any are named."""
    register, now = city.loaded.register, city.at.timestamp()
    chosen = (register.registered <= now) & (register.closed > now)
    if not area.city:
        parents = dict(District.objects.values_list("code", "parent_id"))
        chosen &= covered(area, city.loaded.situated(parents))
    if tiers:
        chosen &= _of_tiers(tiers, city)
    return np.flatnonzero(chosen)


def codes_within(area: Area, tiers: Collection[str], at: datetime) -> list[str]:
    """The codes of the open places in an area."""
    city = board(at)
    codes = city.loaded.register.codes
    return [codes[number] for number in numbers_within(area, tiers, city).tolist()]


def tiers_known(at: datetime) -> tuple[str, ...]:
    """The tiers that places can be chosen by, written scheme:tier."""
    compiled = board(at).compiled
    return tuple(f"{scheme}:{word}" for scheme, words in compiled.tier_words.items() for word in words)


def levels_held(city: Board, when: datetime, *, without: WarningNotice | None = None) -> NDArray[np.int8]:
    """The level in force at each place of the board (its rank in LEVELS), but for what one warning asks."""
    held = np.zeros(len(city.loaded.ids), dtype=np.int8)
    running = PostureChange.objects.filter(Q(end=None) | Q(end__gt=when), start__lte=when)
    for posture in (running.exclude(warning=without) if without else running).select_related("place"):
        members = numbers_within(_area_of(posture), (), city)
        held[members] = np.maximum(held[members], LEVELS.index(cast("Level", posture.level)))
    return held


def preview(
    area: Area,
    tiers: Collection[str],
    level: Level,
    at: datetime,
    *,
    when: datetime | None = None,
    without: WarningNotice | None = None,
) -> Preview:
    """What a level in an area would change, tier by tier, now or from `when`; where a stricter one holds, nothing.

    `without` is the warning in whose place it would come, or which would end.
    """
    city, when = board(at), when or at
    numbers = numbers_within(area, tiers, city)
    held = levels_held(city, when, without=without)
    rank = LEVELS.index(level)
    groups = _grouped(numbers, city, held)
    chosen = {number: group for group, members in groups.items() for number in members[:SAMPLE]}
    ids = {number: _uuid(city.loaded.ids[number]) for number in chosen}
    places = Place.objects.in_bulk(list(ids.values()))
    known = [number for number in chosen if ids[number] in places]
    subjects = place_subjects([places[ids[number]] for number in known])
    works_by, counted = basis(), Counter[tuple[str, str]]()
    guards: dict[str, float] = {}
    found: dict[tuple[str, str], tuple[Duty | None, Duty | None]] = {}
    stricter = Counter(LEVELS[int(held[number])] for number in numbers.tolist() if held[number] > rank)
    weights = {group: len(members) / min(len(members), SAMPLE) for group, members in groups.items()}
    shares: dict[tuple[str, str], float] = {}
    for number, subject in zip(known, subjects, strict=True):
        tier, weight = chosen[number][0], weights[chosen[number]]
        change = rules.what_if(subject, works_by, when, {}, LEVELS[max(rank, int(held[number]))])
        for before, after in _pairs(change):
            duty = after or before
            if duty is None or not _asks_otherwise(before, after):
                continue
            key = (tier, _key(before, after))
            found.setdefault(key, (before, after))
            shares[key] = shares.get(key, 0.0) + weight
            if before is not None and after is not None and duty.unit in STAFFED:
                more = (after.quantity or 0) - (before.quantity or 0)
                guards[tier] = guards.get(tier, 0.0) + weight * more
    counted.update({key: round(share) for key, share in shares.items()})
    shifts = tuple(
        DutyShift(key[0], *found[key], counted[key]) for key in sorted(found, key=lambda one: one[0])
    )
    by_tier = Counter[str]()
    for (tier, _kind, _held), members in groups.items():
        by_tier[tier] += len(members)
    unreachable = Place.objects.filter(closed_at=None, receiver_phone="", receiver_email="")
    silent = set(unreachable.values_list("code", flat=True))
    codes = city.loaded.register.codes
    return Preview(
        places=len(numbers),
        without_receiver=sum(codes[number] in silent for number in numbers.tolist()),
        tiers=tuple(sorted(by_tier.items())),
        shifts=shifts,
        guards=sum(guards.values()),
        guards_of=guards,
        worked_out=len(known),
        stricter=tuple((one, stricter[one]) for one in reversed(LEVELS) if stricter[one]),
    )


def notices(at: datetime, *, state: str = "") -> QuerySet[WarningNotice]:
    """Warnings, the latest first; `state` is open (drafts), now (issued and not over) or past."""
    rows = WarningNotice.objects.select_related(
        "drafted_by", "proposed_by", "confirmed_by", "ratified_by", "ended_by", "replaces"
    )
    unended = Q(ended_at=None) | Q(ended_at__gt=at)
    unlapsed = Q(ratify_by=None) | Q(ratify_by__gt=at) | Q(ratified_at__isnull=False)
    running = Q(issued_at__isnull=False, expected_end__gt=at) & unended & unlapsed
    if state == "open":
        rows = rows.filter(issued_at=None, withdrawn_at=None)
    elif state == "now":
        rows = rows.filter(running)
    elif state == "past":
        rows = rows.filter(Q(issued_at__isnull=False) & ~running)
    return rows.order_by("-drafted_at", "-id")


def _grouped(
    numbers: NDArray[np.int64], city: Board, held: NDArray[np.int8]
) -> dict[tuple[str, str, int], list[int]]:
    """Places by their tier under the scheme that says what the levels stand for, their kind, and the level there."""
    groups: dict[tuple[str, str, int], list[int]] = {}
    scheme = _scheme_of_tiers(city)
    for number in numbers.tolist():
        code = int(city.compiled.tiers[scheme][number]) if scheme else -1
        tier = f"{scheme}:{city.compiled.tier_words[scheme][code]}" if code >= 0 else ""
        kind = city.loaded.kinds[int(city.loaded.kind[number])]
        groups.setdefault((tier, kind, int(held[number])), []).append(number)
    return groups


def _area_of(posture: PostureChange) -> Area:
    """Where a posture holds, whichever way it was stated."""
    if posture.area is not None:
        return area_read(posture.area)
    if posture.place is not None:
        return Area(places=frozenset([posture.place.code]))
    return Area(districts=(posture.district_id,)) if posture.district_id else Area(city=True)


def _of_tiers(tiers: Collection[str], city: Board) -> NDArray[np.bool_]:
    found = np.zeros(len(city.loaded.ids), dtype=bool)
    for wanted in tiers:
        scheme, _colon, tier = wanted.partition(":")
        words = list(city.compiled.tier_words.get(scheme, ()))
        if tier in words:
            found |= city.compiled.tiers[scheme] == words.index(tier)
    return found


def _asks_otherwise(before: Duty | None, after: Duty | None) -> bool:
    if before is None or after is None:
        return True
    return (before.cadence, before.quantity, before.grace) != (after.cadence, after.quantity, after.grace)


def _key(before: Duty | None, after: Duty | None) -> str:
    """What tells changes apart: the rule, how often it asks before and after, and how many more it asks for."""
    duty = after or before
    assert duty is not None
    asked = [one.cadence_text().en if one else None for one in (before, after)]
    more = (after.quantity or 0) - (before.quantity or 0) if before and after else 0
    return f"{duty.id}{asked}{more:g}"


def _pairs(change: rules.Change) -> list[tuple[Duty | None, Duty | None]]:
    """Duties before and after; one that takes over the concern of another is its other side, not a new one."""
    gone = {duty.rule.concern: duty for duty in change.removed if duty.rule.concern}
    taken = {duty.rule.concern for duty in change.added}
    return [
        *((gone.get(duty.rule.concern), duty) for duty in change.added),
        *change.changed,
        *((duty, None) for duty in change.removed if duty.rule.concern not in taken),
    ]


def _scheme_of_tiers(city: Board) -> str:
    """The scheme whose tiers places are shown under: one that says what levels stand for, else the first with tiers."""
    criteria = {
        adoption.scheme.id
        for adoption in basis().adoptions
        if any(rule.kind == "criterion" and rule.posture for rule in adoption.scheme.rules)
    }
    with_tiers = list(city.compiled.tiers)
    return next((scheme for scheme in with_tiers if scheme in criteria), with_tiers[0] if with_tiers else "")


def _uuid(key: object) -> UUID:
    return key if isinstance(key, UUID) else UUID(str(key))
