"""Where one can go: the registry of pages in the navigation, shown to those who may see them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib import metadata
from typing import Final

from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.engine.access import Action
from anlan.engine.policy import LEVELS
from anlan.models import PostureChange
from anlan.queries.installation import WORKER_SILENT, city_settings
from anlan.web.access import allowed, grants_of

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the navigation. `url_name` is the name in web/addresses.py, `key` follows g on the keyboard."""

    url_name: str
    label: Words
    icon: str
    action: Action | None
    group: str
    key: str = ""
    on_phone: bool = False
    url: str = ""
    current: bool = False


ENTRIES: Final[tuple[Entry, ...]] = (
    Entry("board", _("Board"), "layout-dashboard", "see-board", "daily", "b", True),
    Entry("my-work", _("My work"), "checklist", "see-work", "daily", "w", True),
    Entry("patrol-app", _("My patrol"), "route", "walk-patrols", "daily", "m", True),
    Entry("warnings", _("Warnings"), "speakerphone", "see-warnings", "daily", "a"),
    Entry("incidents", _("Incidents"), "urgent", "see-incidents", "daily", "v"),
    Entry("public-information", _("Public information"), "broadcast", "write-public", "daily", "o"),
    Entry("places", _("Places"), "building-community", "see-places", "daily", "p", True),
    Entry("findings", _("Findings"), "alert-square-rounded", "see-findings", "daily", "f", True),
    Entry("evidence-list", _("Evidence"), "clipboard-check", "see-evidence", "daily", "e"),
    Entry("signals", _("Signals"), "message-report", "see-signals", "daily", "n"),
    Entry("patrols", _("Patrols"), "walk", "see-patrols", "daily", "r"),
    Entry("departments", _("Departments"), "building-bank", "see-departments", "plan", "d"),
    Entry("schemes", _("Schemes"), "book-2", "see-schemes", "plan", "s"),
    Entry("imports", _("Imports"), "file-import", "import-places", "plan", "i"),
    Entry("people", _("People and roles"), "users", "see-people", "running", "u"),
    Entry("cap", _("CAP messages"), "rss", "see-warnings", "running", "x"),
    Entry("messages", _("Messages"), "send", "see-messages", "running", "c"),
    Entry("journal", _("Journal"), "history", "see-journal", "running", "l"),
    Entry("settings", _("Settings"), "settings", "manage-settings", "running", "t"),
    Entry("api-1:openapi-view", _("API"), "api", "use-api", "running"),
)
GROUPS: Final = (
    ("daily", _("Every day")),
    ("plan", _("Plan and register")),
    ("running", _("Administration")),
)
ACCOUNT_ENTRIES: Final = (
    Entry("account", _("My account"), "user", None, "account"),
    Entry("account-mfa", _("Two-step sign-in"), "device-mobile", None, "account"),
    Entry("style", _("Style sheet"), "palette", "manage-settings", "account"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading."""

    title: Words
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A line above every page, for a degraded state of the installation."""

    words: str
    tone: str = "warn"
    icon: str = "alert-triangle"
    href: str = ""
    action: str = ""


_PATROLS: Final = re.compile(r"^/(?:places/[^/]+/patrols|patrol-plans)/")
"""Pages of a place that belong to the patrols in the navigation."""


def address(name: str) -> str:
    """The address of a named page, or nothing while there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def entries(request: HttpRequest) -> list[Entry]:
    """The pages this person may open, with the one they are on marked."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    shown = _shown(request, ENTRIES)
    path = _PATROLS.sub(address("patrols"), request.path)
    here = [entry for entry in shown if _holds(entry.url, path)]
    nearest = max(here, key=lambda entry: len(entry.url), default=None)
    return [replace(entry, current=entry is nearest) for entry in shown]


def account_entries(request: HttpRequest) -> list[Entry]:
    return _shown(request, ACCOUNT_ENTRIES)


def _shown(request: HttpRequest, registry: Sequence[Entry]) -> list[Entry]:
    found = []
    for entry in registry:
        url = address(entry.url_name)
        if url and (entry.action is None or allowed(request, entry.action)):
            found.append(replace(entry, url=url))
    return found


def _holds(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def grouped(shown: Sequence[Entry]) -> list[Group]:
    """The entries under their headings; headings without entries are left out."""
    groups = []
    for key, title in GROUPS:
        inside = tuple(entry for entry in shown if entry.group == key)
        if inside:
            groups.append(Group(title, inside))
    return groups


ROLE_NAMES: Final[dict[str, Words]] = {
    "city-office": _("City office"),
    "department-liaison": _("Department liaison"),
    "inspector": _("Inspector"),
    "venue-manager": _("Venue manager"),
    "guard": _("Guard"),
    "auditor": _("Auditor"),
    "administrator": _("Administrator"),
}


def role_names(request: HttpRequest) -> list[str]:
    """The roles of the person who asks, each once."""
    roles = dict.fromkeys(grant.role for grant in grants_of(request))
    return [str(ROLE_NAMES.get(role, role)) for role in roles]


def postures(now: datetime) -> tuple[str, str]:
    """The level in force for the whole city, and the highest in parts of it if that is higher."""
    rows = PostureChange.objects.filter(models.Q(end=None) | models.Q(end__gt=now), start__lte=now)
    in_parts = models.Q(district__isnull=False) | models.Q(place__isnull=False) | models.Q(area__isnull=False)
    found = rows.annotate(is_part=models.Case(models.When(in_parts, then=True), default=False)).values_list(
        "level", "is_part"
    )
    levels: dict[bool, str] = {False: "normal", True: "normal"}
    for level, is_part in found:
        levels[bool(is_part)] = max(levels[bool(is_part)], level, key=LEVELS.index)
    in_city, local = levels[False], levels[True]
    return in_city, local if LEVELS.index(local) > LEVELS.index(in_city) else ""


def posture_address(request: HttpRequest) -> str:
    """Where the level at the top leads: to the warnings in force, for those who may see them."""
    return address("warnings") if allowed(request, "see-warnings") else ""


def city_name(english: bool) -> str:
    """The city's name as the settings say it, else the product's purpose."""
    stated = city_settings()
    return (
        (stated.name_en if english else "")
        or stated.name_zh
        or stated.name_en
        or gettext("City preparedness")
    )


@cache
def version() -> str:
    try:
        return metadata.version("anlan")
    except metadata.PackageNotFoundError:
        return ""


def notices(request: HttpRequest, at: datetime) -> list[Notice]:
    """Lines above every page for those who run the installation; nothing while all is well."""
    if not allowed(request, "manage-settings"):
        return []
    seen = city_settings().worker_seen_at
    if seen is None or at - seen < WORKER_SILENT:
        return []
    words = gettext("The background worker has not been heard of for some minutes; queued work is waiting.")
    return [Notice(words, href=address("settings"), action=gettext("Settings"))]
