"""Codes of checkpoints: which hang where, sheets to print, a new one for a lost one, and a screen that turns them."""

from urllib.parse import quote
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.actions.patrol_codes import issue_codes, replace_code
from anlan.engine.patrol_codes import TURN_SECONDS, shown_typed, turn_mark, turn_of
from anlan.links.codes import qr_svg
from anlan.links.documents import CheckpointLabel, LabelSheet, checkpoint_labels
from anlan.models import Checkpoint, CheckpointCode, Place
from anlan.queries.patrol_codes import CodedCheckpoint, codes_of
from anlan.queries.patrol_phone import turning_secret
from anlan.web import access, clock
from anlan.web.patrol_frame import form_frame, patrol_frame
from anlan.web.shell import page
from anlan.web.templatetags.words import name_of

GET_OR_POST = ["GET", "HEAD", "POST"]
SCREEN_SALT = "anlan.checkpoint-screen"


class ReplaceForm(forms.Form):
    """Why a code is replaced, and whether the new one is to turn on a screen."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Such as: damaged, lost, copied, moved to another wall"),
        max_length=200,
    )
    turning = forms.BooleanField(
        label=gettext_lazy("Turning code on a screen"),
        help_text=gettext_lazy(
            "The code changes every 30 seconds, so that a photograph of it is of no use. A small screen with "
            "network must hang at the checkpoint."
        ),
        required=False,
    )


@access.needs("plan-patrols")
@require_safe
def place_codes(request: HttpRequest, code: str) -> HttpResponse:
    """Which code hangs at which checkpoint."""
    place = access.place_or_404(request, code, "plan-patrols")
    rows = codes_of(place)
    context = patrol_frame(request, place, "codes") | {
        "rows": rows,
        "fresh": [row for row in rows if row.code and row.checkpoint.code == request.GET.get("new")],
        "bare": sum(row.code is None for row in rows),
        "printable": sum(row.code is not None and not row.code.turning for row in rows),
    }
    return page(request, "patrols/codes.html", context)


@access.needs("plan-patrols")
@require_POST
def place_codes_issue(request: HttpRequest, code: str) -> HttpResponse:
    """Give each checkpoint that has none its code."""
    place = access.place_or_404(request, code, "plan-patrols")
    made = issue_codes(place, by=access.user_of(request), at=clock.now())
    if made:
        messages.success(
            request, _("%(count)s codes are issued. Print them and hang them up.") % {"count": len(made)}
        )
    else:
        messages.info(request, _("Every checkpoint has its code already."))
    return HttpResponseRedirect(reverse("place-codes", args=[code]))


@access.needs("plan-patrols")
@require_http_methods(GET_OR_POST)
def place_code_replace(request: HttpRequest, code: str, checkpoint: str) -> HttpResponse:
    """A new code for a checkpoint; the old one is void from now on."""
    place = access.place_or_404(request, code, "plan-patrols")
    point = _open_checkpoint(place, checkpoint)
    turning = point.codes.filter(void_at=None, turning=True).exists()
    form = ReplaceForm(request.POST or None, initial={"turning": turning})
    if request.method == "POST" and form.is_valid():
        replace_code(
            point,
            reason=form.cleaned_data["reason"],
            turning=form.cleaned_data["turning"],
            by=access.user_of(request),
            at=clock.now(),
        )
        messages.success(
            request,
            _(
                "The new code is issued; the old one is void from now on. "
                "Print its label and hang it in place of the old."
            ),
        )
        return HttpResponseRedirect(f"{reverse('place-codes', args=[code])}?new={quote(point.code)}")
    title = _("New code for %(name)s") % {"name": name_of(point)}
    context = form_frame(place, title, reverse("place-codes", args=[code])) | {
        "form": form,
        "danger": _("Issue a new code and void the old"),
        "note": _(
            "The label that hangs there now is void at once: who scans it from then on is recorded, but the scan "
            "waits for review. Print the new label right away and hang it up."
        ),
    }
    return page(request, "patrols/beat.html", context, status=422 if form.errors else 200)


@access.needs("plan-patrols")
@require_safe
def place_codes_sheet(request: HttpRequest, code: str) -> HttpResponse:
    """The labels of all checkpoints, or of those named in the address, as A4 sheets."""
    place = access.place_or_404(request, code, "plan-patrols")
    wanted = set(request.GET.getlist("checkpoint"))
    rows = [row for row in codes_of(place) if row.code is not None and not row.code.turning]
    if wanted:
        rows = [row for row in rows if row.checkpoint.code in wanted]
    if not rows:
        messages.warning(request, _("There is no code to print: issue the codes first."))
        return HttpResponseRedirect(reverse("place-codes", args=[code]))
    response = HttpResponse(checkpoint_labels(_sheet(request, place, rows)), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="codes-{_plain(place.code)}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@access.needs("plan-patrols")
@require_safe
def place_code_screen(request: HttpRequest, code: str, checkpoint: str) -> HttpResponse:
    """The address to open on the screen at a checkpoint whose code turns."""
    place = access.place_or_404(request, code, "plan-patrols")
    found = _open_checkpoint(place, checkpoint).codes.filter(void_at=None, turning=True).first()
    if found is None:
        raise Http404
    signed = signing.dumps(str(found.pk), salt=SCREEN_SALT)
    return HttpResponseRedirect(reverse("checkpoint-screen", args=[signed]))


@access.open_to_anybody
@require_safe
def checkpoint_screen(request: HttpRequest, signed: str) -> HttpResponse:
    """The turning code itself, for a screen that nobody has signed in on; the signed address is the key."""
    try:
        found = CheckpointCode.objects.select_related("checkpoint__place").get(
            pk=UUID(signing.loads(signed, salt=SCREEN_SALT)), void_at=None, turning=True
        )
    except (signing.BadSignature, ValueError, CheckpointCode.DoesNotExist) as gone:
        raise Http404 from gone
    at = clock.now()
    step = turn_of(at)
    address = f"{_address(request, found)}?t={step}.{turn_mark(turning_secret(), found.token, step)}"
    context = {
        "title": name_of(found.checkpoint),
        "subtitle": name_of(found.checkpoint.place),
        "code": mark_safe(qr_svg(address)),
        "inside": reverse("checkpoint-screen", args=[signed]) + "?part=code",
        "seconds": TURN_SECONDS // 3,
    }
    template = "patrols/_turning.html" if request.GET.get("part") == "code" else "patrols/screen.html"
    response = render(request, template, context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _sheet(request: HttpRequest, place: Place, rows: list[CodedCheckpoint]) -> LabelSheet:
    on = timezone.localtime(clock.now())
    return LabelSheet(
        title=_("Checkpoint codes"),
        place=name_of(place),
        type_words=_("If it cannot be scanned, type"),
        notice=_("Do not cover, mark or move. Report damage to the duty room."),
        footer=_("Checkpoint labels of %(code)s · printed %(at)s")
        % {"code": place.code, "at": f"{on:%Y-%m-%d %H:%M}"},
        labels=tuple(_label(request, row.checkpoint, row.code) for row in rows if row.code is not None),
        printed_on=on.date(),
    )


def _label(request: HttpRequest, checkpoint: Checkpoint, code: CheckpointCode) -> CheckpointLabel:
    name = name_of(checkpoint)
    other = checkpoint.name_en if name == checkpoint.name_zh else checkpoint.name_zh
    return CheckpointLabel(
        address=_address(request, code),
        name=name,
        second=other if other != name else "",
        typed=shown_typed(code.typed),
        mark=_("%(place)s · %(checkpoint)s · No. %(number)s")
        % {"place": checkpoint.place.code, "checkpoint": checkpoint.code, "number": code.number},
    )


def _address(request: HttpRequest, code: CheckpointCode) -> str:
    return request.build_absolute_uri(f"/c/{code.token}/")


def _open_checkpoint(place: Place, code: str) -> Checkpoint:
    found = place.checkpoints.filter(code=code, closed_at=None).first()
    if found is None:
        raise Http404
    return found


def _plain(code: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in code)


addresses = [
    path("places/<str:code>/patrols/codes/", place_codes, name="place-codes"),
    path("places/<str:code>/patrols/codes/issue/", place_codes_issue, name="place-codes-issue"),
    path("places/<str:code>/patrols/codes/sheet.pdf", place_codes_sheet, name="place-codes-sheet"),
    path(
        "places/<str:code>/patrols/codes/<str:checkpoint>/replace/",
        place_code_replace,
        name="place-code-replace",
    ),
    path(
        "places/<str:code>/patrols/codes/<str:checkpoint>/screen/",
        place_code_screen,
        name="place-code-screen",
    ),
    path("checkpoint-screens/<str:signed>/", checkpoint_screen, name="checkpoint-screen"),
]
