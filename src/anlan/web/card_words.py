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
