"""What every page of a place shows around its content: its name, tiers, posture, tabs, and which moment it is."""

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.engine.facts import Basis
from anlan.engine.patrol_windows import SCAN
from anlan.engine.policy import LEVELS, Level, Scheme
from anlan.models import Place, PostureChange
from anlan.queries.duties import Account, basis, place_account
from anlan.queries.place_records import postures_at
from anlan.queries.vocabulary import Words, words
from anlan.web import access
from anlan.web.journal_words import SOURCES
from anlan.web.moments import Moments, moments_of
from anlan.web.place_words import TierRow, notices_of, schemes_at, tier_rows
from anlan.web.templatetags.words import name_of, say


@dataclass(frozen=True, slots=True)
class Seen:
    """A place as one page looks at it: when, by which schemes and words, with what it owes then."""

    place: Place
    moments: Moments
    works_by: Basis
    schemes: dict[str, Scheme]
    words: Words
    account: Account

    @property
    def tiers(self) -> list[TierRow]:
        return tier_rows(self.account.derived.tiers, self.schemes)


def seen(request: HttpRequest, place: Place) -> Seen:
    """The place at the moment that the address asks for."""
    moments = moments_of(request)
    works_by = basis(moments.known_at)
    return Seen(
        place=place,
        moments=moments,
        works_by=works_by,
        schemes=schemes_at(works_by, moments.at),
        words=words(moments.now),
        account=place_account(place, moments.at, moments.known_at, works_by),
    )


def frame(request: HttpRequest, view: Seen, tab: str) -> dict[str, Any]:
    """The context that all tabs share."""
    place, moments = view.place, view.moments
    return {
        "title": name_of(place),
        "subtitle": " · ".join(
            part
            for part in (
                say(view.words.kind(place.kind)),
                name_of(place.district) if place.district else "",
                place.address,
                place.code,
            )
            if part
        ),
        "crumbs": [(_("Places"), reverse("places"))],
        "place": place,
        "moments": moments,
        "tiers": view.tiers,
        "level": view.account.derived.posture,
        "raised": _raised(view),
        "may_see_warnings": access.allowed(request, "see-warnings", place),
        "notices": notices_of(view.schemes.values()),
        "tabs": tabs(request, place, tab, moments, view.account),
        "tab": tab,
        "may_edit": place.closed_at is None and access.allowed(request, "edit-places", place),
        "may_record": place.closed_at is None and access.allowed(request, "record-evidence", place),
        "may_waive": place.closed_at is None and access.allowed(request, "give-waivers", place),
        "shows_receiver": access.allowed(request, "see-receivers", place),
        "feature": point_of(place, view.account),
        "is_osm": place.source == "osm",
        "source": SOURCES.get(place.source, place.source),
        "map_credit": _("© OpenStreetMap contributors") if place.source == "osm" else "",
    }


def tabs(
    request: HttpRequest, place: Place, current: str, moments: Moments, account: Account
) -> list[dict[str, Any]]:
    """The tabs of a place that the asker may open; each keeps the moment one looks at."""
    shown = [
        ("duties", _("Duties"), "place", "checklist"),
        ("coverage", _("Year"), "place-coverage", "calendar"),
    ]
    if access.allowed(request, "see-evidence", place):
        shown.append(("evidence", _("Evidence and findings"), "place-evidence", "clipboard-check"))
    if access.allowed(request, "see-patrols", place) and _is_patrolled(place, account):
        shown.append(("patrols", _("Patrols"), "place-patrols", "walk"))
    shown.append(("cards", _("Action cards"), "place-cards", "cards"))
    shown.append(("file", _("File"), "place-file", "folder"))
    if access.allowed(request, "see-evidence", place):
        shown.append(("history", _("History"), "place-history", "history"))
    query = f"?{moments.query}" if moments.query else ""
    return [
        {
            "label": label,
            "url": reverse(name, args=[place.code]) + query,
            "active": key == current,
            "icon": icon,
        }
        for key, label, name, icon in shown
    ]


def _is_patrolled(place: Place, account: Account) -> bool:
    """Whether rounds are owed, or there is anything to walk."""
    if any(duty.owed and duty.rule.evidence == SCAN for duty in account.derived.duties):
        return True
    return place.checkpoints.filter(closed_at=None).exists() or place.beats.filter(closed_at=None).exists()


def _raised(view: Seen) -> list[PostureChange]:
    """What raises the level of the place at the moment looked at, the strictest first; it is the one that holds."""
    if view.account.derived.posture == "normal":
        return []
    at = view.moments.at
    rows = [row for row in postures_at(view.place) if row.start <= at and (row.end is None or at < row.end)]
    return sorted(rows, key=lambda row: -LEVELS.index(cast("Level", row.level)))


def point_of(place: Place, account: Account) -> dict[str, Any] | None:
    """The place on a map, with the worst of its states."""
    if place.longitude is None or place.latitude is None:
        return None
    states = [state.state for state in account.states]
    order = ("not-evidenced", "overdue", "due", "late", "recorded", "waived", "upcoming", "cut")
    worst = next((state for state in order if state in states), "nothing")
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
                "properties": {"code": place.code, "name": name_of(place), "state": worst},
            }
        ],
    }


def small_frame(place: Place, title: str) -> dict[str, Any]:
    """The context of forms about a place."""
    return {
        "title": title,
        "subtitle": f"{name_of(place)} · {place.code}",
        "crumbs": [(_("Places"), reverse("places")), (name_of(place), reverse("place", args=[place.code]))],
        "place": place,
    }
