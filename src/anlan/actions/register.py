"""Changes to the register: places registered, changed and closed, with the history of their facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from anlan.actions import journal
from anlan.actions.codes import CodeTakenError, new_codes_in_turn
from anlan.actions.journal import Change
from anlan.engine.policy import FactValue
from anlan.models import (
    Department,
    District,
    Operator,
    Place,
    PlaceFact,
    User,
)
from anlan.queries.names import sort_name
from anlan.queries.subjects import FLAGS, present_facts

COLUMN_FACTS = ("kind", "area_m2", "daily_visitors", "peak_present", "critical_facility", "public_service")
"""Facts with a column of their own; every other fact is in `Place.facts`."""

_BATCH = 400


@dataclass(frozen=True, slots=True)
class Measured:
    """How a figure is known, and on which day it was measured."""

    method: str = ""
    measured_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlaceDraft:
    """A place as somebody states it. None leaves what is already known as it is; coordinates are WGS-84."""

    code: str
    name_zh: str
    kind: str
    name_en: str | None = None
    district_code: str | None = None
    department_code: str | None = None
    operator: str | None = None
    address: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    hours: str | None = None
    receiver_post: str | None = None
    receiver_name: str | None = None
    receiver_phone: str | None = None
    receiver_email: str | None = None
    deputy_post: str | None = None
    deputy_name: str | None = None
    deputy_phone: str | None = None
    deputy_email: str | None = None
    source: str | None = None
    source_id: str | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    measured: Mapping[str, Measured] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of drafts: codes of places that are new, changed, or already as stated."""

    created: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


_TEXTS = (
    "name_zh",
    "name_en",
    "address",
    "longitude",
    "latitude",
    "hours",
    "receiver_post",
    "receiver_name",
    "receiver_phone",
    "receiver_email",
    "deputy_post",
    "deputy_name",
    "deputy_phone",
    "deputy_email",
    "source",
    "source_id",
)


@transaction.atomic
def register_places(
    drafts: Sequence[PlaceDraft],
    *,
    by: User | None,
    at: datetime,
    valid_from: datetime | None = None,
    reason: str = "",
    only_new: bool = False,
) -> Registered:
    """Register new places and change known ones (by code); doing it twice changes nothing the second time.

    `valid_from` is when the facts began to hold (default `at`). With `only_new` a code that is taken is a
    CodeTakenError.
    """
    since = valid_from or at
    codes = list(dict.fromkeys(draft.code for draft in drafts))
    if Place.objects.filter(code__in=codes[:_BATCH]).count() < len(codes):
        new_codes_in_turn("places")
    known = _locked(codes)
    if only_new and known:
        raise CodeTakenError(next(iter(known)))
    links = _Links(drafts)
    created: dict[str, Place] = {}
    changed: dict[str, Place] = {}
    unchanged: list[str] = []
    history: list[PlaceFact] = []
    entries: list[Change] = []
    for draft in drafts:
        place = known.get(draft.code)
        if place is None:
            place = Place(code=draft.code, registered_at=since, changed_at=at)
            _apply(place, draft, links)
            known[draft.code] = place
            created[draft.code] = place
            history += _history(place, _facts(place), draft.measured, since, at, by, reason)
            entries.append(place_entry("register-place", place, _after(draft), reason))
            continue
        before_facts = _facts(place)
        before = _values(place)
        _apply(place, draft, links)
        differences = _differences(before, _values(place))
        if not differences:
            unchanged.append(draft.code)
            continue
        new_facts = {fact: value for fact, value in _facts(place).items() if before_facts.get(fact) != value}
        new_facts |= {fact: None for fact in before_facts if fact not in _facts(place)}
        history += _history(place, new_facts, draft.measured, since, at, by, reason)
        place.revision += 1
        place.changed_at = at
        if draft.code not in created:
            changed[draft.code] = place
        entries.append(place_entry("change-place", place, differences, reason))
    Place.objects.bulk_create(created.values(), batch_size=_BATCH)
    if changed:
        Place.objects.bulk_update(changed.values(), [*_WRITTEN], batch_size=200)
    PlaceFact.objects.bulk_create(history, batch_size=_BATCH)
    journal.write_all(entries, by=by, at=at)
    return Registered(
        created=tuple(created),
        changed=tuple(changed),
        unchanged=tuple(unchanged),
    )


@transaction.atomic
def change_facts(
    place: Place,
    facts: Mapping[str, FactValue],
    *,
    by: User | None,
    at: datetime,
    valid_from: datetime | None = None,
    measured: Mapping[str, Measured] | None = None,
    reason: str = "",
) -> Place:
    """State new facts of one place from `valid_from` on; None takes a figure back.

    A figure found again, with another method or on another day, is recorded though its value is the same.
    """
    since = valid_from or at
    place = Place.objects.select_for_update().get(pk=place.pk)
    before = _facts(place)
    for fact, value in facts.items():
        _set_fact(place, fact, value)
    found_again = _found_again(place, measured or {})
    new = {
        fact: value
        for fact, value in facts.items()
        if before.get(fact) != _facts(place).get(fact) or fact in found_again
    }
    if not new:
        return place
    place.revision += 1
    place.changed_at = at
    place.save()
    PlaceFact.objects.bulk_create(_history(place, new, measured or {}, since, at, by, reason))
    differences = {fact: [before.get(fact), value] for fact, value in new.items()}
    journal.write(place_entry("change-place", place, differences, reason), by=by, at=at)
    return place


@transaction.atomic
def close_place(place: Place, *, by: User | None, at: datetime, reason: str) -> Place:
    """The place owes nothing from now on; its records stay. One that is closed stays closed since then."""
    place = Place.objects.select_for_update().get(pk=place.pk)
    if place.closed_at is not None:
        return place
    place.closed_at = at
    place.revision += 1
    place.changed_at = at
    place.save(update_fields=["closed_at", "revision", "changed_at"])
    journal.write(place_entry("close-place", place, {"closed_at": [None, at]}, reason), by=by, at=at)
    return place


def place_entry(action: str, place: Place, changes: Mapping[str, Any], reason: str) -> Change:
    """A line of the journal about a place."""
    return Change(
        action=action,
        subject_kind="place",
        subject_id=str(place.pk),
        subject_label=place.name_zh,
        place_code=place.code,
        changes=changes,
        reason=reason,
    )


def _locked(codes: Sequence[str]) -> dict[str, Place]:
    return {
        place.code: place
        for batch in _batches(codes)
        for place in Place.objects.select_for_update().filter(code__in=batch)
    }


class _Links:
    """Districts, departments and operators that drafts name; an operator not yet known is made."""

    def __init__(self, drafts: Sequence[PlaceDraft]) -> None:
        self.districts = {district.code: district for district in District.objects.all()}
        self.departments = {department.code: department for department in Department.objects.all()}
        names = {draft.operator for draft in drafts if draft.operator}
        self.operators: dict[str, Operator] = {}
        for operator in Operator.objects.all():
            self.operators[operator.code] = self.operators[operator.name_zh] = operator
        for name in sorted(names - self.operators.keys()):
            made, _is_new = Operator.objects.get_or_create(
                code=self._code(name), defaults={"name_zh": name[:120]}
            )
            self.operators[name] = self.operators[made.code] = made

    def _code(self, name: str) -> str:
        """The name itself if it fits and is free, else its beginning and a number."""
        code, number = name[:64], 1
        while code in self.operators:
            number += 1
            code = f"{name[:60]}-{number}"
        return code


def _apply(place: Place, draft: PlaceDraft, links: _Links) -> None:
    for name in _TEXTS:
        value = getattr(draft, name)
        if value is not None:
            setattr(place, name, value)
    place.kind = draft.kind or place.kind
    if draft.district_code:
        place.district = links.districts.get(draft.district_code)
    if draft.department_code:
        place.department = links.departments.get(draft.department_code)
    if draft.operator:
        place.operator = links.operators.get(draft.operator)
    for fact, value in draft.facts.items():
        if value is not None:
            _set_fact(place, fact, value)
    place.name_sort = sort_name(place.name_zh, place.name_en)


def _set_fact(place: Place, fact: str, value: FactValue) -> None:
    if fact in FLAGS:
        setattr(place, fact, bool(value))
    elif fact in COLUMN_FACTS:
        setattr(place, fact, value)
    elif value is None:
        place.facts = {key: kept for key, kept in place.facts.items() if key != fact}
    else:
        place.facts = {**place.facts, fact: value}


def _found_again(place: Place, measured: Mapping[str, Measured]) -> frozenset[str]:
    """The facts whose method or day of measuring is another than the latest on record."""
    rows = PlaceFact.objects.filter(place=place, fact__in=list(measured)).order_by(
        "valid_from", "recorded_at"
    )
    known = {row.fact: Measured(row.method, row.measured_on) for row in rows}
    return frozenset(fact for fact, found in measured.items() if fact in known and known[fact] != found)


def _facts(place: Place) -> dict[str, FactValue]:
    """The facts of a place that are known; a flag of its own column only where it is set."""
    return {fact: value for fact, value in present_facts(place).items() if value or fact not in FLAGS}


_WRITTEN = (
    *_TEXTS,
    *COLUMN_FACTS,
    "name_sort",
    "district",
    "department",
    "operator",
    "facts",
    "revision",
    "changed_at",
)


def _values(place: Place) -> dict[str, Any]:
    plain = {name: getattr(place, name) for name in (*_TEXTS, *COLUMN_FACTS)}
    linked = {"district": place.district_id, "department": place.department_id, "operator": place.operator_id}
    return plain | linked | {f"facts.{key}": value for key, value in place.facts.items()}


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {
        name: [before.get(name), after.get(name)]
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    }


def _after(draft: PlaceDraft) -> dict[str, Any]:
    stated = {name: getattr(draft, name) for name in _TEXTS}
    return {
        name: [None, value] for name, value in {**stated, "kind": draft.kind, **draft.facts}.items() if value
    }


def _history(
    place: Place,
    facts: Mapping[str, FactValue],
    measured: Mapping[str, Measured],
    since: datetime,
    at: datetime,
    by: User | None,
    reason: str,
) -> list[PlaceFact]:
    return [
        PlaceFact(
            place=place,
            fact=fact,
            value=value,
            method=measured.get(fact, Measured()).method,
            measured_on=measured.get(fact, Measured()).measured_on,
            valid_from=since,
            recorded_at=at,
            by=by,
            reason=reason,
        )
        for fact, value in facts.items()
    ]


def _batches(codes: Sequence[str]) -> list[Sequence[str]]:
    return [codes[start : start + _BATCH] for start in range(0, len(codes), _BATCH)]
