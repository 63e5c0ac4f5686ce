"""People and what they hold: grants in force, lists, tokens."""

from collections import defaultdict
from datetime import datetime
from typing import cast

from django.db.models import Q, QuerySet

from anlan.engine.access import GrantFacts, Role
from anlan.models import District, Grant, User


def grants_in_force(user: User, at: datetime) -> tuple[GrantFacts, ...]:
    """What a person may rely on at a moment; nothing once the account is closed or has expired.

    A grant for a district holds for the parts of that district too.
    """
    if not user.is_active or (user.expires_on is not None and user.expires_on < at.date()):
        return ()
    rows = list(in_force(Grant.objects.filter(user=user), at).order_by("valid_from", "id"))
    parts = _parts_of_districts() if any(row.district_code for row in rows) else {}
    facts: list[GrantFacts] = []
    for row in rows:
        facts.append(_facts(row, row.district_code))
        facts += [_facts(row, part) for part in parts.get(row.district_code, ())]
    return tuple(facts)


def in_force(grants: QuerySet[Grant], at: datetime) -> QuerySet[Grant]:
    """Of these grants those in force at a moment."""
    return grants.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at), valid_from__lte=at)


def _facts(row: Grant, district: str) -> GrantFacts:
    return GrantFacts(
        role=cast(Role, row.role), district=district, department=row.department_code, place=row.place_code
    )


def _parts_of_districts() -> dict[str, list[str]]:
    """Each district's parts, and their parts."""
    children: dict[str, list[str]] = defaultdict(list)
    for code, parent in District.objects.values_list("code", "parent"):
        if parent is not None:
            children[parent].append(code)

    def all_parts(code: str) -> list[str]:
        return [part for child in children.get(code, ()) for part in (child, *all_parts(child))]

    return {code: all_parts(code) for code in list(children)}
