"""Signing in and out: name and password, a second step where it is on, lock-out after failed tries."""

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from anlan.actions import accounts, second_factor
from anlan.models import User
from anlan.queries.installation import city_settings
from anlan.web import access, clock, navigation, sessions
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import say

BACKEND = "django.contrib.auth.backends.ModelBackend"
PENDING = "second_step"
PENDING_FOR = timedelta(minutes=10)


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=_("User name"),
        max_length=64,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label=_("One-time code"),
        max_length=16,
        help_text=_("Six digits from the authenticator app, or one of your recovery codes."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "class": "code-input",
            }
        ),
    )


@access.open_to_anybody
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; afterwards back to where one wanted to go."""
    wanted = _safe(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return HttpResponseRedirect(wanted or home_of(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if getattr(request, "axes_locked_out", False):
            return locked_out(request, credentials=form.cleaned_data)
        if isinstance(user, User) and _is_over(user):
            form.add_error(None, _("This account has ended. Ask the administrator if you still need it."))
        elif isinstance(user, User):
            return _next_step(request, user, wanted)
        else:
            form.add_error(
                None, _("User name and password do not match an account. Passwords mind capitals.")
            )
    context = {
        "title": _("Sign in"),
        "form": form,
        "next": wanted,
        "session_is_over": "over" in request.GET,
        "demo_accounts": _demo_accounts(),
        "nobody_yet": not User.objects.exists(),
    }
    return render(request, "accounts/sign_in.html", context, status=422 if form.errors else 200)


@access.open_to_anybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step: a code, within ten minutes of the password."""
    user, wanted = _pending(request)
    if user is None:
        return HttpResponseRedirect(reverse("sign-in"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        credentials = {"username": user.username}
        if not AxesProxyHandler.is_allowed(request, credentials):
            return locked_out(request, credentials=credentials)
        if second_factor.accepts(user, form.cleaned_data["code"], at=clock.now()):
            return _enter(request, user, wanted)
        user_login_failed.send(sender=__name__, credentials=credentials, request=request)
        if getattr(request, "axes_locked_out", False):
            return locked_out(request, credentials=credentials)
        form.add_error("code", _("This code does not fit, or has been used. Wait for the next one."))
    context = {"title": _("Second step"), "form": form}
    return render(request, "accounts/code.html", context, status=422 if form.errors else 200)


@access.open_to_anybody
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session. What a phone has not sent yet is kept: only cookies and caches are cleared."""
    if isinstance(request.user, User):
        accounts.sign_out(request.user, session_key=request.session.session_key or "", at=clock.now())
    logout(request)
    return HttpResponseRedirect(reverse("sign-in"), headers={"Clear-Site-Data": '"cache"'})


def locked_out(
    request: HttpRequest, _original: HttpResponse | None = None, credentials: dict[str, str] | None = None
) -> HttpResponse:
    """After too many failed tries: for how long, and what to do."""
    username = str((credentials or {}).get("username") or request.POST.get("username", ""))
    at = clock.now()
    kept = getattr(request, "_locked_out_page", None)
    if isinstance(kept, HttpResponse):
        return kept
    last = AccessAttempt.objects.filter(username=username).order_by("-attempt_time").first()
    accounts.lock_out(username, at=at, lasting=settings.AXES_COOLOFF_TIME)
    until = (last.attempt_time if last else at) + settings.AXES_COOLOFF_TIME
    seconds = max(1, ceil((until - at).total_seconds()))
    context = {"title": _("Locked for a while"), "until_text": exact(until), "minutes": ceil(seconds / 60)}
    page = render(request, "accounts/locked.html", context, status=429)
    page.headers["Retry-After"] = str(seconds)
    request._locked_out_page = page  # type: ignore[attr-defined]  # noqa: SLF001  (our own mark)
    return page


def home_of(request: HttpRequest) -> str:
    """The first page of the navigation that this person may open."""
    shown = navigation.entries(request)
    return shown[0].url if shown else reverse("account")


def _demo_accounts() -> list[dict[str, Any]]:
    """The accounts of the demo city in the reader's language; none anywhere else."""
    kept = city_settings().demo_accounts
    return [
        {
            **account,
            "role_name": navigation.ROLE_NAMES.get(account["role"], account["role"]),
            "name": say({"zh": account["name_zh"], "en": account["name_en"]}),
        }
        for account in kept
        if account["password"]
    ]


def _next_step(request: HttpRequest, user: User, wanted: str) -> HttpResponse:
    if not second_factor.is_enabled(user):
        return _enter(request, user, wanted)
    request.session.cycle_key()
    request.session[PENDING] = {"user": str(user.pk), "at": clock.now().isoformat(), "next": wanted}
    return HttpResponseRedirect(reverse("sign-in-code"))


def _pending(request: HttpRequest) -> tuple[User | None, str]:
    pending = request.session.get(PENDING) or {}
    since: datetime | None = parse_datetime(pending.get("at", ""))
    if since is None or clock.now() - since > PENDING_FOR:
        return None, ""
    return User.objects.filter(pk=pending["user"], is_active=True).first(), pending["next"]


def _enter(request: HttpRequest, user: User, wanted: str) -> HttpResponse:
    """Open the session under a new key."""
    at = clock.now()
    login(request, user, backend=BACKEND)
    request.session.pop(PENDING, None)
    request.session.cycle_key()
    sessions.begin(request, at)
    browser = request.headers.get("User-Agent", "")
    accounts.open_session(user, session_key=request.session.session_key or "", browser=browser, at=at)
    response = HttpResponseRedirect(wanted or home_of(request))
    if user.language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        year = 365 * 24 * 3600
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=year,
            samesite="Lax",
            secure=settings.TLS,
            httponly=True,
        )
    return response


def _is_over(user: User) -> bool:
    return user.expires_on is not None and user.expires_on < clock.today()


def _safe(request: HttpRequest, address: str) -> str:
    """An address on this site, or nothing."""
    hosts = {request.get_host()}
    good = url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure())
    return address if good and address.startswith("/") else ""


addresses = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-in/code/", sign_in_code, name="sign-in-code"),
    path("sign-out/", sign_out, name="sign-out"),
]
