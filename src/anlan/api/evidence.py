"""Evidence: what was recorded, recording one or many, striking through."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field, ValidationError

from anlan.actions.duties import Answer, EvidenceDraft, FutureTimeError, record_evidence, strike_evidence
from anlan.api import idempotency
from anlan.api.evidence_values import EvidenceIn, EvidenceOut, EvidencePage, evidence_out
from anlan.api.faults import pointer_to, words_of
from anlan.api.inputs import Code, Flag, Identifier, Input, Instant, Reasoned, Word
from anlan.api.owed_rules import owed_rule
from anlan.api.paging import NEWEST_FIRST, Paged, page_of
from anlan.api.problems import Fault, ProblemError, ProblemOut, described, invalid, trace_of
from anlan.api.subjects import named_subject, target_of
from anlan.api.tokens import Asker, asker_of, needs
from anlan.engine import access as rules
from anlan.engine.policy import Rule
from anlan.models import Checkpoint, Evidence, Place, Post
from anlan.queries.reach import evidence_within

router = Router(tags=["evidence"])

MOST_AT_ONCE = 200


class EvidenceFilters(Paged):
    """Which evidence; `since` is in the period, `until` is not. Struck records are left out unless asked for."""

    place: Code | None = None
    department: Code | None = None
    scheme: Word | None = None
    rule: Word | None = None
    kind: Word | None = None
    since: Instant | None = None
    until: Instant | None = None
    struck: Flag = False


class BatchIn(Input):
    """Many records at once; a wrong one does not hold up the others."""

    items: Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            max_length=MOST_AT_ONCE,
            description="each as the body of POST /evidence, and judged for itself",
        ),
    ]


class BatchItemOut(BaseModel):
    """What became of one record: 201 and the record, or the status and problem it would have got alone."""

    status: int
    evidence: EvidenceOut | None = None
    problem: ProblemOut | None = None


class BatchOut(BaseModel):
    """One answer for each record, in the same order."""

    items: list[BatchItemOut]


@router.get("/evidence", response=EvidencePage, auth=needs("see-evidence"))
def evidence_list(request: HttpRequest, asked: Query[EvidenceFilters]) -> EvidencePage:
    """Evidence within reach, the latest effective first."""
    asker = asker_of(request)
    rows = _visible(asker)
    for name, value in (
        ("place__code", asked.place),
        ("department__code", asked.department),
        ("scheme", asked.scheme),
        ("rule", asked.rule),
        ("kind", asked.kind),
        ("effective_at__gte", asked.since),
        ("effective_at__lt", asked.until),
    ):
        if value is not None:
            rows = rows.filter(**{name: value})
    if not asked.struck:
        rows = rows.filter(strike__isnull=True)
    found, following = page_of(rows, ["-effective_at", "-id"], asked, request, NEWEST_FIRST)
    files = _attachments(found)
    return EvidencePage(items=[_shown(row, asker, files.get(row.pk, 0)) for row in found], next=following)


@router.post("/evidence", response={201: EvidenceOut}, auth=needs("record-evidence"))
def record(request: HttpRequest, stated: EvidenceIn, key: idempotency.Key = None) -> HttpResponse:
    """Record that something was done. The same key, or the same id, records once."""
    asker = asker_of(request)
    if key is None and stated.id is not None:
        status, content = _by_its_id(asker, stated)
        response = idempotency.json_answer(status, content)
    else:
        response = idempotency.once(request, asker, key, stated, lambda: (201, _recorded(asker, stated)))
    return response


@router.post("/evidence/batch", response=BatchOut, auth=needs("record-evidence"))
def record_batch(request: HttpRequest, stated: BatchIn, key: idempotency.Key = None) -> HttpResponse:
    """Record many; the answer is 200 and tells for each what became of it."""
    asker = asker_of(request)

    def act() -> tuple[int, BaseModel]:
        return 200, BatchOut(items=[_item(request, asker, item) for item in stated.items])

    return idempotency.once(request, asker, key, stated, act)


@router.get("/evidence/{evidence_id}", response=EvidenceOut, auth=needs("see-evidence"))
def evidence(request: HttpRequest, evidence_id: Identifier) -> EvidenceOut:
    """One record, struck or not."""
    asker = asker_of(request)
    found = _found(asker, evidence_id)
    return _shown(found, asker, _attachments([found]).get(found.pk, 0))


@router.post("/evidence/{evidence_id}/strike", response=EvidenceOut, auth=needs("strike-evidence"))
def strike(request: HttpRequest, evidence_id: Identifier, stated: Reasoned) -> EvidenceOut:
    """Strike a record through: it stays readable and no longer counts."""
    asker = asker_of(request)
    with transaction.atomic():
        found = _found(asker, evidence_id)
        reach = asker.reach("strike-evidence")
        if not evidence_within(reach, Evidence.objects.filter(pk=found.pk)).exists():
            raise ProblemError("refused")
        if hasattr(found, "strike"):
            raise ProblemError("conflict", _("This record is struck through already."))
        strike_evidence(found, by=asker.user, at=asker.at, reason=stated.reason)
    return evidence(request, evidence_id)


def _visible(asker: Asker) -> QuerySet[Evidence]:
    related = ("place", "department", "checkpoint", "post", "by", "strike")
    return evidence_within(asker.reach("see-evidence"), Evidence.objects.select_related(*related))


def _found(asker: Asker, evidence_id: Identifier) -> Evidence:
    row = _visible(asker).filter(pk=evidence_id).first()
    if row is None:
        raise ProblemError("not-found")
    return row


def _shown(row: Evidence, asker: Asker, attachments: int = 0) -> EvidenceOut:
    """Who recorded it is told to themselves, to people of that place, and for departments."""
    code = row.place.code if row.place else ""
    shows_name = not code or row.by_id == asker.user.pk or any(grant.place == code for grant in asker.grants)
    return evidence_out(row, shows_name=shows_name, attachments=attachments)


def _attachments(rows: list[Evidence]) -> Mapping[Any, int]:
    ids = [row.pk for row in rows]
    counted = Evidence.objects.filter(pk__in=ids).values("pk").annotate(files=Count("attachments"))
    return {row["pk"]: row["files"] for row in counted}


def _item(request: HttpRequest, asker: Asker, item: dict[str, Any]) -> BatchItemOut:
    """One record of a batch, as if it had come alone."""
    try:
        stated = _read(item)
        if stated.id is not None:
            status, content = _by_its_id(asker, stated)
            return BatchItemOut(status=status, evidence=EvidenceOut.model_validate(content))
        with transaction.atomic():
            return BatchItemOut(status=201, evidence=_recorded(asker, stated))
    except ProblemError as problem:
        body = ProblemOut.model_validate(described(problem, trace_of(request)))
        return BatchItemOut(status=problem.status, problem=body)


def _read(item: dict[str, Any]) -> EvidenceIn:
    try:
        return EvidenceIn.model_validate(item)
    except ValidationError as error:
        faults = [
            Fault(words_of(_with_own_words(one)), pointer_to([str(part) for part in one["loc"]]))
            for one in error.errors(include_url=False, include_input=False)
        ]
        raise ProblemError("invalid", faults=faults) from None


def _with_own_words(error: Any) -> dict[str, Any]:
    context = {name: str(value) for name, value in error.get("ctx", {}).items()}
    return {**error, "ctx": context}


def _by_its_id(asker: Asker, stated: EvidenceIn) -> tuple[int, dict[str, Any]]:
    """Recorded once under the id that the sender made; the same content again gets the same answer."""
    content = json.dumps(stated.model_dump(mode="json"), sort_keys=True)
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return idempotency.remembered(asker, f"id:{stated.id}", sha256, lambda: (201, _recorded(asker, stated)))


def _recorded(asker: Asker, stated: EvidenceIn) -> EvidenceOut:
    """Look everything up, check it, and record through the same action as the pages."""
    place, department = named_subject(asker, "record-evidence", stated.place, stated.department)
    rule = owed_rule(stated.scheme, stated.rule, "place" if place else "department", stated.effective_at)
    if rule.items and place and not rules.may(asker.grants, "record-inspection", target_of(place)):
        raise ProblemError("refused")
    _check(stated, rule)
    if stated.id is not None and Evidence.objects.filter(pk=stated.id).exists():
        raise ProblemError("already-exists", faults=[Fault(_("This id is taken."), "#/id")])
    draft = EvidenceDraft(
        scheme=stated.scheme,
        rule=stated.rule,
        kind=stated.kind or rule.evidence or "attestation",
        effective_at=stated.effective_at,
        place=place,
        department=department,
        checkpoint=_checkpoint(stated, place),
        post=_post(stated, place),
        quantity=stated.quantity,
        note=stated.note,
        answers={item: Answer(answer.passed, answer.note) for item, answer in stated.answers.items()},
        expires_at=stated.expires_at,
        id=stated.id,
    )
    try:
        row = record_evidence(draft, rule=rule, by=asker.user, at=asker.at)
    except FutureTimeError:
        raise invalid(_("This time is in the future."), pointer="#/effective_at") from None
    return _shown(row, asker)


def _check(stated: EvidenceIn, rule: Rule) -> None:
    faults: list[Fault] = []
    accepted = {rule.evidence, "attestation"} if rule.evidence in ("scan", "") else {rule.evidence}
    if stated.kind and stated.kind not in accepted:
        words = _("This rule asks for: %(kinds)s.") % {"kinds": ", ".join(sorted(filter(None, accepted)))}
        faults.append(Fault(words, "#/kind"))
    items = {item.id for item in rule.items}
    faults += [
        Fault(_("The rule has no item with this id."), pointer_to(["answers", item]))
        for item in stated.answers
        if item not in items
    ]
    if stated.answers and (missing := items - stated.answers.keys()):
        faults.append(
            Fault(_("Not answered: %(items)s.") % {"items": ", ".join(sorted(missing))}, "#/answers")
        )
    if faults:
        raise ProblemError("invalid", faults=faults)


def _checkpoint(stated: EvidenceIn, place: Place | None) -> Checkpoint | None:
    if not stated.checkpoint or place is None:
        return None
    found = Checkpoint.objects.filter(place=place, code=stated.checkpoint).first()
    if found is None or (found.closed_at is not None and found.closed_at <= stated.effective_at):
        raise invalid(_("This place has no open checkpoint with this code."), pointer="#/checkpoint")
    return found


def _post(stated: EvidenceIn, place: Place | None) -> Post | None:
    if not stated.post or place is None:
        return None
    found = Post.objects.filter(place=place, code=stated.post).first()
    if found is None:
        raise invalid(_("This place has no post with this code."), pointer="#/post")
    return found
