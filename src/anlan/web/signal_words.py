"""Signals in words: number, source, place, state, and what happened to them."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from anlan.models import Entry, Signal
from anlan.queries.vocabulary import Words as Vocabulary
from anlan.web.people_words import Names
from anlan.web.templatetags.times import figure
from anlan.web.templatetags.words import name_of, say

Words = str | Promise

URGENCIES: Final[dict[str, tuple[Words, str]]] = {
    "now": (gettext_lazy("At once"), "bad"),
    "hours": (gettext_lazy("Within hours"), "warn"),
    "days": (gettext_lazy("Within days"), "neutral"),
}
RELIABILITIES: Final[dict[str, Words]] = {
    "A": gettext_lazy("Completely reliable"),
    "B": gettext_lazy("Usually reliable"),
    "C": gettext_lazy("Fairly reliable"),
    "D": gettext_lazy("Not usually reliable"),
    "E": gettext_lazy("Unreliable"),
    "F": gettext_lazy("Cannot be judged"),
}
CHANNELS: Final[dict[str, Words]] = {
    "form": gettext_lazy("Form"),
    "e-mail": gettext_lazy("E-mail"),
    "api": gettext_lazy("API"),
    "cap": "CAP",
    "goods": gettext_lazy("Goods ledger"),
}
OUTCOMES: Final[dict[str, tuple[Words, str, str]]] = {
    "": (gettext_lazy("To be triaged"), "info", "inbox"),
    "raised": (gettext_lazy("Basis for a warning"), "warn", "arrow-up-circle"),
    "linked": (gettext_lazy("Linked to another"), "neutral", "link"),
    "dismissed": (gettext_lazy("Dismissed"), "neutral", "ban"),
}
MASKED: Final[dict[str, Words]] = {
    "identity-number": gettext_lazy("identity-card number"),
    "bank-number": gettext_lazy("bank card number"),
    "telephone": gettext_lazy("telephone number"),
    "plate": gettext_lazy("vehicle plate"),
    "e-mail": gettext_lazy("e-mail address"),
}
"""What free text is warned of and masked for, in words."""

_ACTS: Final[dict[str, tuple[Words, str, str]]] = {
    "receive-signal": (gettext_lazy("Received"), "inbox", "info"),
    "link-signal": (gettext_lazy("Linked to another signal"), "link", "neutral"),
    "dismiss-signal": (gettext_lazy("Dismissed as a signal"), "ban", "neutral"),
    "raise-signal": (gettext_lazy("Marked as basis for a warning"), "arrow-up-circle", "warn"),
    "reopen-signal": (gettext_lazy("Triage taken back"), "arrow-back-up", "neutral"),
}


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One signal as pages show it."""

    signal: Signal
    number: str
    kind: str
    source: str
    where: str
    urgency: str
    urgency_tone: str
    reliability: str
    channel: str
    state: str
    state_tone: str
    state_icon: str

    @property
    def title(self) -> str:
        """The first words of what was observed; after their time the kind."""
        text = " ".join(self.signal.observed.split())
        return text if len(text) <= _TITLE else f"{text[:_TITLE]}…"

    @property
    def is_erased(self) -> bool:
        return self.signal.erased_at is not None


_TITLE = 60


def signal_number(signal: Signal) -> str:
    """情况〔2026〕12号 in Chinese, SG-2026-0012 in English."""
    if (get_language() or "zh").startswith("en"):
        return f"SG-{signal.year}-{signal.number:04d}"
    return f"情况〔{signal.year}〕{signal.number}号"


def signal_row(signal: Signal, known: Vocabulary) -> SignalRow:
    """One signal in words."""
    urgency, tone = URGENCIES[signal.urgency]
    state, state_tone, state_icon = OUTCOMES[signal.outcome]
    return SignalRow(
        signal=signal,
        number=signal_number(signal),
        kind=say(known.signal(signal.kind)),
        source=name_of(signal.department) if signal.department else signal.organisation or _("Not stated"),
        where=where_of(signal),
        urgency=str(urgency),
        urgency_tone=tone,
        reliability=f"{signal.reliability} · {RELIABILITIES[signal.reliability]}",
        channel=str(CHANNELS[signal.channel]),
        state=str(state),
        state_tone=state_tone,
        state_icon=state_icon,
    )


def where_of(signal: Signal) -> str:
    """Where it is, in words."""
    if signal.place:
        return name_of(signal.place)
    if signal.longitude is not None and signal.latitude is not None:
        around = _("within %(radius)s m of %(latitude).4f, %(longitude).4f") % {
            "radius": figure(signal.radius_m),
            "latitude": signal.latitude,
            "longitude": signal.longitude,
        }
        return f"{name_of(signal.district)} · {around}" if signal.district else around
    return name_of(signal.district) if signal.district else _("Not stated")


def masked_words(counts: dict[str, int]) -> str:
    """What was masked in a signal: "2 × telephone number"."""
    return _(", ").join(f"{count} × {MASKED[kind]}" for kind, count in counts.items() if kind in MASKED)


def story_of_signal(entries: list[Entry], names: Names) -> list[dict[str, Any]]:
    """What happened to a signal, the latest first."""
    told = []
    for entry in entries:
        title, icon, tone = _ACTS.get(entry.action, (entry.action, "point", "neutral"))
        target = entry.changes.get("linked_to")
        told.append(
            {
                "at": entry.at,
                "title": f"{title} {target[1]}" if target else title,
                "text": entry.reason,
                "by": names.of(entry.by, entry.place_code),
                "icon": icon,
                "tone": tone,
            }
        )
    return told
