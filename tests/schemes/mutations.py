"""Every scheme that differs from a given one in exactly one figure."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from anlan.engine.durations import duration_of, duration_text
from anlan.engine.policy import Each, Every, Scheme

_MINUTE = timedelta(minutes=1)
_NOT_FIGURES = {"file", "line"}
_OTHER_PERIOD = {
    "day": "week",
    "week": "day",
    "month": "quarter",
    "quarter": "month",
    "half-year": "year",
    "year": "half-year",
}


def mutated(scheme: Scheme) -> Iterator[tuple[str, Scheme]]:
    """Name of the figure and what it became, with the scheme that has it so."""
    yield from _mutated_parameters(scheme)
    for place, rule in enumerate(scheme.rules):
        for path, changed in _mutated_parts(rule):
            rules = (*scheme.rules[:place], changed, *scheme.rules[place + 1 :])
            yield f"{rule.id}{path}", replace(scheme, rules=rules)


def _mutated_parameters(scheme: Scheme) -> Iterator[tuple[str, Scheme]]:
    for name, parameter in scheme.parameters.items():
        for place, dated in enumerate(parameter.values):
            for value in _others(dated.value):
                values = list(parameter.values)
                values[place] = replace(dated, value=value)
                changed = replace(parameter, values=tuple(values))
                yield f"${name} = {value}", replace(scheme, parameters={**scheme.parameters, name: changed})


def _mutated_parts(part: Any) -> Iterator[tuple[str, Any]]:
    """Copies of a rule, or a part of one, with one figure changed."""
    for field in fields(part):
        value = getattr(part, field.name)
        if field.name in _NOT_FIGURES or _is_absent(part, field.name, value):
            continue
        for path, changed in _mutated_value(value):
            yield f".{field.name}{path}", replace(part, **{field.name: changed})


def _is_absent(part: Any, name: str, value: object) -> bool:
    """Whether the figure is not written at all, its default standing there."""
    default = next(field.default for field in fields(part) if field.name == name)
    return value == default


def _mutated_value(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Each):
        yield f" = {_OTHER_PERIOD[value.each]}", Each(_OTHER_PERIOD[value.each])
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            for path, changed in _mutated_value(item):
                whole = (*value[:place], changed, *value[place + 1 :])
                if not _overlaps(whole):
                    yield f"[{place}]{path}", whole
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _mutated_parts(value)
    elif isinstance(value, bool | int | float | timedelta | time):
        for other in _others(value):
            yield f" = {other}", other


def _overlaps(bands: tuple[Any, ...]) -> bool:
    """Whether bands of the day overlap: the reader refuses such a cadence, so no case has to."""
    if not all(isinstance(band, Every) and band.between for band in bands):
        return False
    hours = [{(band.between[0].hour + n) % 24 for n in range(_hours(band))} for band in bands]
    return sum(map(len, hours)) > len(set().union(*hours))


def _hours(band: Every) -> int:
    return (band.between[1].hour - band.between[0].hour) % 24 if band.between else 24


def _others(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value - 1, value + 1]
    if isinstance(value, float):
        return [value * 0.9, value * 1.1]
    if isinstance(value, timedelta):
        return [value + _MINUTE] if value == timedelta(0) else [value - _MINUTE, value + _MINUTE]
    if isinstance(value, time):
        noon = datetime.combine(date(2026, 1, 1), value)
        return [(noon - timedelta(hours=1)).time(), (noon + timedelta(hours=1)).time()]
    try:
        duration = duration_of(value)
    except ValueError:
        return []
    return [duration_text(duration - _MINUTE), duration_text(duration + _MINUTE)]
