"""Who asks: a token for machines, or the browser's session; and whether their grants allow the operation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from anlan.api.problems import ProblemError
from anlan.engine import access as rules
from anlan.engine.access import Action, GrantFacts, Reach
from anlan.models import ApiToken, User
from anlan.queries.people import grants_in_force, token_of

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, when, and what they hold at that moment."""

    user: User
    grants: tuple[GrantFacts, ...]
    at: datetime

    def reach(self, action: Action) -> Reach:
        """How far their grants allow an action."""
        return rules.reach(self.grants, action)


class Bearer(HttpBearer):
    """A token in the header Authorization."""

    openapi_description = "An API token: expiring, revocable, reading only or writing too."

    def __init__(self, action: Action, *, reads: bool = False) -> None:
        super().__init__()
        self.action = action
        self.reads = reads

    def authenticate(self, request: HttpRequest, token: str) -> Asker:
        at = timezone.now()
        row = token_of(token.strip(), at)
        if row is None:
            raise ProblemError("invalid-token", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        if not (self.reads or row.may_write or request.method in SAFE_METHODS):
            raise ProblemError("read-only-token")
        if row.last_used_on != at.date():
            ApiToken.objects.filter(pk=row.pk).update(last_used_on=at.date())
        return _asker(row.user, self.action, at)


class Session(APIKeyCookie):
    """The session of somebody who has signed in with a browser; changes need the CSRF header."""

    param_name = "session"
    openapi_description = "The browser's session; changes need the header X-CSRFToken as well."

    def __init__(self, action: Action) -> None:
        super().__init__()
        self.action = action

    def __call__(self, request: HttpRequest) -> Asker | None:
        return self.authenticate(request)

    def authenticate(self, request: HttpRequest, key: str | None = None) -> Asker | None:  # noqa: ARG002  (ninja passes it)
        if "Authorization" in request.headers or not isinstance(request.user, User):
            return None
        if check_csrf(request) is not None:
            raise ProblemError("csrf-failed")
        return _asker(request.user, self.action, timezone.now())


def needs(action: Action, *, reads: bool = False) -> list[Callable[[HttpRequest], Asker | None]]:
    """Open an operation to people whose grants allow an action; the operation narrows what it shows.

    `reads`: it changes nothing, though it is a POST, so a token that may only read may use it.
    """
    return [Bearer(action, reads=reads), Session(action)]


def asker_of(request: HttpRequest) -> Asker:
    """Who asks; every operation that needs an action has one."""
    asker: Asker = request.auth  # type: ignore[attr-defined]  # django-ninja sets it
    return asker


def _asker(user: User, action: Action, at: datetime) -> Asker:
    grants = grants_in_force(user, at)
    if not rules.may(grants, "use-api") or not rules.may(grants, action):
        raise ProblemError("refused")
    return Asker(user=user, grants=grants, at=at)
