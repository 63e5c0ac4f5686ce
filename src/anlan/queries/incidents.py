"""Incidents as pages and streams find them."""

from uuid import UUID

from django.db.models import Q, QuerySet

from anlan.engine.access import Reach
from anlan.models import Incident
from anlan.queries.cursors import cursor_of, position_of
from anlan.queries.reach import incidents_within

ROWS = 50


def incidents(reach: Reach) -> QuerySet[Incident]:
    """The incidents within reach, the newest first."""
    rows = Incident.objects.select_related("place", "place__district")
    return incidents_within(reach, rows).order_by("-opened_at", "-id")


def open_incidents(reach: Reach) -> QuerySet[Incident]:
    """Those that nobody has closed yet."""
    return incidents(reach).filter(closed_at__isnull=True)


def page_of_past(reach: Reach, *, after: str = "") -> tuple[list[Incident], str]:
    """One page of those that are closed, the newest first, and the cursor of the next page."""
    rows = incidents(reach).filter(closed_at__isnull=False)
    position = position_of(after)
    if position is not None:
        at, identifier = position
        rows = rows.filter(Q(opened_at__lt=at) | Q(opened_at=at, pk__lt=identifier))
    found = list(rows[: ROWS + 1])
    last = found[ROWS - 1] if len(found) > ROWS else None
    return found[:ROWS], cursor_of(last.opened_at, last.pk) if last else ""


def incident_within(reach: Reach, identifier: UUID) -> Incident | None:
    """An incident by its id; out of reach is answered like not there."""
    return incidents(reach).filter(pk=identifier).first()


def newest_number(incident: UUID) -> int | None:
    """The number of the latest entry of an incident; None if there is no such incident."""
    return Incident.objects.filter(pk=incident).values_list("last_seq", flat=True).first()
