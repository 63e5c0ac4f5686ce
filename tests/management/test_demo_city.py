"""The demo city is a believable city: whole, dry, connected, consistent with the schemes, and always the same."""

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import shapely
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from anlan.engine.access import ROLES
from anlan.engine.duties import tiers_for
from anlan.engine.facts import Adoption, Basis
from anlan.engine.policy import Scheme
from anlan.engine.schemes import read_scheme
from anlan.management.demo_city import demo_city
from anlan.management.demo_city.people import ACCOUNTS
from anlan.management.demo_city.subjects import place_subject
from anlan.management.demo_city.values import DemoCity, DemoFeature

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 7, 15)
UNTIL = datetime(2026, 7, 15, 9, 30, tzinfo=ZONE)
SCHEMES = Path(__file__).resolve().parents[2] / "schemes"


@pytest.fixture(scope="module")
def schemes() -> list[Scheme]:
    read = [read_scheme(SCHEMES / name)[0] for name in ("city-plan-2026", "uk-premises-2025")]
    return [scheme for scheme in read if scheme is not None]


@pytest.fixture(scope="module")
def city(schemes: list[Scheme]) -> DemoCity:
    return demo_city(7, today=TODAY, until=UNTIL, schemes=schemes)


def shapes(city: DemoCity, layer: str) -> list[BaseGeometry]:
    return [
        Polygon(feature.parts[0], feature.parts[1:]) for feature in city.features if feature.layer == layer
    ]


def roads(city: DemoCity) -> list[DemoFeature]:
    return [feature for feature in city.features if feature.layer == "road"]


def tier_at(city: DemoCity, schemes: list[Scheme], code: str, at: datetime) -> str:
    plan = schemes[0]
    basis = Basis((Adoption(plan, datetime(2026, 1, 15, tzinfo=ZONE)),), (), ZONE)
    place = next(place for place in city.places if place.code == code)
    return tiers_for(place_subject(place, (), ZONE), basis, at)[plan.id].tier


def test_the_same_seed_and_day_give_the_same_city(city: DemoCity, schemes: list[Scheme]) -> None:
    assert demo_city(7, today=TODAY, until=UNTIL, schemes=schemes) == city


def test_another_seed_gives_another_city(city: DemoCity) -> None:
    other = demo_city(8, today=TODAY, until=UNTIL)
    assert [place.coordinate for place in other.places] != [place.coordinate for place in city.places]


def test_every_place_lies_in_its_own_district(city: DemoCity) -> None:
    outlines = {
        district.code: Polygon(district.outline[0], district.outline[1:]) for district in city.districts
    }
    assert [p.code for p in city.places if not outlines[p.district].covers(Point(p.coordinate))] == []


def test_no_place_stands_in_the_water(city: DemoCity) -> None:
    wet = shapely.union_all(shapes(city, "water"))
    shapely.prepare(wet)
    assert [place.name_en for place in city.places if wet.contains(Point(place.coordinate))] == []


def test_the_districts_cover_the_city_without_overlap(city: DemoCity) -> None:
    outlines = [Polygon(district.outline[0], district.outline[1:]) for district in city.districts]
    whole = shapely.union_all(outlines)
    assert isinstance(whole, Polygon)
    assert not whole.interiors
    assert sum(outline.area for outline in outlines) == pytest.approx(whole.area, rel=1e-6)


def test_every_street_can_be_reached_from_every_other(city: DemoCity) -> None:
    leader: dict[object, object] = {}

    def find(node: object) -> object:
        while leader.setdefault(node, node) != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for road in roads(city):
        first, *others = road.parts[0]
        for point in others:
            leader[find(point)] = find(first)
    assert len({find(point) for road in roads(city) for point in road.parts[0]}) == 1


def test_only_bridges_cross_the_river(city: DemoCity) -> None:
    river = next(Polygon(f.parts[0], f.parts[1:]) for f in city.features if f.kind == "river")
    wet_roads = [road for road in roads(city) if shapely.LineString(road.parts[0]).intersects(river)]
    assert len(wet_roads) >= 6
    assert [road.name_en for road in wet_roads if not road.bridge] == []


def test_the_base_map_stays_small(city: DemoCity) -> None:
    ends = Counter(end for road in roads(city) for end in (road.parts[0][0], road.parts[0][-1]))
    assert 1_500 < len(roads(city)) < 4_000
    assert len(ends) < 9_000
    assert sum(len(part) for feature in city.features for part in feature.parts) < 60_000


def test_there_are_about_1200_places_with_names_in_both_languages(city: DemoCity) -> None:
    assert 1_100 <= len(city.places) <= 1_300
    assert all(
        place.name_zh and place.name_en and "{" not in place.name_zh + place.name_en for place in city.places
    )


def test_no_code_is_used_twice(city: DemoCity) -> None:
    codes = [
        *(place.code for place in city.places),
        *(point.code for place in city.places for point in place.checkpoints),
        *(each.code for each in city.operators),
        *(each.code for each in city.departments),
        *(each.username for each in city.accounts),
        *(each.code for each in city.findings),
    ]
    assert [code for code, count in Counter(codes).items() if count > 1] == []


def test_everything_a_place_refers_to_exists(city: DemoCity) -> None:
    operators = {operator.code for operator in city.operators}
    departments = {department.code for department in city.departments}
    districts = {district.code for district in city.districts}
    for place in city.places:
        assert place.operator in operators
        assert place.department in departments
        assert place.district in districts


def test_district_codes_are_ones_that_are_assigned_to_nobody(city: DemoCity) -> None:
    assert {district.code[:4] for district in city.districts} == {"9901"}
    assert len(city.districts) == 7


def test_telephone_numbers_cannot_be_dialled(city: DemoCity) -> None:
    receivers = [place.receiver for place in city.places if place.receiver]
    assert receivers
    assert all(receiver.phone.startswith("000-") for receiver in receivers)


def test_kinds_flags_and_roles_are_words_of_the_schemes(city: DemoCity, schemes: list[Scheme]) -> None:
    plan = schemes[0]
    assert {place.kind for place in city.places} <= set(plan.places)
    assert {department.role for department in city.departments} <= set(plan.roles)
    facts = {flag for place in city.places for flag in place.flags}
    assert facts | {f.fact for place in city.places for f in place.figures} <= set(plan.facts)


def test_every_tier_occurs_and_some_places_are_undetermined(city: DemoCity, schemes: list[Scheme]) -> None:
    tiers = Counter(tier_at(city, schemes, place.code, UNTIL) for place in city.places[::3])
    assert set(tiers) == {"tier-1", "tier-2", "tier-3", "undetermined"}


def test_one_mall_passed_into_the_first_tier_three_weeks_ago(city: DemoCity, schemes: list[Scheme]) -> None:
    recounted = [
        place
        for place in city.places
        if len({figure.start for figure in place.figures if figure.fact == "daily_visitors"}) > 1
    ]
    assert [place.kind for place in recounted] == ["mall"]
    assert tier_at(city, schemes, recounted[0].code, UNTIL - timedelta(days=25)) == "tier-2"
    assert tier_at(city, schemes, recounted[0].code, UNTIL) == "tier-1"


def test_the_demo_has_an_account_for_each_role_and_second_people_for_warnings_and_public_facts(
    city: DemoCity,
) -> None:
    assert sorted(account.role for account in ACCOUNTS) == sorted(
        [*ROLES, "city-office", "department-liaison"]
    )
    assert {account.username for account in ACCOUNTS} <= {account.username for account in city.accounts}
    assert all(
        bool(each.password) == (each.username in {a.username for a in ACCOUNTS}) for each in city.accounts
    )


def test_each_district_has_an_office_that_can_be_told_of_warnings(city: DemoCity) -> None:
    told = {account.district for account in city.accounts if account.role == "city-office"}
    assert told >= {district.code for district in city.districts}


def test_the_mall_manager_has_a_patrolled_mall_of_the_second_tier(
    city: DemoCity, schemes: list[Scheme]
) -> None:
    code = next(account.place for account in city.accounts if account.username == "manager")
    place = next(place for place in city.places if place.code == code)
    assert place.kind == "mall"
    assert tier_at(city, schemes, code, UNTIL) == "tier-2"
    assert len(place.checkpoints) >= 10


def test_nothing_is_recorded_after_the_moment_asked_for(city: DemoCity) -> None:
    assert max(each.recorded for each in city.evidence) <= UNTIL
    assert all(each.effective <= each.recorded for each in city.evidence)


def test_evidence_names_rules_that_exist_and_checkpoints_of_its_own_place(
    city: DemoCity, schemes: list[Scheme]
) -> None:
    rules = {(scheme.id, rule.id): rule for scheme in schemes for rule in scheme.rules}
    points = {place.code: {point.code for point in place.checkpoints} | {""} for place in city.places}
    points |= {department.code: {""} for department in city.departments}
    accounts = {account.username for account in city.accounts}
    for each in city.evidence:
        assert each.kind == rules[each.scheme, each.rule].evidence
        assert each.checkpoint in points[each.place]
        assert each.by in accounts


def test_there_is_enough_evidence_for_a_month_and_not_too_much_to_load(city: DemoCity) -> None:
    assert 80_000 < len(city.evidence) <= 150_000
    days = {each.effective.astimezone(ZONE).date() for each in city.evidence if each.kind == "scan"}
    assert len(days) >= 30


def test_nights_are_weaker_than_days_and_neither_is_perfect(city: DemoCity) -> None:
    patrols = [e for e in city.evidence if e.rule == "mobile-patrol" and e.place not in _raised(city)]
    day = sum(6 <= each.effective.astimezone(ZONE).hour < 22 for each in patrols)
    night = len(patrols) - day
    assert 0.75 * day < night < 0.99 * day


def test_findings_are_open_overdue_and_closed_by_a_later_record_of_the_same_place(city: DemoCity) -> None:
    evidence = {each.key: each for each in city.evidence}
    closed = [finding for finding in city.findings if finding.closed_by is not None]
    assert 30 <= len(city.findings) <= 100
    assert len(closed) > 15
    assert any(finding.closed is None and finding.deadline < UNTIL for finding in city.findings)
    for finding in city.findings:
        assert finding.item in evidence[finding.evidence].failed_items
    for finding in closed:
        again = evidence[finding.closed_by or 0]
        assert again.place == finding.place
        assert again.effective > finding.found
        assert again.failed_items == ()


def test_one_trade_department_never_sent_its_half_yearly_report(city: DemoCity) -> None:
    reported = {each.place for each in city.evidence if each.rule == "half-yearly-report"}
    trades = {department.code for department in city.departments if department.trade}
    assert "D-commerce" in trades - reported
    assert len(reported) >= len(trades) - 4


def test_orange_stood_three_days_at_places_of_one_district_and_patrols_were_closer(city: DemoCity) -> None:
    orange = next(posture for posture in city.postures if posture.level == "orange")
    districts = {place.district for place in city.places if place.code in orange.places}
    assert orange.end is not None
    assert orange.end - orange.start == timedelta(days=3)
    assert len(orange.places) == 40
    assert len(districts) == 1
    scans = [e for e in city.evidence if e.place in orange.places and e.rule == "mobile-patrol"]
    during = sum(orange.start <= each.effective < orange.end for each in scans)
    before = sum(orange.start - timedelta(days=3) <= each.effective < orange.start for each in scans)
    assert during > 1.6 * before > 0


def test_a_waived_duty_has_no_records_while_it_is_excused(city: DemoCity) -> None:
    assert len(city.waivers) >= 4
    patrol = next(waiver for waiver in city.waivers if waiver.rule == "mobile-patrol")
    inside = [
        each
        for each in city.evidence
        if each.place == patrol.place
        and each.rule == patrol.rule
        and patrol.start + timedelta(hours=2) < each.effective < patrol.end
    ]
    assert inside == []


def _raised(city: DemoCity) -> set[str]:
    return {code for posture in city.postures for code in posture.places}
