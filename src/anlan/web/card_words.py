"""The words of action cards: kinds of points, what a card still lacks, and how a role holds it."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

POINTS: Final[dict[str, tuple[Words, str]]] = {
    "exit": (_("Exit"), "door-exit"),
    "assembly": (_("Assembly point"), "users-group"),
    "rendezvous": (_("Rendezvous point"), "map-pin"),
    "cut-off-gas": (_("Gas cut-off"), "flame-off"),
    "cut-off-power": (_("Power cut-off"), "bolt-off"),
    "cut-off-water": (_("Water cut-off"), "droplet-off"),
    "hydrant": (_("Hydrant"), "fire-hydrant"),
    "control-room": (_("Control room"), "headset"),
    "aed": (_("Defibrillator (AED)"), "heartbeat"),
}
"""What each kind of point is called, and its picture."""

HOLDING: Final[dict[str, tuple[Words, str, str]]] = {
    "held": (_("Held and read back"), "good", "circle-check"),
    "weak": (_("Held; a wrong answer, read again"), "warn", "alert-circle"),
    "unread": (_("Held, never read back"), "bad", "alert-triangle"),
    "outdated": (_("Outdated card held"), "bad", "alert-triangle"),
    "missing": (_("Nobody holds it"), "bad", "alert-triangle"),
    "outside": (_("Held outside the place"), "neutral", "arrow-up-right"),
}
"""How a role holds its card: words, tone and picture."""

LACKING: Final[dict[str, Words]] = {
    "number": _("No number is registered for this step."),
    "points": _("The place has registered no such point."),
}
"""What the register still has to supply for a step."""
