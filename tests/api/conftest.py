"""A city that works by the small test plan, and clients that ask."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from anlan.models import Place
from api.plan import ApiClient, adopt_test_plan
from builders import a_department, a_place, a_user


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> Iterator[None]:
    """Each test begins with its own count of requests."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def plan(db: None) -> None:
    """The test plan is adopted."""
    adopt_test_plan()


@pytest.fixture
def mall(plan: None) -> Place:
    """A large mall in district 990101."""
    a_department("D-1", role="fire")
    return a_place("P-1", district="990101", department="D-1", daily_visitors=9000, area_m2=1250)


@pytest.fixture
def office(plan: None) -> ApiClient:
    """The city office, with a token that may write."""
    return ApiClient(a_user("city-office"))
