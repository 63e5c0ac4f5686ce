"""Where a browser reaches the process that streams, seen from the page that it is on."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port


def stream_address(request: HttpRequest, incident: UUID) -> str:
    """The stream of an incident; empty where no process streams, and then pages ask again and again."""
    base = _base(request)
    return f"{base}/incidents/{incident}/stream/" if base is not None else ""


def let_stream(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Allow the page to open the stream, if it lies at another port or host."""
    base = _base(request)
    if base:
        response._csp_update = {"connect-src": [base]}  # type: ignore[attr-defined]  # noqa: SLF001  (the way django-csp documents)
    return response


def _base(request: HttpRequest) -> str | None:
    """Scheme, host and port of the process that streams; "" for this very address."""
    stated: str = settings.STREAM
    if not stated:
        return None
    if stated == "/":
        return ""
    if not stated.isdigit():
        return stated.rstrip("/")
    host = split_domain_port(request.get_host())[0]
    return f"{request.scheme}://{host}:{stated}"
