"""The board: what its figures say, who sees which, and that asking again is cheap."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.builders import a_district, a_place, a_user, adopt_plan, signed_in, some_evidence

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_ago() -> Any:
    return timezone.now() - timedelta(days=60)


def test_the_board_names_the_district_and_duty_with_most_gaps(client: Client, long_ago: Any) -> None:
    adopt_plan(long_ago)
    a_district("990101")
    a_place("M-1", daily_visitors=3000, area_m2=900, district="990101", at=long_ago)
    html = signed_in(client, a_user("city-office")).get("/").content.decode()
    assert "辖区990101" in html
    assert "安防设施月检" in html


def test_recording_the_last_missing_duty_takes_it_off_the_board(client: Client, long_ago: Any) -> None:
    adopt_plan(long_ago)
    place = a_place("M-1", daily_visitors=3000, area_m2=900, at=long_ago)
    office = signed_in(client, a_user("city-office"))
    before = office.get("/board/live/").content.decode()
    some_evidence(place, at=timezone.now(), rule="security-equipment-inspection")
    after = office.get("/board/live/").content.decode()
    assert "安防设施月检" in before
    assert "安防设施月检" not in after


def test_asking_again_without_a_change_is_answered_with_304(client: Client, long_ago: Any) -> None:
    adopt_plan(long_ago)
    place = a_place("M-1", daily_visitors=3000, at=long_ago)
    office = signed_in(client, a_user("city-office"))
    tag = office.get("/board/live/").headers["ETag"]
    some_evidence(place, at=timezone.now() - timedelta(minutes=1))
    changed = office.get("/board/live/", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    again = [
        office.get("/board/live/", headers={"If-None-Match": changed.headers["ETag"]}) for _n in range(2)
    ]
    assert 304 in {answer.status_code for answer in again}


def test_a_district_inspector_counts_only_the_places_of_the_district(client: Client, long_ago: Any) -> None:
    adopt_plan(long_ago)
    for code in ("990101", "990102"):
        a_district(code)
        a_place(f"M-{code}", daily_visitors=3000, district=code, at=long_ago)
    inspector = a_user("inspector", district="990101")
    html = signed_in(client, inspector).get("/board/live/").content.decode()
    assert "辖区990101" in html
    assert "辖区990102" not in html
    features = client.get("/board/map/").json()["features"]
    assert [feature["properties"]["code"] for feature in features] == ["M-990101"]


def test_an_unknown_filter_counts_as_none(client: Client, long_ago: Any) -> None:
    adopt_plan(long_ago)
    a_place("M-1", daily_visitors=3000, at=long_ago)
    office = signed_in(client, a_user("city-office"))
    for query in ("?district=nowhere", "?scheme=%00", "?district=990101&scheme=x"):
        assert office.get(f"/{query}").status_code in {200, 400}


def test_an_empty_register_says_what_to_do_next(client: Client) -> None:
    html = signed_in(client, a_user("city-office")).get("/").content.decode()
    assert "尚无场所" in html


def test_the_board_reads_as_often_for_many_places_as_for_few(client: Client, long_ago: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    adopt_plan(long_ago)
    office = signed_in(client, a_user("city-office"))

    def reads() -> int:
        office.get("/board/live/")
        some_evidence(first, at=timezone.now() - timedelta(seconds=1))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert office.get("/board/live/").status_code == 200
        return len(captured)

    first = a_place("M-0", daily_visitors=3000, at=long_ago)
    few = reads()
    for number in range(1, 12):
        a_place(f"M-{number}", daily_visitors=3000, at=long_ago)
    assert reads() == few
