"""What every patrol page of a place shows around its content: its name and the tabs that its reader may open."""

from typing import Any, Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.engine.access import Action
from anlan.models import Place
from anlan.web import access
from anlan.web.templatetags.words import name_of

TABS: Final[tuple[tuple[str, Any, str, str, Action], ...]] = (
    ("live", gettext_lazy("Now"), "place-patrols", "walk", "see-patrols"),
    ("plan", gettext_lazy("Plan"), "place-patrol-plan", "route", "see-patrols"),
    ("beats", gettext_lazy("Beats and rosters"), "place-beats", "users-group", "plan-patrols"),
    ("codes", gettext_lazy("Codes"), "place-codes", "qrcode", "plan-patrols"),
    ("month", gettext_lazy("Month"), "place-patrol-month", "calendar", "see-patrols"),
    ("review", gettext_lazy("To review"), "place-patrol-review", "flag", "review-patrols"),
)
"""Key, words, address, icon and the right that each tab needs."""


def patrol_frame(request: HttpRequest, place: Place, tab: str, title: str = "") -> dict[str, Any]:
    """The context that the patrol pages of one place share."""
    return {
        "title": title or _("Patrols of %(place)s") % {"place": name_of(place)},
        "subtitle": f"{name_of(place)} · {place.code}" if title else place.code,
        "crumbs": _crumbs(place),
        "place": place,
        "tabs": _tabs(request, place, tab),
        "may_plan": place.closed_at is None and access.allowed(request, "plan-patrols", place),
        "may_review": access.allowed(request, "review-patrols", place),
        "shows_names": access.shows_names(request, place),
    }


def form_frame(place: Place, title: str, back: str) -> dict[str, Any]:
    """The context of a form about the patrols of a place; `back` is where it came from and leads again."""
    return {
        "title": title,
        "subtitle": f"{name_of(place)} · {place.code}",
        "crumbs": _crumbs(place, "place-patrols"),
        "place": place,
        "back": back,
        "danger": "",
        "typed": "",
    }


def _crumbs(place: Place, address: str = "place") -> list[tuple[str, str]]:
    crumbs = [(name_of(place), reverse(address, args=[place.code]))]
    try:
        return [(_("Patrols"), reverse("patrols")), *crumbs]
    except NoReverseMatch:
        return crumbs


def _tabs(request: HttpRequest, place: Place, current: str) -> list[dict[str, Any]]:
    tabs = []
    for key, label, name, icon, action in TABS:
        if not access.allowed(request, action, place):
            continue
        try:
            url = reverse(name, args=[place.code])
        except NoReverseMatch:
            continue
        tabs.append({"label": label, "url": url, "active": key == current, "icon": icon})
    return tabs
