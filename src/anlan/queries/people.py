"""People and what they hold: grants in force, lists, tokens."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db.models import Max, Prefetch, Q, QuerySet
from django.utils import timezone

from anlan.engine.access import GrantFacts, Role
from anlan.models import ApiToken, Department, District, Grant, Place, SignIn, User


def grants_in_force(user: User, at: datetime) -> tuple[GrantFacts, ...]:
    """What a person may rely on at a moment; nothing once the account is closed or has expired.

    A grant for a district holds for the parts of that district too.
    """
    if not user.is_active or (user.expires_on is not None and user.expires_on < timezone.localdate(at)):
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


def administrators(at: datetime) -> QuerySet[User]:
    """People who may manage the installation at a moment."""
    grants = in_force(Grant.objects.filter(role="administrator"), at)
    not_expired = Q(expires_on__isnull=True) | Q(expires_on__gte=timezone.localdate(at))
    return User.objects.filter(not_expired, is_active=True, grants__in=grants).distinct()


def held_grants(user: User) -> list[Grant]:
    """Everything a person was ever granted, the newest first."""
    return list(user.grants.select_related("given_by").order_by("-valid_from", "-id"))


def open_sessions(user: User, at: datetime) -> list[SignIn]:
    """A person's sessions that can still be used, the latest used first."""
    keys = Session.objects.filter(expire_date__gt=at).values("session_key")
    return list(user.sign_ins.filter(session_key__in=keys).order_by("-last_seen_at"))


def open_tokens(user: User, at: datetime) -> QuerySet[ApiToken]:
    """A person's tokens that still open something, the newest first."""
    return user.tokens.filter(revoked_at__isnull=True, expires_at__gt=at).order_by("-created_at")


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What the list of people is narrowed to."""

    text: str = ""
    role: str = ""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the list of people."""

    user: User
    grants: tuple[Grant, ...]
    second_step: bool
    last_seen_at: datetime | None


PAGE = 50


def list_people(
    people: QuerySet[User], wanted: PeopleFilter, at: datetime, *, after: str = ""
) -> tuple[list[Person], str]:
    """A page of people by user name, and the cursor of the next; four reads, however many there are."""
    rows = found_people(people, wanted, at)
    if after:
        rows = rows.filter(username__gt=after)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return people_rows(shown), shown[-1].username if len(found) > PAGE else ""


def found_people(people: QuerySet[User], wanted: PeopleFilter, at: datetime) -> QuerySet[User]:
    """The people who pass the filter, by user name, with the grants they hold."""
    rows = people.filter(is_active=not wanted.closed)
    if wanted.text:
        rows = rows.filter(Q(username__icontains=wanted.text) | Q(name__icontains=wanted.text))
    if wanted.role:
        rows = rows.filter(pk__in=in_force(Grant.objects.filter(role=wanted.role), at).values("user"))
    grants = Prefetch("grants", queryset=in_force(Grant.objects.all(), at).order_by("valid_from", "id"))
    return (
        rows.annotate(last_seen_at=Max("sign_ins__last_seen_at"))
        .order_by("username")
        .prefetch_related(grants)
    )


def people_rows(shown: Sequence[Any]) -> list[Person]:
    """People as the list shows them; one read."""
    types = Authenticator.objects.filter(user__in=shown, type=Authenticator.Type.TOTP)
    secured = set(types.values_list("user_id", flat=True))
    return [Person(user, tuple(user.grants.all()), user.pk in secured, user.last_seen_at) for user in shown]


def guards_only() -> QuerySet[User]:
    """People who work as guards and in no other role, now or ever: their names are shown at their place alone."""
    others = Grant.objects.exclude(role="guard").values("user")
    return User.objects.filter(grants__role="guard").exclude(pk__in=others).distinct()


def scope_names(grants: Iterable[Grant]) -> dict[str, tuple[str, str]]:
    """Chinese and English names of the districts, departments and places that grants name, by code; three reads."""
    rows = list(grants)
    names: dict[str, tuple[str, str]] = {}
    for model, codes in (
        (District, {row.district_code for row in rows}),
        (Department, {row.department_code for row in rows}),
        (Place, {row.place_code for row in rows}),
    ):
        wanted = codes - {""}
        if wanted:
            for code, zh, en in model.objects.filter(code__in=wanted).values_list(
                "code", "name_zh", "name_en"
            ):
                names[code] = (zh, en)
    return names


def token_of(secret: str, at: datetime) -> ApiToken | None:
    """The token a machine shows, if it still opens something."""
    digest = hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
    tokens = ApiToken.objects.select_related("user").filter(digest=digest, revoked_at__isnull=True)
    return tokens.filter(expires_at__gt=at, user__is_active=True).first()


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
        found: list[str] = []
        waiting = list(children[code])
        while waiting:
            part = waiting.pop()
            if part not in found:
                found.append(part)
                waiting += children.get(part, ())
        return found

    return {code: all_parts(code) for code in list(children)}
