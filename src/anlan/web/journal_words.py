"""The journal's actions, subjects and changes in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.models import Entry, Place
from anlan.queries.vocabulary import Words as Vocabulary
from anlan.web.navigation import ROLE_NAMES
from anlan.web.record_words import rule_title
from anlan.web.templatetags.times import exact, figure
from anlan.web.templatetags.words import name_of, say

Words = str | Promise

ACTIONS: Final[dict[str, tuple[Words, str]]] = {
    "register-place": (_("Place registered"), "building-plus"),
    "change-place": (_("Place changed"), "pencil"),
    "close-place": (_("Place closed"), "building-off"),
    "import-places": (_("Places imported"), "file-import"),
    "import-districts": (_("Districts imported"), "map-pin"),
    "add-checkpoint": (_("Checkpoint added"), "qrcode"),
    "close-checkpoint": (_("Checkpoint closed"), "qrcode-off"),
    "issue-checkpoint-code": (_("Checkpoint code issued"), "qrcode"),
    "enrol-device": (_("Phone enrolled"), "device-mobile-plus"),
    "begin-walk": (_("Patrol begun"), "walk"),
    "end-walk": (_("Patrol ended"), "flag-2"),
    "record-visit": (_("Visit kept for review"), "flag"),
    "miss-checkpoint": (_("Checkpoint not reached"), "ban"),
    "call-help": (_("Call for help"), "sos"),
    "take-help-call": (_("Call for help taken"), "hand-stop"),
    "close-help-call": (_("Call for help closed"), "circle-check"),
    "note-visit": (_("Marked visit looked at"), "flag"),
    "accept-visit": (_("Marked visit accepted"), "flag-check"),
    "refuse-visit": (_("Marked visit refused"), "flag-x"),
    "hold-card": (_("Action card held"), "cards"),
    "add-post": (_("Post added"), "shield-plus"),
    "add-zone": (_("Zone added"), "layout-grid-add"),
    "add-point": (_("Point for action cards added"), "door-exit"),
    "close-point": (_("Point for action cards closed"), "door-off"),
    "record-occurrence": (_("Event recorded"), "calendar-event"),
    "record-evidence": (_("Evidence recorded"), "circle-check"),
    "strike-evidence": (_("Evidence struck through"), "strikethrough"),
    "open-finding": (_("Finding opened"), "alert-square-rounded"),
    "close-finding": (_("Finding closed"), "square-rounded-check"),
    "reinspect-finding": (_("Re-inspected, not yet put right"), "zoom-exclamation"),
    "assign-finding": (_("Finding given to another to mend"), "building-bank"),
    "reopen-finding": (_("Finding open again"), "arrow-back-up"),
    "give-waiver": (_("Waiver given"), "hand-stop"),
    "withdraw-waiver": (_("Waiver withdrawn"), "hand-off"),
    "store-edition": (_("Edition stored"), "book-upload"),
    "adopt-scheme": (_("Scheme adopted"), "book-2"),
    "end-adoption": (_("Adoption ended"), "book-off"),
    "set-local-value": (_("Local value set"), "adjustments"),
    "withdraw-local-value": (_("Local value withdrawn"), "adjustments-off"),
    "raise-posture": (_("Posture raised"), "arrow-up-circle"),
    "end-posture": (_("Posture ended"), "arrow-down-circle"),
    "prolong-posture": (_("Posture prolonged"), "arrow-up-circle"),
    "enter-period": (_("Sensitive period entered"), "calendar"),
    "adopt-period": (_("Sensitive period adopted"), "calendar"),
    "withdraw-period": (_("Sensitive period withdrawn"), "calendar"),
    "draft-statement": (_("Public statement written"), "file-alert"),
    "change-statement": (_("Public statement changed"), "edit"),
    "submit-statement": (_("Public statement sent for approval"), "send"),
    "approve-statement": (_("Public statement agreed to"), "checks"),
    "return-statement": (_("Public statement sent back"), "arrow-back-up"),
    "discard-statement": (_("Draft of a public statement given up"), "file-off"),
    "release-statement": (_("Public statement released"), "broadcast"),
    "ratify-statement": (_("Public statement ratified"), "checks"),
    "withdraw-statement": (_("Public statement withdrawn"), "broadcast-off"),
    "draft-warning": (_("Warning drafted"), "file-alert"),
    "change-warning": (_("Draft of a warning changed"), "edit"),
    "withdraw-warning": (_("Draft of a warning withdrawn"), "file-off"),
    "propose-warning": (_("Warning proposed"), "send"),
    "issue-warning": (_("Warning issued"), "alert-triangle"),
    "ratify-warning": (_("Warning ratified"), "checks"),
    "end-warning": (_("Warning stood down"), "alert-triangle-off"),
    "acknowledge-warning": (_("Warning acknowledged"), "check"),
    "create-person": (_("Account made"), "user-plus"),
    "change-person": (_("Account changed"), "user-edit"),
    "change-password": (_("Password changed"), "lock-password"),
    "deactivate-person": (_("Account closed"), "user-off"),
    "reactivate-person": (_("Account opened again"), "user-check"),
    "give-role": (_("Role granted"), "shield-check"),
    "end-role": (_("Grant ended"), "shield-off"),
    "create-token": (_("Token made"), "key"),
    "revoke-token": (_("Token revoked"), "key-off"),
    "end-device": (_("Device ended"), "device-mobile-off"),
    "enable-second-factor": (_("Second step turned on"), "lock"),
    "disable-second-factor": (_("Second step turned off"), "lock-open"),
    "renew-recovery-codes": (_("New recovery codes"), "refresh"),
    "end-sessions": (_("Sessions ended"), "logout"),
    "sign-in": (_("Signed in"), "login"),
    "sign-out": (_("Signed out"), "logout"),
    "lock-out": (_("Locked after failed tries"), "lock-exclamation"),
    "change-settings": (_("Settings changed"), "settings"),
    "change-patrol-settings": (_("Patrol settings changed"), "adjustments"),
    "set-checkpoint-worth": (_("Worth of a checkpoint set"), "scale"),
    "set-walk-time": (_("Walking time measured"), "walk"),
    "add-shift": (_("Shift added"), "calendar-plus"),
    "close-shift": (_("Shift closed"), "calendar-off"),
    "add-beat": (_("Beat added"), "route"),
    "change-beat": (_("Beat changed"), "route"),
    "close-beat": (_("Beat closed"), "route-off"),
    "change-roster": (_("Roster changed"), "calendar-user"),
    "draw-patrol-plan": (_("Patrol plan drawn"), "dice-5"),
    "erase-guards": (_("Names of guards erased"), "eraser"),
    "resend-message": (_("Message sent again"), "send"),
    "give-up-message": (_("Message given up"), "mail-off"),
    "confirm-message": (_("Message said to have arrived"), "mail-check"),
    "send-test-message": (_("Test message sent"), "mail-question"),
    "test-addresses": (_("Addresses tested"), "mail-question"),
    "erase-addresses": (_("Addresses of messages erased"), "eraser"),
    "receive-signal": (_("Signal received"), "message-report"),
    "link-signal": (_("Signal linked to another"), "link"),
    "dismiss-signal": (_("Signal dismissed"), "ban"),
    "raise-signal": (_("Signal marked as basis for a warning"), "arrow-up-circle"),
    "reopen-signal": (_("Triage of a signal taken back"), "arrow-back-up"),
    "erase-signals": (_("Words and files of signals erased"), "eraser"),
    "take-cap-message": (_("CAP message taken in"), "arrow-down-left"),
    "write-cap-message": (_("CAP message written"), "arrow-up-right"),
    "erase-cap-messages": (_("Bytes of CAP messages erased"), "eraser"),
    "add-cap-subscription": (_("Subscribed to CAP messages"), "rss"),
    "change-cap-subscription": (_("Subscription to CAP messages changed"), "rss"),
    "end-cap-subscription": (_("Subscription to CAP messages ended"), "rss"),
    "rotate-cap-key": (_("Key that signs CAP messages replaced"), "key"),
    "open-incident": (_("Incident opened"), "urgent"),
    "change-response-level": (_("Level of response changed"), "stairs-up"),
    "pass-command": (_("Command passed"), "transfer"),
    "order-measure": (_("Closure or restriction ordered"), "barrier-block"),
    "end-measure": (_("Closure or restriction ended"), "barrier-block-off"),
    "stand-down-incident": (_("Incident stood down"), "flag-off"),
    "close-incident": (_("Incident closed"), "flag-check"),
    "load-demo-city": (_("Demo city loaded"), "flask"),
}
"""What was done, in words, with its picture; a test holds this table against what the actions write."""

FIELDS: Final[dict[str, Words]] = {
    "name_zh": _("Chinese name"),
    "name_en": _("English name"),
    "name": _("Name"),
    "email": _("E-mail"),
    "language": _("Language"),
    "username": _("User name"),
    "expires_on": _("Last day"),
    "is_active": _("Account open"),
    "role": _("Role"),
    "scope": _("Scope"),
    "valid_from": _("From"),
    "valid_until": _("Until"),
    "start": _("Start"),
    "end": _("End"),
    "at": _("Time"),
    "kind": _("Kind"),
    "district": _("District"),
    "department": _("Department"),
    "operator": _("Operator"),
    "address": _("Address"),
    "longitude": _("Longitude"),
    "latitude": _("Latitude"),
    "hours": _("Opening hours"),
    "area_m2": _("Area (m²)"),
    "daily_visitors": _("Visitors a day"),
    "peak_present": _("Peak number present"),
    "critical_facility": _("Critical facility"),
    "public_service": _("Public service"),
    "receiver_post": _("Receiver's post"),
    "receiver_name": _("Receiver's name"),
    "receiver_phone": _("Receiver's telephone"),
    "receiver_email": _("Receiver's e-mail"),
    "deputy_post": _("Deputy's post"),
    "deputy_name": _("Deputy's name"),
    "deputy_phone": _("Deputy's telephone"),
    "deputy_email": _("Deputy's e-mail"),
    "source": _("Data source"),
    "source_id": _("Source's number"),
    "closed_at": _("Closed at"),
    "withdrawn_at": _("Withdrawn at"),
    "checkpoint": _("Checkpoint"),
    "point": _("Point for action cards"),
    "walk": _("Patrol"),
    "beat": _("Beat"),
    "checkpoints": _("Checkpoints"),
    "shift": _("Shift"),
    "shift_hours": _("Hours of the shift"),
    "manned": _("Manned"),
    "spare": _("Spare guard"),
    "present": _("People usually near"),
    "consequence": _("Consequence (1 to 5)"),
    "walk_seconds": _("Walking time (s)"),
    "attack_minutes": _("Length of an attack (min)"),
    "metres_a_minute": _("Walking speed (m/min)"),
    "detour": _("Detour factor"),
    "walks_by": _("Walking times that nobody measured"),
    "dwell_seconds": _("Stay at a checkpoint (s)"),
    "asks_position": _("Asks for the position"),
    "asks_photo": _("Asks for a photo"),
    "cause": _("Cause"),
    "commitment": _("Commitment"),
    "walks": _("Walks"),
    "roster_lines": _("Lines of rosters"),
    "before": _("Before"),
    "started_at": _("Begun at"),
    "ended_at": _("Ended at"),
    "made_at": _("Called at"),
    "post": _("Post"),
    "card": _("Action card"),
    "version": _("Version"),
    "right_answers": _("Right answers"),
    "zone": _("Zone"),
    "rule": _("Rule"),
    "item": _("Item"),
    "deadline": _("Deadline"),
    "effective_at": _("Done at"),
    "struck": _("Struck through"),
    "level": _("Level"),
    "value": _("Value"),
    "sha256": _("Hash of the content"),
    "token": _("Token"),
    "device": _("Device"),
    "may_write": _("May write"),
    "expires_at": _("Ends"),
    "sessions": _("Sessions"),
    "note": _("Note"),
    "reason": _("Reason"),
    "created": _("New"),
    "changed": _("Changed"),
    "wrong": _("Wrong rows"),
    "urgency": _("Urgency"),
    "channel": _("Channel"),
    "outcome": _("Triage"),
    "linked_to": _("Linked to"),
    "verdict": _("Result of the check"),
    "status": _("Status"),
    "host": _("Host"),
    "minutes": _("Minutes between fetches"),
    "certificate": _("Certificate"),
    "warning": _("Warning"),
    "public-statement": _("Public statement"),
    "signals": _("Signals"),
    "files": _("Files"),
    "state": _("State"),
    "scenario": _("Scenario"),
    "commander": _("Commander"),
    "authority": _("Ordered by"),
    "mailings": _("Rounds of messages"),
    "messages": _("Messages"),
}

SOURCES: Final[dict[str, Words]] = {
    "demo": _("Demo data"),
    "osm": "OpenStreetMap",
    "sheet": _("Sheet"),
}
"""Where a place of the register came from."""

SUBJECTS: Final[dict[str, Words]] = {
    "place": _("Place"),
    "evidence": _("Evidence"),
    "finding": _("Finding"),
    "signal": _("Signal"),
    "waiver": _("Waiver"),
    "scheme": _("Scheme"),
    "local-value": _("Local value"),
    "posture": _("Posture"),
    "period": _("Sensitive period"),
    "person": _("Person"),
    "city": _("City"),
    "import": _("Import"),
    "message": _("Message"),
    "cap-message": _("CAP message"),
    "cap-subscription": _("Subscription to CAP messages"),
    "incident": _("Incident"),
    "installation": _("Installation"),
}

LEVELS: Final[dict[str, Words]] = {
    "normal": _("normal"),
    "blue": _("blue"),
    "yellow": _("yellow"),
    "orange": _("orange"),
    "red": _("red"),
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, in words."""

    field: str
    before: str
    after: str


_DEGREES = frozenset({"longitude", "latitude"})


def action_words(action: str) -> str:
    """What was done; the action's own name where nobody has given it words."""
    return str(ACTIONS[action][0]) if action in ACTIONS else action


def action_icon(action: str) -> str:
    """The picture of an action."""
    return ACTIONS[action][1] if action in ACTIONS else "point"


def changes_in_words(changes: Mapping[str, Any], vocabulary: Vocabulary | None = None) -> list[FieldChange]:
    """Each changed field with its values before and after; facts and terms as the schemes call them."""
    known = vocabulary or Vocabulary()
    rows = []
    for field, pair in changes.items():
        before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        plain = field.removeprefix("facts.")
        words = FieldChange(
            str(FIELDS[plain] if plain in FIELDS else say(known.fact(plain))),
            _term(before, plain, known),
            _term(after, plain, known),
        )
        if words.before or words.after:
            rows.append(words)
    return rows


def subject_words(entry: Entry, place: Place | None, known: Vocabulary) -> str:
    """What an entry is about, in the reader's language as far as the register and the schemes have a name in it."""
    first, _space, second = entry.subject_label.partition(" ")
    scheme = next((one for one in known.schemes if one.id == first), None)
    if entry.subject_kind in ("place", "evidence", "waiver") and place is not None:
        return name_of(place)
    if entry.subject_kind == "scheme" and scheme is not None:
        return f"{say(scheme.title)} {second}"
    if entry.subject_kind == "local-value" and scheme is not None and second in scheme.parameters:
        return say(scheme.parameters[second].title) or second
    return entry.subject_label


def _term(value: Any, field: str, known: Vocabulary) -> str:
    if field == "rule" and isinstance(value, str):
        scheme, _slash, rule = value.partition("/")
        return say(rule_title(known, scheme, rule)) if rule else value
    if field == "source" and value in SOURCES:
        return str(SOURCES[value])
    title = known.value(field, value) if isinstance(value, str) else None
    return say(title) if title else value_words(value, field)


def value_words(value: Any, field: str = "") -> str:
    """A value as the journal keeps it, in words; empty for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, int | float):
        return f"{value:.5f}" if field in _DEGREES else str(figure(value))
    if isinstance(value, str):
        if value in ROLE_NAMES:
            return str(ROLE_NAMES[value])
        if field == "scope" and value == "city":
            return gettext("Whole city")
        if value in LEVELS:
            return str(LEVELS[value])
        return _moment(value)
    if isinstance(value, list):
        return gettext(", ").join(value_words(item) for item in value)
    if isinstance(value, dict):
        return gettext(", ").join(f"{key}: {value_words(item)}" for key, item in value.items())
    return str(value)


def address_of(entry: Entry) -> str:
    """The page of what an entry is about; empty where there is none."""
    try:
        if entry.subject_kind == "person" and entry.subject_label:
            return reverse("person", args=[entry.subject_label])
        if entry.subject_kind == "finding":
            return reverse("finding", args=[entry.subject_id])
        if entry.subject_kind == "signal" and entry.subject_id:
            return reverse("signal", args=[entry.subject_id])
        if entry.subject_kind == "evidence":
            return reverse("evidence", args=[entry.subject_id])
        if entry.subject_kind == "scheme":
            return reverse("scheme", args=[entry.subject_id])
        if entry.place_code:
            return reverse("place", args=[entry.place_code])
    except NoReverseMatch:
        return ""
    return ""


def _moment(text: str) -> str:
    """An ISO time as a person writes it; any other text as it is."""
    if len(text) < 16 or text[4:5] != "-" or "T" not in text:
        return text
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return exact(at) if at.tzinfo is not None else text
