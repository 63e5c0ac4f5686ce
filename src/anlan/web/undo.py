"""Taking back what was just done: a notice with "Undo" in it, and the address that its button posts to.

What is to be taken back stands in a signed mark that holds for a minute, for the person who did it. Each step looks
whether things are still as the act left them, so that undoing works once and never over a later change.
"""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anlan.actions.turns import take_turn
from anlan.web import access
from anlan.web.back import way_back

SALT = "anlan.undo"
HOLDS_S = 60
MARK = "undo:"


def undoable(request: HttpRequest, words: str, kind: str, **what: Any) -> None:
    """Say that something was done, with a button that takes it back."""
    mark = signing.dumps({"kind": kind, "by": str(access.user_of(request).pk), **what}, salt=SALT)
    messages.success(request, words, extra_tags=f"{MARK}{mark}")


@access.signed_in
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what the mark names, if it is still as it was left."""
    from anlan.web.undo_steps import STEPS, NothingToUndoError

    try:
        what = signing.loads(request.POST.get("mark", "")[:4000], salt=SALT, max_age=HOLDS_S)
    except signing.SignatureExpired:
        messages.warning(request, _("It is too late to undo this: a minute has passed. Nothing was changed."))
        return _back(request)
    except signing.BadSignature:
        messages.warning(request, _("This cannot be undone. Nothing was changed."))
        return _back(request)
    step, user = STEPS.get(what.pop("kind", "")), access.user_of(request)
    if step is None or what.pop("by", "") != str(user.pk):
        messages.warning(request, _("This cannot be undone. Nothing was changed."))
        return _back(request)
    try:
        with transaction.atomic():
            take_turn(f"undo/{user.pk}")
            words = step(request, **what)
    except NothingToUndoError:
        messages.warning(
            request, _("It was undone already, or changed since by somebody. Nothing was changed.")
        )
    else:
        messages.success(request, words)
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(way_back(request, "/"))


addresses = [path("undo/", undo, name="undo")]
