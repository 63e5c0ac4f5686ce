"""Reading requests strictly: JSON as RFC 8259 has it, known parameters only, the language the asker prefers."""

import json
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import wraps
from typing import Any, NoReturn

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja.operation import Operation
from ninja.parser import Parser

from anlan.api.problems import Fault, ProblemError


class StrictParser(Parser):
    """JSON in UTF-8 without NaN, without repeated names, and named as JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        kind = request.content_type or ""
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise ProblemError("unsupported-media-type", headers={"Accept": "application/json"})
        return json.loads(
            request.body.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_without_repeats
        )


def language_of(request: HttpRequest) -> str:
    """The first language of Accept-Language that Anlan speaks; else the installation's."""
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200].lower()):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def known_parameters_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse parameters that the operation does not have: a mistyped filter must not pass for no filter."""
    operation: Operation = view._ninja_operation  # type: ignore[attr-defined]  # noqa: SLF001  (ninja's)
    known = _query_parameters(operation)

    @wraps(view)
    def careful(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        faults = [_unknown(name, known) for name in request.GET if name not in known]
        faults += [
            Fault(_("Give this parameter once."), parameter=name)
            for name in request.GET
            if name in known and len(request.GET.getlist(name)) > 1
        ]
        if faults:
            raise ProblemError("invalid", faults=faults[:20])
        return view(request, *args, **kwargs)

    return careful


def _query_parameters(operation: Operation) -> list[str]:
    return [
        str(name)
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in getattr(model, "__ninja_flatten_map__", {})
    ]


def _unknown(name: str, known: Sequence[str]) -> Fault:
    near = get_close_matches(name, known, n=1)
    if near:
        detail = _("There is no parameter of this name. Did you mean “%(near)s”?") % {"near": near[0]}
    elif known:
        detail = _("There is no parameter of this name. Known: %(known)s.") % {"known": ", ".join(known)}
    else:
        detail = _("This address takes no parameters.")
    return Fault(detail, parameter=name[:64])


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated name")
    return found
