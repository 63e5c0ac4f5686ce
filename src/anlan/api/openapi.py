"""The description of the API: what django-ninja writes, completed with the problems each operation may answer."""

from collections.abc import Iterator
from typing import Any, Final

from ninja.openapi.schema import OpenAPISchema

from anlan.api.problems import KINDS, MEDIA_TYPE, ProblemOut

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_PROBLEM_SCHEMA: Final = {"$ref": "#/components/schemas/ProblemOut"}


def complete(schema: OpenAPISchema) -> OpenAPISchema:
    """Add to every operation the problems it may answer, as shared responses."""
    components = schema["components"]
    problem = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= problem.pop("$defs", {})
    components["schemas"]["ProblemOut"] = problem
    components["responses"] = {f"Problem{status}": _shared(status) for status in _statuses()}
    for path, operation in _operations(schema):
        for status in _expected(path, operation):
            operation["responses"].setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
        if "If-None-Match" in _parameters(operation):
            operation["responses"].setdefault(304, {"description": "Unchanged since the version you hold"})
        operation["responses"] = {
            str(status): said for status, said in sorted(operation["responses"].items())
        }
    return schema


def _expected(path: str, operation: dict[str, Any]) -> Iterator[int]:
    parameters = _parameters(operation)
    if operation.get("security"):
        yield from (401, 403, 429)
    if "{" in path:
        yield 404
    if parameters or "requestBody" in operation or operation.get("security"):
        yield 422
    if "requestBody" in operation:
        yield from (400, 404, 409, 413, 415)
    if "If-Match" in parameters:
        yield from (412, 428)


def _shared(status: int) -> dict[str, Any]:
    kinds = [kind for kind in KINDS.values() if kind.status == status]
    response: dict[str, Any] = {
        "description": "Problem: " + ", ".join(kind.code for kind in kinds),
        "content": {MEDIA_TYPE: {"schema": _PROBLEM_SCHEMA}},
    }
    if status == 401:
        response["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    if status == 429:
        response["headers"] = {"Retry-After": {"schema": {"type": "string"}, "description": "seconds"}}
    return response


def _statuses() -> list[int]:
    return sorted({kind.status for kind in KINDS.values()})


def _parameters(operation: dict[str, Any]) -> set[str]:
    return {parameter["name"] for parameter in operation.get("parameters", ())}


def _operations(schema: OpenAPISchema) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in schema["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield path, methods[method]
