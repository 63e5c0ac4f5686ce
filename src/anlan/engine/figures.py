"""Which figure of a scheme is in force on a date, with a city's local values put over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from anlan.engine.durations import duration_of
from anlan.engine.facts import LocalFigure
from anlan.engine.policy import Citation, DatedValue, FactValue, Operand, Parameter, Reference, Scheme


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with where it comes from; `value` None means that none is in force on the date.

    `parameter` is empty for a figure written straight into a rule.
    """

    value: FactValue
    parameter: str = ""
    cites: Citation | None = None
    since: date | None = None
    local: LocalFigure | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one scheme as they stand on one date, for one place or (None) for none in particular.

    Of several local values in force one for the place beats one for the whole city, then the later wins.
    """

    scheme: Scheme
    on: date
    local: Sequence[LocalFigure] = ()
    place: str | None = None

    def value(self, of: Operand) -> Figure:
        """The figure in force for a reference; anything else stands for itself."""
        if not isinstance(of, Reference):
            return Figure(value=of)
        local = self._local_value(of.parameter)
        dated = self._dated_value(of.parameter)
        if local is not None:
            cites = dated.cites if dated else None
            return Figure(local.value, of.parameter, cites, local.start, local)
        if dated is None:
            return Figure(value=None, parameter=of.parameter)
        return Figure(dated.value, of.parameter, dated.cites, dated.start)

    def number(self, of: float | Reference) -> float | None:
        """The figure as a number, or None if none is in force or it is not a number."""
        value = self.value(of).value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return value

    def duration(self, of: timedelta | Reference) -> timedelta | None:
        """The figure as a duration, or None if none is in force or it does not write one."""
        if isinstance(of, timedelta):
            return of
        value = self.value(of).value
        if not isinstance(value, str):
            return None
        try:
            return duration_of(value)
        except ValueError:
            return None

    def _dated_value(self, parameter_id: str) -> DatedValue | None:
        parameter = self.scheme.parameters.get(parameter_id)
        return value_on(parameter, self.on) if parameter else None

    def _local_value(self, parameter_id: str) -> LocalFigure | None:
        chosen: LocalFigure | None = None
        for local in self.local:
            if local.scheme != self.scheme.id or local.parameter != parameter_id:
                continue
            if local.start > self.on or (local.end is not None and local.end <= self.on):
                continue
            if local.place not in (None, self.place):
                continue
            if local.place is None and chosen is not None and chosen.place is not None:
                continue
            chosen = local
        return chosen


def value_on(parameter: Parameter, on: date) -> DatedValue | None:
    """The scheme's own value of a figure on a date, before any local value."""
    return next((v for v in parameter.values if v.start <= on and (v.end is None or on < v.end)), None)


def suits(parameter: Parameter, value: FactValue) -> bool:
    """Whether a local value is of the same sort as the scheme's own: number, duration, flag or word."""
    own = parameter.values[0].value if parameter.values else value
    if isinstance(own, bool) or isinstance(value, bool):
        return isinstance(own, bool) and isinstance(value, bool)
    if isinstance(own, int | float):
        return isinstance(value, int | float)
    return isinstance(value, str) and _is_duration(own) == _is_duration(value)


def _is_duration(value: FactValue) -> bool:
    try:
        duration_of(str(value))
    except ValueError:
        return False
    return True
