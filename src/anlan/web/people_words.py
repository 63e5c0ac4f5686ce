"""Roles, their scopes and people's names as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from django.db.models import Q
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from anlan.engine.access import ROLES
from anlan.models import Grant, Place, SignIn, User
from anlan.queries.installation import city_settings
from anlan.queries.names import latin_name
from anlan.queries.people import guards_only, scope_names
from anlan.web import access
from anlan.web.navigation import ROLE_NAMES

ROLE_CHOICES: list[tuple[str, str | Promise]] = [(role, ROLE_NAMES[role]) for role in ROLES]

ROLE_NOTES: dict[str, str | Promise] = {
    "city-office": _("Runs the plan: register, schemes, waivers, everything that is missing."),
    "department-liaison": _("Sees and records what one department owes and supervises."),
    "inspector": _("Visits places, records inspections, closes findings."),
    "venue-manager": _("Sees and records for one place."),
    "guard": _("Scans checkpoints and sees what is next at one place."),
    "auditor": _("Reads everything, changes nothing."),
    "administrator": _("Runs the installation: people, settings, imports; no duties."),
}


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant in words."""

    grant: Grant
    role: str | Promise
    scope_kind: str
    scope: str
    state: Literal["in-force", "ended", "not-yet"]


def grant_rows(grants: Iterable[Grant], at: datetime) -> list[GrantRow]:
    """Grants in words, with the names of what they are for."""
    rows = list(grants)
    names = scope_names(rows)
    return [_row(row, names, at) for row in rows]


def _row(row: Grant, names: dict[str, tuple[str, str]], at: datetime) -> GrantRow:
    code = row.place_code or row.department_code or row.district_code
    kind = (
        gettext("Place")
        if row.place_code
        else gettext("Department")
        if row.department_code
        else gettext("District")
        if row.district_code
        else gettext("Whole city")
    )
    zh, en = names.get(code, (code, code))
    english = (get_language() or "").startswith("en")
    ended = row.valid_until is not None and row.valid_until <= at
    return GrantRow(
        grant=row,
        role=ROLE_NAMES.get(row.role, row.role),
        scope_kind=kind,
        scope=(en or zh) if english else zh,
        state="ended" if ended else "not-yet" if row.valid_from > at else "in-force",
    )


class Names:
    """Names of people as the asker may read them: a guard's only at the guard's own place, else a number.

    The number is the same on every page, so that records of one guard can be told from another's.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._manages_people = access.allowed(request, "manage-people")
        self._own_places = {grant.place for grant in access.grants_of(request) if grant.place}
        self._own = str(request.user.pk)

    def of(self, user: User | None, place: Place | str | None = None) -> str:
        """The name of somebody in a record about a place (itself or its code)."""
        if user is None:
            return gettext("Anlan itself")
        code = place.code if isinstance(place, Place) else place or ""
        return guard_number(user) if self.hides(user, code) else self._shown(user)

    def _shown(self, user: User) -> str:
        """The name; on English pages the demo's own English one, else a Chinese name in pinyin."""
        if not (get_language() or "").startswith("en"):
            return str(user)
        return self._english.get(user.username) or latin_name(str(user))

    def hides(self, user: User, place_code: str = "") -> bool:
        """Whether the name of this person is not for the asker."""
        return self.hides_id(str(user.pk), place_code)

    def hides_id(self, user_id: str, place_code: str = "") -> bool:
        """The same, for a person known by id only."""
        if self._manages_people or user_id == self._own or (place_code and place_code in self._own_places):
            return False
        return user_id in self._guards

    def hides_name(self, text: str) -> bool:
        """Whether a text is the name or user name of somebody whose name is not for the asker."""
        found = User.objects.filter(Q(username=text) | Q(name=text)).values_list("pk", flat=True)
        return any(self.hides_id(str(pk)) for pk in found)

    @cached_property
    def _english(self) -> dict[str, str]:
        return {account["username"]: account["name_en"] for account in city_settings().demo_accounts}

    @cached_property
    def _guards(self) -> frozenset[str]:
        return frozenset(str(pk) for pk in guards_only().values_list("pk", flat=True))


def guard_number(user: User) -> str:
    """What a guard is called where the name is not needed."""
    return gettext("Guard {number}").format(number=user.pk.hex[-6:])


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session in words; the address of the machine is not kept."""

    session_key: str
    browser_words: str
    at: datetime
    last_seen_at: datetime


def session_rows(sign_ins: Iterable[SignIn]) -> list[SessionRow]:
    """Sessions with their browsers in words."""
    return [
        SessionRow(row.session_key, _browser_words(row.browser), row.at, row.last_seen_at) for row in sign_ins
    ]


_BROWSERS = (
    ("Edg", "Edge"),
    ("MicroMessenger", "WeChat"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def _browser_words(agent: str) -> str:
    browser = next((name for mark, name in _BROWSERS if mark in agent), gettext("Another browser"))
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{browser} · {system}" if system else browser
