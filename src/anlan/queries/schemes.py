"""Which editions are adopted, and the city's own figures, as the engine takes them."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.db.models import Q

from anlan.engine.facts import Adoption as AdoptionFacts
from anlan.engine.facts import LocalFigure
from anlan.engine.policy import Problem, Scheme
from anlan.engine.schemes import read_scheme, read_scheme_texts
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


@dataclass(frozen=True, slots=True)
class AdoptedScheme:
    """A scheme the city has to do with: the edition it works by, if any, and the ones that are stored."""

    scheme: Scheme
    adoption: Adoption | None
    editions: tuple[Edition, ...]

    @property
    def is_adopted(self) -> bool:
        return self.adoption is not None


def stored_schemes(at: datetime) -> list[AdoptedScheme]:
    """All stored schemes, those in force first; three reads."""
    editions: dict[str, list[Edition]] = {}
    for edition in Edition.objects.defer("sources").order_by("-stored_at"):
        editions.setdefault(edition.scheme, []).append(edition)
    running = {
        adoption.edition.scheme: adoption
        for adoption in Adoption.objects.select_related("edition").order_by("valid_from", "recorded_at")
        if adoption.valid_from <= at and (adoption.valid_until is None or adoption.valid_until > at)
    }
    found = [
        AdoptedScheme(
            scheme=scheme_of((running[name].edition if name in running else rows[0]).sha256),
            adoption=running.get(name),
            editions=tuple(rows),
        )
        for name, rows in editions.items()
    ]
    return sorted(found, key=lambda one: (not one.is_adopted, one.scheme.id))


def stored_scheme(name: str, at: datetime, sha256: str = "") -> AdoptedScheme | None:
    """One stored scheme: the edition in force, or the one whose hash begins with `sha256`."""
    found = next((one for one in stored_schemes(at) if one.scheme.id == name), None)
    if found is None or not sha256:
        return found
    edition = next((row for row in found.editions if row.sha256.startswith(sha256)), None)
    return None if edition is None else replace(found, scheme=scheme_of(edition.sha256))


def planned_adoptions(at: datetime) -> list[Adoption]:
    """The adoptions that are yet to begin, the earliest first."""
    rows = Adoption.objects.select_related("edition").defer("edition__sources").filter(valid_from__gt=at)
    return [
        row
        for row in rows.order_by("valid_from")
        if row.valid_until is None or row.valid_until > row.valid_from
    ]


def schemes_on_disk(folder: Path) -> list[tuple[Scheme | None, tuple[Problem, ...], Path]]:
    """The schemes that came with the installation or were put beside them, with what is wrong with them."""
    return [(*read_scheme(path.parent), path.parent) for path in sorted(folder.glob("*/scheme.yaml"))]
