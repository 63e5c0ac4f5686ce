"""Who may open a page: every view declares its action, and asks here how far it reaches."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from anlan.engine import access as rules
from anlan.engine.access import Action, GrantFacts, Reach, Target
from anlan.models import Department, District, Place, User
from anlan.queries import people
from anlan.queries.reach import departments_within, within
from anlan.web import clock

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Subject = Place | Department | District | Target

ANYBODY = "anybody"
SIGNED_IN = "signed-in"


def needs(*actions: Action) -> Callable[[View], View]:
    """Open a view to people whose grants allow one of the actions somewhere; the view narrows what it shows."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            _refuse_null_characters(request, kwargs)
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if not any(rules.may(grants_of(request), action) for action in actions):
                return _refused(request)
            return view(request, *args, **kwargs)

        return cast(View, _declared(guarded, actions))

    return declare


def signed_in(view: View) -> View:
    """Open a view to everybody who has signed in, such as one's own profile."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        _refuse_null_characters(request, kwargs)
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    return cast(View, _declared(guarded, (SIGNED_IN,)))


def open_to_anybody(view: View) -> View:
    """Open a view to everybody, signed in or not; said aloud, because the default is closed."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        _refuse_null_characters(request, kwargs)
        return view(request, *args, **kwargs)

    return cast(View, _declared(opened, (ANYBODY,)))


def declared_actions(view: object) -> tuple[str, ...]:
    """The actions a view declares; empty when it declares none, which a test refuses."""
    return getattr(view, "actions", ())


def user_of(request: HttpRequest) -> User:
    """The member of staff who asks; only for views that need one."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def grants_of(request: HttpRequest) -> tuple[GrantFacts, ...]:
    """The asker's grants in force, read once a request."""
    kept = getattr(request, "_grants_in_force", None)
    if kept is None:
        user = getattr(request, "user", None)
        kept = people.grants_in_force(user, clock.now()) if isinstance(user, User) else ()
        request._grants_in_force = kept  # type: ignore[attr-defined]  # noqa: SLF001  (our own mark)
    return cast(tuple[GrantFacts, ...], kept)


def request_reach(request: HttpRequest, action: Action) -> Reach:
    """How far the asker's grants allow an action; lists are narrowed to it."""
    return rules.reach(grants_of(request), action)


def allowed(request: HttpRequest, action: Action, subject: Subject | None = None) -> bool:
    """Whether the asker may do something with a subject; without one, anywhere."""
    return rules.may(grants_of(request), action, None if subject is None else target_of(subject))


def require(request: HttpRequest, action: Action, subject: Subject | None = None) -> None:
    """Refuse the request unless the asker may do this with the subject."""
    if not allowed(request, action, subject):
        raise PermissionDenied


def place_or_404(request: HttpRequest, code: str, action: Action) -> Place:
    """A place by its code; out of reach is answered like not there."""
    places = Place.objects.select_related("district", "department", "operator")
    place = within(request_reach(request, action), places).filter(code=code).first()
    if place is None:
        raise Http404
    return place


def department_or_404(request: HttpRequest, code: str, action: Action) -> Department:
    """A department by its code; out of reach is answered like not there."""
    departments = Department.objects.select_related("district")
    department = departments_within(request_reach(request, action), departments).filter(code=code).first()
    if department is None:
        raise Http404
    return department


def shows_names(request: HttpRequest, place: Place | None) -> bool:
    """Whether the names of a place's guards are shown: only to people of that place. Others see the post."""
    return place is not None and any(grant.place == place.code for grant in grants_of(request))


def target_of(subject: Subject) -> Target:
    """A row as the rules of access see it."""
    if isinstance(subject, Target):
        return subject
    if isinstance(subject, Place):
        department = subject.department.code if subject.department else ""
        return Target(district=subject.district_id or "", department=department, place=subject.code)
    if isinstance(subject, Department):
        return Target(district=subject.district_id or "", department=subject.code)
    return Target(district=subject.code)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to the sign-in page and back here afterwards; htmx is told to turn the whole page."""
    is_part = bool(request.headers.get("HX-Request"))
    wanted = "" if is_part or request.method != "GET" else request.get_full_path()
    query = {"next": wanted} if wanted and wanted != "/" else {}
    if getattr(request, "session_is_over", False):
        query["over"] = "1"
    address = reverse("sign-in") + (f"?{urlencode(query)}" if query else "")
    if is_part:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _refused(request: HttpRequest) -> HttpResponseBase:
    """The page that says no; at the front door instead the first page this person may open."""
    from anlan.web.navigation import entries

    if request.path == "/" and request.method in {"GET", "HEAD"}:
        shown = [entry.url for entry in entries(request) if entry.url != "/"]
        return HttpResponseRedirect(shown[0] if shown else reverse("account"))
    raise PermissionDenied


def _refuse_null_characters(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    """No address of ours holds a null character, and PostgreSQL takes none."""
    texts = [value for value in kwargs.values() if isinstance(value, str)]
    texts += [value for _name, values in request.GET.lists() for value in values]
    if any("\0" in text for text in texts):
        raise BadRequest


def _declared(view: Callable[..., HttpResponseBase], actions: tuple[str, ...]) -> object:
    view.actions = actions  # type: ignore[attr-defined]  # our own mark on a function
    return view
