"""States and kinds of imports in words."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from anlan.actions.imports import BUSY
from anlan.actions.jobs import has_failed
from anlan.models import PlaceImport
from anlan.web.people_words import Names


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import as the list shows it."""

    record: PlaceImport
    by: str
    name: str
    source: str
    state: str
    words: str
    tone: str
    icon: str
    found: dict[str, Any]


def state_of(record: PlaceImport) -> str:
    """The state of an import; one whose job was given up has failed, whatever it says itself."""
    job = record.result.get("job", "")
    return "failed" if record.state in BUSY and job and has_failed(job) else record.state


def row_of(record: PlaceImport, names: Names) -> ImportRow:
    """An import with its state, and who began it, in words; nobody named means the command line."""
    state = state_of(record)
    words, tone, icon = {
        "uploaded": (_("Columns to be named"), "info", "columns"),
        "checking": (_("Being checked"), "info", "loader"),
        "checked": (_("Checked, nothing imported yet"), "warn", "eye"),
        "running": (_("Running"), "info", "loader"),
        "done": (_("Imported"), "good", "check"),
        "failed": (_("Failed, nothing imported"), "bad", "x"),
        "set-aside": (_("Set aside, nothing imported"), "neutral", "minus"),
    }.get(state, (state, "neutral", "minus"))
    source = {"sheet": _("Sheet"), "osm": "OpenStreetMap"}.get(record.source, record.source)
    name = str(record.result.get("name") or source)
    by = names.of(record.by) if record.by else ""
    return ImportRow(record, by, name, source, state, words, tone, icon, record.result)
