"""CAP messages in words: what kind, what became of them, what their signature is worth, what failed in fetching."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from anlan.models import CapMessage, CapSubscription
from anlan.web.messages_words import FAULTS as SENDING_FAULTS

Words = str | Promise

TYPES: Final[dict[str, Words]] = {
    "Alert": gettext_lazy("Alert"),
    "Update": gettext_lazy("Update of an alert"),
    "Cancel": gettext_lazy("Cancellation"),
    "Ack": gettext_lazy("Acknowledgement of receipt"),
    "Error": gettext_lazy("Refusal by the receiver"),
}
STATUSES: Final[dict[str, tuple[Words, str, str]]] = {
    "Actual": (gettext_lazy("Actual"), "warn", "alert-triangle"),
    "Exercise": (gettext_lazy("Exercise"), "violet", "run"),
    "System": (gettext_lazy("System"), "neutral", "settings"),
    "Test": (gettext_lazy("Test message"), "violet", "flask"),
    "Draft": (gettext_lazy("Draft message"), "neutral", "file-pencil"),
}
SCOPES: Final[dict[str, Words]] = {
    "Public": gettext_lazy("Public"),
    "Restricted": gettext_lazy("Restricted"),
    "Private": gettext_lazy("To its addressees alone"),
}
SIGNATURES: Final[dict[str, tuple[Words, str, str]]] = {
    "none": (gettext_lazy("not signed"), "neutral", "signature-off"),
    "valid": (gettext_lazy("signature holds"), "info", "signature"),
    "trusted": (gettext_lazy("trusted signature"), "good", "rosette-discount-check"),
    "invalid": (gettext_lazy("signature wrong"), "bad", "alert-octagon"),
    "unsupported": (gettext_lazy("not verifiable"), "warn", "help-circle"),
}
OUTCOMES: Final[dict[str, tuple[Words, str, str]]] = {
    "accepted": (gettext_lazy("Accepted"), "good", "circle-check"),
    "remarks": (gettext_lazy("Accepted with remarks"), "warn", "message-exclamation"),
    "refused": (gettext_lazy("Refused"), "bad", "ban"),
    "written": (gettext_lazy("Sent out"), "good", "arrow-up-right"),
    "unfit": (gettext_lazy("Not sent: others would refuse it"), "bad", "ban"),
}
SOURCES: Final[dict[str, Words]] = {
    "warning": gettext_lazy("Warning"),
    "file": gettext_lazy("uploaded file"),
    "api": gettext_lazy("API"),
    "command": gettext_lazy("command line"),
    "feed": gettext_lazy("subscription"),
}
STEPS: Final[dict[str, Words]] = {
    "issued": gettext_lazy("issued"),
    "ratified": gettext_lazy("ratified"),
    "ended": gettext_lazy("stood down"),
    "ack": gettext_lazy("receipt of a foreign alert"),
}
FAULTS: Final[dict[str, Words]] = {
    **{name: SENDING_FAULTS[name] for name in ("no-connection", "bad-address")},
    "address-not-allowed": gettext_lazy(
        "This address lies inside a network that is not to be reached, or is not HTTPS."
    ),
    "no-answer": gettext_lazy("No answer came in time, or it broke off."),
    "status": gettext_lazy("The other side answered with an error."),
    "too-large": gettext_lazy("The answer is larger than 8 MB."),
    "too-many-redirects": gettext_lazy("The address leads on and on to others."),
    "entries": gettext_lazy("The feed was read, but a message that it leads to could not be had."),
    "refused-message": gettext_lazy("What stands there is no message that can be used; see the list."),
}
"""Why a subscription brought nothing, or not all."""


@dataclass(frozen=True, slots=True)
class CapRow:
    """A message as lists show it."""

    message: CapMessage
    title: str
    type: Words
    status: tuple[Words, str, str] | None
    outcome: tuple[Words, str, str]
    signature: tuple[Words, str, str]
    source: str

    @property
    def is_out(self) -> bool:
        return self.message.direction == "out"

    @property
    def touches_nothing(self) -> bool:
        """Whether it is kept and marked, and nothing else came of it because nothing is really happening."""
        return bool(self.message.status) and self.message.status != "Actual"


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A reason or remark in the reader's language."""

    code: str
    path: str
    line: int | None
    message: str
    mend: str


def cap_row(row: CapMessage) -> CapRow:
    """One message in words."""
    return CapRow(
        message=row,
        title=_title(row),
        type=TYPES.get(row.message_type, row.message_type),
        status=STATUSES.get(row.status),
        outcome=OUTCOMES[_outcome(row)],
        signature=SIGNATURES["trusted" if row.signature == "valid" and row.trusted else row.signature],
        source=_source(row),
    )


def problem_rows(row: CapMessage, *, remarks: bool) -> list[ProblemRow]:
    """The reasons why a message is refused, or the remarks on it."""
    language = "en" if _is_english() else "zh"
    return [
        ProblemRow(one["code"], one["path"], one["line"], one["message"][language], one["mend"][language])
        for one in row.problems
        if one["is_remark"] == remarks
    ]


def fault_words(row: CapSubscription) -> str:
    """Why the last attempt failed; nothing if it did not."""
    said = str(FAULTS.get(row.fault, row.fault))
    return f"{said} ({row.fault_detail})" if row.fault and row.fault_detail else said


def _outcome(row: CapMessage) -> str:
    if row.direction == "out":
        return "unfit" if row.outcome == "refused" else "written"
    return "remarks" if row.outcome == "accepted" and row.remark_count else row.outcome


def _title(row: CapMessage) -> str:
    english = _is_english()
    first, second = (row.headline_en, row.headline_zh) if english else (row.headline_zh, row.headline_en)
    return first or second or row.event or row.identifier or _("message that cannot be read")


def _source(row: CapMessage) -> str:
    if row.subscription is not None:
        return row.subscription.name
    if row.direction == "out" and row.notice is not None:
        words: dict[str, Any] = {"number": row.notice, "step": STEPS.get(row.step, row.step)}
        return _("Warning %(number)s: %(step)s") % words
    return str(SOURCES.get(row.source, row.source))


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
