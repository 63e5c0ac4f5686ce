"""The description of the API: committed, complete, and every operation behind a declared action."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from anlan.api.problems import KINDS
from anlan.api.root import api
from anlan.engine.access import ACTIONS

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"
OPEN_TO_EVERYBODY = {"problem_kinds", "problem_kind"}


def description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
    return found


def operations() -> Iterator[Any]:
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            yield from view.operations


def test_the_committed_description_is_that_of_the_code() -> None:
    text = json.dumps(description(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get("ANLAN_WRITE_OPENAPI"):
        COMMITTED.write_text(text, "utf-8")
    assert COMMITTED.read_text("utf-8") == text, (
        "The API has changed. If that is meant, run: ANLAN_WRITE_OPENAPI=1 pytest tests/api/test_description.py"
    )


def test_every_operation_declares_the_action_it_needs() -> None:
    for operation in operations():
        if operation.view_func.__name__ in OPEN_TO_EVERYBODY:
            continue
        actions = {callback.action for callback in operation.auth_callbacks}
        assert len(actions) == 1, operation.view_func.__name__
        assert actions <= set(ACTIONS)


def test_every_operation_tells_the_problems_it_may_answer() -> None:
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            statuses = set(operation["responses"])
            if operation.get("security"):
                assert {"401", "403", "429", "422"} <= statuses, path
            if "{" in path:
                assert "404" in statuses, path
            if method in ("post", "patch"):
                assert {"400", "413", "415"} <= statuses, path
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert response == {"$ref": f"#/components/responses/Problem{status}"}


def test_no_two_models_share_a_name() -> None:
    """django-ninja would let one take the other's place without a word."""
    folder = Path(__file__).parents[2] / "src" / "anlan" / "api"
    names = [
        line.split("(")[0].removeprefix("class ").strip(":\n")
        for file in sorted(folder.glob("*.py"))
        for line in file.read_text("utf-8").splitlines()
        if line.startswith("class ")
    ]
    assert len(names) == len(set(names)), sorted(name for name in set(names) if names.count(name) > 1)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: str(kind.code))
def test_every_kind_of_problem_has_words_in_both_languages(kind: Any) -> None:
    from django.utils import translation

    words = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words.append((str(kind.title), str(kind.mend)))
    assert words[0][0] != words[1][0]
    assert words[0][1] != words[1][1]
