"""Which plans hold for a place, the card of each role there, and which of the place's posts hold theirs."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Literal

from django.utils import timezone

from anlan.engine.action_cards import ActionCard, Neighbour, Point, Surroundings, card, surroundings_of
from anlan.engine.conditions import Verdict
from anlan.engine.figures import Figures
from anlan.engine.plans import ActionPlan, applies
from anlan.engine.policy import Scheme, Text
from anlan.models import CardHeld, Place
from anlan.queries.duties import basis, place_account
from anlan.queries.place_points import neighbours_of, open_points

PLACE_ROLES: Final = ("guard", "control-room", "venue-manager")
"""The roles whose posts are at the place, and hold its cards; the others come from outside."""

GENERAL: Final = "general"
"""The scenario of the plan that holds for every incident."""

HoldState = Literal["outside", "missing", "outdated", "unread", "weak", "held"]
GAPS: Final[frozenset[HoldState]] = frozenset({"missing", "outdated", "unread"})


@dataclass(frozen=True, slots=True)
class PlanOfPlace:
    """A plan of an adopted scheme, and whether and why it holds for a place; None where a fact is missing."""

    scheme: Scheme
    plan: ActionPlan
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class RoleCard:
    """The present card of a role, and what its post at the place holds of it."""

    card: ActionCard
    held: CardHeld | None

    @property
    def state(self) -> HoldState:
        """`weak` is held and read back with a wrong answer; it is to be read again, but is no gap."""
        if self.held is None:
            return "missing" if self.card.role in PLACE_ROLES else "outside"
        if self.held.version != self.card.version:
            return "outdated"
        if self.held.read_back_at is None and self.card.read_back:
            return "unread"
        return "weak" if (self.held.right_count or 0) < len(self.card.read_back) else "held"

    @property
    def is_gap(self) -> bool:
        return self.state in GAPS


@dataclass(frozen=True, slots=True)
class PlanCards:
    """A plan that holds for a place with the cards of its roles."""

    of: PlanOfPlace
    cards: tuple[RoleCard, ...]


@dataclass(frozen=True)
class PlaceCards:
    """All cards of a place; what surrounds it is read once for each scheme."""

    place: Place
    at: datetime

    @cached_property
    def plans(self) -> tuple[PlanOfPlace, ...]:
        """The plans that hold for the place, or might where a fact is missing, in the schemes' order."""
        derived = place_account(self.place, self.at).derived
        works_by, on = basis(), timezone.localtime(self.at).date()
        found: list[PlanOfPlace] = []
        for scheme in schemes_running(self.at):
            tier = derived.tiers.get(scheme.id)
            facts = {**derived.facts, "tier": tier.tier if tier else None}
            figures = Figures(scheme, on, works_by.local, self.place.code)
            for plan in scheme.plans.values():
                verdict = applies(plan, facts, figures)
                if verdict.holds is not False:
                    found.append(PlanOfPlace(scheme, plan, verdict))
        return tuple(found)

    @cached_property
    def held(self) -> dict[tuple[str, str, str], CardHeld]:
        """What is held now, by scheme, plan and role."""
        rows = CardHeld.objects.filter(place=self.place, ended_at=None)
        return {(row.scheme, row.plan, row.role): row for row in rows}

    def surroundings(self, scheme: Scheme) -> Surroundings:
        """The place with its open points and the neighbours that are told."""
        points, neighbours = self.near
        return surroundings_of(scheme, name_of_place(self.place), points, neighbours)

    @cached_property
    def near(self) -> tuple[tuple[Point, ...], tuple[Neighbour, ...]]:
        """The open points of the place, and the neighbours that are told."""
        return open_points(self.place), neighbours_of(self.place)

    def role_card(self, scheme: Scheme, plan: ActionPlan, role: str) -> RoleCard | None:
        """The card of one role; None where the plan gives it no work."""
        if plan.role(role) is None:
            return None
        made = card(plan, role, self.surroundings(scheme))
        return RoleCard(made, self.held.get((scheme.id, plan.id, role)))

    def found(self, scheme: str, plan: str, role: str) -> tuple[Scheme, ActionPlan, RoleCard] | None:
        """A card by its names, whether or not the plan holds for the place; None where nothing is adopted so."""
        running = next((one for one in schemes_running(self.at) if one.id == scheme), None)
        plan_found = running.plans.get(plan) if running else None
        if running is None or plan_found is None:
            return None
        role_card = self.role_card(running, plan_found, role)
        return (running, plan_found, role_card) if role_card else None

    @cached_property
    def listed(self) -> tuple[PlanCards, ...]:
        """Each plan that holds with the cards of its roles, the general plan and those held at the place first."""
        plans = sorted(self.plans, key=lambda each: each.plan.scenario != GENERAL)
        return tuple(PlanCards(each, self._cards(each)) for each in plans)

    @property
    def gaps(self) -> int:
        """How many posts of the place hold no card, an outdated one, or one that they never read back."""
        return sum(each.is_gap for plan in self.listed for each in plan.cards)

    def _cards(self, each: PlanOfPlace) -> tuple[RoleCard, ...]:
        rows = (self.role_card(each.scheme, each.plan, work.role) for work in each.plan.roles)
        made = [row for row in rows if row is not None]
        return tuple(sorted(made, key=lambda row: row.card.role not in PLACE_ROLES))


def schemes_running(at: datetime) -> list[Scheme]:
    """The schemes that the city works by at a moment."""
    return [
        one.scheme
        for one in basis().adoptions
        if one.start <= at and (one.end is None or at < one.end)
    ]  # fmt: skip


def name_of_place(place: Place) -> Text:
    """The name of a place in both languages."""
    return Text(place.name_zh, place.name_en or place.name_zh)
