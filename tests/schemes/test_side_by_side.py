"""The city's plan and Martyn's Law on one place: where they ask for the same, only the stricter is owed."""

from datetime import UTC, datetime
from pathlib import Path

from anlan.engine.derivation import derive_from
from anlan.engine.facts import Adoption, Basis, SubjectFacts
from anlan.engine.owed import Derived
from anlan.engine.policy import Facts, Scheme
from anlan.engine.schemes import read_scheme

SCHEMES = Path(__file__).parents[2] / "schemes"
START = datetime(2026, 1, 1, tzinfo=UTC)
AT = datetime(2026, 5, 1, 4, tzinfo=UTC)


def shipped(name: str) -> Scheme:
    scheme, problems = read_scheme(SCHEMES / name)
    assert problems == ()
    assert scheme is not None
    return scheme


def both(facts: Facts) -> Derived:
    basis = Basis((Adoption(shipped("city-plan-2026"), START), Adoption(shipped("uk-premises-2025"), START)))
    return derive_from(SubjectFacts("x", "place", "x", "", START, None, ()), facts, "normal", basis, AT)


def test_a_place_has_a_tier_under_each() -> None:
    tiers = both({"kind": "mall", "daily_visitors": 5000, "area_m2": 9000, "peak_present": 800}).tiers
    assert {name: tiering.tier for name, tiering in tiers.items()} == {
        "city-plan-2026": "tier-2",
        "uk-premises-2025": "enhanced",
    }


def test_the_stricter_is_owed_and_names_the_other() -> None:
    duties = {
        duty.id: duty for duty in both({"kind": "mall", "daily_visitors": 3000, "peak_present": 900}).duties
    }
    assert duties["city-plan-2026/drill"].owed
    assert duties["city-plan-2026/drill"].also_asked_by == (
        "city-plan-2026/drill-yearly",
        "uk-premises-2025/drill",
    )
    assert duties["uk-premises-2025/drill"].superseded_by == (
        "city-plan-2026/drill",
        "city-plan-2026/drill-yearly",
    )
    assert duties["uk-premises-2025/evacuation"].superseded_by == ("city-plan-2026/evacuation-procedure",)
    assert duties["uk-premises-2025/public-protection-document"].superseded_by == (
        "city-plan-2026/emergency-plan",
    )


def test_a_duty_that_only_one_asks_for_stays() -> None:
    duties = {
        duty.id: duty
        for duty in both({"kind": "restaurant", "daily_visitors": 300, "peak_present": 250}).duties
    }
    assert duties["uk-premises-2025/evacuation"].owed
    assert duties["uk-premises-2025/lockdown"].owed
    assert duties["city-plan-2026/quarterly-assessment"].owed


def test_under_equal_drills_the_one_with_the_shorter_grace_is_owed() -> None:
    """Each year in both: 15 days of grace in the plan, 30 in the habit shown with the Act."""
    duties = {
        duty.id: duty
        for duty in both({"kind": "restaurant", "daily_visitors": 300, "peak_present": 250}).duties
    }
    assert duties["city-plan-2026/drill-yearly"].owed
    assert not duties["uk-premises-2025/drill"].owed
