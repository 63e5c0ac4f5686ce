"""What a person does about patrols: takes calls for help, looks at marked records, ends a walk left open."""

from datetime import datetime

from django.db import transaction

from anlan.actions import journal
from anlan.actions.duties import strike_evidence
from anlan.actions.journal import Change
from anlan.actions.patrol_visits import evidence_of
from anlan.models import Checkpoint, HelpCall, User, Visit, Walk


@transaction.atomic
def take_call(call: HelpCall, *, by: User | None, at: datetime) -> HelpCall:
    """Say that somebody is seeing to a call for help; who took it first stays."""
    taken = HelpCall.objects.filter(pk=call.pk, taken_at=None).update(taken_at=at, taken_by=by)
    call.refresh_from_db()
    if taken:
        _write(call, "take-help-call", {"taken_at": [None, at]}, "", by=by, at=at)
    return call


@transaction.atomic
def close_call(call: HelpCall, *, outcome: str, by: User | None, at: datetime) -> HelpCall:
    """End a call for help and say what came of it; one that nobody had taken is taken with it."""
    take_call(call, by=by, at=at)
    closed = HelpCall.objects.filter(pk=call.pk, closed_at=None).update(closed_at=at, outcome=outcome[:300])
    call.refresh_from_db()
    if closed:
        _write(call, "close-help-call", {"closed_at": [None, at]}, outcome, by=by, at=at)
    return call


@transaction.atomic
def note_visit(visit: Visit, *, words: str, by: User | None, at: datetime) -> Visit:
    """Say that a marked record was looked at; what it counts for stays as it is."""
    return _reviewed(visit, "note-visit", words, by=by, at=at)


@transaction.atomic
def accept_visit(
    visit: Visit, *, words: str, by: User | None, at: datetime, checkpoint: Checkpoint | None = None
) -> Visit:
    """Let a scan count whose code did not, at the checkpoint it was made at where the code did not say."""
    if checkpoint is not None and visit.checkpoint_id is None:
        visit.checkpoint = checkpoint
        visit.save(update_fields=["checkpoint"])
    if visit.kind == "scan" and visit.checkpoint is not None and not visit.evidence.exists():
        evidence_of([visit], at=at, accepted=True)
    return _reviewed(visit, "accept-visit", words, by=by, at=at)


@transaction.atomic
def refuse_visit(visit: Visit, *, words: str, by: User | None, at: datetime) -> Visit:
    """Let a record not count: its evidence is struck through with the same words and stays readable."""
    for evidence in visit.evidence.filter(strike=None):
        strike_evidence(evidence, by=by, at=at, reason=words)
    return _reviewed(visit, "refuse-visit", words, by=by, at=at)


@transaction.atomic
def end_walk(walk: Walk, *, reason: str, by: User | None, at: datetime) -> Walk:
    """End a round whose phone cannot: what was sent stays, and what still comes in is kept.

    One that has ended stays as it ended.
    """
    ended = max(at, walk.started_at)
    found = Walk.objects.filter(pk=walk.pk, ended_at=None).update(ended_at=ended, early_reason=reason[:300])
    walk.refresh_from_db()
    if found:
        change = Change(
            action="end-walk",
            subject_kind="walk",
            subject_id=str(walk.pk),
            subject_label=walk.alias,
            place_code=walk.place.code,
            changes={"ended_at": [None, ended]},
            reason=reason,
        )
        journal.write(change, by=by, at=at)
    return walk


def _reviewed(visit: Visit, action: str, words: str, *, by: User | None, at: datetime) -> Visit:
    visit.reviewed_at, visit.reviewed_by, visit.review = at, by, words[:300]
    visit.save(update_fields=["reviewed_at", "reviewed_by", "review"])
    journal.write(
        Change(
            action=action,
            subject_kind="visit",
            subject_id=str(visit.pk),
            subject_label=visit.checkpoint.name_zh if visit.checkpoint else "",
            place_code=visit.walk.place.code,
            changes={"reviewed_at": [None, at], "flags": visit.flags},
            reason=words,
        ),
        by=by,
        at=at,
    )
    return visit


def _write(
    call: HelpCall, action: str, changes: dict[str, object], reason: str, *, by: User | None, at: datetime
) -> None:
    change = Change(
        action=action,
        subject_kind="help-call",
        subject_id=str(call.pk),
        subject_label=call.place.name_zh,
        place_code=call.place.code,
        changes=changes,
        reason=reason,
    )
    journal.write(change, by=by, at=at)
