"""Every operation, called in every way schemathesis thinks of: nothing undocumented, never a server error."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    PhasesConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    StatefulPhaseConfig,
)
from schemathesis.generation.modes import GenerationMode

from anlan.api import throttling
from anlan.models import User
from api.plan import a_token, adopt_test_plan
from builders import a_department, a_place, a_user, some_evidence

EXAMPLES = 4
"""Drawn requests for each operation, beside those that walk through its parameters one by one."""

UNHURRIED = hypothesis.settings(deadline=None, suppress_health_check=list(hypothesis.HealthCheck))

WELL_FORMED_YET_REFUSED = ["2xx", "3xx", "401", "403", "404", "409", "412", "422", "428"]
"""A request can fit the schema and still name a rule, a fact or a time that there is not."""


def _config(**parameters: str) -> SchemathesisConfig:
    checks = ChecksConfig(
        positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=WELL_FORMED_YET_REFUSED)
    )
    generation = GenerationConfig(
        modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE], max_examples=EXAMPLES, deterministic=True
    )
    project = ProjectConfig(
        parameters=parameters,
        checks=checks,
        generation=generation,
        phases=PhasesConfig(stateful=StatefulPhaseConfig(enabled=False)),
    )
    return SchemathesisConfig(seed=1, projects=ProjectsConfig(default=project))


@pytest.fixture
def city(db: None) -> Iterator[User]:
    """A small city, and somebody who may do in it almost everything."""
    adopt_test_plan()
    mall = a_place("P-1", district="990101", department="D-1", daily_visitors=9000, area_m2=1250)
    a_place("P-2", kind="school")
    a_department("D-2", role="fire")
    some_evidence(mall, at=mall.registered_at, rule="check", scheme="test-plan", kind="inspection")
    unlimited = throttling.PerAsker.allow_request
    throttling.PerAsker.allow_request = lambda self, request: True
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # all requests share the transaction of the test
    yield a_user("city-office")
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    throttling.PerAsker.allow_request = unlimited


@pytest.fixture
def headers(city: User) -> dict[str, str]:
    """The headers of every request."""
    return {"Authorization": f"Bearer {a_token(city)}"}


application = get_wsgi_application()
anywhere = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=_config())
at_things_that_are_there = schemathesis.openapi.from_wsgi(
    "/api/v1/openapi.json",
    application,
    config=_config(code="P-1", scheme="test-plan", rule="walk", checkpoint="C-1"),
)


@pytest.mark.slow
@anywhere.parametrize()
@UNHURRIED
def test_no_request_gets_an_answer_that_is_not_described(case: Any, headers: dict[str, str]) -> None:
    case.call_and_validate(headers=headers)


@pytest.mark.slow
@at_things_that_are_there.include(path_regex="/(places|schemes)/{").parametrize()
@UNHURRIED
def test_no_request_about_a_place_or_scheme_that_is_there_gets_one(
    case: Any, headers: dict[str, str]
) -> None:
    case.call_and_validate(headers=headers)
