"""What the API answers when it cannot do as asked: RFC 9457 problems with a stable type, a code, and how to mend it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, Field

Words = str | Promise

MEDIA_TYPE: Final = "application/problem+json"
TYPES: Final = "/api/v1/problems/"
"""A problem's type is this address and its code: stable, and readable on every installation without a network."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its status, its title, and what usually mends it."""

    code: str
    status: int
    title: Words
    mend: Words


KINDS: Final[Mapping[str, Kind]] = {
    kind.code: kind
    for kind in (
        Kind(
            "malformed-request",
            400,
            _("The request cannot be read"),
            _("Send well-formed JSON in UTF-8: no NaN, no repeated keys, no byte order mark."),
        ),
        Kind(
            "not-signed-in",
            401,
            _("Sign in first"),
            _("Send the header “Authorization: Bearer TOKEN”, or sign in with the browser."),
        ),
        Kind(
            "invalid-token",
            401,
            _("This token is not valid"),
            _("It is mistyped, expired or revoked, or its account is closed. Ask for a new token."),
        ),
        Kind(
            "refused",
            403,
            _("Your role does not allow this"),
            _("If your work needs it, ask the administrator for a grant."),
        ),
        Kind("read-only-token", 403, _("This token may only read"), _("Ask for a token that may write.")),
        Kind(
            "csrf-failed",
            403,
            _("The browser's security token is missing"),
            _("Send the header X-CSRFToken with the value of the page's token, or use an API token."),
        ),
        Kind(
            "not-found",
            404,
            _("There is no such thing here"),
            _("Check the code or id. What lies outside your grants is answered the same."),
        ),
        Kind(
            "method-not-allowed",
            405,
            _("This address does not offer that method"),
            _("The header Allow names those it offers."),
        ),
        Kind(
            "already-exists",
            409,
            _("There is one with this code already"),
            _("Choose another code, or change the one there is."),
        ),
        Kind(
            "conflict",
            409,
            _("The present state does not allow this"),
            _("Read the record again and decide anew."),
        ),
        Kind(
            "changed-meanwhile",
            412,
            _("Somebody has changed this meanwhile"),
            _("Read it again and send your change with the new ETag."),
        ),
        Kind("too-large", 413, _("The request is too large"), _("Send it in several parts.")),
        Kind(
            "unsupported-media-type",
            415,
            _("This content type is not taken"),
            _("Send JSON with “Content-Type: application/json”."),
        ),
        Kind("invalid", 422, _("Some values are not right"), _("Mend the values listed under errors and send again.")),
        Kind(
            "idempotency-key-reused",
            422,
            _("This key stands for another request"),
            _("Send the same content again with the same key, or other content with a new key."),
        ),
        Kind(
            "precondition-required",
            428,
            _("Say which version you are changing"),
            _("Read it first and send its ETag in the header If-Match."),
        ),
        Kind(
            "too-many-requests",
            429,
            _("Too many requests"),
            _("Wait as many seconds as the header Retry-After says."),
        ),
        Kind(
            "server-error",
            500,
            _("The server made a mistake"),
            _("It is in the log under the trace id; what was recorded before is unharmed."),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong value: where it stands (a JSON pointer, or a parameter's name) and what is wrong with it."""

    detail: str
    pointer: str = ""
    parameter: str = ""


@dataclass(slots=True)
class ProblemError(Exception):
    """Raised where a request cannot be carried out; answered as a problem."""

    code: str
    detail: str = ""
    faults: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return KINDS[self.code].status


class FaultOut(BaseModel):
    """One wrong value of a request."""

    detail: str
    pointer: str | None = Field(
        default=None, description="JSON pointer into the body, such as #/facts/area_m2"
    )
    parameter: str | None = Field(default=None, description="name of the query, path or header parameter")


class ProblemOut(BaseModel):
    """A problem as RFC 9457 shapes it."""

    type: str = Field(description="stable address of the kind of problem; it can be read")
    code: str = Field(description="the same as a short word")
    title: str = Field(description="in Chinese or English, by Accept-Language")
    status: int
    detail: str = Field(description="what is wrong here and how to mend it")
    trace_id: str = Field(description="under which the server's log tells more")
    errors: list[FaultOut] = []
    current: dict[str, Any] | None = Field(
        default=None, description="with 412: version and last change of the record"
    )


def invalid(detail: str, *, pointer: str = "", parameter: str = "") -> ProblemError:
    """A problem with one wrong value."""
    return ProblemError("invalid", faults=[Fault(detail, pointer, parameter)])


def described(problem: ProblemError, trace_id: str) -> dict[str, Any]:
    """The body of a problem, in the language that is active."""
    kind = KINDS[problem.code]
    body: dict[str, Any] = {
        "type": TYPES + kind.code,
        "code": kind.code,
        "title": str(kind.title),
        "status": kind.status,
        "detail": problem.detail or str(kind.mend),
        "trace_id": trace_id,
    }
    if problem.faults:
        body["errors"] = [_fault(fault) for fault in problem.faults]
    return {**body, **problem.more}


def answer(request: HttpRequest, problem: ProblemError) -> HttpResponse:
    """A problem as a response."""
    body = json.dumps(described(problem, trace_of(request)), ensure_ascii=False)
    response = HttpResponse(body, status=problem.status, content_type=MEDIA_TYPE)
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response


def trace_of(request: HttpRequest) -> str:
    """The number under which the log tells more about this request."""
    return str(request.META.get("anlan.trace", ""))


def _fault(fault: Fault) -> dict[str, str]:
    placed = {"pointer": fault.pointer, "parameter": fault.parameter, "detail": fault.detail}
    return {name: value for name, value in placed.items() if value}
