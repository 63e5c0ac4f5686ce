"""Writing for the public: from a template or from a warning, a draft again, or a new version of what was released."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from anlan.actions.public_information import (
    StatementRefusedError,
    change_statement,
    draft_statement,
    submit_statement,
)
from anlan.engine import free_text
from anlan.engine.areas import Area, area_read
from anlan.engine.policy import Text
from anlan.engine.public_information import chain_at
from anlan.models import PublicStatement, WarningNotice
from anlan.queries.area_words import area_phrases
from anlan.queries.duties import basis
from anlan.queries.public_information import state_of
from anlan.queries.vocabulary import Words, words
from anlan.web import access, clock
from anlan.web.public_form import StatementForm, initial_of, place_of
from anlan.web.public_information import statement_or_404
from anlan.web.public_templates import TEMPLATES, StatementTemplate, suited
from anlan.web.public_words import OBSTACLES, STATES
from anlan.web.shell import page

TEXTS = ("where_zh", "where_en", "title_zh", "title_en", "body_zh", "body_en")


@access.needs("write-public")
@sensitive_post_parameters(*TEXTS)
@require_http_methods(["GET", "HEAD", "POST"])
def public_new(request: HttpRequest) -> HttpResponse:
    """A statement from nothing, from a template, or about a warning."""
    at = clock.now()
    known = words(at)
    if request.method == "POST":
        return _taken(request, _form(request, known, at), at)
    template = next((one for one in TEMPLATES if one.id == request.GET.get("template")), None)
    notice = _notice(request.GET.get("warning", ""))
    form = _form(request, known, at, initial=_first(known, template, notice, at))
    return _shown(request, form, notice=notice)


@access.needs("write-public")
@sensitive_post_parameters(*TEXTS)
@require_http_methods(["GET", "HEAD", "POST"])
def public_edit(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """A draft again; what waits for approval has to be sent for it again then."""
    at = clock.now()
    statement = statement_or_404(statement_id, at)
    if state_of(statement, at) not in ("draft", "waiting"):
        messages.error(request, str(OBSTACLES["not-open"]))
        return HttpResponseRedirect(reverse("public-statement", args=[statement.pk]))
    if request.method == "POST":
        return _taken(request, _form(request, words(at), at), at, statement=statement)
    form = _form(request, words(at), at, initial=initial_of(statement))
    return _shown(request, form, statement=statement, replaces=statement.replaces)


@access.needs("write-public")
@sensitive_post_parameters(*TEXTS)
@require_http_methods(["GET", "HEAD", "POST"])
def public_correct(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """A new version of what was released: a correction, a longer time, or the all clear."""
    at = clock.now()
    old = statement_or_404(statement_id, at)
    if request.method == "POST":
        return _taken(request, _form(request, words(at), at), at, replaces=old)
    waiting = PublicStatement.objects.filter(replaces=old, discarded_at=None).first()
    if waiting is not None:
        messages.info(request, _("A new version is under way already; here it is."))
        return HttpResponseRedirect(reverse("public-statement", args=[waiting.pk]))
    if state_of(old, at) not in ("released", "ended"):
        messages.error(request, str(OBSTACLES["not-released"]))
        return HttpResponseRedirect(reverse("public-statement", args=[old.pk]))
    initial = initial_of(old) | {"checklist": []}
    if old.valid_until <= at:
        initial["lasts"] = "3"
    clear = next((one for one in TEMPLATES if one.id == request.GET.get("template")), None)
    if clear is not None:
        initial |= _of_template(clear)
    return _shown(request, _form(request, words(at), at, initial=initial), replaces=old)


def _form(request: HttpRequest, known: Words, at: datetime, **more: Any) -> StatementForm:
    data = request.POST if request.method == "POST" else None
    chains = [chain_at(basis(), kind, at) for kind in ("leave", "facts")]
    items = {item.id: item.title for chain in chains for item in chain.checklist}
    submits = request.POST.get("then") == "submit"
    return StatementForm(data, known, at=at, items=items, submits=submits, **more)


def _taken(
    request: HttpRequest,
    form: StatementForm,
    at: datetime,
    *,
    statement: PublicStatement | None = None,
    replaces: PublicStatement | None = None,
) -> HttpResponse:
    """Keep the form as a draft, and send it for approval if that is asked."""
    if not form.is_valid():
        return _shown(request, form, statement=statement, replaces=replaces, status=422)
    by = access.user_of(request)
    try:
        if statement is not None:
            kept = change_statement(statement, form.draft(), by=by, at=at)
        else:
            kept = draft_statement(form.draft(), by=by, at=at, replaces=replaces)
    except StatementRefusedError as refused:
        form.add_error(None, str(OBSTACLES[refused.obstacle]))
        return _shown(request, form, statement=statement, replaces=replaces, status=422)
    if form.submits:
        try:
            submit_statement(kept, by=by, at=at)
        except StatementRefusedError as refused:
            messages.error(request, str(OBSTACLES[refused.obstacle]))
            return HttpResponseRedirect(reverse("public-edit", args=[kept.pk]))
        messages.success(request, _("Sent for approval. The public sees nothing of it yet."))
    else:
        messages.success(request, _("The draft is kept. The public sees nothing of it."))
    return HttpResponseRedirect(reverse("public-statement", args=[kept.pk]))


def _shown(
    request: HttpRequest,
    form: StatementForm,
    *,
    statement: PublicStatement | None = None,
    replaces: PublicStatement | None = None,
    notice: WarningNotice | None = None,
    status: int = 200,
) -> HttpResponse:
    about = statement or replaces
    crumbs = [(_("Public information"), reverse("public-information"))]
    if about is not None:
        label = str(about) if about.number else str(STATES["draft"][0])
        crumbs.append((label, reverse("public-statement", args=[about.pk])))
    title = _("New version") if replaces else _("Edit the draft") if statement else _("Tell the public")
    asked = request.GET.get("warning", "")
    templates = suited(notice.category if notice else "") if about is None else []
    context = {
        "title": title,
        "subtitle": _("What people should do, in short sentences. Nobody's name, nothing about operations."),
        "crumbs": crumbs,
        "form": form,
        "replaces": replaces,
        "notice": notice,
        "templates": [
            (one, f"?template={one.id}" + (f"&warning={asked}" if notice else "")) for one in templates
        ],
        "asked_template": request.GET.get("template", ""),
        "patterns": [list(each) for each in free_text.PATTERNS],
        "hides_find": True,
        "cancel": reverse("public-statement", args=[about.pk]) if about else reverse("public-information"),
    }
    return page(request, "public/form.html", context, status=status)


def _first(
    known: Words, template: StatementTemplate | None, notice: WarningNotice | None, at: datetime
) -> dict[str, Any]:
    """How an empty form begins: whole city, avoid, for three hours; of a warning its area and its end."""
    initial: dict[str, Any] = {"kind": "avoid", "scope": "city", "lasts": "3"} | _of_place(
        Area(city=True), known
    )
    if template is not None:
        initial |= _of_template(template)
    if notice is not None:
        initial |= _of_place(area_read(notice.area), known) | {"warning": notice.pk}
        if at < notice.expected_end <= at + timedelta(days=31):
            initial |= {"lasts": "until", "valid_until": timezone.localtime(notice.expected_end)}
    return initial


def _of_template(template: StatementTemplate) -> dict[str, Any]:
    return {
        "kind": template.kind,
        "title_zh": template.title.zh,
        "title_en": template.title.en,
        "body_zh": template.body.zh,
        "body_en": template.body.en,
        "lasts": str(template.hours),
    }


def _of_place(area: Area, known: Words) -> dict[str, Any]:
    """An area in the fields, and in words where its words say something to the public: the city, or districts."""
    kept: dict[str, Any] = {"city": True} if area.city else {"districts": list(area.districts)}
    phrases = area_phrases(kept, (), known) if area.city or area.districts else []
    where = phrases[0] if phrases and not area.has_shape else Text("", "")
    return {**place_of(area), "where_zh": where.zh, "where_en": where.en}


def _notice(asked: str) -> WarningNotice | None:
    try:
        return (
            WarningNotice.objects.filter(pk=UUID(asked), issued_at__isnull=False).first() if asked else None
        )
    except ValueError:
        return None


addresses = [
    path("public-information/new/", public_new, name="public-new"),
    path("public-information/<uuid:statement_id>/edit/", public_edit, name="public-edit"),
    path("public-information/<uuid:statement_id>/correct/", public_correct, name="public-correct"),
]
