"""The words of incidents: kinds of entries, units and their states, lanes, levels, authorities, and refusals."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise

UNIT_STATES: Final[dict[str, tuple[Words, str]]] = {
    "available": (_("Available"), "neutral"),
    "assigned": (_("Assigned"), "info"),
    "en-route": (_("En route"), "warn"),
    "on-scene": (_("On scene"), "good"),
    "released": (pgettext_lazy("unit", "Released"), "neutral"),
}

UNIT_KINDS: Final[dict[str, tuple[Words, str]]] = {
    "police": (_("Police"), "shield-half"),
    "fire": (_("Fire and rescue"), "flame"),
    "ambulance": (_("Ambulance"), "ambulance"),
    "guard": (_("Guards"), "walk"),
    "utility": (_("Utilities"), "bolt"),
    "traffic": (_("Traffic"), "traffic-lights"),
    "volunteer-team": (_("Volunteers"), "users-group"),
    "control-room": (_("Control room"), "headset"),
    "other": (_("Other"), "dots"),
}

LANES: Final[dict[str, Words]] = {
    "command": pgettext_lazy("lane", "Command"),
    "operations": pgettext_lazy("lane", "Operations"),
    "planning": pgettext_lazy("lane", "Planning"),
    "logistics": pgettext_lazy("lane", "Logistics"),
    "medical": pgettext_lazy("lane", "Medical"),
    "public": pgettext_lazy("lane", "Public information"),
}

ASSIGNMENTS: Final[dict[str, tuple[Words, str]]] = {
    "objective": (_("Objective"), "target"),
    "task": (_("Task"), "checkbox"),
    "need": (_("Need"), "package"),
}

AUTHORITIES: Final[dict[str, Words]] = {
    "commander": _("Commander on scene"),
    "district": _("District"),
    "city": pgettext_lazy("authority", "City"),
    "province": _("Province"),
}

MARKS: Final[dict[str, Words]] = {
    "scene": _("Scene"),
    "inner-cordon": _("Inner cordon"),
    "outer-cordon": _("Outer cordon"),
    "access": _("Access route"),
    "rendezvous": _("Rendezvous point"),
    "command-post": _("Command post"),
    "casualty-point": _("Casualty point"),
    "hazard": _("Hazard"),
    "closed-road": _("Closed road"),
}

LEVELS: Final[dict[int, tuple[str, Words, str]]] = {
    1: ("I", _("Level I response"), "bad"),
    2: ("II", _("Level II response"), "bad"),
    3: ("III", _("Level III response"), "warn"),
    4: ("IV", _("Level IV response"), "info"),
}
"""Numeral, words and tone of each level of response."""

ENTRIES: Final[dict[str, tuple[Words, str]]] = {
    "opened": (_("Incident opened"), "urgent"),
    "report": (_("Report brought up to date"), "report"),
    "note": ("", "point"),
    "todo": (_("To be done"), "checkbox"),
    "contact": (_("Contact expected"), "phone-calling"),
    "done": (_("Done"), "check"),
    "strike": (_("Struck through"), "strikethrough"),
    "level": (_("Level of response changed"), "stairs-up"),
    "command": (_("Command"), "user-star"),
    "plan": (_("Plan activated"), "book-2"),
    "step": (_("Step of a card"), "list-check"),
    "assignment": (_("Assignment"), "checkbox"),
    "unit": (_("Force"), "users-group"),
    "roll-call": (_("Roll-call"), "checklist"),
    "measure": (_("Closure or restriction"), "barrier-block"),
    "mark": (_("Map"), "map-pin"),
    "file": (_("File"), "paperclip"),
    "share": (_("Shared"), "share"),
    "statement": (_("Public statement"), "broadcast"),
    "stand-down": (_("Incident stood down"), "flag-off"),
    "closed": (_("Incident closed"), "flag-check"),
}
"""What each kind of entry is called, and its picture."""

SAID: Final[dict[str, Words]] = {
    "unit": _("{from}: {state}"),
    "unit-new": _("{from} called, {people} people: {state}"),
    "roll-call": _("{from} answers with {people} of {of}"),
    "contact": _("Contact with {from} expected by {due}"),
    "level": _("From level {old} to level {new}"),
    "command-named": _("{to} commands"),
    "command-by-rank": _("{to} commands as the highest rank on scene"),
    "command-offered": _("Command offered to {to}"),
    "step": _("{role}, step {number}: {do}"),
    "step-late": _("{role}, step {number}, late: {do}"),
    "given": _("Given"),
    "taken": _("Understood"),
    "sent": _("Sent so far: {sent} of {quantity}"),
    "met": _("Met: {sent} of {quantity}"),
    "done": _("Done"),
    "dropped": _("Given up"),
    "ordered": _("Ordered until {due}"),
    "ended": _("Ended"),
    "drawn": _("Drawn"),
    "removed": _("Taken off the map"),
    "strike": _("Strikes #{about}"),
    "settles": _("Settles #{about}"),
    "struck": _("Struck by #{seq}"),
    "earlier": _("happened {at}"),
    "sent-later": _("typed {at}, arrived {later}"),
    "unread": _("Not carried out:"),
}
"""Parts of a line of the log, with the values of the entry for the blanks."""

OBSTACLES: Final[dict[str, Words]] = {
    "closed": _("The incident is closed; nothing is added to it any more."),
    "no-such-entry": _("There is no such entry."),
    "struck-already": _("That entry is struck through already."),
    "not-to-be-settled": _("That entry is nothing to be done, or is done already."),
    "no-such-unit": _("There is no such force in this incident."),
    "no-such-step": _("The plan has no such step for this role."),
    "callsign-taken": _("This callsign is in use in this incident. Choose another."),
    "no-such-move": _(
        "The force cannot go into this state from its present one. Somebody may have moved it just now."
    ),
    "same-level": _("The response is at this level already."),
    "no-commander": _("Nobody commands yet. Name a commander first."),
    "not-offered": _("Command was not offered, or was taken over already."),
    "commands-already": _("This force commands already."),
    "done-already": _("That is done or ended already."),
    "ends-too-soon": _("The end must lie ahead."),
    "no-reason": _("Give the reason."),
    "still-open": _(
        "Forces are still out, or measures or assignments are still open. Settle them first, and stand down."
    ),
    "known-elsewhere": _("These lines belong to another incident."),
}
"""Why a step was refused, and how to mend it."""
