"""How long a session lasts: half an hour of rest in an office, a shift for a guard, never longer than half a day."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from anlan.actions import accounts
from anlan.models import SignIn, User
from anlan.web import access, clock

OPENED, SEEN = "opened_at", "seen_at"
_NOTED_EVERY = timedelta(minutes=1)


def limits(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """End sessions that are over, and note once a minute that the others are in use."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if isinstance(request.user, User):
            at = clock.now()
            if is_over(request, request.user, at):
                SignIn.objects.filter(session_key=request.session.session_key).delete()
                logout(request)
                request.session_is_over = True  # type: ignore[attr-defined]  # our own mark
            else:
                _note(request, at)
        return get_response(request)

    return respond


def is_over(request: HttpRequest, user: User, at: datetime) -> bool:
    """Whether the session has reached its age, has rested too long, or the account's last day has passed."""
    if user.expires_on is not None and user.expires_on < timezone.localdate(at):
        return True
    opened, seen = _kept(request, OPENED), _kept(request, SEEN)
    if opened is not None and at - opened >= timedelta(seconds=settings.SESSION_COOKIE_AGE):
        return True
    rested = seen is not None and at - seen >= settings.SESSION_IDLE
    return rested and not _guard_only(request)


def begin(request: HttpRequest, at: datetime) -> None:
    """A session begins now."""
    request.session[OPENED] = request.session[SEEN] = at.isoformat()


def _note(request: HttpRequest, at: datetime) -> None:
    if _kept(request, OPENED) is None:
        begin(request, at)
        return
    seen = _kept(request, SEEN)
    if seen is None or at - seen >= _NOTED_EVERY:
        request.session[SEEN] = at.isoformat()
        if request.session.session_key:
            accounts.seen(request.session.session_key, at=at)


def _kept(request: HttpRequest, name: str) -> datetime | None:
    kept = request.session.get(name)
    return datetime.fromisoformat(kept) if isinstance(kept, str) else None


def _guard_only(request: HttpRequest) -> bool:
    roles = {grant.role for grant in access.grants_of(request)}
    return roles == {"guard"}
