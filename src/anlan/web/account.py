"""One's own account: language, password, second step, sessions, tokens for machines."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from anlan.actions import accounts, second_factor
from anlan.models import ApiToken
from anlan.queries.people import held_grants, open_sessions, open_tokens
from anlan.web import access, clock
from anlan.web.account_forms import KEY, EnableForm, PasswordForm, PasswordOnlyForm, ProfileForm, TokenForm
from anlan.web.people_words import grant_rows, session_rows
from anlan.web.shell import page


@access.signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's own account."""
    user, at = access.user_of(request), clock.now()
    form = ProfileForm(request.POST or None, initial={"email": user.email, "language": user.language})
    if request.method == "POST" and form.is_valid():
        accounts.change_person(user, form.cleaned_data, by=user, at=at)
        messages.success(request, _("Saved."))
        response = HttpResponseRedirect(reverse("account"))
        if form.cleaned_data["language"]:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], max_age=365 * 24 * 3600,
                samesite="Lax", secure=settings.TLS, httponly=True,
            )  # fmt: skip
        return response
    return _account_page(request, {"form": form}, status=422 if form.errors else 200)


@access.signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A new password; all other sessions end."""
    user = access.user_of(request)
    form = PasswordForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = request.session.session_key or ""
        changed = accounts.set_password(
            user, form.cleaned_data["new"], by=user, at=clock.now(), keep_session=key
        )
        update_session_auth_hash(request, changed)
        accounts.move_session(key, request.session.session_key or "")
        messages.success(request, _("The password is changed. All your other sessions have ended."))
        return HttpResponseRedirect(reverse("account"))
    context = {"title": _("Change the password"), "crumbs": _crumbs(), "form": form}
    return page(request, "account/password.html", context, status=422 if form.errors else 200)


@access.signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Turn the second step on with an authenticator app, or see that it is on."""
    user, at = access.user_of(request), clock.now()
    context: dict[str, Any] = {"title": _("Two-step sign-in"), "crumbs": _crumbs()}
    if second_factor.is_enabled(user):
        context |= {"left": second_factor.recovery_codes_left(user), "form": PasswordOnlyForm(request)}
        return page(request, "mfa/on.html", context)
    form = EnableForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = second_factor.enable(user, request.session.pop(KEY), by=user, at=at)
        return page(request, "mfa/codes.html", context | {"codes": codes, "is_new": True})
    key = request.session.setdefault(KEY, second_factor.new_key())
    picture = segno.make(second_factor.key_address(user, key), error="m")
    context |= {
        "form": form,
        "key": " ".join(key[start : start + 4] for start in range(0, len(key), 4)),
        "picture": mark_safe(
            picture.svg_inline(scale=5, border=2, dark="#000", light="#fff", omitsize=False)
        ),
    }
    return page(request, "mfa/off.html", context, status=422 if form.errors else 200)


@access.signed_in
@sensitive_post_parameters()
@require_POST
def second_step_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, shown once."""
    return _confirmed_step(request, off=False)


@access.signed_in
@sensitive_post_parameters()
@require_POST
def second_step_off(request: HttpRequest) -> HttpResponse:
    """The password alone is enough again."""
    return _confirmed_step(request, off=True)


@access.needs("use-api")
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def token_new(request: HttpRequest) -> HttpResponse:
    """A token for a machine; its secret is shown on the answer and never again."""
    user, at = access.user_of(request), clock.now()
    form = TokenForm(request, request.POST or None)
    context: dict[str, Any] = {"title": _("New token"), "crumbs": _crumbs(), "form": form}
    if request.method == "POST" and form.is_valid():
        day = timezone.localdate(at) + timedelta(days=form.cleaned_data["days"])
        expires_at = datetime.combine(day, time(), at.tzinfo)
        token, secret = accounts.create_token(
            user,
            name=form.cleaned_data["name"],
            may_write=form.cleaned_data["may_write"],
            expires_at=expires_at,
            by=user,
            at=at,
        )
        return page(request, "account/token_made.html", context | {"token": token, "secret": secret})
    return page(request, "account/token_new.html", context, status=422 if form.errors else 200)


@access.signed_in
@require_POST
def token_revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Revoke one of one's own tokens."""
    user = access.user_of(request)
    token = ApiToken.objects.filter(pk=token_id, user=user).first()
    if token is None:
        raise Http404
    accounts.revoke_token(token, by=user, at=clock.now())
    messages.success(request, _("The token opens nothing any more."))
    return HttpResponseRedirect(reverse("account"))


@access.signed_in
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """End all one's other sessions."""
    user = access.user_of(request)
    accounts.end_sessions(user, by=user, at=clock.now(), keep_session=request.session.session_key or "")
    messages.success(request, _("All your other sessions have ended."))
    return HttpResponseRedirect(reverse("account"))


def _confirmed_step(request: HttpRequest, *, off: bool) -> HttpResponse:
    user, at = access.user_of(request), clock.now()
    form = PasswordOnlyForm(request, request.POST)
    context: dict[str, Any] = {"title": _("Two-step sign-in"), "crumbs": _crumbs(), "form": form}
    if not form.is_valid():
        left = second_factor.recovery_codes_left(user)
        return page(request, "mfa/on.html", context | {"left": left}, status=422)
    if off:
        second_factor.disable(user, by=user, at=at)
        messages.success(request, _("Signing in asks for the password only."))
        return HttpResponseRedirect(reverse("account"))
    codes = second_factor.renew_recovery_codes(user, by=user, at=at)
    return page(request, "mfa/codes.html", context | {"codes": codes, "is_new": False})


def _account_page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    user, at = access.user_of(request), clock.now()
    return page(
        request,
        "account/account.html",
        {
            "title": _("My account"),
            "user": user,
            "grants": grant_rows(held_grants(user), at),
            "second_step": second_factor.is_enabled(user),
            "sessions": session_rows(open_sessions(user, at)),
            "this_session": request.session.session_key,
            "tokens": open_tokens(user, at),
            "may_use_api": access.allowed(request, "use-api"),
            **context,
        },
        status=status,
    )


def _crumbs() -> list[tuple[str, str]]:
    return [(_("My account"), reverse("account"))]


addresses = [
    path("account/", account, name="account"),
    path("account/password/", password, name="account-password"),
    path("account/second-step/", second_step, name="account-mfa"),
    path("account/second-step/codes/", second_step_codes, name="account-mfa-codes"),
    path("account/second-step/off/", second_step_off, name="account-mfa-off"),
    path("account/tokens/new/", token_new, name="account-token-new"),
    path("account/tokens/<uuid:token_id>/revoke/", token_revoke, name="account-token-revoke"),
    path("account/sessions/end/", sessions_end, name="account-sessions-end"),
]
