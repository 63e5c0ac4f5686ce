"""Recording what was done: evidence and its strikes, findings and their closing, waivers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.actions.standing import note_evidence, note_strike
from anlan.actions.turns import take_turn
from anlan.engine.policy import Rule, Text
from anlan.models import (
    Attachment,
    Checkpoint,
    Department,
    Device,
    Evidence,
    Finding,
    Place,
    Post,
    Strike,
    User,
    Waiver,
)
from anlan.models.ids import new_id

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of the server a phone's clock may be before a time counts as in the future."""

DEFAULT_MENDING = timedelta(days=15)
"""Time to mend a failed item whose rule states none."""


RE_INSPECTION = "re-inspection"
"""The kind of evidence that looks at a finding again; it opens no further finding."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one item of an inspection, with the photos of it; `finding` is what a re-inspection was about."""

    passed: bool
    note: str = ""
    photos: Sequence[Attachment] = ()
    finding: str = ""

    def as_kept(self) -> dict[str, object]:
        """The answer as the record keeps it."""
        kept: dict[str, object] = {"passed": self.passed, "note": self.note}
        if self.photos:
            kept["photos"] = [str(photo.pk) for photo in self.photos]
        if self.finding:
            kept["finding"] = self.finding
        return kept


@dataclass(frozen=True, slots=True)
class EvidenceDraft:
    """What somebody states was done, for one rule and one place or department.

    `id` is made by the sender, so that sending twice records once.
    """

    scheme: str
    rule: str
    kind: str
    effective_at: datetime
    place: Place | None = None
    department: Department | None = None
    checkpoint: Checkpoint | None = None
    quantity: float | None = None
    note: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    expires_at: datetime | None = None
    post: Post | None = None
    device: Device | None = None
    attachments: Sequence[Attachment] = ()
    id: UUID | None = None


class FutureTimeError(ValueError):
    """Evidence cannot have been given in the future."""


@transaction.atomic
def record_evidence(draft: EvidenceDraft, *, rule: Rule | None, by: User | None, at: datetime) -> Evidence:
    """Record evidence; failed items of an inspection open findings. The same `id` twice records once."""
    if draft.effective_at > at + CLOCK_SKEW:
        raise FutureTimeError(draft.effective_at.isoformat())
    if draft.id is not None:
        before = Evidence.objects.filter(pk=draft.id).first()
        if before is not None:
            return before
    evidence = _created(draft, by=by, at=at)
    if evidence is None:
        return Evidence.objects.get(pk=draft.id or "")
    note_evidence([evidence], at=at)
    _open_findings(evidence, rule, by=by, at=at)
    changes = {"rule": [None, f"{draft.scheme}/{draft.rule}"], "effective_at": [None, evidence.effective_at]}
    journal.write(_entry("record-evidence", evidence, changes, ""), by=by, at=at)
    return evidence


@transaction.atomic
def strike_evidence(evidence: Evidence, *, by: User | None, at: datetime, reason: str) -> Strike:
    """Strike a record through: it stays readable and no longer counts."""
    strike, is_new = Strike.objects.get_or_create(
        evidence=evidence, defaults={"at": at, "by": by, "reason": reason}
    )
    if is_new:
        reopened = list(Finding.objects.select_related("place").filter(closed_by=evidence))
        Finding.objects.filter(closed_by=evidence).update(closed_by=None, closed_at=None)
        note_strike(evidence, at=at)
        entries = [_entry("strike-evidence", evidence, {"struck": [False, True]}, reason)]
        for finding in reopened:
            changes = {"closed_at": [finding.closed_at, None]}
            entries.append(_finding_entry("reopen-finding", finding, changes, reason))
        journal.write_all(entries, by=by, at=at)
    return strike


def close_finding(
    finding: Finding,
    *,
    note: str,
    attachments: Sequence[Attachment],
    effective_at: datetime,
    by: User | None,
    at: datetime,
    id: UUID | None = None,  # noqa: A002  (the record's own id, by its own name)
) -> Finding:
    """Close a finding by the evidence of a re-inspection; nothing else closes it."""
    return reinspect_finding(
        finding,
        passed=True,
        note=note,
        attachments=attachments,
        effective_at=effective_at,
        by=by,
        at=at,
        id=id,
    )


@transaction.atomic
def reinspect_finding(
    finding: Finding,
    *,
    passed: bool,
    note: str,
    attachments: Sequence[Attachment],
    effective_at: datetime,
    by: User | None,
    at: datetime,
    id: UUID | None = None,  # noqa: A002  (the record's own id, by its own name)
) -> Finding:
    """Record that a finding was looked at again: put right, it closes; if not, it stays open and says so."""
    finding = Finding.objects.select_for_update(of=("self",)).select_related("place").get(pk=finding.pk)
    if finding.closed_by_id is not None:
        return finding
    if id is not None and Evidence.objects.filter(pk=id).exists():
        return finding
    draft = EvidenceDraft(
        scheme=finding.scheme, rule=f"{finding.rule}#{finding.item}"[:64], kind=RE_INSPECTION,
        effective_at=effective_at, place=finding.place, note=note, attachments=attachments, id=id,
        answers={finding.item: Answer(passed, note, finding=str(finding.pk))},
    )  # fmt: skip
    evidence = record_evidence(draft, rule=None, by=by, at=at)
    if not passed:
        changes = {"effective_at": [None, evidence.effective_at]}
        journal.write(_finding_entry("reinspect-finding", finding, changes, note), by=by, at=at)
        return finding
    finding.closed_by = evidence
    finding.closed_at = at
    finding.save(update_fields=["closed_by", "closed_at"])
    journal.write(_finding_entry("close-finding", finding, {"closed_at": [None, at]}, note), by=by, at=at)
    return finding


@transaction.atomic
def give_waiver(
    *,
    scheme: str,
    rule: str,
    start: datetime,
    end: datetime,
    reason: str,
    by: User | None,
    at: datetime,
    place: Place | None = None,
    department: Department | None = None,
) -> Waiver:
    """Excuse a place or department from a rule for a period."""
    waiver = Waiver.objects.create(
        scheme=scheme, rule=rule, place=place, department=department, start=start, end=end, reason=reason, by=by,
        recorded_at=at,
    )  # fmt: skip
    changes = {"rule": [None, f"{scheme}/{rule}"], "start": [None, start], "end": [None, end]}
    journal.write(_entry("give-waiver", waiver, changes, reason), by=by, at=at)
    return waiver


@transaction.atomic
def withdraw_waiver(waiver: Waiver, *, by: User | None, at: datetime, reason: str) -> Waiver:
    """Take a waiver back."""
    waiver.withdrawn_at = at
    waiver.save(update_fields=["withdrawn_at"])
    journal.write(_entry("withdraw-waiver", waiver, {"withdrawn_at": [None, at]}, reason), by=by, at=at)
    return waiver


def _created(draft: EvidenceDraft, *, by: User | None, at: datetime) -> Evidence | None:
    """The new record; nothing when another request recorded the same id meanwhile."""
    try:
        with transaction.atomic():
            evidence = Evidence.objects.create(
                id=draft.id or new_id(),
                scheme=draft.scheme,
                rule=draft.rule,
                place=draft.place,
                department=draft.department,
                checkpoint=draft.checkpoint,
                kind=draft.kind,
                effective_at=min(draft.effective_at, at),
                recorded_at=at,
                expires_at=draft.expires_at,
                quantity=draft.quantity,
                answers={item: answer.as_kept() for item, answer in draft.answers.items()},
                note=draft.note,
                by=by,
                post=draft.post,
                device=draft.device,
            )
    except IntegrityError:
        if draft.id is not None and Evidence.objects.filter(pk=draft.id).exists():
            return None
        raise
    evidence.attachments.set(draft.attachments)
    return evidence


def _open_findings(evidence: Evidence, rule: Rule | None, *, by: User | None, at: datetime) -> None:
    if evidence.kind == RE_INSPECTION:
        return
    failed = [item for item, answer in evidence.answers.items() if not answer["passed"]]
    if not failed or evidence.place is None:
        return
    titles = {item.id: item for item in rule.items} if rule else {}
    place = evidence.place
    year = timezone.localtime(at).year
    take_turn(f"findings/{year}")
    number = Finding.objects.filter(year=year).aggregate(last=Max("number"))["last"] or 0
    for step, item in enumerate(failed, start=1):
        known = titles.get(item)
        title = known.title if known else rule.title if rule and item == rule.id else Text(item, item)
        finding = Finding.objects.create(
            number=number + step,
            year=year,
            place=place,
            evidence=evidence,
            scheme=evidence.scheme,
            rule=evidence.rule,
            item=item,
            title_zh=title.zh[:200],
            title_en=title.en[:200],
            note=evidence.answers[item]["note"],
            department=None if place.operator_id else place.department,
            operator=place.operator,
            opened_at=evidence.effective_at,
            deadline=evidence.effective_at + ((known.mend_within if known else None) or DEFAULT_MENDING),
        )
        changes = {"item": [None, item], "deadline": [None, finding.deadline]}
        journal.write(_finding_entry("open-finding", finding, changes, finding.note), by=by, at=at)


def _entry(action: str, about: Evidence | Waiver, changes: Mapping[str, object], reason: str) -> Change:
    subject = about.place or about.department
    return Change(
        action=action,
        subject_kind="evidence" if isinstance(about, Evidence) else "waiver",
        subject_id=str(about.pk),
        subject_label=str(subject or ""),
        place_code=about.place.code if about.place else "",
        changes=changes,
        reason=reason,
    )


def _finding_entry(action: str, finding: Finding, changes: Mapping[str, object], reason: str) -> Change:
    return Change(
        action=action,
        subject_kind="finding",
        subject_id=str(finding.pk),
        subject_label=finding.title_zh,
        place_code=finding.place.code,
        changes=changes,
        reason=reason,
    )
