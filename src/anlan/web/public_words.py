"""Public information in words: kinds, states, why a step is refused, and what is wrong with a text."""

from collections.abc import Iterable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anlan.actions.public_information import Obstacle
from anlan.engine.policy import Text
from anlan.engine.public_information import OFFICE, Fault, Kind, State
from anlan.queries.vocabulary import Words
from anlan.web.templatetags.words import say

Said = str | Promise

KINDS: Final[dict[Kind, tuple[Said, str]]] = {
    "leave": (gettext_lazy("Leave"), "door-exit"),
    "stay-in": (gettext_lazy("Stay inside"), "home-shield"),
    "avoid": (gettext_lazy("Avoid the area"), "ban"),
    "all-clear": (gettext_lazy("All clear"), "circle-check"),
    "facts": (gettext_lazy("Facts"), "info-circle"),
}

STATES: Final[dict[State, tuple[Said, str, str]]] = {
    "draft": (gettext_lazy("Draft"), "neutral", "file-alert"),
    "waiting": (gettext_lazy("Waits for approval"), "warn", "user-question"),
    "discarded": (pgettext_lazy("draft", "Given up"), "neutral", "file-off"),
    "released": (gettext_lazy("Released"), "bad", "broadcast"),
    "withdrawn": (gettext_lazy("Withdrawn"), "warn", "broadcast-off"),
    "replaced": (gettext_lazy("Replaced by a new version"), "neutral", "replace"),
    "ended": (gettext_lazy("Over"), "neutral", "clock-off"),
}

OBSTACLES: Final[dict[Obstacle, Said]] = {
    "not-open": gettext_lazy(
        "This is no longer a draft that can be changed, or another version is under way. Open it again to "
        "see how it stands."
    ),
    "not-waiting": gettext_lazy(
        "This does not wait for that step any more. Open it again to see how it stands."
    ),
    "same-person": gettext_lazy(
        "You wrote it, or have agreed to it already. The next step is for somebody else; ask a colleague "
        "to sign in."
    ),
    "text": gettext_lazy("The text cannot go out as it is. Edit it; what is wrong stands beside each field."),
    "checklist": gettext_lazy("Not every line of the checklist is ticked. Go through it once more."),
    "ends-too-soon": gettext_lazy("The end has passed. Edit the statement and state a later one."),
    "not-released": gettext_lazy("This is not released, so it can be neither corrected nor withdrawn."),
    "no-reason": gettext_lazy("Say why, in one sentence; the reason stays on record."),
    "no-emergency": gettext_lazy("Under the schemes in force this is never released by one person alone."),
}

FAULTS: Final[dict[Fault, Said]] = {
    "empty": gettext_lazy("Both languages are needed."),
    "too-long": gettext_lazy("Too long for people in a hurry. Shorten it."),
    "blank": gettext_lazy("A blank is left: name the place and the end, or take it out."),
    "personal": gettext_lazy(
        "This holds what looks like a number that leads to a person (telephone, identity card, bank card, "
        "vehicle plate, "
        "e-mail address). It would be published; take it out."
    ),
    "markup": gettext_lazy("Plain words only: no < > and no codes such as &amp;."),
    "untranslated": gettext_lazy("The English holds Chinese, or is not translated."),
    "no-chinese": gettext_lazy("The Chinese text holds no Chinese."),
}


def fault_words(faults: Iterable[Fault]) -> list[str]:
    return [str(FAULTS[fault]) for fault in faults]


def role_words(role: str, known: Words) -> str:
    """A role of a chain of release, as the schemes call it."""
    if role in known.roles:
        return say(known.roles[role].title)
    return _("City office") if role == OFFICE else role


def title_of(statement: object) -> Text:
    """A statement's title in both languages."""
    zh, en = getattr(statement, "title_zh", ""), getattr(statement, "title_en", "")
    return Text(zh or en, en or zh)
