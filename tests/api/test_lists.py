"""Lists: every row once, in a fixed order, with a fixed number of reads however many rows there are."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.actions.duties import give_waiver
from anlan.actions.schemes import set_local_value
from anlan.models import Place
from anlan.queries import board
from api.plan import START, ApiClient
from builders import a_department, a_district, a_place, a_user, some_evidence

LISTS = [
    "/places", "/districts", "/departments", "/operators", "/evidence", "/findings", "/waivers", "/local-values",
    "/places/P-000/facts", "/places/P-000/occurrences",
]  # fmt: skip


def a_city(places: int) -> None:
    """Rows of every kind, in number proportional to the places."""
    for number in range(places):
        at = START + timedelta(hours=number // 3)
        a_district(f"99{number:04}")
        place = a_place(
            f"P-{number:03}", operator=f"物业{number}", district=f"99{number:04}", area_m2=100 + number
        )
        a_department(f"D-{number:03}", role="fire")
        some_evidence(place, at=at, scheme="test-plan", rule="walk", kind="scan")
        give_waiver(
            scheme="test-plan", rule="walk", place=place, start=at, end=at + timedelta(days=1), reason="试",
            by=None, at=at,
        )  # fmt: skip
        set_local_value(
            scheme="test-plan", parameter="large-visitors", value=4000, reason="试", valid_from=at.date(),
            valid_until=None, by=None, at=at, place=place,
        )  # fmt: skip


def pages(client: ApiClient, address: str) -> Iterator[list[dict[str, object]]]:
    """The pages of a list, following `next`."""
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        yield answer.json()["items"]
        address = answer.json()["next"] or ""


@pytest.mark.parametrize(
    "path", [path for path in LISTS if not path.endswith("occurrences") and path != "/findings"]
)
def test_following_next_gives_every_row_once_whatever_the_size_of_a_page(
    office: ApiClient, path: str
) -> None:
    a_city(11)
    whole = office.get(f"{path}?limit=200").json()
    assert whole["next"] is None
    assert whole["items"]
    for limit in (1, 4, len(whole["items"])):
        found = list(pages(office, f"{path}?limit={limit}"))
        assert [row for page in found for row in page] == whole["items"]
        assert all(len(page) == limit for page in found[:-1])
        assert found[-1], "the last page is not an empty one"


def test_filters_stay_in_the_address_of_the_next_page(office: ApiClient) -> None:
    a_city(6)
    a_place("X-1", kind="school")
    following = office.get("/places?kind=mall&limit=4").json()["next"]
    assert "kind=mall" in following
    assert {item["kind"] for item in office.get(following).json()["items"]} == {"mall"}


def test_a_row_added_meanwhile_is_neither_skipped_nor_shown_twice(office: ApiClient) -> None:
    a_city(4)
    first = office.get("/places?limit=2").json()
    a_place("P-000A")
    rest = [row["code"] for page in pages(office, first["next"]) for row in page]
    assert [item["code"] for item in first["items"]] + rest == ["P-000", "P-001", "P-002", "P-003"]


@pytest.mark.parametrize("path", LISTS)
def test_the_number_of_reads_does_not_grow_with_the_rows(office: ApiClient, path: str) -> None:
    a_city(2)
    office.get(path)
    few = _reads(office, path)
    for number in range(20, 29):
        place = a_place(f"P-{number:03}", operator=f"物业{number}", district=f"99{number:04}")
        some_evidence(place, at=START, scheme="test-plan", rule="walk", kind="scan")
    assert _reads(office, path) == few
    assert few <= 6


def test_reads_do_not_grow_for_somebody_who_sees_one_place_only(plan: None) -> None:
    a_city(3)
    venue = ApiClient(a_user("venue-manager", place="P-001"))
    venue.get("/places")
    assert [
        len(next(pages(venue, path))) for path in ("/places", "/evidence", "/waivers", "/local-values")
    ] == [1] * 4
    assert _reads(venue, "/evidence") <= 5
    assert Place.objects.count() == 3


@pytest.mark.parametrize(
    ("path", "most"),
    [("/gaps", 16), ("/board", 6), ("/places?tier=test-plan:none", 8), ("/places/P-000/duties", 18)],
)
def test_what_is_derived_costs_a_fixed_number_of_reads_too(office: ApiClient, path: str, most: int) -> None:
    board.forget()
    a_city(2)
    office.get(path)
    few = _reads(office, path)
    for number in range(20, 29):
        place = a_place(f"P-{number:03}", daily_visitors=9000, area_m2=100, district=f"99{number:04}")
        some_evidence(place, at=START, scheme="test-plan", rule="walk", kind="scan")
        a_department(f"D-{number:03}", role="fire")
    office.get(path)
    assert _reads(office, path) <= few
    assert few <= most


def _reads(client: ApiClient, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
