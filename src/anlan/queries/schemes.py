"""Which editions are adopted, and the city's own figures, as the engine takes them."""

from datetime import datetime
from functools import lru_cache

from django.db.models import Q

from anlan.engine.facts import Adoption as AdoptionFacts
from anlan.engine.facts import LocalFigure
from anlan.engine.policy import Scheme
from anlan.engine.schemes import read_scheme_texts
from anlan.models import Adoption, Edition, LocalValue


def adoptions(known_at: datetime | None = None) -> list[AdoptionFacts]:
    """All adoptions known by then (None: all that are known), with their schemes, the oldest first."""
    rows = (
        Adoption.objects.select_related("edition")
        .defer("edition__sources")
        .order_by("valid_from", "recorded_at")
    )
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    return [
        AdoptionFacts(
            scheme=scheme_of(row.edition.sha256), start=row.valid_from, end=_known_end(row, known_at)
        )
        for row in rows
    ]


def local_figures(known_at: datetime | None = None) -> list[LocalFigure]:
    """The city's own figures known by then, in the order they were recorded."""
    rows = LocalValue.objects.select_related("place", "by").order_by("recorded_at", "id")
    if known_at is None:
        rows = rows.filter(withdrawn_at__isnull=True)
    else:
        rows = rows.filter(recorded_at__lte=known_at).filter(
            Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=known_at)
        )
    return [
        LocalFigure(
            scheme=row.scheme,
            parameter=row.parameter,
            value=row.value,
            reason=row.reason,
            by=row.by.name if row.by else "",
            start=row.valid_from,
            end=row.valid_until,
            place=row.place.code if row.place else None,
        )
        for row in rows
    ]


@lru_cache(maxsize=32)
def scheme_of(sha256: str) -> Scheme:
    """The scheme of a stored edition; an edition never changes, so it is read once in a process."""
    edition = Edition.objects.get(sha256=sha256)
    scheme, problems = read_scheme_texts(edition.sources)
    if scheme is None:
        msg = (
            f"The stored edition {edition.scheme} {edition.edition} cannot be read: {problems[0].message.en}"
        )
        raise ValueError(msg)
    return scheme


def _known_end(row: Adoption, known_at: datetime | None) -> datetime | None:
    if known_at is not None and row.ended_recorded_at is not None and row.ended_recorded_at > known_at:
        return None
    return row.valid_until
