"""Rows that tests arrange: each builder makes one thing with sensible defaults, through the actions."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.conf import settings
from django.test import Client

from anlan.actions import accounts
from anlan.actions.accounts import Scope
from anlan.actions.duties import EvidenceDraft, record_evidence
from anlan.actions.register import PlaceDraft, register_places
from anlan.actions.schemes import adopt, store_folder
from anlan.engine.access import Role
from anlan.models import Adoption, Department, District, Evidence, Place, User
from anlan.web import sessions

LONG_AGO = datetime(2026, 1, 1, 0, 0, tzinfo=UTC)
PASSWORD = "plain words for a test"
_numbers = count(1)


def a_user(
    role: Role | None = "city-office",
    *,
    username: str = "",
    name: str = "",
    place: str = "",
    district: str = "",
    department: str = "",
    at: datetime = LONG_AGO,
    **fields: Any,
) -> User:
    """A person with one role (None: without any), for the city or for one place, district or department."""
    number = next(_numbers)
    user = accounts.create_person(
        username=username or f"person-{number}",
        name=name or f"测试人员{number}",
        password=PASSWORD,
        by=None,
        at=at,
        **fields,
    )
    if role is not None:
        scope = Scope(district=district, department=department, place=place)
        accounts.give_role(user, role, scope=scope, by=None, at=at)
    return user


def signed_in(client: Client, user: User) -> Client:
    """The client with a session of this person, as signing in leaves it."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    now = datetime.now(UTC).isoformat()
    session[sessions.OPENED] = session[sessions.SEEN] = now
    session.save()
    return client


def a_district(
    code: str = "990101", *, parent: str | None = None, name_zh: str = "", name_en: str = ""
) -> District:
    """An administrative division."""
    district, _is_new = District.objects.get_or_create(
        code=code, defaults={"parent_id": parent, "name_zh": name_zh or f"辖区{code}", "name_en": name_en}
    )
    return district


def a_department(
    code: str = "", *, role: str = "trade-regulator", district: str | None = None, at: datetime = LONG_AGO
) -> Department:
    """A public body."""
    code = code or f"D-{next(_numbers):03}"
    return Department.objects.create(
        code=code,
        name_zh=f"部门{code}",
        name_en=f"Department {code}",
        role=role,
        district_id=district,
        registered_at=at,
    )


def a_place(
    code: str = "",
    *,
    kind: str = "mall",
    name_zh: str = "",
    district: str | None = None,
    department: str | None = None,
    operator: str | None = None,
    longitude: float | None = 116.3913,
    latitude: float | None = 39.9075,
    at: datetime = LONG_AGO,
    **facts: Any,
) -> Place:
    """A place in the register with these facts, registered through the action."""
    code = code or f"P-{next(_numbers):04}"
    if district:
        a_district(district)
    if department and not Department.objects.filter(code=department).exists():
        a_department(department, district=district)
    draft = PlaceDraft(
        code=code,
        name_zh=name_zh or f"场所{code}",
        name_en=f"Place {code}",
        kind=kind,
        district_code=district,
        department_code=department,
        operator=operator,
        longitude=longitude,
        latitude=latitude,
        facts=facts,
    )
    register_places([draft], by=None, at=at)
    return Place.objects.get(code=code)


def adopt_plan(at: datetime = LONG_AGO, *, scheme: str = "city-plan-2026") -> Adoption:
    """One of the schemes of the repository, in force from `at`."""
    edition, problems = store_folder(settings.SCHEMES / scheme, by=None, at=at)
    assert edition is not None, problems
    return adopt(edition, valid_from=at, by=None, at=at)


def some_evidence(
    subject: Place | Department,
    *,
    at: datetime,
    rule: str = "monthly-inspection",
    scheme: str = "city-plan-2026",
    kind: str = "attestation",
    by: User | None = None,
    **fields: Any,
) -> Evidence:
    """A record about a place or department, effective and recorded at `at`."""
    whose = {"place": subject} if isinstance(subject, Place) else {"department": subject}
    draft = EvidenceDraft(scheme=scheme, rule=rule, kind=kind, effective_at=at, **whose, **fields)
    return record_evidence(draft, rule=None, by=by, at=at)
