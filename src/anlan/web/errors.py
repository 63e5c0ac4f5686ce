"""Error pages that say what happened, what is kept, and what to do next. They work without a database."""

import logging
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

Words = str | Promise
_log = logging.getLogger("anlan.web")


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error page says."""

    title: Words
    what: Words
    next: Words
    icon: str


PROBLEMS: Final[dict[int, Problem]] = {
    400: Problem(
        _("This request could not be understood"),
        _("The address or the form that was sent is incomplete or altered. Nothing was changed."),
        _("Go back, reload the page and try again."),
        "link-off",
    ),
    403: Problem(
        _("Your role does not allow this"),
        _(
            "You are signed in, but this page or step belongs to another role or another place. Nothing was changed."
        ),
        _("If your work needs it, ask the administrator for a grant."),
        "lock",
    ),
    404: Problem(
        _("There is no such page"),
        _("The address may be mistyped, the record may have been closed, or it lies outside your grant."),
        _("Search for the place, or start from the overview."),
        "map-question",
    ),
    405: Problem(
        _("This address cannot be used like that"),
        _("The page was called in a way it does not offer. Nothing was changed."),
        _("Go back and use the buttons on the page."),
        "hand-stop",
    ),
    413: Problem(
        _("The file is too large"),
        _("The server takes files only up to a certain size. Nothing was stored."),
        _("Split the file, or ask the administrator to import it from the command line."),
        "file-alert",
    ),
    429: Problem(
        _("Too many tries"),
        _("For protection this is closed for a few minutes."),
        _("Wait a quarter of an hour, then try again, or ask the administrator."),
        "clock-pause",
    ),
    500: Problem(
        _("The server made a mistake"),
        _("It has been written to the log under the number below. What was recorded before is unharmed."),
        _("Go back and try again; if it happens again, tell the administrator the number."),
        "tool",
    ),
}
EXPIRED: Final = Problem(
    _("This form has expired"),
    _(
        "The form was open for too long, or the browser did not send its security cookie. Nothing was changed."
    ),
    _("Go back, reload the page and send the form again. What you typed is still in the form."),
    "hourglass-empty",
)


def error_page(
    request: HttpRequest, status: int, problem: Problem | None = None, detail: str = ""
) -> HttpResponse:
    """The page for a status; a short text for htmx, which shows it as a notice."""
    said = problem or PROBLEMS.get(status, PROBLEMS[400])
    if request.headers.get("HX-Request") == "true":
        body = (
            f"{said.title}。 {detail or said.what}"
            if _is_chinese()
            else f"{said.title}. {detail or said.what}"
        )
        response = HttpResponse(body, status=status, content_type="text/plain; charset=utf-8")
        response.headers["X-Anlan-Error"] = "1"
        return response
    facts = {
        "status": status,
        "problem": said,
        "detail": detail,
        "trace": request.META.get("anlan.trace", ""),
    }
    if status == 500:
        return HttpResponse(render_to_string("errors/bare.html", facts), status=status)
    try:
        page = render_to_string("errors/page.html", facts, request=request)
    except Exception:  # noqa: BLE001  (the last resort must not need what has just failed)
        _log.exception("the error page itself failed")
        page = render_to_string("errors/bare.html", facts)
    return HttpResponse(page, status=status)


def _is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def page_for(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    """Our page in place of a bare answer; its headers (`Allow`, `Retry-After`) are kept."""
    page = error_page(request, response.status_code)
    for name in ("Allow", "Retry-After"):
        if name in response.headers:
            page.headers[name] = response.headers[name]
    return page


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django passes it)
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403, detail=_own_words(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django passes it)
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  (Django passes it)
    return error_page(request, 403, EXPIRED)


def _own_words(exception: Exception) -> str:
    """What the code that refused said, if it said something for people."""
    first = exception.args[0] if exception.args else ""
    return str(first) if isinstance(first, str | Promise) else ""
