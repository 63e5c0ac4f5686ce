"""Records of patrols that look odd: a person looks at each, and says what it is."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.patrol_review import accept_visit, note_visit, refuse_visit
from anlan.models import Checkpoint, Place, Visit
from anlan.queries.patrol_cases import cases_to_review, to_review, whole_cases
from anlan.web import access, bulk, clock
from anlan.web.patrol_app.words import FLAG_WORDS
from anlan.web.patrol_frame import patrol_frame
from anlan.web.patrol_month import WAYS
from anlan.web.shell import page
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of

SHOWN = 30


class ReviewForm(forms.Form):
    """What was found out about one record."""

    verdict = forms.ChoiceField(
        choices=[
            ("note", gettext_lazy("Looked at, stays as it is")),
            ("accept", gettext_lazy("Counts: the visit was made")),
            ("refuse", gettext_lazy("Does not count: strike it through")),
        ],
        label=gettext_lazy("Verdict"),
    )
    words = forms.CharField(label=gettext_lazy("What you found out"), max_length=300)
    checkpoint = forms.ModelChoiceField(
        label=gettext_lazy("Checkpoint"), queryset=Checkpoint.objects.none(), required=False
    )

    def __init__(self, data: Any, place: Place, visit: Visit) -> None:
        super().__init__(data)
        self.visit = visit
        fields: Any = self.fields
        fields["checkpoint"].queryset = place.checkpoints.order_by("order", "code")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        unknown = self.visit.checkpoint_id is None and not values.get("checkpoint")
        if values.get("verdict") == "accept" and self.visit.kind == "scan" and unknown:
            self.add_error(
                "checkpoint", _("Say at which checkpoint the scan was made; its code does not tell.")
            )
        return values


@access.needs("review-patrols")
@require_safe
def place_patrol_review(request: HttpRequest, code: str) -> HttpResponse:
    """The marked records of a place that nobody has looked at yet."""
    place = access.place_or_404(request, code, "review-patrols")
    listed = Paginator(cases_to_review(place), SHOWN).get_page(request.GET.get("page"))
    visits = {
        str(visit.pk): visit
        for visit in to_review(place).filter(pk__in=[one for case in listed for one in case])
    }
    points = place.checkpoints.filter(closed_at=None).order_by("order", "code")
    context = patrol_frame(request, place, "review") | {
        "rows": [_row([visits[one] for one in case if one in visits]) for case in listed],
        "listed": listed,
        "tools": {
            "bulk": bulk.offered(request, "place-patrol-review"),
            "bulk_url": reverse("place-visits-review", args=[code]),
            "query": "",
            "asked": "",
            "limit": bulk.LIMIT,
        },
        "after": listed.has_other_pages(),
        "total": listed.paginator.count,
        "checkpoints": [(str(point.pk), name_of(point)) for point in points],
    }
    return page(request, "patrols/review.html", context)


@access.needs("review-patrols")
@require_POST
def place_visit_review(request: HttpRequest, code: str, visit_id: UUID) -> HttpResponse:
    """Take down what a person found out about a record, or about all records of its burst."""
    place = access.place_or_404(request, code, "review-patrols")
    visit = to_review(place).select_related("walk__place", "walk__beat__post").filter(pk=visit_id).first()
    back = HttpResponseRedirect(reverse("place-patrol-review", args=[code]))
    if visit is None:
        if not Visit.objects.filter(pk=visit_id, walk__place=place).exists():
            raise Http404
        messages.info(request, _("Somebody has looked at this record already."))
        return back
    form = ReviewForm(request.POST, place, visit)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(str(error) for error in errors))
        return back
    values = form.cleaned_data
    by, at, words = access.user_of(request), clock.now(), values["words"]
    rows = to_review(place).select_related("walk__place", "walk__beat__post", "checkpoint", "code")
    with transaction.atomic():
        for one in rows.filter(pk__in=whole_cases(place, [str(visit.pk)])):
            if values["verdict"] == "accept":
                accept_visit(one, words=words, by=by, at=at, checkpoint=values["checkpoint"])
            elif values["verdict"] == "refuse":
                refuse_visit(one, words=words, by=by, at=at)
            else:
                note_visit(one, words=words, by=by, at=at)
    messages.success(request, _("Recorded."))
    return back


def _row(case: Sequence[Visit]) -> dict[str, Any]:
    """A case by its first record; those of a burst are told one by one."""
    visit = case[0]
    where = name_of(visit.checkpoint) if visit.checkpoint else _("Checkpoint not known")
    flags = {flag for one in case for flag in one.flags}
    return {
        "visit": visit,
        "case": case if len(case) > 1 else (),
        "last": case[-1],
        "name": f"{where} {exact(visit.effective_at)}",
        "way": WAYS.get(visit.way, ""),
        "flags": [words for flag, words in FLAG_WORDS.items() if flag in flags],
    }


addresses = [
    path("places/<str:code>/patrols/review/", place_patrol_review, name="place-patrol-review"),
    path("places/<str:code>/patrols/review/<uuid:visit_id>/", place_visit_review, name="place-visit-review"),
]
