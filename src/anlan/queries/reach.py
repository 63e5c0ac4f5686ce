"""Rows narrowed to what somebody's grants reach."""

from django.db.models import Q, QuerySet

from anlan.engine.access import Reach
from anlan.models import Department, Entry, Evidence, Finding, Incident, Place, Unit, User


def within(reach: Reach, places: QuerySet[Place]) -> QuerySet[Place]:
    """Of these places those within reach."""
    if reach.everywhere:
        return places
    return places.filter(_of_place(reach))


def departments_within(reach: Reach, departments: QuerySet[Department]) -> QuerySet[Department]:
    """Of these departments those within reach: named by a grant, or of a district that is."""
    if reach.everywhere:
        return departments
    return departments.filter(_of_department(reach))


def evidence_within(reach: Reach, evidence: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """Of this evidence what is about a place or a department within reach."""
    if reach.everywhere:
        return evidence
    return evidence.filter(_of_place(reach, "place__") | _of_department(reach, "department__"))


def findings_within(reach: Reach, findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """Of these findings those at a place within reach, or for a department to mend that a grant names."""
    if reach.everywhere:
        return findings
    return findings.filter(_of_place(reach, "place__") | Q(department__code__in=reach.departments))


def incidents_within(reach: Reach, incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """Of these incidents those at a place within reach, or with a force of a department that a grant names."""
    if reach.everywhere:
        return incidents
    called = Unit.objects.filter(_of_department(reach, "department__")).values("incident")
    return incidents.filter(_of_place(reach, "place__") | Q(pk__in=called))


def entries_within(reach: Reach, entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Of these journal entries those about a place within reach."""
    if reach.everywhere:
        return entries
    return entries.filter(place_code__in=Place.objects.filter(_of_place(reach)).values("code"))


def people_within(reach: Reach, people: QuerySet[User]) -> QuerySet[User]:
    """Of these people those who hold, or held, a grant within reach."""
    if reach.everywhere:
        return people
    places = Place.objects.filter(_of_place(reach)).values("code")
    return people.filter(
        Q(grants__district_code__in=reach.districts)
        | Q(grants__department_code__in=reach.departments)
        | Q(grants__place_code__in=places)
    ).distinct()


def _of_place(reach: Reach, prefix: str = "") -> Q:
    return _any(
        {
            f"{prefix}code__in": reach.places,
            f"{prefix}district__in": reach.districts,
            f"{prefix}department__code__in": reach.departments,
        }
    )


def _of_department(reach: Reach, prefix: str = "") -> Q:
    return _any({f"{prefix}code__in": reach.departments, f"{prefix}district__in": reach.districts})


def _any(lookups: dict[str, frozenset[str]]) -> Q:
    """Rows that any of the lookups finds; none of them can find a row when all sets are empty."""
    found = Q(pk__in=())
    for lookup, values in lookups.items():
        if values:
            found |= Q(**{lookup: values})
    return found
