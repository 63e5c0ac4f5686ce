"""What every page knows: who asks, in which language and colours, the city, its time and posture, where one can go."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anlan.queries.map_credits import map_credits
from anlan.web import clock, navigation
from anlan.web.access import allowed
from anlan.web.templatetags.times import exact

THEMES = (("auto", "brightness-auto"), ("light", "sun"), ("dark", "moon"))


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context of the shell; looked up only by pages that show it."""
    now = clock.now()
    return {
        "now": now,
        "shell": SimpleLazyObject(lambda: _shell(request, now)),
        "basemap": SimpleLazyObject(
            lambda: navigation.address("basemap") if settings.BASEMAP.exists() else ""
        ),
        "data_credit": SimpleLazyObject(lambda: map_credits() if _is_signed_in(request) else ""),
    }


def theme_of(request: HttpRequest) -> str:
    """The chosen appearance; `auto` follows the device."""
    chosen = request.COOKIES.get("theme", "auto")
    return chosen if chosen in dict(THEMES) else "auto"


def _is_signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def _theme_words() -> dict[str, str]:
    return {"auto": _("Like the device"), "light": _("Light"), "dark": _("Dark")}


def _shell(request: HttpRequest, now: datetime) -> dict[str, Any]:
    language = get_language() or settings.LANGUAGE_CODE
    english = language.startswith("en")
    theme = theme_of(request)
    signed_in = _is_signed_in(request)
    entries = navigation.entries(request)
    name = str(request.user) if signed_in else ""
    words = _theme_words()
    in_city, local = navigation.postures(now) if signed_in else ("", "")
    return {
        "language": language,
        "html_language": "en" if english else "zh-Hans",
        "other_language": "zh-hans" if english else "en",
        "other_html_language": "zh-Hans" if english else "en",
        "other_language_short": "中" if english else "EN",
        "other_language_action": "切换为中文" if english else "Switch to English",
        "theme": theme,
        "bs_theme": "dark" if theme == "dark" else "light",
        "themes": [
            {"value": value, "icon": icon, "label": words[value], "current": value == theme}
            for value, icon in THEMES
        ],
        "city": navigation.city_name(english),
        "zone": settings.TIME_ZONE,
        "clock": f"{timezone.localtime(now):%H:%M}",
        "printed": exact(now),
        "posture": in_city,
        "posture_local": local if allowed(request, "see-board") else "",
        "posture_url": navigation.posture_address(request),
        "home": navigation.address("board") or "/",
        "search_url": navigation.address("places") if allowed(request, "see-places") else "",
        "sign_in_url": navigation.address(settings.LOGIN_URL),
        "sign_out_url": navigation.address("sign-out"),
        "entries": entries,
        "groups": navigation.grouped(entries),
        "bottom": [entry for entry in entries if entry.on_phone][:4],
        "account_entries": navigation.account_entries(request) if signed_in else [],
        "roles": navigation.role_names(request) if signed_in else [],
        "initial": name[:1].upper(),
        "version": navigation.version(),
        "notices": navigation.notices(request, now) if signed_in else [],
    }
