"""Adopting editions of schemes, and the city's own figures."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.actions.turns import take_turn
from anlan.engine.policy import Problem, Scheme
from anlan.engine.schemes import read_scheme
from anlan.models import Adoption, Edition, LocalValue, Place, User


def store_folder(
    folder: Path, *, by: User | None, at: datetime
) -> tuple[Edition | None, tuple[Problem, ...]]:
    """Read a scheme's folder and keep that edition whole; its problems if it has any."""
    scheme, problems = read_scheme(folder)
    if scheme is None or problems:
        return None, problems
    return store_edition(scheme, by=by, at=at), ()


@transaction.atomic
def store_edition(scheme: Scheme, *, by: User | None, at: datetime) -> Edition:
    """Keep an edition whole, with its hash; the same edition is kept once."""
    edition, is_new = Edition.objects.get_or_create(
        sha256=scheme.sha256,
        defaults={
            "scheme": scheme.id,
            "edition": scheme.edition,
            "title_zh": scheme.title.zh,
            "title_en": scheme.title.en,
            "sources": dict(scheme.sources),
            "stored_at": at,
        },
    )
    if is_new:
        journal.write(_entry("store-edition", edition, {"sha256": [None, edition.sha256]}, ""), by=by, at=at)
    return edition


@transaction.atomic
def adopt(
    edition: Edition, *, valid_from: datetime, by: User | None, at: datetime, reason: str = ""
) -> Adoption:
    """Work by this edition from `valid_from` on; it takes the place of another edition of the same scheme."""
    take_turn(f"adoption/{edition.scheme}")
    running = Adoption.objects.filter(edition__scheme=edition.scheme, valid_until__isnull=True)
    for before in running:
        before.valid_until = max(valid_from, before.valid_from)
        before.ended_recorded_at = at
        before.save(update_fields=["valid_until", "ended_recorded_at"])
    adoption = Adoption.objects.create(edition=edition, valid_from=valid_from, recorded_at=at, by=by)
    journal.write(_entry("adopt-scheme", edition, {"valid_from": [None, valid_from]}, reason), by=by, at=at)
    return adoption


@transaction.atomic
def end_adoption(adoption: Adoption, *, by: User | None, at: datetime, reason: str) -> Adoption:
    """Stop working by a scheme, from now on; one that has ended stays as it ended."""
    take_turn(f"adoption/{adoption.edition.scheme}")
    adoption.refresh_from_db(fields=["valid_until"])
    if adoption.valid_until is not None and adoption.valid_until <= at:
        return adoption
    adoption.valid_until = at
    adoption.ended_recorded_at = at
    adoption.save(update_fields=["valid_until", "ended_recorded_at"])
    journal.write(_entry("end-adoption", adoption.edition, {"valid_until": [None, at]}, reason), by=by, at=at)
    return adoption


@transaction.atomic
def set_local_value(
    *,
    scheme: str,
    parameter: str,
    value: bool | int | float | str,
    reason: str,
    valid_from: date,
    valid_until: date | None,
    by: User | None,
    at: datetime,
    place: Place | None = None,
) -> LocalValue:
    """The city's own value for a figure, for one place or for all, with the reason it has one."""
    local = LocalValue.objects.create(
        scheme=scheme, parameter=parameter, value=value, reason=reason, valid_from=valid_from,
        valid_until=valid_until, place=place, by=by, recorded_at=at,
    )  # fmt: skip
    changes: Mapping[str, object] = {
        "value": [None, value],
        "valid_from": [None, valid_from],
        "valid_until": [None, valid_until],
    }
    journal.write(_local_entry("set-local-value", local, changes, reason), by=by, at=at)
    return local


@transaction.atomic
def withdraw_local_value(local: LocalValue, *, by: User | None, at: datetime, reason: str) -> LocalValue:
    """Take a local value back: it was never right. (To end a right one, state another from a date on.)"""
    local.withdrawn_at = at
    local.save(update_fields=["withdrawn_at"])
    journal.write(
        _local_entry("withdraw-local-value", local, {"value": [local.value, None]}, reason), by=by, at=at
    )
    return local


def _entry(action: str, edition: Edition, changes: Mapping[str, object], reason: str) -> Change:
    return Change(
        action=action,
        subject_kind="scheme",
        subject_id=edition.scheme,
        subject_label=f"{edition.scheme} {edition.edition}",
        changes=changes,
        reason=reason,
    )


def _local_entry(action: str, local: LocalValue, changes: Mapping[str, object], reason: str) -> Change:
    return Change(
        action=action,
        subject_kind="local-value",
        subject_id=str(local.pk),
        subject_label=f"{local.scheme} {local.parameter}",
        place_code=local.place.code if local.place else "",
        changes=changes,
        reason=reason,
    )
