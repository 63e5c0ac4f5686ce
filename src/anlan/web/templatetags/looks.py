"""How states, postures, tiers and citations look: icon, colour class and words, decided in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Look:
    """An icon and a word; the colour follows from the name in the style sheet."""

    icon: str
    words: Words


STATES: Final[Mapping[str, Look]] = {
    "not-evidenced": Look("circle-x", _("Not evidenced")),
    "overdue": Look("alert-triangle", _("Overdue")),
    "due": Look("clock", _("Due")),
    "late": Look("clock-check", _("Recorded late")),
    "recorded": Look("circle-check", _("Recorded")),
    "waived": Look("circle-minus", _("Waived")),
    "cut": Look("scissors", _("Cut short")),
    "upcoming": Look("circle-dashed", _("Upcoming")),
}
"""Worst first, which is also the order of stacked bars and legends."""

NO_STATE: Final = Look("circle-dotted", _("Nothing owed"))


@dataclass(frozen=True, slots=True)
class PostureLook:
    """A level of posture: colour is never alone, so each has an icon, a word and a numeral."""

    icon: str
    words: Words
    numeral: str


POSTURES: Final[Mapping[str, PostureLook]] = {
    "normal": PostureLook("ripple", _("Normal"), ""),
    "blue": PostureLook("info-circle", _("Blue"), "Ⅳ"),
    "yellow": PostureLook("alert-circle", _("Yellow"), "Ⅲ"),
    "orange": PostureLook("alert-triangle", _("Orange"), "Ⅱ"),
    "red": PostureLook("alert-octagon", _("Red"), "Ⅰ"),
}

CITATIONS: Final[Mapping[str, Look]] = {
    "plan": Look("notebook", _("Plan")),
    "law": Look("gavel", _("Law")),
    "practice": Look("bulb", _("Practice")),
}

TIERS: Final[Mapping[str, Look]] = {
    "tier-1": Look("antenna-bars-5", _("Tier 1")),
    "tier-2": Look("antenna-bars-4", _("Tier 2")),
    "tier-3": Look("antenna-bars-3", _("Tier 3")),
    "undetermined": Look("help-circle", _("Undetermined")),
    "none": Look("antenna-bars-1", _("Outside the tiers")),
}

TONES: Final = ("neutral", "info", "good", "warn", "bad", "violet")
