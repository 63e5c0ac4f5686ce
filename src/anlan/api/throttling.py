"""How often one account may ask: a limit that a working client never meets."""

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import SimpleRateThrottle

DEFAULT_RATE = "1200/min"


class PerAsker(SimpleRateThrottle):
    """Counts requests of each account in each server process."""

    scope = "api"

    def __init__(self) -> None:
        super().__init__(getattr(settings, "API_RATE", DEFAULT_RATE))

    def get_cache_key(self, request: HttpRequest) -> str | None:
        """One count for each account; requests that are refused before are not counted."""
        asker = getattr(request, "auth", None)
        return f"api-{asker.user.pk}" if asker else None
