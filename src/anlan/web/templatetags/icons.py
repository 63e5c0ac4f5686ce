"""Icons put into the page as SVG, so that they take the text's colour and need no request."""

import re
from functools import cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

ICONS = Path(__file__).resolve().parent.parent / "icons"
_NAME = re.compile(r"[a-z0-9-]+")
_FALLBACK = '<path d="M12 12m-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0" />'


@cache
def _drawing(name: str, filled: bool) -> str:
    """The inside of one icon's SVG; a plain circle where the icon is not there."""
    path = ICONS / ("filled" if filled else "outline") / f"{name}.svg"
    if not _NAME.fullmatch(name) or not path.is_file():
        return _FALLBACK
    inside = path.read_text("utf-8").split(">", 1)[1].rsplit("</svg>", 1)[0]
    shapes = (line.strip() for line in inside.splitlines() if 'stroke="none"' not in line)
    return "".join(shapes)


def exists(name: str) -> bool:
    """Whether the icon set has an icon of that name."""
    return bool(_NAME.fullmatch(name)) and (ICONS / "outline" / f"{name}.svg").is_file()


def icon(name: str, size: int = 18, extra: str = "", filled: bool = False, label: str = "") -> SafeString:
    """One icon; silent for screen readers unless it is given a label."""
    paint = (
        'fill="currentColor"'
        if filled
        else 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
    )
    reading = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" width="{}" height="{}" viewBox="0 0 24 24" {} focusable="false" {}>{}</svg>',
        extra,
        size,
        size,
        mark_safe(paint),
        reading,
        mark_safe(_drawing(name, filled)),
    )
