"""What a chart says, in a sentence for those who do not see it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from anlan.web.templatetags.times import figure


def description(
    title: str, categories: Sequence[str], series: Sequence[Mapping[str, Any]], unit: str = ""
) -> str:
    """The title, then for each series its first and last figure, its lowest and its highest."""
    parts = [_said(row["name"], categories, row["values"], unit) for row in series]
    return _(": ").join(part for part in (title, _("; ").join(parts)) if part)


def _said(name: str, categories: Sequence[str], values: Sequence[float | None], unit: str) -> str:
    known = [
        (value, category) for value, category in zip(values, categories, strict=True) if value is not None
    ]
    if not known:
        return _("%(name)s: no figures") % {"name": name}
    return _("%(name)s from %(low)s to %(high)s, last %(last)s (%(when)s)") % {
        "name": name,
        "low": figure(min(known)[0]) + unit,
        "high": figure(max(known)[0]) + unit,
        "last": figure(known[-1][0]) + unit,
        "when": known[-1][1],
    }
