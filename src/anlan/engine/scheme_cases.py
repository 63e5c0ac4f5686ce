"""Runs a scheme's own cases: does each example get the tier, duties and figures that it expects."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from anlan.engine.conditions import verdict
from anlan.engine.derivation import derive_from
from anlan.engine.durations import duration_text
from anlan.engine.facts import Adoption, Basis, LocalFigure, SubjectFacts
from anlan.engine.figures import Figures
from anlan.engine.owed import Derived, Duty
from anlan.engine.policy import (
    Case,
    Each,
    FactValue,
    Once,
    Problem,
    Reference,
    Rule,
    Scheme,
    Standing,
    Text,
    Within,
)
from anlan.engine.scheme_plain_shapes import short
from anlan.engine.scheme_report import Report, Spot
from anlan.engine.strictness import ResolvedCadence
from anlan.engine.tiers import in_force, in_validity

_NOON = time(4, tzinfo=UTC)
"""Noon in China: the middle of the day that a case names."""
_MEND = Text(
    zh="核对用例的预期与规则、指标，改正有误的一方。",
    en="Compare what the case expects with the rules and figures, and correct whichever is wrong.",
)


def run_cases(scheme: Scheme) -> tuple[Problem, ...]:
    """A problem for each expectation of a case that the scheme does not meet."""
    report = Report()
    for case in scheme.cases:
        report.rule = case.id
        for message in _CaseRun(scheme, case).failures():
            report.remark(Spot(case.file, case.line), message, _MEND)
    return report.problems()


def figures_for(scheme: Scheme, case: Case) -> Figures:
    """The figures in force on the day of a case."""
    return Figures(scheme, _day(scheme, case), _local(scheme, case), "case")


def _day(scheme: Scheme, case: Case) -> date:
    return case.on or scheme.valid_from


def _local(scheme: Scheme, case: Case) -> tuple[LocalFigure, ...]:
    return tuple(
        LocalFigure(scheme.id, name, value, "case", "case", date.min, None)
        for name, value in case.local.items()
    )


@dataclass(frozen=True)
class _CaseRun:
    """One case put to the engine."""

    scheme: Scheme
    case: Case

    def failures(self) -> Iterator[Text]:
        for name, expected in self.case.expect.items():
            if name in self._lists:
                yield from self._lists[name](expected)
            else:
                yield from self._by_name(name, expected)

    @cached_property
    def derived(self) -> Derived:
        """What the engine derives for the case, as if this scheme alone had been adopted all along."""
        at = datetime.combine(_day(self.scheme, self.case), _NOON)
        start = datetime(1, 1, 2, tzinfo=UTC)
        basis = Basis((Adoption(self.scheme, start),), _local(self.scheme, self.case))
        subject = SubjectFacts("case", self.case.subject, self.case.id, "", start, None, ())
        return derive_from(subject, self.case.facts, self.case.posture, basis, at)

    @cached_property
    def owed(self) -> Mapping[str, Duty]:
        return {duty.rule.id: duty for duty in self.derived.duties if duty.owed}

    @cached_property
    def figures(self) -> Figures:
        return figures_for(self.scheme, self.case)

    @property
    def _lists(self) -> Mapping[str, Callable[[Any], Iterator[Text]]]:
        return {
            "tier": self._tier,
            "because": self._because,
            "duties": self._duties,
            "standards": self._standards,
            "includes": self._includes,
            "excludes": self._excludes,
        }

    def _tier(self, expected: str) -> Iterator[Text]:
        tiering = self.derived.tiers[self.scheme.id]
        on = _day(self.scheme, self.case)
        if tiering.tier != expected and not in_validity(self.scheme, on):
            yield Text(
                zh=f"预期类别 {expected}，但 {on} 没有生效的版本",
                en=f"expected tier {expected}, but no edition is in force on {on}",
            )
        elif tiering.tier != expected:
            because = [reason.text() for reason in tiering.because]
            zh, en = "；".join(text.zh for text in because), "; ".join(text.en for text in because)
            yield Text(
                zh=f"预期类别 {expected}，得到 {tiering.tier}" + (f"（{zh}）" if zh else ""),
                en=f"expected tier {expected}, got {tiering.tier}" + (f" ({en})" if en else ""),
            )

    def _because(self, expected: Sequence[str]) -> Iterator[Text]:
        facts = {reason.fact for reason in self.derived.tiers[self.scheme.id].because}
        yield from _sets("决定类别的事实", "facts that decide the tier", expected, facts & {*expected})

    def _duties(self, expected: Sequence[str]) -> Iterator[Text]:
        apart = "standards" in self.case.expect
        owed = [name for name, duty in self.owed.items() if not apart or duty.rule.kind == "duty"]
        yield from _sets("应履行的职责", "duties owed", expected, owed)

    def _standards(self, expected: Sequence[str]) -> Iterator[Text]:
        owed = [name for name, duty in self.owed.items() if duty.rule.kind == "standard"]
        yield from _sets("应达到的标准", "standards owed", expected, owed)

    def _includes(self, expected: Sequence[str]) -> Iterator[Text]:
        yield from _sets("应履行的职责", "duties owed", expected, {*self.owed} & {*expected})

    def _excludes(self, expected: Sequence[str]) -> Iterator[Text]:
        unwanted = sorted({*self.owed} & {*expected})
        if unwanted:
            names = ", ".join(unwanted)
            yield Text(zh=f"不应有的职责：{names}", en=f"owed though the case says it is not: {names}")

    def _by_name(self, name: str, expected: object) -> Iterator[Text]:
        named: Mapping[str, Any] = expected if isinstance(expected, Mapping) else {}
        for key, value in named.items():
            got = self._got(name, key)
            if not _same(got, value):
                wanted, found = _shown(value), _shown(got)
                yield Text(
                    zh=f"{name}：预期 {key} 为 {wanted}，得到 {found}",
                    en=f"{name}: expected {wanted} for {key}, got {found}",
                )

    def _got(self, name: str, key: str) -> Any:
        if name == "figures":
            return self.figures.value(Reference(key)).value
        if name == "clocks":
            rule = self._applying(key)
            return self.figures.duration(rule.within) if rule and rule.within is not None else None
        if name == "weights":
            rule = self._applying(key)
            return self.figures.number(rule.weight) if rule and rule.weight is not None else None
        if name in ("valid_for", "mend_within"):
            return self._of_plan_or_duty(name, key)
        duty = self.owed.get(key)
        if duty is None:
            return None
        return {"quantities": duty.quantity, "cadence": duty.cadence, "grace": duty.grace}[name]

    def _of_plan_or_duty(self, name: str, key: str) -> Any:
        rule = self.owed[key].rule if key in self.owed else self._applying(key, "plan")
        if rule is None:
            return None
        if name == "mend_within":
            return {item.id: item.mend_within for item in rule.items if item.mend_within is not None}
        if key in self.owed:
            return self.owed[key].valid_for
        return None if rule.valid_for is None else self.figures.duration(rule.valid_for)

    def _applying(self, rule_id: str, *kinds: str) -> Rule | None:
        """The clock, criterion or plan, if it is in force and applies to the facts and posture of the case."""
        rule, on = self.scheme.rule(rule_id), self.figures.on
        if rule.kind not in (kinds or ("clock", "criterion")):
            return None
        if not in_validity(self.scheme, on) or not in_force(rule, on):
            return None
        if rule.posture and self.case.posture not in rule.posture:
            return None
        facts: dict[str, FactValue] = {
            **self.case.facts,
            "posture": self.case.posture,
            "tier": self.derived.tiers[self.scheme.id].tier,
        }
        return rule if verdict(rule.where, facts, self.figures).holds else None


def _sets(zh: str, en: str, expected: Iterable[str], got: Iterable[str]) -> Iterator[Text]:
    missing, extra = sorted({*expected} - {*got}), sorted({*got} - {*expected})
    if missing or extra:
        zh_parts = [f"缺少 {'、'.join(missing)}"] * bool(missing) + [f"多出 {'、'.join(extra)}"] * bool(extra)
        en_parts = [f"missing {', '.join(missing)}"] * bool(missing)
        en_parts += [f"not expected {', '.join(extra)}"] * bool(extra)
        yield Text(zh=f"{zh}：{'；'.join(zh_parts)}", en=f"{en}: {'; '.join(en_parts)}")


def _same(got: Any, expected: Any) -> bool:
    """A plain interval stands for a cadence that has no other, whatever its bands."""
    if isinstance(got, tuple) and isinstance(expected, tuple) and len(expected) == 1:
        band = expected[0]
        if band.between is None:
            return all(each.every == band.every for each in got)
    if isinstance(got, Within) and isinstance(expected, tuple):
        return [band.every for band in expected] == [got.within]
    if isinstance(got, tuple) and isinstance(expected, tuple):
        return {*got} == {*expected}
    return bool(got == expected) and isinstance(got, bool) == isinstance(expected, bool)


def _shown(value: Any) -> str:
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, Each | Within | Standing | Once | tuple):
        return _cadence_shown(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_shown(item)}" for key, item in value.items())
    if isinstance(value, float):
        return f"{value:.10g}"
    return "–" if value is None else short(f"{value}")


def _cadence_shown(cadence: ResolvedCadence) -> str:
    if isinstance(cadence, tuple):
        bands = [(_shown(band.every), band.between) for band in cadence]
        return ", ".join(
            every if between is None else f"{every} {between[0]:%H:%M}-{between[1]:%H:%M}"
            for every, between in bands
        )
    if isinstance(cadence, Each):
        return cadence.each
    if isinstance(cadence, Within):
        return f"{_shown(cadence.within)} of {cadence.of}"
    if isinstance(cadence, Standing):
        return "standing"
    return "once" if cadence.by is None else f"once by {cadence.by}"
