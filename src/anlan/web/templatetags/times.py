"""Moments, days, spans and figures written the way the city writes them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

_HOME_OFFSET = timedelta(hours=8)


def exact(at: datetime) -> str:
    """`2026-11-23 19:30` in the city's zone; the offset follows where it is not UTC+8."""
    local = timezone.localtime(at)
    offset = local.utcoffset() or timedelta(0)
    if offset == _HOME_OFFSET:
        return f"{local:%Y-%m-%d %H:%M}"
    hours, minutes = divmod(int(offset.total_seconds()) // 60, 60)
    return f"{local:%Y-%m-%d %H:%M} UTC{hours:+d}" + (f":{minutes:02d}" if minutes else "")


def moment(at: datetime | None) -> SafeString | str:
    """A `time` element with the exact time as its text."""
    if at is None:
        return "—"
    return format_html('<time class="moment" datetime="{}">{}</time>', at.isoformat(), exact(at))


def day(on: date | datetime | None) -> SafeString | str:
    """A `time` element with the date as its text."""
    if on is None:
        return "—"
    plain = timezone.localtime(on).date() if isinstance(on, datetime) else on
    return format_html('<time class="moment" datetime="{0}">{0}</time>', plain.isoformat())


def relative(at: datetime, now: datetime) -> str:
    """`3 minutes ago`, `in 2 hours`."""
    seconds = (at - now).total_seconds()
    distance = abs(seconds)
    if distance < 60:
        return gettext("just now") if seconds <= 0 else gettext("within a minute")
    if distance < 3600:
        count = round(distance / 60)
        span = ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}
    elif distance < 86400:
        count = round(distance / 3600)
        span = ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}
    else:
        count = round(distance / 86400)
        span = ngettext("%(count)s day", "%(count)s days", count) % {"count": count}
    pattern = gettext("%(span)s ago") if seconds < 0 else gettext("in %(span)s")
    return pattern % {"span": span}


def ago(at: datetime | None, now: datetime) -> SafeString | str:
    """A `time` element saying how far away it is; the exact time on hover, to screen readers, and in print."""
    if at is None:
        return "—"
    return format_html(
        '<time class="moment ago" datetime="{}" title="{}" data-relative>{}</time>',
        at.isoformat(),
        exact(at),
        relative(at, now),
    )


def lasting(span: timedelta | None) -> str:
    """A span in words, in its largest two units."""
    if span is None:
        return "—"
    minutes = int(span.total_seconds()) // 60
    days, minutes = divmod(minutes, 1440)
    hours, minutes = divmod(minutes, 60)
    parts = []
    if days:
        parts.append(ngettext("%(count)s day", "%(count)s days", days) % {"count": days})
    if hours:
        parts.append(ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours})
    if minutes or not parts:
        parts.append(ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes})
    return " ".join(parts[:2])


def figure(number: float | Decimal | None, places: int | None = None) -> str:
    """A number with thousands apart: `12,500`; a dash where there is none."""
    if number is None or isinstance(number, bool):
        return "—"
    if places is None:
        whole = number == int(number)
        return f"{int(number):,}" if whole else f"{number:,.1f}"
    return f"{number:,.{places}f}"


def share(part: float | None, whole: float = 1) -> str:
    """A percentage with one digit: `93.4%`; a dash where the whole is nothing."""
    if part is None or not whole:
        return "—"
    percent = 100 * part / whole
    return f"{percent:.0f}%" if percent in (0, 100) else f"{percent:.1f}%"


def file_size(octets: int | None) -> str:
    """A file's size in the unit a person would use."""
    if octets is None:
        return "—"
    size = float(octets)
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GB"
