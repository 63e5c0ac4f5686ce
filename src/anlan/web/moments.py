"""Looking at the past: valid at one moment, as known at another, both from the address."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.web import clock

AHEAD = timedelta(days=400)
FIRST_YEAR, LAST_YEAR = 2000, 2199


@dataclass(frozen=True, slots=True)
class Moments:
    """Which moment a page shows; `known_at` None means by all that is known now."""

    now: datetime
    at: datetime
    known_at: datetime | None
    query: str = ""
    problem: str = ""

    @property
    def is_now(self) -> bool:
        return self.at == self.now and self.known_at is None

    @property
    def is_ahead(self) -> bool:
        return self.at > self.now

    @property
    def at_field(self) -> str:
        """The moment as a form's field takes it."""
        return "" if self.at == self.now else f"{timezone.localtime(self.at):%Y-%m-%dT%H:%M}"

    @property
    def known_field(self) -> str:
        return "" if self.known_at is None else f"{timezone.localtime(self.known_at):%Y-%m-%dT%H:%M}"


def moments_of(request: HttpRequest) -> Moments:
    """The moments asked for with `at` and `known`; what cannot be read is said, and now is shown."""
    now = clock.now()
    texts = {name: request.GET.get(name, "").strip() for name in ("at", "known")}
    read = {name: read_moment(text) for name, text in texts.items() if text}
    if any(moment is None for moment in read.values()):
        return Moments(now, now, None, problem=_("This is no date or time. Write it like 2026-07-01 08:00."))
    at, known_at = read.get("at") or now, read.get("known")
    if at > now + AHEAD:
        words = _("Duties are reckoned up to %(days)d days ahead.") % {"days": AHEAD.days}
        return Moments(now, now, None, problem=words)
    query = "&".join(f"{name}={text}" for name, text in texts.items() if text and _is_plain(text))
    return Moments(now, at, None if known_at is not None and known_at >= now else known_at, query)


def read_moment(text: str) -> datetime | None:
    """A date or time as forms and people write it, in the city's time zone; None for anything else."""
    try:
        found = datetime.fromisoformat(text.strip().replace("/", "-"))
    except (ValueError, OverflowError):
        return None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=timezone.get_default_timezone())


def _is_plain(text: str) -> bool:
    return all(letter.isalnum() or letter in "-:. " for letter in text)
