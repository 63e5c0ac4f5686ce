"""Warnings reach people: receivers when it is issued, then one after another those who answer for late places.

Each step is one transaction that writes what was addressed and that the step was taken, so whatever kills the worker,
a step is taken whole or not at all, and the same one twice makes no message twice.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.actions.messages import About, Letter, address, withdraw
from anlan.actions.warning_texts import (
    Said,
    issued_words,
    late_words,
    over_words,
    place_words,
    second_person_words,
)
from anlan.engine.policy import Level
from anlan.engine.warning_turns import AT_THE_PLACE, PARTIES, Party, turn
from anlan.engine.warnings import clocks_at, end_of
from anlan.models import Acknowledgement, Message, PushSubscription, User, WarningNotice, WarningStep
from anlan.queries.duties import basis
from anlan.queries.message_channels import channel_file, usable_channels
from anlan.queries.warning_links import receipt_links
from anlan.queries.warning_people import (
    KINDS,
    ROBOTS,
    Contact,
    Dead,
    People,
    Reach,
    contacts,
    count_dead,
    dead_ways,
    people,
    reachable,
    ways_at_place,
)
from anlan.queries.warnings_shown import codes_of

KEPT = timedelta(days=30)
"""How long addresses of messages about a warning are kept."""

OVER = WarningStep.OVER


@dataclass(slots=True)
class _Plan:
    """Whose turn it is at which places."""

    of: dict[Party, list[Contact]] = field(default_factory=dict)
    nobody: int = 0


def tell_issued(notice: WarningNotice, *, at: datetime) -> None:
    """A follower of warnings: tell what was issued, or that it is over."""
    if notice.issued_at is None:
        return
    if at >= end_of(notice):
        tell_over(notice, at=at)
    else:
        take_step(notice, 0, at=at)


def watch_warnings(*, at: datetime) -> int:
    """Take the steps that are due; how many were. One read while nothing is in force."""
    taken = 0
    told = WarningStep.objects.filter(step=OVER).values("warning")
    for notice in WarningNotice.objects.filter(issued_at__isnull=False).exclude(pk__in=told):
        if at >= end_of(notice):
            tell_over(notice, at=at)
            taken += 1
            continue
        assert notice.issued_at is not None
        clocks = clocks_at(basis(), notice.issued_at)
        now = clocks.step_at(cast("Level", notice.level), notice.issued_at, at)
        done = {row.step: row for row in notice.steps.all()}
        for step in range(now + 1):
            if step not in done:
                take_step(notice, step, at=at)
                taken += 1
        if now in done and count_dead(str(notice.pk)) != done[now].faults:
            take_step(notice, now, at=at, again=True)
            taken += 1
    return taken


def take_step(notice: WarningNotice, step: int, *, at: datetime, again: bool = False) -> bool:
    """Tell those whose turn it is when `step` clocks are over. `again`: places whose people could not be reached.

    Says whether it was taken now; one that was taken already, or after the end, is not.
    """
    if not again and WarningStep.objects.filter(warning=notice, step=step).exists():
        return False
    key, dead = str(notice.pk), dead_ways(str(notice.pk))
    channels = usable_channels()
    known = people(channels, {name: channel_file().names.get(name, ()) for name in ROBOTS}, at)
    answered = set(Acknowledgement.objects.filter(warning=notice).values_list("place__code", flat=True))
    codes = [code for code in codes_of(notice, at) if code not in answered]
    wanted = (
        [code for code in codes if ("place", code) in dead or ("deputy", code) in dead] if again else codes
    )
    plan = _planned(contacts(wanted), step, known, dead, channels)
    letters = {
        party: list(_letters(notice, party, places, known, dead, channels))
        for party, places in plan.of.items()
    }
    if step == 0 and not again:
        letters["office"] = [*letters.get("office", ()), *_to_groups(notice, wanted)]
    with transaction.atomic():
        notice = WarningNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
        row = WarningStep.objects.filter(warning=notice, step=step).first()
        if at >= end_of(notice) or (row is not None) != again:
            return False
        made = 0
        for party, each in letters.items():
            about = About("warning", key, number=_number(step, party), label=_label(notice))
            made += address(about, each, keep=KEPT, by=None, at=at).made if each else 0
        if step and codes and not again:
            tell_duty(
                notice, late_words(notice, "office", len(codes)), _pushes(known.office), step + 1, at=at
            )
        counts = {party: len(places) for party, places in plan.of.items()}
        if row is None:
            WarningStep.objects.create(
                warning=notice, step=step, at=at, open=len(codes), nobody=plan.nobody, told=counts,
                faults=count_dead(key),
            )  # fmt: skip
        else:
            row.faults = count_dead(key)
            row.told = dict(Counter(row.told) + Counter(counts))
            row.save(update_fields=["faults", "told"])
        if made and (step or again):
            changes = {f"told_{party}": [None, count] for party, count in counts.items()}
            _write("escalate-warning", notice, {"late": [None, len(codes)], **changes}, at=at)
    return True


def tell_over(notice: WarningNotice, *, at: datetime) -> bool:
    """Take back what has not gone out, and tell all others that it is over; those under an update hear of that."""
    newer = WarningNotice.objects.filter(replaces=notice, issued_at__isnull=False).first()
    covered = set(codes_of(newer, at)) if newer else set[str]()
    with transaction.atomic():
        notice = WarningNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
        if at < end_of(notice) or WarningStep.objects.filter(warning=notice, step=OVER).exists():
            return False
        withdrawn = withdraw("warning", str(notice.pk), at=at)
        words = over_words(notice)
        letters = list(_to_told(notice, words, covered, is_replaced=newer is not None))
        if letters:
            about = About("warning", str(notice.pk), number=_number(OVER, "receiver"), label=_label(notice))
            address(about, letters, keep=KEPT, by=None, at=at)
        told = {"over": len(letters), "withdrawn": withdrawn}
        WarningStep.objects.create(warning=notice, step=OVER, at=at, told=told)
    return True


def tell_second_person(notice: WarningNotice, *, at: datetime) -> int:
    """Push to those who can confirm that a warning waits for a second person; says to how many browsers."""
    if notice.proposed_at is None or notice.issued_at is not None or notice.withdrawn_at is not None:
        return 0
    known = people(usable_channels(), {}, at)
    asked = (notice.drafted_by_id, notice.proposed_by_id)
    own = PushSubscription.objects.filter(user__in=[each for each in asked if each])
    mine = {str(key) for key in own.values_list("pk", flat=True)}
    ways = [way for way in _pushes(known.office) if way.receiver not in mine]
    number = 1000 + int((notice.proposed_at - notice.drafted_at).total_seconds())
    return tell_duty(notice, second_person_words(notice), ways, number, at=at)


def tell_duty(notice: WarningNotice, said: Said, ways: Iterable[Reach], number: int, *, at: datetime) -> int:
    """Push to duty officers; says to how many browsers."""
    link = settings.ADDRESS + reverse("warning", args=[notice.pk])
    letters = [
        Letter(way.kind, way.receiver, way.channel, way.address, said.one, way.language, link) for way in ways
    ]
    if not letters:
        return 0
    about = About("warning-duty", str(notice.pk), number=number, label=_label(notice))
    return address(about, letters, keep=KEPT, by=None, at=at).made


def _pushes(ways: Iterable[Reach]) -> list[Reach]:
    return [way for way in ways if way.channel == "webpush"]


def _planned(
    places: Iterable[Contact],
    step: int,
    known: People,
    dead: Dead,
    channels: Collection[str],
) -> _Plan:
    plan = _Plan()
    for place in places:
        found = reachable(place, known, dead, channels)
        whose = turn(found, step)
        if whose is not None:
            plan.of.setdefault(whose, []).append(place)
        plan.nobody += not AT_THE_PLACE.intersection(found)
    return plan


def _letters(
    notice: WarningNotice,
    party: Party,
    places: list[Contact],
    known: People,
    dead: Dead,
    channels: Collection[str],
) -> Iterator[Letter]:
    if party in AT_THE_PLACE:
        words = place_words(notice, party)
        links = receipt_links(notice, (place.id for place in places))
        for place, link in zip(places, links, strict=True):
            for channel, to in ways_at_place(party, place, dead, channels):
                yield Letter(KINDS[party], place.code, channel, to, words.by(channel), "zh", link)
        return
    counts: Counter[Reach] = Counter()
    for place in places:
        counts.update(known.of(party, place))
    yield from _counted(notice, counts, lambda many: late_words(notice, party, many))


def _to_groups(notice: WarningNotice, codes: Collection[str]) -> Iterator[Letter]:
    """One message to the group of each district and department that the city configured, when it is issued."""
    names = {name: channel for channel in ROBOTS for name in channel_file().names.get(channel, ())}
    if not names:
        return
    counts: Counter[Reach] = Counter()
    for place in contacts(codes):
        for kind, code in (("district", place.district), ("department", place.department)):
            if channel := names.get(f"{kind}-{code}"):
                counts[Reach(kind, code or "", channel, f"{kind}-{code}", "zh")] += 1
    if channel := names.get("office"):
        counts[Reach("role", "city-office", channel, "office", "zh")] = len(codes)
    yield from _counted(notice, counts, lambda many: issued_words(notice, many))


def _counted(notice: WarningNotice, counts: Counter[Reach], words_of: Any) -> Iterator[Letter]:
    """Letters that say how many places they are about; those of the same number read the same."""
    link = settings.ADDRESS + reverse("warning", args=[notice.pk])
    said: dict[int, Said] = {}
    for way, many in counts.items():
        words = said.setdefault(many, words_of(many))
        yield Letter(way.kind, way.receiver, way.channel, way.address, words.one, way.language, link)


def _to_told(
    notice: WarningNotice, words: Said, covered: Collection[str], *, is_replaced: bool
) -> Iterator[Letter]:
    told = Message.objects.filter(mailing__about_kind="warning", mailing__about_id=str(notice.pk)).exclude(
        state="dead"
    )
    rows = told.values_list("receiver_kind", "receiver", "channel", "address", "language", "link")
    for kind, receiver, channel, to, language, link in list(rows):
        of_place = kind in KINDS.values()
        if (receiver in covered) if of_place else is_replaced:
            continue
        yield Letter(
            kind, receiver, channel, to, words.by(channel) if of_place else words.one, language, link
        )


def _number(step: int, party: Party) -> int:
    """The number of a round: each party of each step has its own."""
    return 1 + 10 * step + PARTIES.index(party)


def _label(notice: WarningNotice) -> str:
    return f"{notice} {notice.matters_zh[:60]}"


def _write(action: str, notice: WarningNotice, changes: dict[str, Any], *, at: datetime) -> None:
    by: User | None = None
    journal.write(Change(action, "warning", str(notice.pk), str(notice), "", changes), by=by, at=at)
