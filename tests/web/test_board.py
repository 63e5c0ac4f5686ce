"""The board: what its figures say, who sees which, and that asking again is cheap."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.builders import a_department, a_district, a_place, a_user, adopt_plan, signed_in, some_evidence

from anlan.actions.tallies import count_gaps
from anlan.models import Finding, GapDay
from anlan.web import board as board_pages

pytestmark = pytest.mark.django_db

READS_OF_A_TREND = 8
"""Session, person, grants; districts, editions and adoptions for the filter; the journal; the days counted."""


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


def test_each_tile_counts_what_the_list_behind_it_counts(client: Client, long_ago: Any) -> None:
    adopt_plan(long_ago)
    for number, visitors in enumerate((100, 3000, 9000, 9000)):
        place = a_place(f"M-{number}", daily_visitors=visitors, area_m2=2000, at=long_ago)
        for rule in ("three-checks", "security-equipment-inspection")[: number % 3]:
            some_evidence(place, at=timezone.now() - timedelta(minutes=5), rule=rule)
    office = signed_in(client, a_user("city-office"))
    board_page = office.get("/").context
    tiles, links = board_page["overview"].counts, board_page["links"]
    for state, link in (
        ("not-evidenced", links["not_evidenced"]),
        ("overdue", links["overdue"]),
        ("due", links["due"]),
        ("recorded", links["some_recorded"]),
    ):
        listed = office.get(link).context
        assert listed["duties_listed"] == tiles[state], state
        assert bool(listed["total"]) == bool(tiles[state]), state
    assert office.get(links["gaps"]).context["total"] == board_page["overview"].places_with_gaps
    assert tiles["not-evidenced"] > 0
    assert tiles["recorded"] > 0


def test_a_tile_of_one_scheme_leads_to_the_duties_of_that_scheme(client: Client, long_ago: Any) -> None:
    adopt_plan(long_ago)
    adopt_plan(long_ago, scheme="uk-premises-2025")
    a_place("M-1", daily_visitors=3000, area_m2=2000, peak_present=900.0, at=long_ago)
    office = signed_in(client, a_user("city-office"))
    whole = office.get("/").context["overview"].counts["not-evidenced"]
    page = office.get("/?scheme=uk-premises-2025").context
    count = page["overview"].counts["not-evidenced"]
    assert office.get(page["links"]["not_evidenced"]).context["duties_listed"] == count
    assert 0 < count < whole


def test_every_deadline_that_the_board_counts_is_on_the_list_behind_it(client: Client, long_ago: Any) -> None:
    adopt_plan(long_ago)
    now = timezone.now()
    for number in range(60):
        place = a_place(f"M-{number:02}", daily_visitors=9000, area_m2=2000, at=long_ago)
        until = now + timedelta(hours=3, minutes=number)
        some_evidence(
            place, at=now - timedelta(hours=1), rule="three-checks", kind="inspection", expires_at=until
        )
    office = signed_in(client, a_user("city-office"))
    seen: list[tuple[str, str]] = []
    after = ""
    while True:
        page = office.get("/board/deadlines/", {"hours": "24", "after": after}).context
        seen += [(row.place, row.rule) for row in page["rows"]]
        after = page["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == page["total"]
    assert {f"M-{number:02}" for number in range(60)} == {
        place for place, rule in seen if rule == "three-checks"
    }
    usual = office.get("/").context
    assert office.get(usual["links"]["deadlines"]).context["total"] == usual["overview"].falling_total


def test_numbers_from_a_thousand_on_are_written_with_a_comma_in_both_languages() -> None:
    from django.utils import translation

    from anlan.queries.place_index import PlacePage
    from anlan.web.places import _count_words

    for language, words in (
        ("en", "2,100 places · 1,234 duties overdue"),
        ("zh-hans", "2,100 个场所 · 1,234 项逾期"),
    ):
        with translation.override(language):
            assert _count_words(PlacePage((), "", 2100, 1234), "overdue") == words


# ---- the trend -----------------------------------------------------------------------------------


def whole_trend(client: Client, query: str = "") -> Any:
    """The trend once all days are counted: by the worker, or by one request after the other."""
    count_gaps(at=timezone.now())
    for _attempt in range(20):
        found = client.get(f"/board/trend/{query}").context["trend"]
        if found.is_whole:
            return found
    raise AssertionError("the days are never all counted")


def test_the_trend_ends_with_the_gaps_of_the_board_and_falls_when_one_is_filled(
    client: Client, long_ago: Any
) -> None:
    adopt_plan(long_ago)
    place = a_place("M-1", daily_visitors=3000, area_m2=900, at=long_ago)
    office = signed_in(client, a_user("city-office"))
    before = whole_trend(office)
    counts = office.get("/").context["overview"].counts
    assert (before.days[-1].not_evidenced, before.days[-1].overdue) == (
        counts["not-evidenced"],
        counts["overdue"],
    )
    some_evidence(place, at=timezone.now(), rule="security-equipment-inspection")
    after = whole_trend(office)
    assert after.days[-1].gaps == before.days[-1].gaps - 1
    assert after.days[:-1] == before.days[:-1]


def test_the_trend_counts_only_what_its_reader_may_see(client: Client, long_ago: Any) -> None:
    adopt_plan(long_ago)
    for code in ("990101", "990102"):
        a_district(code)
        a_place(f"M-{code}", daily_visitors=3000, district=code, at=long_ago)
    whole = whole_trend(signed_in(client, a_user("city-office")))
    mine = whole_trend(signed_in(Client(), a_user("inspector", district="990101")))
    assert [day.gaps for day in whole.days] == [2 * (day.gaps or 0) for day in mine.days]


def test_the_chart_says_in_words_what_it_shows_and_holds_a_table(client: Client, long_ago: Any) -> None:
    adopt_plan(long_ago)
    a_place("M-1", daily_visitors=3000, area_m2=900, at=long_ago)
    office = signed_in(client, a_user("city-office"))
    whole_trend(office)
    html = office.get("/board/trend/").content.decode()
    assert 'role="img"' in html
    assert "每日日终缺口数：无证据最低" in html
    assert html.count('<th scope="row">') == 14


def test_a_liaison_of_a_department_counts_the_places_of_the_department(client: Client, long_ago: Any) -> None:
    adopt_plan(long_ago)
    for code in ("D-1", "D-2"):
        a_department(code, at=long_ago)
        a_place(f"M-{code}", daily_visitors=3000, department=code, at=long_ago)
    whole = whole_trend(signed_in(client, a_user("city-office")))
    mine = whole_trend(signed_in(Client(), a_user("department-liaison", department="D-1")))
    assert [day.gaps for day in whole.days[-5:]] == [2 * day.gaps for day in mine.days[-5:]]
    assert mine.days[-1].gaps > 0


def test_days_that_are_not_counted_are_named_and_none_is_shown_as_nought(
    client: Client, long_ago: Any
) -> None:
    adopt_plan(long_ago)
    a_place("M-1", daily_visitors=3000, area_m2=900, at=long_ago)
    office = signed_in(client, a_user("city-office"))
    before = office.get("/board/trend/")
    assert "尚未统计：" in before.content.decode()
    assert 'role="img"' not in before.content.decode()
    count_gaps(at=timezone.now())
    GapDay.objects.latest("on").delete()
    html = office.get("/board/trend/").content.decode()
    yesterday = timezone.localtime() - timedelta(days=1)
    assert f"尚未统计：{yesterday.month}-{yesterday.day}。" in html
    assert "昨日日终" not in html
    row = html.split(f'<th scope="row">{yesterday.month}-{yesterday.day}</th>')[1].split("</tr>")[0]
    assert ">0<" not in row


def test_a_trend_once_counted_is_read_as_often_for_many_places_as_for_few(
    client: Client, long_ago: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    adopt_plan(long_ago)
    office = signed_in(client, a_user("city-office"))

    def reads() -> int:
        whole_trend(office)
        with CaptureQueriesContext(connection) as captured:
            assert office.get("/board/trend/").status_code == 200
        return len(captured)

    a_place("M-0", daily_visitors=3000, at=long_ago)
    few = reads()
    for number in range(1, 12):
        a_place(f"M-{number}", daily_visitors=3000, at=long_ago)
    assert reads() == few == READS_OF_A_TREND


# ---- what figures lead to ----------------------------------------------------------------------


def test_a_district_counts_its_parts_as_the_list_behind_it_does(client: Client, long_ago: Any) -> None:
    adopt_plan(long_ago)
    a_district("990100")
    for code in ("990101", "990102"):
        a_district(code, parent="990100")
    for code in ("990100", "990101", "990101", "990102", "990200"):
        a_place(daily_visitors=3000, area_m2=900, district=code, at=long_ago)
    a_place(daily_visitors=3000, area_m2=900, at=long_ago)
    office = signed_in(client, a_user("city-office"))
    page = office.get("/").context
    rows = {row.code: row for row in page["overview"].districts}
    assert set(rows) == {"", "990100", "990101", "990102", "990200"}
    for code in filter(None, rows):
        states = "not-evidenced", "overdue"
        listed = [
            office.get(f"/places/?district={code}&state={state}").context["duties_listed"] for state in states
        ]
        assert rows[code].gaps == sum(listed), code
    assert rows["990100"].gaps == 4 * rows["990102"].gaps > 0
    assert rows["990200"].gaps == rows[""].gaps == page["overview"].districts[-1].gaps
    narrowed = office.get("/?district=990101").context["overview"].districts
    assert [row.code for row in narrowed] == ["990101"]


def test_places_without_a_district_lead_nowhere_for_there_is_no_such_list(
    client: Client, long_ago: Any
) -> None:
    adopt_plan(long_ago)
    a_place("M-1", daily_visitors=3000, at=long_ago)
    html = signed_in(client, a_user("city-office")).get("/").content.decode()
    assert '<span class="cell-title">未划定辖区</span>' in html


def test_the_tile_of_findings_leads_to_those_of_the_district_that_it_counts(
    client: Client, long_ago: Any
) -> None:
    adopt_plan(long_ago)
    a_district("990100")
    a_district("990101", parent="990100")
    a_district("990111", parent="990101")
    for number, code in enumerate(("990100", "990111", "990200")):
        place = a_place(daily_visitors=3000, district=code, at=long_ago)
        Finding.objects.create(
            number=number + 1,
            year=2026,
            place=place,
            evidence=some_evidence(place, at=timezone.now(), rule="three-checks", kind="inspection"),
            scheme="city-plan-2026",
            rule="three-checks",
            item="exits",
            title_zh="出口",
            opened_at=timezone.now(),
            deadline=timezone.now() + timedelta(days=3),
        )
    office = signed_in(client, a_user("city-office"))
    for query, count in (("", 3), ("?district=990100", 2), ("?district=990200", 1)):
        page = office.get(f"/{query}").context
        assert page["overview"].findings_open == count
        assert len(office.get(page["links"]["findings"]).context["rows"]) == count


def test_a_map_that_leaves_places_out_says_so(
    client: Client, long_ago: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopt_plan(long_ago)
    for _number in range(3):
        a_place(daily_visitors=3000, at=long_ago)
    office = signed_in(client, a_user("city-office"))
    assert "地图最多显示" not in office.get("/").content.decode()
    monkeypatch.setattr(board_pages, "MAP_LIMIT", 2)
    assert len(office.get("/board/map/").json()["features"]) == 2
    for address in ("/", "/wall/"):
        assert "3 个场所中，地图最多显示 2 个" in office.get(address).content.decode()
