"""Notifications: a browser asks for pushes, or wants them no longer."""

import json
from pathlib import Path

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.pushes import NoSubscriptionError, subscribe, unsubscribe
from anlan.queries.message_channels import channel_file
from anlan.web import access, clock
from anlan.web.shell import page

WORKER = "anlan/js/push/worker.js"


@access.signed_in
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """Whether this installation can push, and in how many browsers one has asked for it."""
    context = {
        "title": _("Notifications"),
        "subtitle": "",
        "crumbs": [(_("My account"), reverse("account"))],
        "push_key": channel_file().push_key,
        "browsers": access.user_of(request).pushes.count(),
        "is_duty": access.allowed(request, "issue-warnings"),
    }
    return page(request, "account/notifications.html", context)


@access.signed_in
@require_POST
def push_subscribe(request: HttpRequest) -> HttpResponse:
    """Keep the subscription that this browser made."""
    try:
        subscribe(access.user_of(request), request.body[:2000].decode(), at=clock.now())
    except (NoSubscriptionError, UnicodeDecodeError):
        return HttpResponse(status=422)
    return HttpResponse(status=204)


@access.signed_in
@require_POST
def push_end(request: HttpRequest) -> HttpResponse:
    """End the subscription of this browser, or with the form of the page those of all browsers."""
    user = access.user_of(request)
    if request.content_type == "application/json":
        try:
            endpoint = str(json.loads(request.body[:2000])["endpoint"])
        except (ValueError, KeyError, TypeError):
            return HttpResponse(status=422)
        unsubscribe(user, endpoint)
        return HttpResponse(status=204)
    unsubscribe(user)
    messages.success(request, _("No browser of yours gets notifications any more."))
    return HttpResponseRedirect(reverse("account-notifications"))


@access.open_to_anybody
@never_cache
@require_safe
def push_worker(_request: HttpRequest) -> HttpResponse:
    """The script that shows a push; it reads and keeps nothing."""
    found = finders.find(WORKER)
    assert isinstance(found, str)
    return HttpResponse(Path(found).read_text("utf-8"), content_type="text/javascript; charset=utf-8")


addresses = [
    path("account/notifications/", notifications, name="account-notifications"),
    path("account/notifications/subscribe/", push_subscribe, name="push-subscribe"),
    path("account/notifications/end/", push_end, name="push-end"),
    path("push/worker.js", push_worker, name="push-worker"),
]
