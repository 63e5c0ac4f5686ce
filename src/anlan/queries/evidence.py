"""Evidence as it is looked at and recorded: the list, one record, which rule it answers, until when it holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from anlan.engine.access import Reach
from anlan.engine.duties import derive
from anlan.engine.figures import Figures
from anlan.engine.policy import All, AnyOf, Condition, Not, Rule, Scheme, Subject, Test
from anlan.engine.standing import WindowState
from anlan.models import Attachment, Department, Evidence, Place
from anlan.queries.cursors import cursor_of, position_of
from anlan.queries.duties import Account, basis
from anlan.queries.reach import departments_within, evidence_within, within
from anlan.queries.schemes import adoptions, local_figures
from anlan.queries.subjects import department_subjects, place_subjects

PAGE = 40
RECKONED = 40
"""Up to so many places and departments are asked one by one which rules apply to them."""
OWED_KINDS = ("duty", "standard")
_RELATED = ("place", "place__department", "department", "checkpoint", "post", "by", "strike", "strike__by")


@dataclass(frozen=True, slots=True)
class EvidenceFilter:
    """What the list is narrowed to; empty means all. `struck` is "", "no" or "only"."""

    place: str = ""
    department: str = ""
    text: str = ""
    rule: str = ""
    kind: str = ""
    start: datetime | None = None
    end: datetime | None = None
    struck: str = ""


def evidence_page(reach: Reach, wanted: EvidenceFilter, *, after: str = "") -> tuple[list[Evidence], str]:
    """A page of the evidence within reach, the latest effective first, and the cursor of the next; two reads."""
    rows = all_evidence(reach, wanted)
    position = position_of(after)
    if position is not None:
        at, identifier = position
        rows = rows.filter(Q(effective_at__lt=at) | Q(effective_at=at, id__lt=identifier))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return shown, cursor_of(shown[-1].effective_at, shown[-1].pk) if len(found) > PAGE else ""


def all_evidence(reach: Reach, wanted: EvidenceFilter) -> QuerySet[Evidence]:
    """All of the evidence within reach that passes the filter, the latest effective first."""
    rows = evidence_within(reach, Evidence.objects.select_related(*_RELATED))
    rows = rows.filter(_narrowing(wanted)).order_by("-effective_at", "-id")
    return rows.prefetch_related("attachments")


def one_record(reach: Reach, identifier: UUID) -> Evidence | None:
    """One record within reach, with all it names."""
    rows = evidence_within(reach, Evidence.objects.select_related(*_RELATED, "place__operator"))
    return rows.filter(pk=identifier).prefetch_related("attachments", "findings").first()


def attachment_within(reach: Reach, identifier: UUID) -> Attachment | None:
    """A file of a record within reach."""
    records = evidence_within(reach, Evidence.objects.all())
    return Attachment.objects.filter(pk=identifier, evidence__in=records.values("pk")).first()


def loose_attachments(identifiers: Sequence[UUID], by: UUID, since: datetime) -> QuerySet[Attachment]:
    """Of these files those that the person uploaded since then and that belong to no record yet."""
    return Attachment.objects.filter(
        pk__in=identifiers, by=by, recorded_at__gte=since, evidence__isnull=True, signals__isnull=True
    ).order_by("recorded_at", "id")


def rules_adopted(at: datetime, subject: Subject) -> list[tuple[Scheme, Rule]]:
    """The rules of the schemes adopted at a moment that a place or a department can owe."""
    return [
        (adoption.scheme, rule)
        for adoption in adoptions()
        if adoption.start <= at and (adoption.end is None or at < adoption.end)
        for rule in adoption.scheme.rules
        if rule.kind in OWED_KINDS and rule.subject == subject
    ]


def rules_in_reach(reach: Reach, schemes: Sequence[Scheme], at: datetime) -> set[tuple[str, str]] | None:
    """The rules that ask something within reach, or were recorded there; None for the whole city: all of them.

    A reach of many places is not asked place by place: any rule for places or for departments counts.
    """
    if reach.everywhere:
        return None
    places = list(within(reach, Place.objects.filter(closed_at=None))[: RECKONED + 1])
    departments = list(departments_within(reach, Department.objects.all())[: RECKONED + 1])
    if len(places) + len(departments) > RECKONED:
        return {
            (scheme.id, rule.id)
            for scheme in schemes
            for rule in scheme.rules
            if (places if rule.subject == "place" else departments)
        }
    recorded = evidence_within(reach, Evidence.objects.order_by()).values_list("scheme", "rule").distinct()
    found = {(scheme, rule.partition("#")[0]) for scheme, rule in recorded}
    works_by = basis()
    for subject in [*place_subjects(places), *department_subjects(departments)]:
        derived = derive(subject, works_by, at)
        found |= {(duty.scheme, duty.rule.id) for duty in derived.duties}
        found |= {(each.scheme, each.rule.id) for each in derived.undetermined}
    return found


def holds_until(evidence: Evidence, scheme: Scheme | None, rule: Rule | None) -> datetime | None:
    """When a record runs out: the earlier of what it states itself and the rule's term; None: never, or unknown."""
    ends = [evidence.expires_at] if evidence.expires_at else []
    if scheme is not None and rule is not None and rule.valid_for is not None:
        on = evidence.effective_at.astimezone(timezone.get_default_timezone()).date()
        place = evidence.place.code if evidence.place else None
        term = Figures(scheme, on, local_figures(), place).duration(rule.valid_for)
        if term is not None:
            ends.append(evidence.effective_at + term)
    return min(ends, default=None)


def missing_facts(rule: Rule) -> tuple[str, ...]:
    """The facts whose absence makes a rule apply: such a duty ends when the figure is entered."""
    return tuple(
        dict.fromkeys(
            test.fact
            for test in _tests(rule.where)
            if test.relation == "missing" and test.operands in ((), (True,))
        )
    )


def late_window(account: Account, duty: str, effective: datetime) -> WindowState | None:
    """The window that a record effective at this moment would answer late, if there is one."""
    state = account.state_of(duty)
    if state is None or state.state != "overdue" or state.deadline is None:
        return None
    return state if effective >= state.deadline else None


def _narrowing(wanted: EvidenceFilter) -> Q:
    found = Q()
    for lookup, value in (
        ("place__code", wanted.place),
        ("department__code", wanted.department),
        ("kind", wanted.kind),
    ):
        if value:
            found &= Q(**{lookup: value})
    if wanted.rule:
        scheme, _slash, rule = wanted.rule.partition("/")
        found &= Q(scheme=scheme) & (Q(rule=rule) | Q(rule__startswith=f"{rule}#"))
    for word in wanted.text.split():
        found &= (
            Q(place__name_zh__icontains=word)
            | Q(place__name_sort__icontains=word.lower())
            | Q(place__code__iexact=word)
            | Q(department__name_zh__icontains=word)
            | Q(department__name_en__icontains=word)
        )
    if wanted.start is not None:
        found &= Q(effective_at__gte=wanted.start)
    if wanted.end is not None:
        found &= Q(effective_at__lt=wanted.end)
    if wanted.struck in ("no", "only"):
        found &= Q(strike__isnull=wanted.struck == "no")
    return found


def _tests(condition: Condition | None) -> Iterator[Test]:
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, All | AnyOf):
        for part in condition.of:
            yield from _tests(part)
    elif isinstance(condition, Not):
        return
