"""Who may see and do what: roles, the actions each allows, and how far a grant reaches.

Everything is refused unless a grant allows it. Pages and API routes name one action each; the rows they show are
those within the reach of the grants that allow the action.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal[
    "city-office",
    "department-liaison",
    "inspector",
    "venue-manager",
    "guard",
    "auditor",
    "administrator",
]
ROLES: tuple[Role, ...] = get_args(Role)

Action = Literal[
    "see-board",
    "see-work",
    "see-places",
    "see-receivers",
    "register-places",
    "edit-places",
    "import-places",
    "export-places",
    "see-departments",
    "see-evidence",
    "record-evidence",
    "record-inspection",
    "strike-evidence",
    "see-findings",
    "close-findings",
    "assign-findings",
    "give-waivers",
    "see-schemes",
    "adopt-schemes",
    "set-local-values",
    "see-people",
    "manage-people",
    "see-journal",
    "manage-settings",
    "see-messages",
    "settle-messages",
    "use-api",
    "see-signals",
    "report-signals",
    "triage-signals",
    "see-patrols",
    "plan-patrols",
    "walk-patrols",
    "review-patrols",
    "answer-help",
    "see-warnings",
    "issue-warnings",
    "write-public",
    "release-public",
    "see-incidents",
    "report-incidents",
    "run-incidents",
]
ACTIONS: tuple[Action, ...] = get_args(Action)

_READING: frozenset[Action] = frozenset(
    {
        "see-board",
        "see-places",
        "see-departments",
        "see-evidence",
        "see-findings",
        "see-patrols",
        "see-schemes",
        "see-warnings",
        "see-incidents",
        "use-api",
    }
)

ALLOWED: dict[Role, frozenset[Action]] = {
    "city-office": _READING
    | {
        "see-work",
        "see-receivers",
        "see-messages",
        "settle-messages",
        "register-places",
        "edit-places",
        "import-places",
        "export-places",
        "record-evidence",
        "record-inspection",
        "strike-evidence",
        "close-findings",
        "assign-findings",
        "give-waivers",
        "adopt-schemes",
        "set-local-values",
        "see-people",
        "see-journal",
        "plan-patrols",
        "review-patrols",
        "see-signals",
        "report-signals",
        "triage-signals",
        "answer-help",
        "issue-warnings",
        "write-public",
        "release-public",
        "report-incidents",
        "run-incidents",
    },
    "department-liaison": _READING
    | {
        "see-work",
        "see-receivers",
        "export-places",
        "record-evidence",
        "strike-evidence",
        "close-findings",
        "see-signals",
        "report-signals",
        "write-public",
        "release-public",
        "report-incidents",
        "run-incidents",
    },
    "inspector": _READING
    | {
        "report-incidents",
        "see-signals",
        "report-signals",
        "see-work",
        "see-receivers",
        "record-evidence",
        "record-inspection",
        "strike-evidence",
        "close-findings",
    },
    "venue-manager": frozenset(
        {
            "see-work",
            "see-places",
            "see-receivers",
            "edit-places",
            "see-evidence",
            "record-evidence",
            "record-inspection",
            "strike-evidence",
            "see-findings",
            "close-findings",
            "see-schemes",
            "see-patrols",
            "plan-patrols",
            "walk-patrols",
            "review-patrols",
            "answer-help",
            "see-signals",
            "report-signals",
            "see-warnings",
            "see-incidents",
            "report-incidents",
            "use-api",
        }
    ),
    "guard": frozenset(
        {
            "see-work",
            "see-places",
            "record-evidence",
            "see-schemes",
            "walk-patrols",
            "see-signals",
            "report-signals",
            "see-incidents",
            "report-incidents",
        }
    ),
    "auditor": _READING | {"see-people", "see-journal", "export-places", "see-signals"},
    "administrator": _READING
    | {
        "see-people",
        "manage-people",
        "see-journal",
        "manage-settings",
        "import-places",
        "see-messages",
        "settle-messages",
    },
}
"""What each role may do within the reach of its grant. The administrator runs the installation, not the duties."""

CITY_WIDE: frozenset[Action] = frozenset(
    {
        "adopt-schemes",
        "import-places",
        "manage-people",
        "manage-settings",
        "see-messages",
        "settle-messages",
    }
)
"""Actions that touch the whole city: only a grant for the whole city allows them."""

NOT_OF_ONE_PLACE: frozenset[Action] = frozenset({"see-board", "see-people", "see-journal", "register-places"})
"""Actions over several places: a grant for one place does not allow them; one for a district narrows them."""


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """A role in force at the moment of asking; all codes empty means the whole city."""

    role: Role
    district: str = ""
    department: str = ""
    place: str = ""

    @property
    def whole_city(self) -> bool:
        return not (self.district or self.department or self.place)


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is about: a place with its district and responsible department, or a department."""

    district: str = ""
    department: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an action reaches: everywhere, or the districts, departments and places named."""

    everywhere: bool
    districts: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()

    @property
    def nowhere(self) -> bool:
        return not (self.everywhere or self.districts or self.departments or self.places)


def may(grants: Iterable[GrantFacts], action: Action, target: Target | None = None) -> bool:
    """Whether the grants allow an action on a target; without a target, whether they allow it anywhere."""
    allowing = [grant for grant in grants if _allows(grant, action)]
    if target is None:
        return bool(allowing)
    return any(_covers(grant, target) for grant in allowing)


def reach(grants: Iterable[GrantFacts], action: Action) -> Reach:
    """Over what the grants allow an action; pages narrow their lists to it."""
    allowing = [grant for grant in grants if _allows(grant, action)]
    if any(grant.whole_city for grant in allowing):
        return Reach(everywhere=True)
    return Reach(
        everywhere=False,
        districts=frozenset(grant.district for grant in allowing if grant.district),
        departments=frozenset(grant.department for grant in allowing if grant.department),
        places=frozenset(grant.place for grant in allowing if grant.place),
    )


def _allows(grant: GrantFacts, action: Action) -> bool:
    if action not in ALLOWED.get(grant.role, frozenset()):
        return False
    if action in CITY_WIDE:
        return grant.whole_city
    return not (grant.place and action in NOT_OF_ONE_PLACE)


def _covers(grant: GrantFacts, target: Target) -> bool:
    if grant.whole_city:
        return True
    return bool(
        (grant.place and grant.place == target.place)
        or (grant.district and grant.district == target.district)
        or (grant.department and grant.department == target.department)
    )
