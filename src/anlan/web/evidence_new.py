"""Recording evidence: one form for each kind that a rule asks for, sent once however often it is pressed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.actions.duties import EvidenceDraft, record_evidence
from anlan.engine.conditions import unit_title
from anlan.engine.policy import Rule, Scheme
from anlan.engine.standing import WindowState
from anlan.models import Department, Evidence, Place
from anlan.queries.duties import Account, department_account, place_account
from anlan.queries.evidence import late_window, missing_facts, rules_adopted
from anlan.queries.reach import departments_within, within
from anlan.queries.vocabulary import words
from anlan.web import access, clock
from anlan.web.back import way_back
from anlan.web.evidence_forms import RecordForm, RecordSpec
from anlan.web.place_words import link, why_url
from anlan.web.shell import page
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of, say
from anlan.web.uploads import Kept, kept_uploads

WITHOUT_FORM = ("attestation", "")
MOST_PLACES = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be recorded: for whom, which rule, and how that duty stands now."""

    subject: Place | Department
    scheme: Scheme
    rule: Rule
    account: Account
    state: WindowState | None

    @property
    def place(self) -> Place | None:
        return self.subject if isinstance(self.subject, Place) else None

    @property
    def department(self) -> Department | None:
        return self.subject if isinstance(self.subject, Department) else None

    @property
    def duty(self) -> str:
        return f"{self.scheme.id}/{self.rule.id}"


@access.needs("record-evidence")
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_new(request: HttpRequest) -> HttpResponse:
    """Record that something was done."""
    at = clock.now()
    subject = _subject(request)
    if subject is None:
        return _choose_place(request)
    known = rules_adopted(at, "place" if isinstance(subject, Place) else "department")
    wanted = (request.GET.get("scheme", ""), request.GET.get("rule", ""))
    found = next(((scheme, rule) for scheme, rule in known if (scheme.id, rule.id) == wanted), None)
    account = _account(subject, at)
    if found is None:
        return _choose_rule(request, subject, account, known, asked="/".join(wanted) if wanted[1] else "")
    scheme, rule = found
    if not may_record(request, rule, subject):
        raise PermissionDenied
    asked = Asked(subject, scheme, rule, account, account.state_of(f"{scheme.id}/{rule.id}"))
    back = way_back(request, _home(request, subject))
    spec = _spec(asked)
    if request.method != "POST":
        return _form_page(request, asked, RecordForm(None, spec, at, back), Kept(), at)
    return _recorded(request, asked, spec, back, at)


def may_record(request: HttpRequest, rule: Rule, subject: Place | Department) -> bool:
    """Whether the asker may record this; inspections of places ask for more than other evidence."""
    if not access.allowed(request, "record-evidence", subject):
        return False
    inspects = isinstance(subject, Place) and (rule.evidence == "inspection" or bool(rule.items))
    return not inspects or access.allowed(request, "record-inspection", subject)


def is_one_tap(rule: Rule, *, has_checkpoints: bool) -> bool:
    """Whether nothing need be entered, so that pressing once can record it."""
    if rule.items or rule.quantity is not None:
        return False
    return rule.evidence in WITHOUT_FORM or (rule.evidence == "scan" and not has_checkpoints)


def _recorded(request: HttpRequest, asked: Asked, spec: RecordSpec, back: str, at: datetime) -> HttpResponse:
    form = RecordForm(request.POST, spec, at, back)
    form.is_valid()
    given = form.cleaned_data.get("id")
    if given and (before := Evidence.objects.filter(pk=given).first()) is not None:
        return _again(request, asked, before, back)
    kept = kept_uploads(request, spec.files, at=at, place_code=asked.place.code if asked.place else "")
    form.add_problems(kept)
    if form.errors:
        return _form_page(request, asked, form, kept, at, status=422)
    effective = form.cleaned_data["effective_at"]
    draft = EvidenceDraft(
        scheme=asked.scheme.id,
        rule=asked.rule.id,
        kind=spec.kind,
        effective_at=effective,
        place=asked.place,
        department=asked.department,
        checkpoint=form.chosen_checkpoint(),
        quantity=form.cleaned_data.get("quantity"),
        note=form.cleaned_data.get("note", ""),
        answers=form.answers(kept),
        expires_at=form.expires_at(),
        post=form.chosen_post(),
        attachments=kept.all,
        id=given,
    )
    row = record_evidence(draft, rule=asked.rule, by=access.user_of(request), at=at)
    _say_recorded(request, asked, spec, row)
    return HttpResponseRedirect(_next_point(asked, spec, row, back) or back)


def _say_recorded(request: HttpRequest, asked: Asked, spec: RecordSpec, row: Evidence) -> None:
    title = say(asked.rule.title)
    missed = late_window(asked.account, asked.duty, row.effective_at)
    failed = sum(1 for answer in row.answers.values() if not answer["passed"])
    if missed is not None and missed.deadline is not None:
        words = _("%(title)s: recorded late; it was due by %(deadline)s.")
        messages.warning(request, words % {"title": title, "deadline": exact(missed.deadline)})
    elif spec.needed is not None and row.quantity is not None and row.quantity < spec.needed:
        words = _("%(title)s: recorded, but fewer than the %(needed)g that are asked for.")
        messages.warning(request, words % {"title": title, "needed": spec.needed})
    else:
        messages.success(request, _("%(title)s: recorded.") % {"title": title})
    if failed:
        words = _("%(count)d items are not in order; each is now a finding with a deadline.")
        messages.warning(request, words % {"count": failed})


def _again(request: HttpRequest, asked: Asked, before: Evidence, back: str) -> HttpResponse:
    """The same form once more: nothing is recorded twice."""
    same = before.by_id == access.user_of(request).pk and (before.scheme, before.rule) == (
        asked.scheme.id,
        asked.rule.id,
    )
    if same:
        messages.info(request, _("This was recorded already; nothing was recorded twice."))
    else:
        messages.error(
            request, _("This form was used for something else. Open it again and fill it in anew.")
        )
    return HttpResponseRedirect(back)


def _next_point(asked: Asked, spec: RecordSpec, row: Evidence, back: str) -> str:
    """The form again while the round has checkpoints left; empty when it is finished."""
    if not spec.asks_scan or row.checkpoint is None or asked.place is None:
        return ""
    left = {one.code for one in spec.checkpoints} - spec.scanned - {row.checkpoint.code}
    return f"{record_address(asked.place, asked.scheme.id, asked.rule.id, back)}" if left else ""


def record_address(subject: Place | Department, scheme: str, rule: str, back: str = "") -> str:
    """The form for one duty of a subject."""
    whose = "place" if isinstance(subject, Place) else "department"
    query = {whose: subject.code, "scheme": scheme, "rule": rule}
    if back:
        query["back"] = back
    return f"{reverse('evidence-new')}?{urlencode(query)}"


def _spec(asked: Asked) -> RecordSpec:
    rule, place = asked.rule, asked.place
    kind = rule.evidence or "attestation"
    duty = asked.state.duty if asked.state else None
    items = tuple((item.id, item.title) for item in rule.items)
    if kind == "inspection" and not items:
        items = ((rule.id, rule.title),)
    unit = duty.unit if duty else rule.quantity.unit if rule.quantity else ""
    points = (
        list(place.checkpoints.filter(closed_at__isnull=True).order_by("order", "code"))
        if place and kind == "scan"
        else []
    )
    return RecordSpec(
        scheme=asked.scheme,
        rule=rule,
        kind=kind,
        items=items,
        needed=duty.quantity if duty else None,
        unit=unit_title(unit, asked.scheme) if unit else None,
        posts=list(place.posts.order_by("code")) if place else (),
        checkpoints=points,
        scanned=_scanned(asked) if points else frozenset(),
    )


def _scanned(asked: Asked) -> frozenset[str]:
    """The checkpoints that were visited in the window that runs now."""
    if asked.state is None:
        return frozenset()
    start = asked.state.window.start if not asked.state.is_gap else asked.state.window.end
    found = Evidence.objects.filter(
        place=asked.place, scheme=asked.scheme.id, rule=asked.rule.id, strike__isnull=True,
        effective_at__gte=start or asked.state.window.start, checkpoint__isnull=False,
    )  # fmt: skip
    return frozenset(found.values_list("checkpoint__code", flat=True))


def _form_page(
    request: HttpRequest, asked: Asked, form: RecordForm, kept: Kept, at: datetime, status: int = 200
) -> HttpResponse:
    duty = next((one for one in asked.account.derived.duties if one.id == asked.duty), None)
    place = asked.place
    supply = [
        (words(at).fact(fact), f"{link('place-edit', place.code)}#id_fact-{fact}")
        for fact in missing_facts(asked.rule)
        if place and link("place-edit", place.code) and access.allowed(request, "edit-places", place)
    ]
    kind = asked.scheme.terms.get("evidence", {}).get(form.spec.kind)
    context = {
        "title": say(asked.rule.title),
        "subtitle": f"{name_of(asked.subject)} · {asked.subject.code}",
        "crumbs": _crumbs(request, asked.subject),
        "asked": asked,
        "form": form,
        "spec": form.spec,
        "kept": [(name, row) for name, rows in kept.files.items() for row in rows],
        "kind": kind.title if kind else form.spec.kind,
        "duty": duty,
        "is_owed": asked.state is not None,
        "stricter": [known.rule.title for known in _stricter(asked, duty)],
        "why_url": why_url(asked.subject, asked.scheme.id, asked.rule.id),
        "supply": supply,
        "back": form["back"].value(),
        "action": request.get_full_path(),
        "left": len(form.spec.checkpoints) - len(form.spec.scanned),
    }
    return page(request, "evidence/new.html", context, status=status)


def _stricter(asked: Asked, duty: Any) -> list[Any]:
    names = duty.superseded_by if duty is not None else ()
    return [one for one in asked.account.derived.duties if one.id in names]


def _subject(request: HttpRequest) -> Place | Department | None:
    code = request.GET.get("place", "")
    if code:
        return access.place_or_404(request, code, "record-evidence")
    code = request.GET.get("department", "")
    return access.department_or_404(request, code, "record-evidence") if code else None


def _account(subject: Place | Department, at: datetime) -> Account:
    return place_account(subject, at) if isinstance(subject, Place) else department_account(subject, at)


def _home(request: HttpRequest, subject: Place | Department) -> str:
    if access.allowed(request, "see-work"):
        return reverse("my-work")
    name = "place" if isinstance(subject, Place) else "department"
    return link(name, subject.code) or reverse("account")


def _crumbs(request: HttpRequest, subject: Place | Department) -> list[tuple[str, str]]:
    name = "place" if isinstance(subject, Place) else "department"
    crumbs = [(_("My work"), reverse("my-work"))] if access.allowed(request, "see-work") else []
    target = link(name, subject.code)
    return [*crumbs, (name_of(subject), target)] if target else crumbs


def _choose_rule(
    request: HttpRequest,
    subject: Place | Department,
    account: Account,
    known: list[tuple[Scheme, Rule]],
    *,
    asked: str,
) -> HttpResponse:
    """Which duty is to be recorded; said plainly when the address names one that does not exist."""
    back = way_back(request, _home(request, subject))
    owed = {state.duty.id: state for state in account.states}
    rows = [
        (owed.get(f"{scheme.id}/{rule.id}"), scheme, rule, record_address(subject, scheme.id, rule.id, back))
        for scheme, rule in known
        if may_record(request, rule, subject)
    ]
    context = {
        "title": _("What was done?"),
        "subtitle": f"{name_of(subject)} · {subject.code}",
        "crumbs": _crumbs(request, subject),
        "unknown": asked,
        "owed": [row for row in rows if row[0] is not None],
        "others": [row for row in rows if row[0] is None],
        "several": len({scheme.id for scheme, _rule in known}) > 1,
    }
    return page(request, "evidence/choose_rule.html", context, status=404 if asked else 200)


def _choose_place(request: HttpRequest) -> HttpResponse:
    """Where something was done: one's places, found by name."""
    reach = access.request_reach(request, "record-evidence")
    text = request.GET.get("q", "")[:100].strip()
    places = within(reach, Place.objects.filter(closed_at__isnull=True)).order_by("name_sort", "id")
    for word in text.split():
        places = places.filter(name_sort__icontains=word.lower()) | places.filter(name_zh__icontains=word)
    departments = departments_within(reach, Department.objects.filter(closed_at__isnull=True)).order_by(
        "code"
    )
    context = {
        "title": _("Where was it done?"),
        "crumbs": [(_("My work"), reverse("my-work"))] if access.allowed(request, "see-work") else [],
        "text": text,
        "places": places[:MOST_PLACES],
        "departments": departments[:MOST_PLACES] if not text else [],
    }
    return page(request, "evidence/choose_place.html", context)


addresses = [path("evidence/new/", evidence_new, name="evidence-new")]
