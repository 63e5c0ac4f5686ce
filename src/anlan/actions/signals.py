"""Receiving signals, and what a person makes of them: link, dismiss, raise, or take that back."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from anlan.actions import journal
from anlan.actions.duties import CLOCK_SKEW, FutureTimeError
from anlan.actions.journal import Change
from anlan.actions.turns import take_turn
from anlan.engine import free_text
from anlan.models import Attachment, Department, District, Place, Signal, User
from anlan.queries.signals import district_at

LONGEST_TEXT = 4000
LONGEST_ORGANISATION = 160
LARGEST_RADIUS_M = 200_000


@dataclass(frozen=True, slots=True)
class SignalDraft:
    """A report as somebody makes it: from a department or a named organisation, about a place, district or point."""

    kind: str
    observed: str
    reliability: str
    urgency: str
    channel: str
    observed_at: datetime
    department: Department | None = None
    organisation: str = ""
    place: Place | None = None
    district: District | None = None
    longitude: float | None = None
    latitude: float | None = None
    radius_m: int | None = None
    attachments: Sequence[Attachment] = ()


class SignalTriagedError(ValueError):
    """Somebody has triaged this signal already."""


class SignalNotTriagedError(ValueError):
    """Nobody has triaged this signal, so nothing can be taken back."""


class LinkedToItselfError(ValueError):
    """A signal cannot be the same report as itself."""


@transaction.atomic
def receive_signal(draft: SignalDraft, *, by: User | None, at: datetime, key: str = "") -> Signal:
    """Take a report in, with numbers that lead to a person masked. The same `key` again gives the same signal.

    Raises FutureTimeError for what is to be observed yet.
    """
    if draft.observed_at > at + CLOCK_SKEW:
        raise FutureTimeError(draft.observed_at.isoformat())
    digest = key_digest(key) if key else None
    before = Signal.objects.filter(key_sha256=digest).first() if digest else None
    if before is not None:
        return before
    signal = _created(draft, digest, by=by, at=at)
    if signal is None:
        return Signal.objects.get(key_sha256=digest)
    _attach(signal, draft.attachments)
    changes: dict[str, object] = {
        "kind": [None, signal.kind],
        "urgency": [None, signal.urgency],
        "channel": [None, signal.channel],
        "effective_at": [None, signal.observed_at],
    }
    journal.write(_entry("receive-signal", signal, changes), by=by, at=at)
    return signal


@transaction.atomic
def link_signal(signal: Signal, to: Signal, *, reason: str, by: User | None, at: datetime) -> Signal:
    """State that a signal reports the same as another; what was linked to it goes along.

    Linked to one that is linked itself, it is linked to that one's head.
    """
    signal = _untriaged(signal)
    target = Signal.objects.get(pk=to.pk)
    head = Signal.objects.select_for_update(of=("self",)).get(pk=target.linked_to_id or target.pk)
    if head.pk == signal.pk:
        raise LinkedToItselfError
    signal.linked_to = head
    signal.linked.update(linked_to=head)
    _triage(signal, "linked", reason, by=by, at=at)
    changes = {"linked_to": [None, signal_code(head)]}
    journal.write(_entry("link-signal", signal, changes, signal.reason), by=by, at=at)
    return signal


@transaction.atomic
def dismiss_signal(signal: Signal, *, reason: str, by: User | None, at: datetime) -> Signal:
    """State that nothing follows from a signal, and why."""
    signal = _untriaged(signal)
    _triage(signal, "dismissed", reason, by=by, at=at)
    journal.write(_entry("dismiss-signal", signal, {}, signal.reason), by=by, at=at)
    return signal


@transaction.atomic
def raise_signal(
    signal: Signal, *, reason: str, by: User | None, at: datetime, warning: UUID | None = None
) -> Signal:
    """State that a signal is the basis for a warning; which one may be said now or later."""
    signal = _untriaged(signal)
    signal.warning = warning
    _triage(signal, "raised", reason, by=by, at=at)
    changes = {"warning": [None, warning]} if warning else {}
    journal.write(_entry("raise-signal", signal, changes, signal.reason), by=by, at=at)
    return signal


@transaction.atomic
def name_warning(signal: Signal, warning: UUID, *, by: User | None, at: datetime) -> Signal:
    """State which warning rests on a raised signal."""
    signal = Signal.objects.select_for_update(of=("self",)).get(pk=signal.pk)
    if signal.outcome != "raised":
        raise SignalNotTriagedError
    before, signal.warning = signal.warning, warning
    if before != warning:
        signal.save(update_fields=["warning"])
        journal.write(
            _entry("raise-signal", signal, {"warning": [before, warning]}, signal.reason), by=by, at=at
        )
    return signal


@transaction.atomic
def reopen_signal(signal: Signal, *, reason: str, by: User | None, at: datetime) -> Signal:
    """Take a triage back: somebody looks again. A signal that a warning rests on stays with it."""
    signal = Signal.objects.select_for_update(of=("self",)).get(pk=signal.pk)
    if not signal.outcome or signal.warning is not None:
        raise SignalNotTriagedError
    before = signal.outcome
    signal.outcome, signal.reason = "", ""
    signal.linked_to = signal.triaged_at = signal.triaged_by = None
    signal.save(update_fields=["outcome", "reason", "linked_to", "triaged_at", "triaged_by"])
    said = free_text.masked(reason).text
    journal.write(_entry("reopen-signal", signal, {"outcome": [before, None]}, said), by=by, at=at)
    return signal


def key_digest(key: str) -> str:
    """What is kept of a sender's key."""
    return hashlib.sha256(key.encode()).hexdigest()


def signal_code(signal: Signal) -> str:
    """How a signal is called, such as SG-2026-0012."""
    return f"SG-{signal.year}-{signal.number:04d}"


def _created(draft: SignalDraft, digest: str | None, *, by: User | None, at: datetime) -> Signal | None:
    """The new row; nothing when another request brought the same key meanwhile."""
    draft = _located(draft)
    observed = free_text.masked(draft.observed.strip()[:LONGEST_TEXT])
    organisation = free_text.masked(draft.organisation.strip())
    year = timezone.localtime(at).year
    take_turn(f"signals/{year}")
    number = Signal.objects.filter(year=year).aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            return Signal.objects.create(
                year=year,
                number=number + 1,
                department=draft.department,
                organisation="" if draft.department else organisation.text[:LONGEST_ORGANISATION],
                place=draft.place,
                district=draft.district,
                longitude=draft.longitude,
                latitude=draft.latitude,
                radius_m=draft.radius_m,
                kind=draft.kind,
                reliability=draft.reliability,
                urgency=draft.urgency,
                observed=observed.text,
                masked=dict(Counter(observed.counts) + Counter(organisation.counts)),
                observed_at=min(draft.observed_at, at),
                received_at=at,
                channel=draft.channel,
                key_sha256=digest,
                by=by,
            )
    except IntegrityError:
        if digest and Signal.objects.filter(key_sha256=digest).exists():
            return None
        raise


def _located(draft: SignalDraft) -> SignalDraft:
    """A place says all; a point lies in the district whose boundary holds it, if nobody named one."""
    if draft.place is not None:
        return replace(draft, district=None, longitude=None, latitude=None, radius_m=None)
    if draft.longitude is None or draft.latitude is None:
        return replace(draft, longitude=None, latitude=None, radius_m=None)
    district = draft.district or district_at(draft.longitude, draft.latitude)
    radius_m = min(draft.radius_m or 0, LARGEST_RADIUS_M)
    return replace(draft, district=district, radius_m=radius_m)


def _attach(signal: Signal, attachments: Sequence[Attachment]) -> None:
    """Keep files with the signal; their names are free text too."""
    for one in attachments:
        name = free_text.masked(one.name).text
        if name != one.name:
            Attachment.objects.filter(pk=one.pk).update(name=name[:200])
    signal.attachments.set(attachments)
    signal.attachment_count = len(attachments)
    if attachments:
        signal.save(update_fields=["attachment_count"])


def _untriaged(signal: Signal) -> Signal:
    """The row, held until the transaction ends, and still as it came."""
    found = Signal.objects.select_for_update(of=("self",)).select_related("place").get(pk=signal.pk)
    if found.outcome:
        raise SignalTriagedError
    return found


def _triage(signal: Signal, outcome: str, reason: str, *, by: User | None, at: datetime) -> None:
    signal.outcome, signal.triaged_at, signal.triaged_by = outcome, at, by
    signal.reason = free_text.masked(reason.strip()).text
    signal.save(update_fields=["outcome", "linked_to", "warning", "reason", "triaged_at", "triaged_by"])


def _entry(action: str, signal: Signal, changes: Mapping[str, object], reason: str = "") -> Change:
    return Change(
        action=action,
        subject_kind="signal",
        subject_id=str(signal.pk),
        subject_label=signal_code(signal),
        place_code=signal.place.code if signal.place else "",
        changes=changes,
        reason=reason,
    )
