"""Texts in the reader's language, and the small marks that carry a state, a posture, a tier or a citation."""

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from anlan.engine.policy import Text
from anlan.web.templatetags.icons import icon
from anlan.web.templatetags.looks import CITATIONS, NO_STATE, POSTURES, STATES, TIERS, TONES


def say(words: Any) -> str:
    """A text in the current language: a `Text`, a `{zh, en}` mapping, or words that are already in it."""
    language = get_language() or "zh-hans"
    if isinstance(words, Text):
        return words.in_language(language)
    if isinstance(words, dict) and ("zh" in words or "en" in words):
        first, second = ("en", "zh") if language.startswith("en") else ("zh", "en")
        return str(words.get(first) or words.get(second) or "")
    return "" if words is None else str(words)


def name_of(row: Any) -> str:
    """The name of a register row that has `name_zh` and maybe `name_en`, in the current language."""
    if row is None:
        return ""
    english = getattr(row, "name_en", "")
    chinese = getattr(row, "name_zh", "") or getattr(row, "name", "")
    return str(english if english and (get_language() or "").startswith("en") else chinese or english or row)


def finding_words(row: Any) -> str:
    """What was found, from the item that was looked at: an item is worded as it should be, a finding says it is not."""
    english = (get_language() or "").startswith("en") and row.title_en
    return gettext("Not met: %(item)s") % {"item": english or row.title_zh}


def state(value: str, compact: bool = False, text: Any = "") -> SafeString:
    """A state of a duty: colour, icon and word; `compact` shows the icon and lets screen readers say the word."""
    name = value if value in STATES else "nothing"
    look = STATES.get(value, NO_STATE)
    words = say(text) or look.words
    if compact:
        return format_html(
            '<span class="mark mark-compact state-{}" title="{}">{}<span class="visually-hidden">{}</span></span>',
            name,
            words,
            icon(look.icon, 16),
            words,
        )
    return format_html(
        '<span class="mark state-{}">{}<span>{}</span></span>', name, icon(look.icon, 14), words
    )


def posture(level: str, large: bool = False) -> SafeString:
    """A level of posture: colour, icon, word and Roman numeral."""
    look = POSTURES.get(level, POSTURES["normal"])
    numeral = format_html('<b class="numeral">{}</b>', look.numeral) if look.numeral else mark_safe("")
    return format_html(
        '<span class="posture posture-{}{}">{}<span>{}</span>{}</span>',
        level if level in POSTURES else "normal",
        " posture-large" if large else "",
        icon(look.icon, 22 if large else 15),
        look.words,
        numeral,
    )


def tier(value: str, title: Any = "") -> SafeString:
    """A tier as the scheme names it; `undetermined` is drawn with a broken border."""
    look = TIERS.get(value)
    words = say(title) or (look.words if look else value)
    return format_html(
        '<span class="tier tier-{}">{}<span>{}</span></span>',
        value if look else "other",
        icon(look.icon if look else "antenna-bars-2", 14),
        words,
    )


def badge(words: Any, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """A plain mark for anything that is not a duty's state."""
    return format_html(
        '<span class="mark tone-{}">{}<span>{}</span></span>',
        tone if tone in TONES else "neutral",
        icon(icon_name, 14) if icon_name else "",
        say(words),
    )


def cite(
    citation: Any = None,
    label: str = "",
    clause: str = "",
    source: Any = "",
    href: str = "",
    scheme: Any = None,
) -> SafeString:
    """Where a rule or figure comes from; plan, law and practice look different. A scheme names its sources."""
    if citation is not None:
        label, clause, source = citation.label, citation.clause, source or citation.source
    if scheme:
        known = scheme.terms.get("sources", {}).get(source)
        source = known.title if known else source
    look = CITATIONS.get(label, CITATIONS["practice"])
    parts = [(part,) for part in (say(source), clause) if part]
    inside = format_html(
        '{}<span class="cite-label">{}</span>{}',
        icon(look.icon, 13),
        look.words,
        format_html_join("", '<span class="cite-part">{}</span>', parts),
    )
    shape = f"cite cite-{label if label in CITATIONS else 'practice'}"
    if href:
        return format_html('<a class="{}" href="{}">{}</a>', shape, href, inside)
    return format_html('<span class="{}">{}</span>', shape, inside)


def reason_rows(reasons: Iterable[Any]) -> list[dict[str, Any]]:
    """Reasons of the engine (or plain words) made ready for the reason list."""
    rows = []
    for reason in reasons:
        if isinstance(reason, str | Text | dict):
            rows.append({"words": say(reason), "holds": True, "cites": None})
            continue
        text = reason.text
        rows.append(
            {
                "words": say(text() if callable(text) else text),
                "holds": getattr(reason, "holds", True),
                "cites": getattr(reason, "cites", None),
            }
        )
    return rows
