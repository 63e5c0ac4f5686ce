"""The API under /api/v1: its rooms, its errors, its description."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, re_path
from django.utils import translation
from django.utils.cache import patch_vary_headers
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.renderers import JSONRenderer

from anlan.api import (
    board,
    cap,
    duties,
    evidence,
    findings,
    openapi,
    places,
    problem_pages,
    register,
    schemes,
    signals,
)
from anlan.api.faults import faults_of
from anlan.api.problems import ProblemError, answer, trace_of
from anlan.api.reading import StrictParser, known_parameters_only, language_of
from anlan.api.throttling import PerAsker

log = logging.getLogger("anlan.api")

DESCRIPTION = """Register, schemes, duties, evidence, findings, signals and CAP messages of a city's preparedness plan.

Times are ISO 8601 with an offset. Lists come in pages: follow `next` until it is null. Errors are RFC 9457 problems,
titled in Chinese or English by Accept-Language. Changes to a place need If-Match; POSTs that create take an
Idempotency-Key. Codes and ids outside the asker's grants are answered like ones that do not exist."""


class Renderer(JSONRenderer):
    """JSON with Chinese as it is written, and never NaN."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False, "allow_nan": False}


class Api(NinjaAPI):
    """django-ninja with problems for every refusal, including those it makes itself."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        return openapi.complete(super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params))

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """An operation is called what its function is called."""
        return operation.view_func.__name__

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        patterns = [*super()._get_urls(), re_path("^", nothing_here, name="nothing-here")]
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = in_our_manner(pattern.callback)
        return patterns


def in_our_manner(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer in the asker's language, with headers for caches, and with a problem where the view has none."""

    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        language = language_of(request)
        with translation.override(language):
            try:
                response = view(request, *args, **kwargs)
            except Exception as error:  # noqa: BLE001  (what reaches here is answered and logged, never shown)
                response = on_error(request, error)
            if response.status_code == 405:
                allow = response.headers.get("Allow", "GET")
                response = answer(request, ProblemError("method-not-allowed", headers={"Allow": allow}))
        response.headers["Content-Language"] = "en" if language == "en" else "zh-Hans"
        response.headers.setdefault(
            "Cache-Control", "private, no-cache" if "ETag" in response else "no-store"
        )
        patch_vary_headers(response, ("Accept-Language", "Authorization", "Cookie"))
        return response

    respond.csrf_exempt = True  # type: ignore[attr-defined]  # Django looks for it
    return respond


def nothing_here(request: HttpRequest) -> HttpResponse:
    """An address under /api/v1 that leads nowhere."""
    return answer(request, ProblemError("not-found"))


def on_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """Any exception as a problem; what nobody foresaw is logged under the trace id."""
    problem = _problem_of(error)
    if problem is None:
        log.exception("api error, trace %s", trace_of(request), exc_info=error)
        problem = ProblemError("server-error")
    return answer(request, problem)


def _problem_of(error: BaseException) -> ProblemError | None:
    match error:
        case ProblemError():
            return error
        case ValidationError():
            return ProblemError("invalid", faults=faults_of(error.errors))
        case AuthenticationError():
            return ProblemError("not-signed-in", headers={"WWW-Authenticate": 'Bearer realm="Anlan"'})
        case Throttled():
            return ProblemError("too-many-requests")
        case HttpError():
            return (
                error.__cause__
                if isinstance(error.__cause__, ProblemError)
                else ProblemError("malformed-request")
            )
        case Http404():
            return ProblemError("not-found")
        case PermissionDenied():
            return ProblemError("refused")
        case RequestDataTooBig() | TooManyFieldsSent():
            return ProblemError("too-large")
        case IntegrityError():
            return ProblemError("conflict")
        case _:
            return None


api = Api(
    title="Anlan 安澜",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,
    renderer=Renderer(),
    parser=StrictParser(),
    throttle=[PerAsker()],
)
for kind in (Exception, ProblemError, ValidationError, HttpError, Http404):
    api.add_exception_handler(kind, on_error)  # type: ignore[arg-type]  # it takes any of these kinds
api.add_decorator(known_parameters_only, mode="operation")
for room in (register, places, schemes, duties, evidence, findings, signals, cap, board, problem_pages):
    api.add_router("", room.router)
