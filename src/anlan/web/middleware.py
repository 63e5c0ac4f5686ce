"""What every request passes: the reader's language, a trace id, headers for the browser, and error pages."""

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from anlan.web.errors import page_for

Answer = Callable[[HttpRequest], HttpResponseBase]

_TRACE = re.compile(r"[A-Za-z0-9-]{8,64}")
PERMISSIONS = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), browsing-topics=()"
OWN_PAGES = (405, 413, 429)
"""Answers that Django and its parts give without a page."""


def language_of(request: HttpRequest) -> str:
    """The language chosen with the switch; Chinese until somebody chooses."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def language(get_response: Answer) -> Answer:
    """Speak the reader's language; the browser's own preference is not asked, the switch is on every page."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        code = language_of(request)
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = get_response(request)
            response.headers.setdefault("Content-Language", "en" if code == "en" else "zh-Hans")
        return response

    return respond


def headers(get_response: Answer) -> Answer:
    """Give the request a trace id, keep pages of signed-in people out of caches, and never answer bare."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        trace = given if _TRACE.fullmatch(given) else uuid.uuid4().hex
        request.META["anlan.trace"] = trace
        response = get_response(request)
        if response.status_code in OWN_PAGES and _is_bare(request, response):
            response = page_for(request, response)
        response.headers["X-Request-ID"] = trace
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return respond


def _is_bare(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether a person would see an empty page: no content, or none of ours, outside the API."""
    if request.path.startswith("/api/") or not isinstance(response, HttpResponse):
        return False
    return len(response.content) < 400 and not response.headers.get("Content-Type", "").startswith(
        ("application/json", "application/problem+json")
    )
