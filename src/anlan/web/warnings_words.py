"""Warnings in words: states, categories, whose turn it is, areas, and why a step is refused."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from anlan.actions.warnings import Obstacle
from anlan.engine.policy import Text
from anlan.engine.warnings import State
from anlan.models import WarningNotice
from anlan.queries.area_words import area_phrases
from anlan.queries.vocabulary import Words
from anlan.web.templatetags.words import say

Said = str | Promise

CATEGORIES: Final[dict[str, Said]] = {
    "security": gettext_lazy("Security"),
    "goods": gettext_lazy("Regulated goods"),
    "facility": gettext_lazy("Facilities and supply"),
    "weather": gettext_lazy("Weather"),
    "other": gettext_lazy("Other"),
}

STATES: Final[dict[State, tuple[Said, str, str]]] = {
    "draft": (gettext_lazy("Draft"), "neutral", "file-alert"),
    "proposed": (gettext_lazy("Waits for a second person"), "warn", "user-question"),
    "withdrawn": (gettext_lazy("Withdrawn"), "neutral", "file-off"),
    "coming": (gettext_lazy("Begins later"), "info", "clock"),
    "in-force": (gettext_lazy("Warning in force"), "bad", "speakerphone"),
    "replaced": (gettext_lazy("Replaced by an update"), "neutral", "replace"),
    "ended": (gettext_lazy("Stood down"), "good", "circle-check"),
    "expired": (gettext_lazy("Expired"), "neutral", "clock-off"),
    "lapsed": (gettext_lazy("Lapsed: not ratified in time"), "warn", "alert-triangle"),
}

TURNS: Final[dict[str, Said]] = {
    "receiver": gettext_lazy("Receiver"),
    "deputy": gettext_lazy("Deputy receiver"),
    "operator": gettext_lazy("Operator"),
    "district": gettext_lazy("District"),
    "office": gettext_lazy("City office"),
}

WAYS: Final[dict[str, Said]] = {
    "link": gettext_lazy("by the link"),
    "page": gettext_lazy("signed in to Anlan"),
    "told": gettext_lazy("told by phone"),
    "phone": gettext_lazy("by phone"),
}

OBSTACLES: Final[dict[Obstacle, Said]] = {
    "not-open": gettext_lazy(
        "Somebody else was quicker: this is no longer a draft that can be changed, or another update is under way. "
        "Open the warning again to see how it stands."
    ),
    "same-person": gettext_lazy(
        "The second person must be somebody else than who drafted or proposed the warning. Ask a colleague to sign in."
    ),
    "too-early": gettext_lazy(
        "The time for the second person is not over yet. Call them; if nobody confirms, issue it as an emergency then."
    ),
    "no-places": gettext_lazy("No open place lies in this area. Widen the area, or name places."),
    "ends-too-soon": gettext_lazy("The expected end has passed. Edit the draft and state a later one."),
    "not-in-force": gettext_lazy(
        "This warning is in force no longer, so it can be neither updated nor stood down."
    ),
    "not-waiting": gettext_lazy("This warning does not wait for a second person any more. Open it again."),
    "no-reason": gettext_lazy("Say why, in one sentence; the reason stays on record."),
}


def area_words(area: Mapping[str, Any], tiers: list[str], known: Words) -> list[str]:
    """An area as kept, in short phrases that all hold together; named places come on top."""
    return [say(phrase) for phrase in area_phrases(area, tiers, known)]


def tier_titles(known: Words) -> dict[str, Text]:
    """The tiers of the schemes in force, written scheme:tier, with their titles."""
    return known.tiers


def state_words(state: State) -> tuple[Said, str, str]:
    """A state as a badge: words, tone, icon."""
    return STATES[state]


def matters_of(notice: WarningNotice) -> Text:
    return Text(notice.matters_zh, notice.matters_en or notice.matters_zh)


def measures_of(notice: WarningNotice) -> Text:
    return Text(notice.measures_zh, notice.measures_en or notice.measures_zh)


def issuer_of(notice: WarningNotice) -> Text:
    return Text(notice.issuer_zh, notice.issuer_en or notice.issuer_zh)


def category_words(category: str) -> Said:
    return CATEGORIES.get(category, category)
