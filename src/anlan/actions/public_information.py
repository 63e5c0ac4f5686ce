"""Public information: written, approved, released, corrected and withdrawn; what is released is never edited."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.actions.public_messages import write_release, write_withdrawal
from anlan.actions.turns import take_turn
from anlan.engine.areas import Area, area_kept
from anlan.engine.public_information import (
    LONGEST_BODY,
    LONGEST_TITLE,
    Fault,
    Kind,
    chain_at,
    filled,
    text_faults,
)
from anlan.models import PublicApproval, PublicStatement, User, WarningNotice
from anlan.queries.duties import basis
from anlan.queries.public_information import is_for_release, next_role, state_of

Obstacle = Literal[
    "not-open",
    "not-waiting",
    "same-person",
    "text",
    "checklist",
    "ends-too-soon",
    "not-released",
    "no-reason",
    "no-emergency",
]
LONGEST_WHERE = {"zh": 120, "en": 200}


class StatementRefusedError(ValueError):
    """A step that a statement cannot take as it stands; `obstacle` says why."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle: Obstacle = obstacle


@dataclass(frozen=True, slots=True)
class StatementDraft:
    """What the public is to be told; texts are Chinese and English, blanks for place and end are filled in."""

    kind: Kind
    area: Area
    where: tuple[str, str]
    title: tuple[str, str]
    body: tuple[str, str]
    valid_until: datetime
    checklist: tuple[str, ...] = ()
    warning: UUID | None = None

    def columns(self) -> dict[str, Any]:
        """The draft as the table keeps it."""
        until = until_words(self.valid_until)
        texts = {
            f"{name}_{language}": filled(pair[place], language, self.where[place], until[place]).strip()
            for name, pair in (("title", self.title), ("body", self.body))
            for place, language in enumerate(("zh", "en"))
        }
        texts["title_en"] = texts["title_en"][:1].upper() + texts["title_en"][1:]
        return {
            "kind": self.kind,
            "area": area_kept(self.area),
            "where_zh": self.where[0].strip(),
            "where_en": self.where[1].strip(),
            **texts,
            "valid_until": self.valid_until,
            "checklist": sorted(set(self.checklist)),
            "warning_id": self.warning if self.warning is None else _warning(self.warning),
        }


def until_words(at: datetime) -> tuple[str, str]:
    """An end as the public reads it, in both languages, by the city's clock."""
    local = timezone.localtime(at)
    return (
        f"{local.month}月{local.day}日{local:%H:%M}",
        f"{local:%H:%M} on {local.day} {_MONTHS[local.month - 1]}",
    )


def faults_of(statement: PublicStatement) -> dict[str, tuple[Fault, ...]]:
    """What keeps each text of a statement from being released; nothing of a sound one."""
    found = {
        "where": text_faults(statement.where_zh, statement.where_en, LONGEST_WHERE),
        "title": text_faults(statement.title_zh, statement.title_en, LONGEST_TITLE),
        "body": text_faults(statement.body_zh, statement.body_en, LONGEST_BODY),
    }
    return {name: faults for name, faults in found.items() if faults}


@transaction.atomic
def draft_statement(
    draft: StatementDraft, *, by: User | None, at: datetime, replaces: PublicStatement | None = None
) -> PublicStatement:
    """Keep a draft; `replaces` is the released statement that it would correct or follow."""
    if replaces is not None:
        replaces = _taken(replaces)
        _require(state_of(replaces, at) in ("released", "ended"), "not-released")
        PublicStatement.objects.filter(replaces=replaces, discarded_at__isnull=False).update(replaces=None)
        _require(not PublicStatement.objects.filter(replaces=replaces).exists(), "not-open")
    statement = PublicStatement.objects.create(
        replaces=replaces, drafted_at=at, drafted_by=by, changed_by=by, **draft.columns()
    )
    _write("draft-statement", statement, {"kind": [None, statement.kind]}, by=by, at=at)
    return statement


@transaction.atomic
def change_statement(
    statement: PublicStatement, draft: StatementDraft, *, by: User | None, at: datetime
) -> PublicStatement:
    """Change a draft; what waited for approval has to be asked for again."""
    statement = _taken(statement)
    _require(state_of(statement, at) in ("draft", "waiting"), "not-open")
    for name, value in draft.columns().items():
        setattr(statement, name, value)
    statement.changed_by, statement.submitted_at, statement.submitted_by = by, None, None
    statement.save()
    _write("change-statement", statement, {}, by=by, at=at)
    return statement


@transaction.atomic
def submit_statement(statement: PublicStatement, *, by: User | None, at: datetime) -> PublicStatement:
    """Ask for approval: texts sound, every line of the checklist ticked, the chain kept as it stands now."""
    statement = _taken(statement)
    _require(state_of(statement, at) == "draft", "not-open")
    chain = chain_at(basis(), statement.kind, at)
    _require(not faults_of(statement), "text")
    _require({item.id for item in chain.checklist} <= set(statement.checklist), "checklist")
    _require(statement.valid_until > at, "ends-too-soon")
    statement.chain = {
        "approval": list(chain.approval),
        "release": chain.release,
        "reach": chain.reach,
        "emergency": chain.emergency,
        "ratification_s": int(chain.ratification.total_seconds()),
    }
    statement.round += 1
    statement.submitted_at, statement.submitted_by, statement.return_reason = at, by, ""
    statement.save()
    _write("submit-statement", statement, {"waits_for": [None, next_role(statement)]}, by=by, at=at)
    return statement


@transaction.atomic
def approve_statement(statement: PublicStatement, *, by: User, at: datetime) -> PublicStatement:
    """The role whose turn it is agrees; nobody agrees twice, and no author to their own text."""
    statement = _taken(statement)
    _require(state_of(statement, at) == "waiting" and not is_for_release(statement), "not-waiting")
    _require_another(statement, by)
    role = next_role(statement)
    PublicApproval.objects.create(statement=statement, round=statement.round, role=role, at=at, by=by)
    _write("approve-statement", statement, {"role": [None, role]}, by=by, at=at)
    return statement


@transaction.atomic
def return_statement(statement: PublicStatement, *, reason: str, by: User, at: datetime) -> PublicStatement:
    """Send it back to the author with a reason; what was approved has to be approved again."""
    statement = _taken(statement)
    _require(state_of(statement, at) == "waiting", "not-waiting")
    _require(bool(reason.strip()), "no-reason")
    statement.submitted_at, statement.submitted_by, statement.return_reason = None, None, reason
    statement.save()
    _write("return-statement", statement, {}, by=by, at=at, reason=reason)
    return statement


@transaction.atomic
def discard_statement(statement: PublicStatement, *, by: User | None, at: datetime) -> PublicStatement:
    """Give a draft up."""
    statement = _taken(statement)
    _require(state_of(statement, at) in ("draft", "waiting"), "not-open")
    statement.discarded_at = at
    statement.save(update_fields=["discarded_at"])
    _write("discard-statement", statement, {}, by=by, at=at)
    return statement


@transaction.atomic
def release_statement(statement: PublicStatement, *, by: User, at: datetime) -> PublicStatement:
    """Release what everybody before has agreed to; the public sees it at once."""
    statement = _taken(statement)
    _require(state_of(statement, at) == "waiting" and is_for_release(statement), "not-waiting")
    _require_another(statement, by)
    return _release(statement, by=by, at=at)


@transaction.atomic
def release_alone(statement: PublicStatement, *, reason: str, by: User, at: datetime) -> PublicStatement:
    """Release one's own text without anybody else, where the chain lets one; somebody else ratifies it later."""
    statement = _taken(statement)
    _require(state_of(statement, at) == "waiting", "not-waiting")
    _require(bool(statement.chain.get("emergency")), "no-emergency")
    _require(bool(reason.strip()), "no-reason")
    statement.emergency_reason = reason
    statement.ratify_by = at + timedelta(seconds=statement.chain["ratification_s"])
    return _release(statement, by=by, at=at, reason=reason)


@transaction.atomic
def ratify_statement(statement: PublicStatement, *, by: User, at: datetime) -> PublicStatement:
    """Somebody else agrees afterwards to what was released alone."""
    statement = _taken(statement)
    _require(statement.ratify_by is not None and statement.ratified_at is None, "not-waiting")
    _require(by.pk != statement.released_by_id, "same-person")
    _require_another(statement, by)
    statement.ratified_at, statement.ratified_by = at, by
    statement.save(update_fields=["ratified_at", "ratified_by"])
    _write("ratify-statement", statement, {}, by=by, at=at)
    return statement


@transaction.atomic
def withdraw_statement(statement: PublicStatement, *, reason: str, by: User, at: datetime) -> PublicStatement:
    """Take a released statement back: its text leaves the public page at once, that it was withdrawn stays."""
    statement = _taken(statement)
    _require(state_of(statement, at) in ("released", "replaced", "ended"), "not-released")
    _require(bool(reason.strip()), "no-reason")
    take_turn("public-information")
    statement.withdrawn_at, statement.withdrawn_by, statement.withdraw_reason = at, by, reason
    statement.change = _next_change()
    statement.save(update_fields=["withdrawn_at", "withdrawn_by", "withdraw_reason", "change"])
    write_withdrawal(statement, at=at)
    _write("withdraw-statement", statement, {}, by=by, at=at, reason=reason)
    return statement


def _release(statement: PublicStatement, *, by: User, at: datetime, reason: str = "") -> PublicStatement:
    _require(not faults_of(statement), "text")
    _require(statement.valid_until > at, "ends-too-soon")
    take_turn("public-information")
    year = timezone.localtime(at).year
    last = PublicStatement.objects.filter(year=year).aggregate(last=Max("number"))["last"] or 0
    statement.year, statement.number = year, last + 1
    statement.released_at, statement.released_by = at, by
    statement.change = _next_change()
    statement.save()
    write_release(statement, at=at)
    changes = {"kind": [None, statement.kind], "end": [None, statement.valid_until]}
    _write("release-statement", statement, changes, by=by, at=at, reason=reason)
    return statement


def _require_another(statement: PublicStatement, by: User) -> None:
    """No author approves or releases the own text, and nobody takes two steps of one round."""
    authors = {statement.drafted_by_id, statement.changed_by_id, statement.submitted_by_id}
    agreed = statement.approvals.filter(round=statement.round, by=by).exists()
    _require(by.pk not in authors and not agreed, "same-person")


def _next_change() -> int:
    newest = PublicStatement.objects.aggregate(newest=Max("change"))["newest"] or 0
    return int(newest) + 1


def _taken(statement: PublicStatement) -> PublicStatement:
    """The statement as it is now, held until the step is done."""
    rows = PublicStatement.objects.select_for_update(of=("self",)).select_related("replaces", "replaced_by")
    return rows.get(pk=statement.pk)


def _warning(warning: UUID) -> UUID | None:
    return WarningNotice.objects.filter(pk=warning).values_list("pk", flat=True).first()


def _require(holds: bool, obstacle: Obstacle) -> None:
    if not holds:
        raise StatementRefusedError(obstacle)


def _write(
    action: str,
    statement: PublicStatement,
    changes: dict[str, Any],
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
) -> None:
    label = str(statement) if statement.number else statement.title_zh
    journal.write(
        Change(action, "public-statement", str(statement.pk), label, "", changes, reason), by=by, at=at
    )


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
