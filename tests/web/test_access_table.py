"""Every page and every API operation against every role: opened or refused as the tables say.

A new address fails here until it stands in PAGES or OPERATIONS with the action it needs.
"""

import itertools
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from access_tables import ASKS_ITSELF, OPERATIONS, PAGES, may_open
from anlan.api.root import api
from anlan.engine.access import ROLES, Role
from anlan.web.access import ANYBODY, SIGNED_IN, declared_actions
from builders import a_place, a_user, signed_in

pytestmark = pytest.mark.django_db

NOT_OURS = {"api"}
"""Namespaces whose operations are walked one by one instead."""


def patterns(found: list[Any], *, namespace: str = "") -> Iterator[URLPattern]:
    for each in found:
        if isinstance(each, URLResolver):
            if (each.namespace or namespace) not in NOT_OURS:
                yield from patterns(each.url_patterns, namespace=each.namespace or namespace)
        elif each.name:
            yield each


ALL = {pattern.name: pattern for pattern in patterns(get_resolver().url_patterns)}


def address_of(pattern: URLPattern) -> str:
    """The page's address about things that exist where the asker may see them, else about nothing."""
    known = {"code": "P-1", "place": "P-1", "username": "victim", "scheme_id": "city-plan-2026"}
    arguments = {}
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__
        fallback = {"UUIDConverter": uuid.UUID(int=1), "IntConverter": 1}.get(kind, "x")
        arguments[name] = known.get(name, fallback)
    return reverse(pattern.name, kwargs=arguments)


def a_signed_in(role: Role) -> Client:
    """A client of somebody with this role: at their own place for venue managers and guards, else city-wide."""
    a_place("P-1", district="990101")
    a_user(None, username="victim")
    place = "P-1" if role in {"venue-manager", "guard"} else ""
    return signed_in(Client(raise_request_exception=True), a_user(role, place=place))


def answer(client: Client, address: str) -> Any:
    """What a page answers; those that take no GET are sent an empty form."""
    response = client.get(address)
    return client.post(address) if response.status_code == 405 else response


def test_every_address_stands_in_the_table_and_declares_the_action_it_needs():
    assert set(ALL) == set(PAGES), "add the new address to PAGES in tests/access_tables.py"
    declared = {name: declared_actions(pattern.callback) for name, pattern in ALL.items()}
    assert {name: " ".join(actions) for name, actions in declared.items()} == PAGES


def test_every_operation_stands_in_the_table_and_asks_for_the_action_it_needs():
    asked = {}
    for _prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                actions = {guard.action for guard in operation.auth_callbacks}
                asked[f"{operation.methods[0]} {path}"] = " ".join(sorted(actions)) or ANYBODY
    assert asked == OPERATIONS, "add the new operation to OPERATIONS in tests/access_tables.py"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_the_pages_it_may_and_is_refused_the_others(role):
    client = a_signed_in(role)
    wrong = {}
    for name, pattern in ALL.items():
        if name == "sign-out" or name not in PAGES:
            continue
        address = address_of(pattern)
        status = answer(client, address).status_code
        turned_away = address == "/" and status == 302
        opened = status not in {401, 403} and not turned_away
        if opened is not may_open(role, ASKS_ITSELF.get(name, PAGES[name])) or status >= 500:
            wrong[name] = status
    assert wrong == {}


def test_the_front_door_leads_everybody_to_a_page_they_may_open():
    for role in ("venue-manager", "guard"):
        client = signed_in(Client(), a_user(role, place="P-1"))
        response = client.get("/", follow=True)
        assert response.status_code == 200
        assert response.redirect_chain


def test_nobody_opens_a_page_without_signing_in():
    a_place("P-1", district="990101")
    client = Client()
    wrong = {}
    for name, pattern in ALL.items():
        if PAGES.get(name, ANYBODY) == ANYBODY:
            continue
        response = answer(client, address_of(pattern))
        if response.status_code != 302 or not response.headers["Location"].startswith(reverse("sign-in")):
            wrong[name] = response.status_code
    assert wrong == {}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_calls_the_operations_it_may_and_is_refused_the_others(role):
    client = a_signed_in(role)
    wrong = {}
    for operation, action in OPERATIONS.items():
        status = call(client, operation).status_code
        opened = status not in {401, 403}
        expected = action == ANYBODY or (may_open(role, action) and may_open(role, "use-api"))
        if opened is not expected or status >= 500:
            wrong[operation] = status
    assert wrong == {}


def test_no_operation_answers_without_a_token_or_session():
    client = Client()
    answers = {op: call(client, op).status_code for op, action in OPERATIONS.items() if action != ANYBODY}
    assert set(answers.values()) == {401}


def call(client: Client, operation: str) -> Any:
    method, _space, path = operation.partition(" ")
    for name in ("code", "place"):
        path = path.replace(f"{{{name}}}", "P-1")
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = f"{path[:start]}{uuid.UUID(int=1)}{path[end + 1 :]}"
    return client.generic(method, f"/api/v1{path}", b"{}", content_type="application/json")


def test_the_tables_name_real_actions_only():
    from anlan.engine.access import ACTIONS

    named = set(
        itertools.chain.from_iterable(text.split() for text in [*PAGES.values(), *OPERATIONS.values()])
    )
    assert named <= {*ACTIONS, ANYBODY, SIGNED_IN}
