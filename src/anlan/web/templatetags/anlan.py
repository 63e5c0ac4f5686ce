"""The template tags of Anlan, loaded into every template. Their use is shown in web/README.md."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import segno
from django import template
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from anlan.web.templatetags import charts, icons, looks, times, words, yearpicture

register = template.Library()

register.simple_tag(icons.icon, name="icon")
for tag in (words.say, words.state, words.posture, words.tier, words.badge, words.cite):
    register.simple_tag(tag)
for mark in (times.moment, times.day):
    register.filter(mark.__name__, mark, is_safe=True)
    register.simple_tag(mark)
for turn in (
    times.lasting,
    times.figure,
    times.share,
    times.file_size,
    words.say,
    words.name_of,
    words.finding_words,
):
    register.filter(turn.__name__, turn)
register.filter("state", words.state, is_safe=True)


def _now(context: Context) -> datetime:
    """The moment the page was asked for; the shell's context carries it."""
    now = context.get("now")
    return now if isinstance(now, datetime) else timezone.now()


@register.simple_tag(takes_context=True)
def ago(context: Context, at: datetime | None) -> SafeString | str:
    """How far away a moment is, with the exact time on hover and in print."""
    return times.ago(at, _now(context))


# ---- boxes -------------------------------------------------------------------------------------


@register.simple_block_tag
def card(
    content: str,
    title: Any = "",
    icon: str = "",
    note: Any = "",
    flush: bool = False,
    id: str = "",  # noqa: A002  (as HTML calls it)
    level: int = 2,
) -> str:
    """A card with a heading; `flush` lets tables and lists touch its edges."""
    return render_to_string(
        "components/card.html",
        {
            "content": content,
            "title": words.say(title),
            "icon_name": icon,
            "note": words.say(note),
            "flush": flush,
            "id": id,
            "level": level,
        },
    )


@register.simple_block_tag
def table_box(content: str, label: Any) -> str:
    """The box around a data table: sticky header, scrolls sideways by keyboard too, rows move with j and k."""
    return format_html(
        '<div class="table-box" role="region" aria-label="{}" tabindex="0" data-rows>{}</div>', label, content
    )


@register.inclusion_tag("components/stat.html")
def stat(
    label: Any,
    value: Any,
    state: str = "",
    icon: str = "",
    unit: Any = "",
    note: Any = "",
    href: str = "",
    of: Any = None,
) -> dict[str, Any]:
    """A tile with one figure; the whole tile is the link."""
    shown = times.figure(value) if isinstance(value, int | float) else words.say(value)
    total = times.figure(of) if isinstance(of, int | float) else ""
    look = looks.STATES.get(state)
    return {
        "label": words.say(label),
        "value": shown,
        "unit": words.say(unit),
        "note": words.say(note),
        "href": href,
        "state": state,
        "icon_name": icon or (look.icon if look else ""),
        "of": total,
    }


@register.inclusion_tag("components/empty.html")
def empty(
    title: Any,
    text: Any = "",
    icon: str = "inbox",
    href: str = "",
    action: Any = "",
    action_icon: str = "plus",
) -> dict[str, Any]:
    """What a list shows when it has nothing: why, and what to do next."""
    return {
        "title": words.say(title),
        "text": words.say(text),
        "icon_name": icon,
        "href": href,
        "action": words.say(action),
        "action_icon": action_icon,
    }


@register.inclusion_tag("components/reasons.html")
def reasons(rows: Iterable[Any]) -> dict[str, Any]:
    """Why something is so: each reason with whether it holds and where it is written."""
    return {"reasons": words.reason_rows(rows)}


@register.inclusion_tag("components/definitions.html")
def definitions(pairs: Iterable[tuple[Any, Any]] | Mapping[Any, Any], columns: int = 1) -> dict[str, Any]:
    """Terms and their values; a value of None shows as a dash."""
    rows = pairs.items() if isinstance(pairs, Mapping) else pairs
    return {"pairs": [(words.say(term), value) for term, value in rows], "columns": columns}


@register.inclusion_tag("components/timeline.html", takes_context=True)
def timeline(context: Context, entries: Iterable[Any]) -> dict[str, Any]:
    """What happened, newest first; entries have `at`, `title` and maybe `text`, `by`, `icon`, `tone`, `href`."""
    return {"entries": list(entries), "now": _now(context)}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Mapping[str, Any]], label: Any = "") -> dict[str, Any]:
    """Addressable tabs: items have `label`, `url`, and maybe `active`, `count`, `icon`."""
    return {"items": list(items), "label": words.say(label)}


@register.inclusion_tag("components/file.html")
def file_card(
    name: str,
    href: str = "",
    size: int | None = None,
    kind: Any = "",
    at: datetime | None = None,
    by: Any = "",
    digest: str = "",
) -> dict[str, Any]:
    """A file with its size, kind, time and digest."""
    suffix = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    known = {
        "pdf": "file-type-pdf",
        "xlsx": "file-spreadsheet",
        "csv": "file-type-csv",
        "docx": "file-type-docx",
    }
    pictures = {"jpg", "jpeg", "png", "webp"}
    return {
        "name": name,
        "href": href,
        "size": size,
        "kind": words.say(kind),
        "at": at,
        "by": by,
        "digest": digest,
        "icon_name": "photo" if suffix in pictures else known.get(suffix, "file-text"),
    }


@register.inclusion_tag("components/progress.html")
def progress(value: float, total: float = 100, label: Any = "", state: str = "") -> dict[str, Any]:
    """How much of a whole is done, as a bar with its figures."""
    return {
        "value": value,
        "total": total or 1,
        "label": words.say(label),
        "share": times.share(value, total),
        "state": state,
    }


@register.inclusion_tag("components/stacked.html")
def stacked(
    counts: Mapping[str, int] | Iterable[tuple[str, int]], legend: bool = True, label: Any = ""
) -> Any:
    """Counts by state as one bar, worst first, with its legend."""
    pairs = counts.items() if isinstance(counts, Mapping) else counts
    parts = yearpicture.parts_of(pairs)
    return {"parts": parts, "legend": legend, "label": words.say(label)}


@register.simple_tag
def swatch(state: str) -> SafeString:
    """A small square in a state's colour and pattern."""
    return yearpicture.swatch(state)


@register.simple_tag
def map_mark(state: str) -> SafeString:
    """The mark that a place in a state has on the map, for its legend."""
    return yearpicture.map_mark(state)


@register.simple_tag
def cluster_mark() -> SafeString:
    """The mark of several places close together, for the legend of a map."""
    return yearpicture.cluster_mark()


@register.inclusion_tag("components/year.html")
def year_picture(days: Sequence[yearpicture.Day], id: str = "year") -> dict[str, Any]:  # noqa: A002  (as HTML calls it)
    """A year of days by state, with a legend and the same as a table. Days: `yearpicture.Day`, in order."""
    states, months = yearpicture.by_month(days)
    return {
        "picture": yearpicture.year(days, id),
        "states": [(state, looks.STATES[state].words) for state in states],
        "months": months,
        "id": id,
    }


# ---- pictures that scripts draw ----------------------------------------------------------------


@register.inclusion_tag("components/map.html", takes_context=True, name="map")
def place_map(
    context: Context,
    source: str = "",
    id: str = "map",  # noqa: A002  (as HTML calls it)
    label: Any = "",
    data: Any = None,
    height: str = "tall",
    pick: bool = False,
    by_extent: bool = False,
    latitude: float | None = None,
    longitude: float | None = None,
    zoom: float | None = None,
    note: str = "",
) -> dict[str, Any]:
    """A map of places: GeoJSON from an address (`source`) or given (`data`); `pick` lets a point be set.

    `note` is said beside the legend.
    """
    return {
        "id": id,
        "source": source,
        "data": data,
        "data_id": f"{id}-data",
        "label": words.say(label),
        "height": height,
        "pick": pick,
        "by_extent": by_extent,
        "latitude": latitude,
        "longitude": longitude,
        "zoom": zoom,
        "note": note,
        "basemap": context.get("basemap", ""),
        "shell": context.get("shell"),
        "legend": [(state, look.words) for state, look in looks.STATES.items() if state in _ON_MAP],
    }


_ON_MAP = frozenset({"not-evidenced", "overdue", "due", "recorded"})


@register.inclusion_tag("components/chart.html")
def chart(
    spec: Mapping[str, Any],
    id: str,  # noqa: A002  (as HTML calls it)
    title: Any = "",
    height: str = "medium",
    label: Any = "",
    first: Any = "",
    table: bool = True,
) -> dict[str, Any]:
    """A chart with what it says in a sentence and the same figures as a table; the arrow keys walk its columns.

    `spec`: {"kind": "bars"|"lines"|"stacked", "categories": [...], "unit": "",
    "series": [{"name": ..., "values": [...], "state": "overdue"}]}; "most": 100 ends the axis, "large" is for walls.
    `label` names a chart without a caption, `first` heads the column of categories; without `table` it is read only.
    """
    categories = [words.say(category) for category in spec["categories"]]
    series = [
        {
            "name": words.say(row.get("name")) or str(yearpicture.look_of(row.get("state", "")).words),
            "values": list(row["values"]),
            "state": row.get("state", ""),
        }
        for row in spec["series"]
    ]
    unit = words.say(spec.get("unit", ""))
    named = words.say(label or title)
    plain = {
        "kind": spec.get("kind", "bars"),
        "unit": unit,
        "most": spec.get("most"),
        "large": bool(spec.get("large")),
        "categories": categories,
        "series": series,
        "description": charts.description(named, categories, series, unit),
    }
    rows = [(category, [row["values"][place] for row in series]) for place, category in enumerate(categories)]
    return {
        "spec": plain,
        "spec_json": json.dumps(plain, ensure_ascii=False),
        "id": id,
        "title": words.say(title),
        "label": named,
        "first": words.say(first),
        "legend": [(row["state"], row["name"]) for row in series if row["state"]],
        "table": table,
        "rows": rows,
        "height": height,
    }


@register.simple_tag(takes_context=True)
def print_code(context: Context) -> SafeString:
    """A QR code of this page's address that shows on paper only, so that a print leads back to the record."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return mark_safe("")
    address = request.build_absolute_uri(request.path)
    drawing = segno.make(address, error="m", micro=False).svg_inline(scale=2, border=1, omitsize=False)
    return format_html(
        '<div class="print-code" aria-hidden="true">{}<span>{}</span></div>', mark_safe(drawing), address
    )
