"""Schemes: what is adopted, every part of an edition, checking and storing editions, the city's own figures."""

from datetime import datetime
from typing import Annotated

from django.db import transaction
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from anlan.actions.schemes import adopt, end_adoption, store_edition
from anlan.api import idempotency
from anlan.api.inputs import PARAGRAPH, Filters, Identifier, Input, Instant, Note, Reasoned, Word
from anlan.api.local_values import router as local_values
from anlan.api.problems import Fault, ProblemError, invalid
from anlan.api.scheme_values import (
    AdoptionOut,
    CaseOut,
    EditionOut,
    FigureOut,
    RuleOut,
    SchemeOut,
    Words,
    case_out,
    figure_out,
    rule_out,
    scheme_out,
)
from anlan.api.tokens import asker_of, needs
from anlan.engine.plain import plain_problem
from anlan.engine.policy import Problem, RuleKind, Scheme
from anlan.engine.schemes import SHARED_VOCABULARY, VOCABULARY, read_scheme_texts, run_cases
from anlan.models import Adoption, Edition
from anlan.queries.schemes import scheme_of

router = Router(tags=["schemes"])
router.add_router("", local_values)

FileName = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+){0,3}\.ya?ml$")]
FileText = Annotated[str, Field(max_length=200_000, pattern=PARAGRAPH)]
AnyEdition = Annotated[
    str,
    Field(
        min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f/]+$", description="default: the adopted one"
    ),
]


class SchemeLine(BaseModel):
    """A scheme the installation knows, and the edition by which the city works, if any."""

    id: str
    title: Words
    editions: int
    adopted: AdoptionOut | None


class SchemeList(BaseModel):
    items: list[SchemeLine]


class EditionList(BaseModel):
    items: list[EditionOut]


class RuleList(BaseModel):
    items: list[RuleOut]


class FigureList(BaseModel):
    items: list[FigureOut]


class CaseList(BaseModel):
    items: list[CaseOut]


class AdoptionList(BaseModel):
    items: list[AdoptionOut]


class EditionFilter(Filters):
    edition: AnyEdition | None = None


class RuleFilters(EditionFilter):
    kind: RuleKind | None = None


class SchemeFiles(Input):
    """A scheme's files: names and texts. The shared vocabulary is added."""

    files: Annotated[dict[FileName, FileText], Field(min_length=1, max_length=50)]


class SchemeProblem(BaseModel):
    """What is wrong in a scheme's files, and how to mend it."""

    file: str
    line: int
    rule: str
    message: Words
    mend: Words


class SchemeReport(BaseModel):
    """What the reader and the scheme's own cases say about the files."""

    id: str | None
    edition: str | None
    rules: int
    cases: int
    problems: list[SchemeProblem]


class AdoptionIn(Input):
    """By which edition the city works from when on."""

    edition: AnyEdition
    valid_from: Instant
    reason: Note = ""


@router.get("/schemes", response=SchemeList, auth=needs("see-schemes"))
def schemes(request: HttpRequest) -> SchemeList:
    """All schemes that are stored, in the order of their ids."""
    running = {adoption.edition.scheme: adoption for adoption in _adoptions_at(asker_of(request).at)}
    lines: dict[str, SchemeLine] = {}
    for row in Edition.objects.defer("sources").order_by("scheme", "stored_at", "id"):
        before = lines.get(row.scheme)
        adopted = running.get(row.scheme)
        lines[row.scheme] = SchemeLine(
            id=row.scheme,
            title=Words(zh=row.title_zh, en=row.title_en),
            editions=before.editions + 1 if before else 1,
            adopted=_adoption(adopted) if adopted else None,
        )
    return SchemeList(items=list(lines.values()))


@router.post("/scheme-checks", response=SchemeReport, auth=needs("see-schemes", reads=True))
def check_scheme(request: HttpRequest, stated: SchemeFiles) -> SchemeReport:  # noqa: ARG001  (the router passes it)
    """Read a scheme's files, report every problem, and run their cases; nothing is stored."""
    return _report(*_read(stated))


@router.post("/schemes", response={201: EditionOut}, auth=needs("adopt-schemes"))
def store_scheme(request: HttpRequest, stated: SchemeFiles, key: idempotency.Key = None) -> HttpResponse:
    """Store an edition whole; the same files are stored once. Files with problems are not taken."""
    asker = asker_of(request)

    def act() -> tuple[int, BaseModel]:
        scheme, problems = _read(stated)
        if scheme is None or problems:
            raise ProblemError("invalid", faults=[_fault(problem) for problem in problems[:100]])
        edition = store_edition(scheme, by=asker.user, at=asker.at)
        return 201, _edition(edition)

    return idempotency.once(request, asker, key, stated, act)


@router.get("/schemes/{scheme}", response=SchemeOut, auth=needs("see-schemes"))
def scheme(request: HttpRequest, scheme: Word, asked: Query[EditionFilter]) -> SchemeOut:
    """One edition of a scheme: the adopted one, else the newest."""
    return scheme_out(_scheme(request, scheme, asked.edition))


@router.get("/schemes/{scheme}/editions", response=EditionList, auth=needs("see-schemes"))
def editions(request: HttpRequest, scheme: Word) -> EditionList:  # noqa: ARG001  (the router passes it)
    """The stored editions of a scheme, the newest first."""
    spans = Prefetch("adoptions", Adoption.objects.select_related("by").order_by("valid_from", "id"))
    rows = Edition.objects.filter(scheme=scheme).defer("sources").prefetch_related(spans)
    found = [_edition(row) for row in rows.order_by("-stored_at", "-id")]
    if not found:
        raise ProblemError("not-found")
    return EditionList(items=found)


@router.get("/schemes/{scheme}/rules", response=RuleList, auth=needs("see-schemes"))
def scheme_rules(request: HttpRequest, scheme: Word, asked: Query[RuleFilters]) -> RuleList:
    """The rules of an edition in the order of its files."""
    rules = _scheme(request, scheme, asked.edition).rules
    return RuleList(items=[rule_out(rule) for rule in rules if asked.kind in (None, rule.kind)])


@router.get("/schemes/{scheme}/rules/{rule}", response=RuleOut, auth=needs("see-schemes"))
def scheme_rule(request: HttpRequest, scheme: Word, rule: Word, asked: Query[EditionFilter]) -> RuleOut:
    """One rule by its permanent id."""
    found = next((one for one in _scheme(request, scheme, asked.edition).rules if one.id == rule), None)
    if found is None:
        raise ProblemError("not-found")
    return rule_out(found)


@router.get("/schemes/{scheme}/figures", response=FigureList, auth=needs("see-schemes"))
def scheme_figures(request: HttpRequest, scheme: Word, asked: Query[EditionFilter]) -> FigureList:
    """The figures of an edition with their dated values; the city's own are under /local-values."""
    parameters = _scheme(request, scheme, asked.edition).parameters
    return FigureList(items=[figure_out(parameter) for parameter in parameters.values()])


@router.get("/schemes/{scheme}/cases", response=CaseList, auth=needs("see-schemes"))
def scheme_cases(request: HttpRequest, scheme: Word, asked: Query[EditionFilter]) -> CaseList:
    """The cases by which an edition is held to its word."""
    return CaseList(items=[case_out(case) for case in _scheme(request, scheme, asked.edition).cases])


@router.get("/schemes/{scheme}/adoptions", response=AdoptionList, auth=needs("see-schemes"))
def scheme_adoptions(request: HttpRequest, scheme: Word) -> AdoptionList:  # noqa: ARG001  (the router passes it)
    """When the city worked by which edition of a scheme, the latest first."""
    rows = (
        Adoption.objects.filter(edition__scheme=scheme)
        .select_related("edition", "by")
        .defer("edition__sources")
    )
    return AdoptionList(items=[_adoption(row) for row in rows.order_by("-valid_from", "-id")])


@router.post("/schemes/{scheme}/adoptions", response={201: AdoptionOut}, auth=needs("adopt-schemes"))
def adopt_scheme(
    request: HttpRequest, scheme: Word, stated: AdoptionIn, key: idempotency.Key = None
) -> HttpResponse:
    """Work by an edition from a moment on; it takes the place of another edition of the same scheme."""
    asker = asker_of(request)

    def act() -> tuple[int, BaseModel]:
        edition = _named(scheme, stated.edition)
        adoption = adopt(
            edition, valid_from=stated.valid_from, by=asker.user, at=asker.at, reason=stated.reason
        )
        return 201, _adoption(adoption)

    return idempotency.once(request, asker, key, stated, act)


@router.post("/adoptions/{adoption_id}/end", response=AdoptionOut, auth=needs("adopt-schemes"))
def end_scheme(request: HttpRequest, adoption_id: Identifier, stated: Reasoned) -> AdoptionOut:
    """Stop working by a scheme, from now on."""
    asker = asker_of(request)
    with transaction.atomic():
        rows = Adoption.objects.select_for_update(of=("self",)).select_related("edition")
        found = rows.filter(pk=adoption_id).first()
        if found is None:
            raise ProblemError("not-found")
        if found.valid_until is not None:
            raise ProblemError("conflict", _("This adoption has ended already."))
        if found.valid_from > asker.at:
            raise ProblemError("conflict", _("This adoption has not begun yet."))
        return _adoption(end_adoption(found, by=asker.user, at=asker.at, reason=stated.reason))


def _scheme(request: HttpRequest, scheme: str, edition: str | None) -> Scheme:
    return scheme_of(_stored(scheme, edition, asker_of(request).at).sha256)


def _stored(scheme: str, edition: str | None, at: datetime) -> Edition:
    """An edition by name, or the one adopted at a moment, or the newest."""
    running = [one.edition for one in _adoptions_at(at) if one.edition.scheme == scheme]
    if edition is None and running:
        return running[0]
    rows = Edition.objects.filter(scheme=scheme).defer("sources").order_by("-stored_at", "-id")
    found = (rows if edition is None else rows.filter(edition=edition)).first()
    if found is None:
        raise ProblemError("not-found")
    return found


def _named(scheme: str, edition: str) -> Edition:
    """The edition that a body names."""
    rows = Edition.objects.filter(scheme=scheme).defer("sources").order_by("-stored_at", "-id")
    if not rows.exists():
        raise ProblemError("not-found")
    found = rows.filter(edition=edition).first()
    if found is None:
        raise invalid(_("There is no stored edition of this name."), pointer="#/edition")
    return found


def _adoptions_at(at: datetime) -> list[Adoption]:
    rows = Adoption.objects.select_related("edition", "by").defer("edition__sources")
    in_force = Q(valid_until__isnull=True) | Q(valid_until__gt=at)
    return list(rows.filter(in_force, valid_from__lte=at).order_by("valid_from", "recorded_at"))


def _read(stated: SchemeFiles) -> tuple[Scheme | None, tuple[Problem, ...]]:
    words = {
        f"{VOCABULARY}/{path.relative_to(SHARED_VOCABULARY).as_posix()}": path.read_text("utf-8")
        for path in sorted(SHARED_VOCABULARY.rglob("*.yaml"))
    }
    scheme, problems = read_scheme_texts({**words, **stated.files})
    return scheme, problems or (run_cases(scheme) if scheme else ())


def _report(scheme: Scheme | None, problems: tuple[Problem, ...]) -> SchemeReport:
    return SchemeReport(
        id=scheme.id if scheme else None,
        edition=scheme.edition if scheme else None,
        rules=len(scheme.rules) if scheme else 0,
        cases=len(scheme.cases) if scheme else 0,
        problems=[SchemeProblem(**plain_problem(problem)) for problem in problems],
    )


def _fault(problem: Problem) -> Fault:
    said = problem.message.in_language(get_language() or "zh")
    return Fault(f"{problem.file}:{problem.line} {said}", "#/files")


def _edition(row: Edition) -> EditionOut:
    return EditionOut(
        scheme=row.scheme,
        edition=row.edition,
        title=Words(zh=row.title_zh, en=row.title_en),
        sha256=row.sha256,
        stored_at=row.stored_at,
        adoptions=[_adoption(adoption, row) for adoption in row.adoptions.all()],
    )


def _adoption(row: Adoption, edition: Edition | None = None) -> AdoptionOut:
    edition = edition or row.edition
    return AdoptionOut(
        id=str(row.pk),
        scheme=edition.scheme,
        edition=edition.edition,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        recorded_at=row.recorded_at,
        by=row.by.name if row.by else None,
    )
