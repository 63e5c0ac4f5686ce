"""Public information as it stands: what is in force for the public, what waits for whom, and who may take a step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max, Q, QuerySet

from anlan.engine.access import GrantFacts, Reach
from anlan.engine.areas import Area, area_read
from anlan.engine.policy import PublicReach
from anlan.engine.public_information import OFFICE, State, says, state_at
from anlan.models import Department, PublicMessage, PublicStatement
from anlan.queries.cursors import cursor_of, position_of
from anlan.queries.warnings import codes_within
from anlan.queries.warnings_shown import codes_reached, outside

SHOWN_FOR: Final = timedelta(days=7)
"""How long the public page goes on telling what was said."""

PAGE: Final = 50
_PEOPLE = ("drafted_by", "changed_by", "submitted_by", "released_by", "ratified_by", "withdrawn_by")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the public sees: instructions in force, facts in force, what was over lately, and when that changes."""

    instructions: tuple[PublicStatement, ...]
    facts: tuple[PublicStatement, ...]
    past: tuple[PublicStatement, ...]
    changed_at: datetime | None
    until: datetime | None


def statements(
    at: datetime, *, state: str = "", kind: str = "", search: str = ""
) -> QuerySet[PublicStatement]:
    """Statements, the latest first; `state` is draft, waiting, released, past or discarded."""
    rows = PublicStatement.objects.select_related(*_PEOPLE, "replaces", "replaced_by", "warning")
    filters = {
        "draft": Q(released_at=None, discarded_at=None, submitted_at=None),
        "waiting": Q(released_at=None, discarded_at=None, submitted_at__isnull=False),
        "open": Q(released_at=None, discarded_at=None),
        "released": _in_force(at),
        "past": Q(released_at__isnull=False) & ~_in_force(at),
        "discarded": Q(discarded_at__isnull=False),
    }
    if state in filters:
        rows = rows.filter(filters[state])
    if kind:
        rows = rows.filter(kind=kind)
    if search:
        rows = rows.filter(
            Q(title_zh__icontains=search)
            | Q(title_en__icontains=search)
            | Q(where_zh__icontains=search)
            | Q(where_en__icontains=search)
        )
    return rows.order_by("-drafted_at", "-id")


def page_of_statements(
    rows: QuerySet[PublicStatement], *, after: str = ""
) -> tuple[list[PublicStatement], str]:
    """A page of the list and the cursor of the next; one read."""
    if (position := position_of(after)) is not None:
        at, identifier = position
        rows = rows.filter(Q(drafted_at__lt=at) | Q(drafted_at=at, pk__lt=identifier))
    found = list(rows[: PAGE + 1])
    page = found[:PAGE]
    return page, cursor_of(page[-1].drafted_at, page[-1].pk) if len(found) > PAGE else ""


def replaced_at(statement: PublicStatement) -> datetime | None:
    """When a later version was released, if one was."""
    later = getattr(statement, "replaced_by", None)
    return later.released_at if later is not None else None


def state_of(statement: PublicStatement, at: datetime) -> State:
    return state_at(statement, at, replaced_at=replaced_at(statement))


def over_at(statement: PublicStatement) -> datetime:
    """When a released statement ends or ended, as known now."""
    ends = (statement.valid_until, statement.withdrawn_at, replaced_at(statement))
    return min(end for end in ends if end is not None)


def newest_change() -> int:
    """The number of the last thing the public was shown: one look into an index."""
    return PublicStatement.objects.aggregate(newest=Max("change"))["newest"] or 0


def shown(at: datetime) -> Shown:
    """All that the public page and its feed tell."""
    week = at - SHOWN_FOR
    rows = PublicStatement.objects.filter(released_at__isnull=False, valid_until__gt=week)
    found = list(rows.select_related("replaced_by", "replaces").order_by("-released_at", "-id"))
    now = [row for row in found if over_at(row) > at]
    past = [row for row in found if week < over_at(row) <= at]
    past.sort(key=over_at, reverse=True)
    moments = [over_at(row) for row in now] + [over_at(row) + SHOWN_FOR for row in past]
    return Shown(
        instructions=tuple(row for row in now if says(row.kind) == "instruction"),
        facts=tuple(row for row in now if says(row.kind) == "facts"),
        past=tuple(past),
        changed_at=_changed_at(found, at),
        until=min(moments, default=None),
    )


def public_messages() -> QuerySet[PublicMessage]:
    """Signed messages as the feed tells them, the newest first; of what was withdrawn only that it was."""
    rows = PublicMessage.objects.select_related("statement")
    return rows.filter(Q(statement__withdrawn_at=None) | Q(type="Cancel")).order_by("-sent", "-id")


def may_take(grants: Iterable[GrantFacts], role: str, reach: PublicReach, area: Area, at: datetime) -> bool:
    """Whether grants hold a role over an area: people of the office, or liaisons of departments with that role."""
    found = tuple(grants)
    districts = {grant.district for grant in found if _is_office(grant)} if role == OFFICE else set[str]()
    if role != OFFICE:
        codes = {grant.department for grant in found if grant.role == "department-liaison"} - {""}
        held = Department.objects.filter(code__in=codes, role=role, closed_at=None).select_related("district")
        districts = {
            row.district.code if row.district is not None and row.district.parent_id else "" for row in held
        }
    if "" in districts:
        return True
    if reach == "city" or not districts or area.city:
        return False
    codes_there = codes_within(area, (), at)
    reached = codes_reached(Reach(everywhere=False, districts=frozenset(districts)))
    return bool(codes_there) and not outside(codes_there, reached)


def roles_taken(statement: PublicStatement) -> tuple[str, ...]:
    """The roles that have agreed in this round, in order."""
    rows = statement.approvals.filter(round=statement.round).order_by("at", "id")
    return tuple(rows.values_list("role", flat=True))


def next_role(statement: PublicStatement) -> str:
    """Whose turn it is with a statement that waits, by the chain as it stood when it was asked for."""
    taken = roles_taken(statement)
    approval: list[str] = statement.chain.get("approval", [])
    return next((role for role in approval if role not in taken), str(statement.chain.get("release", OFFICE)))


def is_for_release(statement: PublicStatement) -> bool:
    """Whether everybody who has to agree before the release has."""
    return set(statement.chain.get("approval", [])) <= set(roles_taken(statement))


def area_of(statement: PublicStatement) -> Area:
    return area_read(statement.area)


def _is_office(grant: GrantFacts) -> bool:
    return grant.role == "city-office" and not (grant.department or grant.place)


def _in_force(at: datetime) -> Q:
    return Q(
        released_at__isnull=False,
        withdrawn_at=None,
        valid_until__gt=at,
        replaced_by__released_at__isnull=True,
    )


def _changed_at(found: list[PublicStatement], at: datetime) -> datetime | None:
    """When what the public is told last changed; also by time alone."""
    latest = PublicStatement.objects.aggregate(
        released=Max("released_at"),
        withdrawn=Max("withdrawn_at"),
        ended=Max("valid_until", filter=Q(released_at__isnull=False, valid_until__lte=at)),
    )
    moments = [moment for moment in latest.values() if moment is not None]
    moments += [over_at(row) for row in found if over_at(row) <= at]
    return max(moments, default=None)
