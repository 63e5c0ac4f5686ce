"""Who owes what, since when, why, and what other facts would change."""

from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest

from anlan.engine.duties import derive, duties_for, tiers_for, what_if
from anlan.engine.facts import Adoption, Basis, LocalFigure
from anlan.engine.figures import Figures
from anlan.engine.owed import Duty
from anlan.engine.plain import plain_duty
from anlan.engine.policy import (
    Citation,
    Each,
    Every,
    Quantity,
    Reference,
    Standing,
    Term,
    Text,
    Within,
)
from anlan.engine.rule_words import quantity_words
from anlan.engine.timelines import timeline
from engine.duty_builders import (
    DAY,
    DAY_AND_NIGHT,
    HOUR,
    PLAN,
    SHANGHAI,
    START,
    at,
    basis,
    compared,
    figure,
    over,
    place,
    rule,
    scheme,
)

TIERS = (
    rule("tier-1", kind="tier", where=over("daily_visitors", Reference("tier-1-visitors"))),
    rule("tier-2", kind="tier", where=compared("daily_visitors", "at_least", 2000)),
    rule("tier-3", kind="tier", where=compared("daily_visitors", "under", 2000)),
)
PATROL = rule(
    "patrol", DAY_AND_NIGHT, where=compared("tier", "is", "tier-2"), concern="patrol", evidence="scan",
    grace=timedelta(minutes=10),
)  # fmt: skip
GUARDS = rule(
    "guards", Standing(), kind="standard", where=compared("tier", "is", "tier-1"),
    quantity=Quantity("guards", of="area_m2", one_per=Reference("area-per-guard")),
)  # fmt: skip
ORANGE = rule(
    "patrol-when-orange", (Every(HOUR / 2),), kind="measure", posture=("orange", "red"), changes="patrol",
    cites=Citation("practice"),
)  # fmt: skip
FIGURES = (
    figure("tier-1-visitors", ("2026-01-01", 5000), ("2026-07-01", 4000)),
    figure("area-per-guard", ("2026-01-01", 100)),
)
CITY = scheme("plan", *TIERS, PATROL, GUARDS, ORANGE, parameters=FIGURES)
MARCH = at("2026-03-05T09:00")


def owed(duties: tuple[Duty, ...]) -> list[str]:
    return [duty.id for duty in duties if duty.owed]


def test_a_duty_says_which_fact_and_which_clause_decided() -> None:
    (duty,) = duties_for(place({"daily_visitors": 5000}), basis(CITY), MARCH)
    assert duty.id == "plan/patrol"
    assert [(reason.fact, reason.value) for reason in duty.because] == [("tier", "tier-2")]
    assert duty.cites == (PLAN,)
    assert duty.cadence == DAY_AND_NIGHT
    assert duty.since == START
    assert duty.since_cause is not None
    assert duty.since_cause.kind == "registered"


def test_the_borders_of_the_tiers_are_those_of_the_plan() -> None:
    reached = [
        tiers_for(place({"daily_visitors": visitors}), basis(CITY), MARCH)["plan"].tier
        for visitors in (5001, 5000, 2000, 1999)
    ]
    assert reached == ["tier-1", "tier-2", "tier-2", "tier-3"]


def test_a_missing_fact_leaves_duties_undetermined_and_names_it() -> None:
    derived = derive(place({"area_m2": 900}), basis(CITY), MARCH)
    assert derived.duties == ()
    assert {found.rule.id for found in derived.undetermined} == {"patrol", "guards"}
    big = derive(place({"daily_visitors": 9000}), basis(CITY), MARCH)
    assert [(found.rule.id, found.missing) for found in big.undetermined] == [("guards", ("area_m2",))]


def test_one_guard_for_each_hundred_square_metres_is_rounded_up() -> None:
    for area, guards in ((900, 9), (901, 10), (1000, 10)):
        (duty,) = duties_for(place({"daily_visitors": 9000, "area_m2": area}), basis(CITY), MARCH)
        assert (duty.quantity, duty.unit) == (guards, "guards")


def test_a_local_figure_for_one_place_beats_that_of_the_city() -> None:
    city = LocalFigure("plan", "area-per-guard", 200, "r", "b", date(2026, 1, 1), None)
    own = replace(city, value=50, place="P1")
    mall = place({"daily_visitors": 9000, "area_m2": 1000})
    for local, guards in (((city,), 5), ((own, city), 20)):
        (duty,) = duties_for(mall, Basis(basis(CITY).adoptions, local), MARCH)
        assert duty.quantity == guards


def test_a_figure_that_changes_on_a_date_changes_the_tier_from_that_midnight_on() -> None:
    mall = place({"daily_visitors": 4500, "area_m2": 1000})
    assert owed(duties_for(mall, basis(CITY), at("2026-06-30T23:59"))) == ["plan/patrol"]
    (guards,) = duties_for(mall, basis(CITY), at("2026-07-01T00:00"))
    assert guards.id == "plan/guards"
    assert guards.since == at("2026-07-01")
    assert guards.since_cause is not None
    assert guards.since_cause.kind == "figure"


def test_a_measure_applies_from_its_level_up_and_never_weakens() -> None:
    raised = place({"daily_visitors": 3000}, postures=[(at("2026-03-05T08:20"), None, "red")])
    (duty,) = duties_for(raised, basis(CITY), MARCH)
    assert duty.cadence == (Every(HOUR / 2),)
    assert [measure.rule.id for measure in duty.measures] == ["patrol-when-orange"]
    assert duty.measures[0].changed.en == "every 30 minutes"
    assert (duty.since, duty.terms_since) == (START, at("2026-03-05T08:20"))
    yellow = place({"daily_visitors": 3000}, postures=[(at("2026-03-05T08:20"), None, "yellow")])
    assert duties_for(yellow, basis(CITY), MARCH)[0].cadence == DAY_AND_NIGHT
    slow = replace(ORANGE, cadence=(Every(6 * HOUR),))
    weak = scheme("plan", *TIERS, PATROL, slow, parameters=FIGURES)
    assert duties_for(raised, basis(weak), MARCH)[0].cadence == DAY_AND_NIGHT


def test_of_several_measures_the_strictest_wins() -> None:
    more = rule("m1", kind="measure", posture=("red",), changes="guards", plus=4)
    most = rule("m2", kind="measure", posture=("orange", "red"), changes="guards", plus=6)
    city = scheme("plan", *TIERS, GUARDS, more, most, parameters=FIGURES)
    facts = {"daily_visitors": 9000, "area_m2": 1000}
    for level, guards in (("yellow", 10), ("orange", 16), ("red", 16)):
        raised = place(facts, postures=[(START, None, level)])
        assert duties_for(raised, basis(city), MARCH)[0].quantity == guards


def test_a_measure_without_a_grace_of_its_own_leaves_the_grace_alone() -> None:
    raised = place({"daily_visitors": 3000}, postures=[(START, None, "red")])
    assert duties_for(raised, basis(CITY), MARCH)[0].grace == timedelta(minutes=10)


def test_the_stricter_of_one_concern_wins_and_names_the_other() -> None:
    other = scheme("other", rule("walk", (Every(HOUR),), concern="patrol"))
    duties = {
        duty.id: duty for duty in duties_for(place({"daily_visitors": 3000}), basis(CITY, other), MARCH)
    }
    assert duties["other/walk"].owed
    assert duties["other/walk"].also_asked_by == ("plan/patrol",)
    assert not duties["plan/patrol"].owed
    assert duties["plan/patrol"].superseded_by == ("other/walk",)


def test_duties_of_one_concern_that_do_not_compare_both_hold() -> None:
    other = scheme(
        "other",
        rule("report", Within(24 * HOUR, "incident"), concern="patrol"),
        rule(
            "drill", Each("month"), kind="standard", concern="patrol", quantity=Quantity("drills", amount=2)
        ),
        rule("alone", (Every(HOUR / 4),)),
    )
    duties = duties_for(place({"daily_visitors": 3000}), basis(CITY, other), MARCH)
    assert owed(duties) == ["plan/patrol", "other/report", "other/drill", "other/alone"]


def test_of_two_that_ask_the_same_the_first_adopted_is_owed() -> None:
    one, two = (scheme(name, rule("walk", Each("month"), concern="walk")) for name in ("one", "two"))
    adopted = Basis((Adoption(two, START + HOUR), Adoption(one, START)))
    duties = {duty.id: duty for duty in duties_for(place(), adopted, MARCH)}
    assert duties["one/walk"].also_asked_by == ("two/walk",)
    assert duties["two/walk"].superseded_by == ("one/walk",)


def test_a_duty_is_owed_since_the_fact_that_brought_it() -> None:
    grown = place({"daily_visitors": 100}, versions=[(at("2026-02-10T10:00"), {"daily_visitors": 3000})])
    (duty,) = duties_for(grown, basis(CITY), MARCH)
    assert duty.since == at("2026-02-10T10:00")
    assert duty.since_cause is not None
    assert duty.since_cause.text().en == "its facts changed: daily_visitors"


def test_a_new_edition_that_asks_the_same_does_not_begin_anew() -> None:
    second = replace(CITY, edition="2", sha256="2")
    adopted = Basis((Adoption(CITY, START, at("2026-02-01")), Adoption(second, at("2026-02-01"))))
    (duty,) = duties_for(place({"daily_visitors": 3000}), adopted, MARCH)
    assert (duty.edition, duty.since, duty.terms_since) == ("2", START, START)


def test_a_rule_holds_only_between_its_own_dates() -> None:
    summer = rule("heat", Each("day"), start=date(2026, 6, 1), end=date(2026, 9, 1))
    city = basis(scheme("plan", summer))
    assert [
        bool(duties_for(place(), city, at(moment)))
        for moment in ("2026-05-31T23:59", "2026-06-01T00:00", "2026-08-31T23:59", "2026-09-01T00:00")
    ] == [False, True, True, False]


def test_a_closed_place_owes_nothing() -> None:
    closed = place({"daily_visitors": 3000}, closed=at("2026-03-01"))
    assert owed(duties_for(closed, basis(CITY), at("2026-02-28T23:00"))) == ["plan/patrol"]
    assert duties_for(closed, basis(CITY), at("2026-03-01")) == ()


def test_a_department_owes_only_what_is_asked_of_departments() -> None:
    report = rule(
        "report", Each("half-year"), subject="department", where=compared("role", "is", "transport")
    )
    city = basis(scheme("plan", *TIERS, report, rule("visit", Each("month")), parameters=FIGURES))
    office = replace(place({"role": "transport"}), subject="department")
    assert owed(duties_for(office, city, MARCH)) == ["plan/report"]


def test_what_if_tells_what_other_visitors_would_change() -> None:
    mall = place({"daily_visitors": 3000, "area_m2": 1000})
    difference = what_if(mall, basis(CITY), MARCH, {"daily_visitors": 6000})
    assert [duty.id for duty in difference.added] == ["plan/guards"]
    assert [duty.id for duty in difference.removed] == ["plan/patrol"]
    assert difference.tiers_before["plan"].tier == "tier-2"
    assert difference.tiers_after["plan"].tier == "tier-1"
    raised = what_if(mall, basis(CITY), MARCH, {}, posture="orange")
    ((before, after),) = raised.changed
    assert (before.cadence, after.cadence) == (DAY_AND_NIGHT, (Every(HOUR / 2),))


def test_a_timeline_has_a_segment_for_each_change_of_what_is_owed() -> None:
    mall = place(
        {"daily_visitors": 3000},
        versions=[(at("2026-03-02"), {"daily_visitors": 3100}), (at("2026-03-09"), {"daily_visitors": 100})],
        postures=[(at("2026-03-05T08:20"), at("2026-03-06T20:00"), "orange")],
    )
    segments = timeline(mall, basis(CITY), at("2026-03-01"), at("2026-03-12"))
    assert [segment.start.astimezone(UTC) for segment in segments] == [
        at(moment).astimezone(UTC)
        for moment in ("2026-03-01", "2026-03-05T08:20", "2026-03-06T20:00", "2026-03-09")
    ]
    assert [len(segment.duties) for segment in segments] == [1, 1, 1, 0]
    assert segments[-1].end == at("2026-03-12")


def test_a_duty_of_an_edition_adopted_beforehand_is_owed_because_the_scheme_came_into_force() -> None:
    early = replace(scheme("sea", rule("moorings", Each("week"))), valid_from=date(2026, 2, 1))
    (duty,) = duties_for(place(), basis(early), MARCH)
    assert duty.since == at("2026-02-01")
    assert duty.since_cause is not None
    assert duty.since_cause.text().en == "the scheme came into force"


def test_a_measure_says_how_long_evidence_stands_now_and_calls_the_unit_by_its_title() -> None:
    stewards = rule(
        "stewards", Standing(), "standard", valid_for=30 * DAY, quantity=Quantity("stewards", amount=5)
    )
    more = rule("more", None, "measure", posture=("red",), changes="stewards", plus=2, valid_for=7 * DAY)
    sea = scheme("sea", stewards, more)
    titled = Term("stewards", Text("名引导员", "stewards on duty"))
    basis_ = basis(replace(sea, terms={"units": {"stewards": titled}}))
    (duty,) = duties_for(place(postures=[(at("2026-03-01"), None, "red")]), basis_, MARCH)
    assert (duty.quantity, duty.valid_for) == (7, 7 * DAY)
    (measure,) = duty.measures
    assert measure.changed == Text(
        "数量 7 名引导员；证据有效期 7 天", "quantity 7 stewards on duty; evidence stands for 7 days"
    )
    assert plain_duty(duty, SHANGHAI)["valid_for"] == "P7D"


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        (
            Quantity("g", of="staff", one_per=7.5, beyond=20, plus=2, at_least=4),
            "2 g plus 1 g per 7.5 of staff beyond 20, at least 4 g",
        ),
        (
            Quantity("g", of="staff", percent=7, beyond=30, at_least=1),
            "7% of staff g beyond 30, at least 1 g",
        ),
        (Quantity("g", amount=3), "3 g"),
        (
            Quantity(
                "g", greatest_of=(Quantity("g", amount=3), Quantity("g", of="staff", percent=4)), at_least=10
            ),
            "the greatest of: 3 g; 4% of staff g, at least 10 g",
        ),
    ],
)
def test_a_quantity_in_words_leaves_out_neither_the_share_beyond_nor_the_floor(
    quantity: Quantity, said: str
) -> None:
    found = quantity_words(quantity, Figures(scheme("s"), date(2026, 3, 1)))
    assert found is not None
    assert found.en == said
