"""What an entry of the log says beside its own text, as `static/anlan/js/incident/entries.js` says it on the page."""

import re
from datetime import datetime
from typing import Any

from django.utils import timezone

from anlan.models import LogEntry
from anlan.web.incident_words import LEVELS, SAID, UNIT_STATES
from anlan.web.templatetags.words import say


def said(entry: LogEntry) -> str:
    """The words for what changed; nothing for a note."""
    data: dict[str, Any] = entry.data
    values: dict[str, Any] = {
        "from": entry.said_by,
        "to": entry.said_to,
        "due": _time(entry.due_at),
        "about": entry.about.seq if entry.about else "",
        **{name: value for name, value in data.items() if isinstance(value, (str, int))},
    }
    name = entry.kind
    match entry.kind:
        case "unit":
            name = "unit-new" if "people" in data else "unit"
            values["state"] = UNIT_STATES[data["state"][1]][0]
        case "level":
            values |= {"old": LEVELS[data["level"][0]][0], "new": LEVELS[data["level"][1]][0]}
        case "command":
            name = f"command-{data['step']}"
        case "plan":
            return say(data["title"])
        case "step":
            name = "step-late" if data["late"] else "step"
            values |= {"role": say(data["title"]), "do": say(data["do"])}
        case "assignment" | "measure" | "mark":
            name = str(data.get("step", ""))
        case "done":
            name = "settles"
    pattern = str(SAID.get(name, ""))
    return re.sub(r"\{(\w+)\}", lambda found: str(values.get(found[1], "")), pattern)


def _time(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%H:%M:%S}" if at else ""
