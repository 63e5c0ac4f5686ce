"""Reporting a signal: the form for phone and desk, and the places it offers."""

from datetime import datetime

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from anlan.actions.signals import SignalDraft, receive_signal
from anlan.engine import free_text
from anlan.models import Place
from anlan.queries.reach import within
from anlan.queries.vocabulary import words
from anlan.web import access, clock
from anlan.web.shell import page
from anlan.web.signal_forms import MOST_OFFERED, SignalForm
from anlan.web.signal_words import masked_words, signal_number
from anlan.web.uploads import Kept, kept_uploads

FILES = {"photos": "photo", "camera": "photo", "document": "document"}


@access.needs("report-signals")
@sensitive_post_parameters("observed", "organisation")
@require_http_methods(["GET", "HEAD", "POST"])
def signal_new(request: HttpRequest) -> HttpResponse:
    """Report something about a place or a thing."""
    at = clock.now()
    known = words(at)
    form = SignalForm(request.POST or None, request, known, at)
    kept = Kept()
    if request.method == "POST":
        form.is_valid()
        for name in FILES:
            for file in request.FILES.getlist(name):
                file.name = free_text.masked(file.name or "").text
        kept = kept_uploads(request, FILES, at=at, place_code=form.found.code if form.found else "")
        for _name, problem in kept.problems:
            form.add_error(None, problem)
        if not form.errors:
            return _received(request, form, kept, at)
    context = {
        "title": _("Report something"),
        "subtitle": _("Describe the place and the thing, not the person."),
        "crumbs": [(_("Signals"), reverse("signals"))],
        "form": form,
        "kept": [(name, row) for name, rows in kept.files.items() for row in rows],
        "patterns": [list(each) for each in free_text.PATTERNS],
        "places": offered_places(request, ""),
        "action": request.get_full_path(),
        "back": reverse("signals"),
    }
    return page(request, "signals/new.html", context, status=422 if form.errors else 200)


@access.needs("report-signals")
@require_safe
def signal_places(request: HttpRequest) -> HttpResponse:
    """The places that the form offers while a name is typed."""
    text = request.GET.get("place", "")[:100].strip()
    return render(request, "signals/_places.html", {"places": offered_places(request, text)})


def _received(request: HttpRequest, form: SignalForm, kept: Kept, at: datetime) -> HttpResponse:
    values, user = form.cleaned_data, access.user_of(request)
    draft = SignalDraft(
        kind=values["kind"],
        observed=values["observed"],
        reliability=values["reliability"],
        urgency=values["urgency"],
        channel="form",
        observed_at=values["observed_at"],
        attachments=kept.all,
        **form.area(),
        **form.source(),
    )
    signal = receive_signal(draft, by=user, at=at, key=f"form:{user.pk}:{values['id']}")
    messages.success(request, _("%(number)s is received.") % {"number": signal_number(signal)})
    if signal.masked:
        said = _("Masked before storing: %(what)s.") % {"what": masked_words(signal.masked)}
        messages.warning(request, said)
    return HttpResponseRedirect(reverse("signal", args=[signal.pk]))


def offered_places(request: HttpRequest, text: str) -> list[Place]:
    """The places whose name or code holds each word, as the form offers them."""
    reach = access.request_reach(request, "report-signals")
    places = within(reach, Place.objects.select_related("district").filter(closed_at=None))
    for word in text.split():
        places = places.filter(
            Q(name_sort__icontains=word.lower()) | Q(name_zh__icontains=word) | Q(code__icontains=word)
        )
    return list(places.order_by("name_sort", "id")[:MOST_OFFERED])


addresses = [
    path("signals/new/", signal_new, name="signal-new"),
    path("signals/new/places/", signal_places, name="signal-places"),
]
