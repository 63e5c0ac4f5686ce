"""Public information: the list of statements, one statement as the public will see it, and the steps of its chain."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.public_information import (
    StatementRefusedError,
    approve_statement,
    discard_statement,
    faults_of,
    ratify_statement,
    release_alone,
    release_statement,
    return_statement,
    submit_statement,
    withdraw_statement,
)
from anlan.engine.policy import PublicReach
from anlan.engine.public_information import OFFICE, Chain, State, chain_at, operation_words
from anlan.links.list_sheets import Value
from anlan.models import PublicStatement, User
from anlan.queries.duties import basis
from anlan.queries.public_information import (
    area_of,
    is_for_release,
    may_take,
    next_role,
    over_at,
    page_of_statements,
    state_of,
    statements,
)
from anlan.queries.vocabulary import Words, words
from anlan.web import access, clock
from anlan.web.list_columns import Column, columns_of
from anlan.web.list_tools import list_file, list_tools, selected
from anlan.web.people_words import Names
from anlan.web.public_status import LANGUAGES, lines_of
from anlan.web.public_words import KINDS, OBSTACLES, STATES, fault_words, role_words
from anlan.web.shell import page
from anlan.web.templatetags.times import exact

COLUMNS: Final = (
    Column("statement", gettext_lazy("Statement"), fixed=True),
    Column("number", gettext_lazy("Number"), exported=True),
    Column("kind", gettext_lazy("Kind")),
    Column("state", gettext_lazy("State"), fixed=True),
    Column("where", gettext_lazy("Place")),
    Column("until", gettext_lazy("Holds until")),
    Column("written", gettext_lazy("Written"), standard=False),
    Column("released", gettext_lazy("Released")),
)


class StatementFilter(forms.Form):
    """The filters, kept in the address."""

    q = forms.CharField(
        label=gettext_lazy("Search statements"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Headline or place")}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("draft", gettext_lazy("Drafts")),
            ("waiting", STATES["waiting"][0]),
            ("released", STATES["released"][0]),
            ("past", gettext_lazy("Over, replaced or withdrawn")),
            ("discarded", STATES["discarded"][0]),
        ],
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("All")), *((kind, label) for kind, (label, _icon) in KINDS.items())],
    )

    def wanted(self) -> dict[str, str]:
        """The filter that the valid fields state."""
        self.is_valid()
        values = getattr(self, "cleaned_data", {})
        return {
            "state": values.get("state", ""),
            "kind": values.get("kind", ""),
            "search": values.get("q", "").strip(),
        }


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement as lists show it."""

    statement: PublicStatement
    state: State
    waits_for: str
    unratified: bool
    over: datetime

    @property
    def kind(self) -> tuple[Any, str]:
        return next(
            (pair for kind, pair in KINDS.items() if kind == self.statement.kind), ("", "info-circle")
        )

    @property
    def badge(self) -> tuple[Any, str, str]:
        return STATES[self.state]


@access.needs("write-public", "release-public")
@require_safe
def public_information(request: HttpRequest) -> HttpResponse:
    """The statements, newest first, filtered by what stands in the address."""
    at = clock.now()
    form, known = StatementFilter(request.GET), words(at)
    rows, after = page_of_statements(statements(at, **form.wanted()), after=request.GET.get("after", ""))
    context = {
        "title": _("Public information"),
        "subtitle": _("What the public is told: what to do now, and what is known"),
        "filter": form,
        "rows": [_row(one, known, at) for one in rows],
        "next": after,
        "waiting": statements(at, state="waiting").count(),
        "released": statements(at, state="released").count(),
        "may_write": access.allowed(request, "write-public"),
        "tools": list_tools(request, "public-information", COLUMNS, exports="public-information-export"),
    }
    return page(request, "public/list.html", context, results="public/_results.html")


@access.needs("write-public", "release-public")
@require_safe
def public_information_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The statements of the filter as a file, with the columns of the list."""
    at = clock.now()
    rows = selected(request, statements(at, **StatementFilter(request.GET).wanted()), "pk")

    def cells(one: PublicStatement) -> dict[str, Value]:
        english = translation.get_language() == "en"
        state = state_of(one, at)
        return {
            "statement": one.title_en if english and one.title_en else one.title_zh,
            "number": str(one) if one.number else "",
            "kind": next((str(label) for kind, (label, _icon) in KINDS.items() if kind == one.kind), ""),
            "state": str(STATES[state][0]),
            "where": one.where_en if english and one.where_en else one.where_zh,
            "until": exact(one.valid_until),
            "written": exact(one.drafted_at),
            "released": exact(one.released_at) if one.released_at else "",
        }

    columns = columns_of(request.GET, COLUMNS)
    return list_file(form, "public-information", columns, rows.iterator(chunk_size=2000), cells)


@access.needs("write-public", "release-public")
@require_safe
def public_statement(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """One statement: as the public sees it in both languages, what is ticked, whose turn it is."""
    at = clock.now()
    statement = statement_or_404(statement_id, at)
    return page(request, "public/statement.html", _context(request, statement, at))


def _alone(statement: PublicStatement, *, reason: str, by: User, at: datetime) -> PublicStatement:
    return release_alone(statement, reason=reason, by=by, at=at)


ACTS: Final[dict[str, tuple[Callable[..., PublicStatement], bool, Any]]] = {
    "submit": (submit_statement, False, gettext_lazy("Sent on its way. Below stands who is next.")),
    "approve": (approve_statement, False, gettext_lazy("Agreed. Below stands who is next.")),
    "release": (release_statement, False, gettext_lazy("Released: the public sees it now.")),
    "alone": (_alone, True, gettext_lazy("Released by you alone. Somebody else has to ratify it.")),
    "ratify": (ratify_statement, False, gettext_lazy("Ratified.")),
    "return": (return_statement, True, gettext_lazy("Sent back to the author with your reason.")),
    "discard": (discard_statement, False, gettext_lazy("The draft is given up.")),
    "withdraw": (withdraw_statement, True, gettext_lazy("Withdrawn: its text has left the public page.")),
}
"""The steps of a statement: the action, whether it takes a reason, and what is said when it is done."""

WRITERS: Final = frozenset({"submit", "discard"})
RELEASERS: Final = frozenset({"release", "alone", "ratify", "withdraw"})


@access.needs("write-public", "release-public")
@require_POST
def public_statement_act(request: HttpRequest, statement_id: UUID, act: str) -> HttpResponse:
    """Take one step; a step that it cannot take is said in words and changes nothing."""
    at = clock.now()
    if act not in ACTS:
        raise Http404
    statement = statement_or_404(statement_id, at)
    if act not in acts_open(request, statement, at):
        raise PermissionDenied
    action, takes_reason, done = ACTS[act]
    reason = {"reason": request.POST.get("reason", "").strip()[:500]} if takes_reason else {}
    try:
        action(statement, by=access.user_of(request), at=at, **reason)
    except StatementRefusedError as refused:
        messages.error(request, str(OBSTACLES[refused.obstacle]))
    else:
        messages.success(request, str(done))
    return HttpResponseRedirect(reverse("public-statement", args=[statement.pk]))


def acts_open(request: HttpRequest, statement: PublicStatement, at: datetime) -> frozenset[str]:
    """The steps that the asker's grants allow, whatever state the statement is in."""
    found: set[str] = set(WRITERS) if access.allowed(request, "write-public") else set()
    if not access.allowed(request, "release-public"):
        return frozenset(found)
    chain, area, grants = statement.chain, area_of(statement), access.grants_of(request)
    reach: PublicReach = "city" if chain.get("reach", "city") == "city" else "area"
    if may_take(grants, str(chain.get("release", OFFICE)), reach, area, at):
        found |= RELEASERS | {"return"}
    waits = next_role(statement)
    if not is_for_release(statement) and may_take(grants, waits, "area", area, at):
        found |= {"approve", "return"}
    return frozenset(found)


def statement_or_404(statement_id: UUID, at: datetime) -> PublicStatement:
    found = statements(at).filter(pk=statement_id).first()
    if found is None:
        raise Http404
    return found


def checklist_rows(statement: PublicStatement, chain: Chain) -> list[tuple[Any, bool]]:
    """Each line of the checklist, and whether the author ticked it."""
    return [(item.title, item.id in statement.checklist) for item in chain.checklist]


def _row(statement: PublicStatement, known: Words, at: datetime) -> StatementRow:
    state = state_of(statement, at)
    waits = role_words(next_role(statement), known) if state == "waiting" else ""
    unratified = statement.ratify_by is not None and statement.ratified_at is None and state == "released"
    return StatementRow(statement, state, waits, unratified, over_at(statement))


def _context(request: HttpRequest, statement: PublicStatement, at: datetime) -> dict[str, Any]:
    known = words(at)
    row = _row(statement, known, at)
    chain = chain_at(basis(), statement.kind, at)
    user = access.user_of(request)
    texts = (statement.title_zh, statement.body_zh, statement.title_en, statement.body_en)
    is_open = row.state in ("draft", "waiting")
    later = getattr(statement, "replaced_by", None)
    return {
        "title": str(statement) if statement.number else _("Draft for the public"),
        "subtitle": "",
        "crumbs": [(_("Public information"), reverse("public-information"))],
        "row": row,
        "statement": statement,
        "previews": [(code, _preview(statement, code, at)) for code in LANGUAGES],
        "checklist": checklist_rows(statement, chain),
        "chain": [*(role_words(role, known) for role in chain.approval), role_words(chain.release, known)],
        "cites": chain.cites,
        "emergency": chain.emergency,
        "ratification": chain.ratification,
        "whole_city": chain.reach == "city",
        "hints": operation_words(texts) if is_open else (),
        "faults": sorted({said for found in faults_of(statement).values() for said in fault_words(found)})
        if is_open
        else [],
        "acts": acts_open(request, statement, at),
        "for_release": row.state == "waiting" and is_for_release(statement),
        "is_author": user.pk in (statement.drafted_by_id, statement.changed_by_id, statement.submitted_by_id)
        or statement.approvals.filter(round=statement.round, by=user).exists(),
        "later": later if later is not None and later.discarded_at is None else None,
        "people": _people(request, statement, known),
        "messages_sent": list(statement.messages.order_by("sent")),
    }


def _preview(statement: PublicStatement, spoken: str, at: datetime) -> str:
    """The statement as the public's page draws it, in one language."""
    with translation.override(LANGUAGES[spoken]):
        (line,) = lines_of((statement,), spoken, at)
        return render_to_string("status/_statement.html", {"one": line})


def _people(request: HttpRequest, statement: PublicStatement, known: Words) -> list[dict[str, Any]]:
    """Who did what when, in order."""
    names = Names(request)
    approvals = statement.approvals.filter(round=statement.round).select_related("by").order_by("at", "id")
    released = _("Released by one person alone") if statement.emergency_reason else _("Released")
    steps: list[tuple[datetime | None, User | None, str, str, str]] = [
        (statement.drafted_at, statement.drafted_by, _("Written"), "file-alert", ""),
        (statement.submitted_at, statement.submitted_by, _("Sent for approval"), "send", ""),
        *(
            (one.at, one.by, _("Agreed: %(role)s") % {"role": role_words(one.role, known)}, "checks", "")
            for one in approvals
        ),
        (statement.released_at, statement.released_by, released, "broadcast", statement.emergency_reason),
        (statement.ratified_at, statement.ratified_by, _("Ratified"), "checks", ""),
        (
            statement.withdrawn_at,
            statement.withdrawn_by,
            _("Withdrawn"),
            "broadcast-off",
            statement.withdraw_reason,
        ),
    ]
    return [
        {"at": at, "title": title, "by": names.of(by) if by else "", "icon": icon, "text": text}
        for at, by, title, icon, text in steps
        if at is not None
    ]


addresses = [
    path("public-information/", public_information, name="public-information"),
    path("public-information/export.<str:form>", public_information_export, name="public-information-export"),
    path("public-information/<uuid:statement_id>/", public_statement, name="public-statement"),
    path(
        "public-information/<uuid:statement_id>/<str:act>/act/",
        public_statement_act,
        name="public-statement-act",
    ),
]
