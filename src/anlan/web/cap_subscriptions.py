"""Subscriptions to feeds of CAP messages: which there are, how they fare, stating and ending them."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.actions.cap_keys import read_certificates
from anlan.actions.cap_subscriptions import (
    SubscriptionDraft,
    add_subscription,
    change_subscription,
    end_subscription,
    fetch_soon,
)
from anlan.links.notify_http import Outbound
from anlan.models import CapSubscription
from anlan.queries.cap import subscription, subscriptions
from anlan.queries.message_channels import channel_file
from anlan.web import access, clock
from anlan.web.cap_words import FAULTS, fault_words
from anlan.web.shell import page


class SubscriptionForm(forms.Form):
    """What a subscription states."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("Such as the office that publishes it."),
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=1000,
        help_text=gettext_lazy(
            "HTTPS: an Atom or RSS feed of CAP messages, or one message that is replaced."
        ),
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Fetched every"),
        min_value=1,
        max_value=1440,
        initial=10,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    certificate = forms.CharField(
        label=gettext_lazy("Certificate of the publisher"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "In PEM. With a certificate only messages that it has signed are taken; without, any are."
        ),
    )

    def clean_url(self) -> str:
        """Where it really leads is looked at on every fetch; here only what can be seen."""
        url = str(self.cleaned_data["url"]).strip()
        try:
            parts = urlsplit(url)
            good = parts.scheme in ("https", "http") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            good = False
        if not good or parts.username or parts.password:
            raise forms.ValidationError(
                _("Write an address that begins with https:// and holds no password.")
            )
        if not Outbound(channel_file().networks).may_reach(url):
            raise forms.ValidationError(str(FAULTS["address-not-allowed"]))
        return url

    def clean_certificate(self) -> str:
        text = str(self.cleaned_data["certificate"]).strip()
        if text and not read_certificates(text.encode()):
            raise forms.ValidationError(
                _("This is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----.")
            )
        return f"{text}\n" if text else ""

    def draft(self) -> SubscriptionDraft:
        values = self.cleaned_data
        return SubscriptionDraft(values["name"], values["url"], values["minutes"], values["certificate"])


@access.needs("see-warnings")
@require_safe
def cap_subscriptions(request: HttpRequest) -> HttpResponse:
    """What is subscribed to, and how the last fetch went."""
    return _overview(request, None)


@access.needs("manage-settings")
@require_POST
def cap_subscription_new(request: HttpRequest) -> HttpResponse:
    """Subscribe to an address."""
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        return _overview(request, form, status=422)
    row = add_subscription(form.draft(), by=access.user_of(request), at=clock.now())
    messages.success(
        request, _("“%(name)s” is subscribed to; the worker fetches it at once.") % {"name": row.name}
    )
    return HttpResponseRedirect(reverse("cap-subscriptions"))


@access.needs("manage-settings")
@require_http_methods(["GET", "HEAD", "POST"])
def cap_subscription(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """Change a subscription."""
    row = _subscription(subscription_id)
    stated: dict[str, Any] = {name: getattr(row, name) for name in ("name", "url", "minutes", "certificate")}
    form = SubscriptionForm(request.POST or None, initial=stated)
    if request.method == "POST" and form.is_valid():
        change_subscription(row, form.draft(), by=access.user_of(request), at=clock.now())
        messages.success(request, _("The subscription is changed."))
        return HttpResponseRedirect(reverse("cap-subscriptions"))
    context = {
        "title": row.name,
        "subtitle": _("Subscription to CAP messages"),
        "crumbs": [(_("CAP messages"), reverse("cap")), (_("Subscriptions"), reverse("cap-subscriptions"))],
        "row": row,
        "form": form,
        "fault": fault_words(row),
    }
    return page(request, "cap/subscription.html", context, status=422 if form.errors else 200)


@access.needs("manage-settings")
@require_POST
def cap_subscription_act(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """Fetch it now, or end it."""
    row, at = _subscription(subscription_id), clock.now()
    act = request.POST.get("act")
    if act == "end":
        end_subscription(row, by=access.user_of(request), at=at)
        messages.success(
            request, _("“%(name)s” is fetched no more. What came by it stays.") % {"name": row.name}
        )
    elif act == "fetch":
        if fetch_soon(row, at=at):
            messages.success(request, _("The worker fetches it within half a minute."))
        else:
            messages.info(request, _("This subscription has ended."))
    else:
        raise Http404
    return HttpResponseRedirect(reverse("cap-subscriptions"))


def _overview(request: HttpRequest, form: SubscriptionForm | None, *, status: int = 200) -> HttpResponse:
    may_manage = access.allowed(request, "manage-settings")
    context = {
        "title": _("Subscriptions"),
        "subtitle": _("Feeds of other services that the worker fetches"),
        "crumbs": [(_("CAP messages"), reverse("cap"))],
        "rows": [_shown(row, clock.now(), may_manage=may_manage) for row in subscriptions()],
        "ended": list(subscriptions(ended=True)[:50]),
        "form": (form or SubscriptionForm()) if may_manage else None,
    }
    return page(request, "cap/subscriptions.html", context, status=status)


def _shown(row: CapSubscription, at: datetime, *, may_manage: bool) -> dict[str, Any]:
    """An address may hold a secret, so only who states subscriptions sees the whole of it."""
    return {
        "row": row,
        "address": row.url if may_manage else urlsplit(row.url).hostname,
        "fault": fault_words(row),
        "is_due": row.due_at is not None and row.due_at <= at,
    }


def _subscription(identifier: UUID) -> CapSubscription:
    row = subscription(identifier)
    if row is None:
        raise Http404
    return row


addresses = [
    path("cap/subscriptions/", cap_subscriptions, name="cap-subscriptions"),
    path("cap/subscriptions/new/", cap_subscription_new, name="cap-subscription-new"),
    path("cap/subscriptions/<uuid:subscription_id>/", cap_subscription, name="cap-subscription"),
    path("cap/subscriptions/<uuid:subscription_id>/act/", cap_subscription_act, name="cap-subscription-act"),
]
