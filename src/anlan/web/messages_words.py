"""Channels, states and faults of messages in words."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise

CHANNELS: Final[dict[str, tuple[Words, str]]] = {
    "email": (pgettext_lazy("channel", "E-mail"), "mail"),
    "sms": (_("Text message"), "message-2"),
    "webhook": (_("Webhook"), "webhook"),
    "webpush": (_("Web push"), "bell-ringing"),
    "wecom": (_("WeCom robot"), "robot"),
    "dingtalk": (_("DingTalk robot"), "robot"),
    "feishu": (_("Feishu robot"), "robot"),
}

STATES: Final[dict[str, tuple[Words, str, str]]] = {
    "waiting": (pgettext_lazy("message", "waiting"), "neutral", "clock"),
    "sending": (pgettext_lazy("message", "being sent"), "info", "send"),
    "sent": (pgettext_lazy("message", "sent"), "good", "circle-check"),
    "failed": (pgettext_lazy("message", "will be tried again"), "warn", "refresh"),
    "dead": (pgettext_lazy("message", "not sent"), "bad", "mail-off"),
    "uncertain": (pgettext_lazy("message", "uncertain"), "violet", "help-circle"),
}

FAULTS: Final[dict[str, Words]] = {
    "no-connection": _("The other side could not be reached."),
    "no-answer": _("It was handed over, but no answer came: it may have arrived."),
    "refused": _("The other side did not take it this time."),
    "rejected": _("The other side will not take it."),
    "bad-address": _("There is no usable address."),
    "address-not-allowed": _("This address lies where messages may not be sent."),
    "not-configured": _("This channel is not set up."),
    "worker-lost": _("The worker was lost while it sent this: it may have arrived."),
    "given-up": _("Somebody decided not to try again."),
    "withdrawn": _("It was withdrawn before it went out."),
}

THROUGH: Final[dict[str, Words]] = {
    "smtp": _("mail server"),
    "sms": _("text message gateway"),
    "mock-sms": _("mock gateway: sent to nobody"),
    "sink": _("sink: shown here, sent to nobody"),
    "none": _("no channel"),
}

ABOUT: Final[dict[str, Words]] = {
    "warning": _("Warning"),
    "signal": _("Signal"),
    "test": _("Test"),
    "warning-duty": _("Warning: duty officers"),
    "contact-test": _("Test of addresses"),
}

RECEIVERS: Final[dict[str, Words]] = {
    "place": _("Place"),
    "deputy": _("Deputy receiver"),
    "browser": _("Browser"),
    "department": _("Department"),
    "operator": _("Operator"),
    "district": _("District"),
    "role": _("Role"),
    "person": _("Person"),
}


def channel_words(channel: str) -> str:
    """A channel's name; its own where nobody has given it one."""
    return str(CHANNELS[channel][0]) if channel in CHANNELS else channel


def state_words(state: str) -> str:
    """A state in words."""
    return str(STATES[state][0]) if state in STATES else state
