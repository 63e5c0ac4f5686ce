"""Checks across a whole scheme: figures without a value, measures that weaken, tiers that cannot be reached."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, timedelta

from anlan.engine.figures import Figures, suits
from anlan.engine.plans import ActionPlan
from anlan.engine.policy import (
    Cadence,
    Case,
    Every,
    Parameter,
    PublicChain,
    Quantity,
    Reference,
    Rule,
    Scheme,
    Test,
    Text,
    Within,
)
from anlan.engine.scheme_plain_shapes import short
from anlan.engine.scheme_report import Report, Spot
from anlan.engine.strictness import ResolvedCadence, band_length, family, pace, seconds_of_day

_MEND_WEAKER = Text(
    zh="措施只能加强：缩短间隔或宽限，增加数量；否则删去措施。",
    en="A measure can only strengthen: a shorter interval or grace, a larger quantity; or delete it.",
)


@dataclass(frozen=True, slots=True)
class _Complaints:
    """Where the checks of one rule report."""

    report: Report
    rule: Rule | Case | PublicChain | ActionPlan

    def add(self, message: Text, mend: Text) -> None:
        self.report.rule = self.rule.id
        self.report.add(Spot(self.rule.file, self.rule.line), message, mend)
        self.report.rule = ""

    def remark(self, message: Text, mend: Text) -> None:
        self.report.rule = self.rule.id
        self.report.remark(Spot(self.rule.file, self.rule.line), message, mend)
        self.report.rule = ""


def check_whole(scheme: Scheme, report: Report) -> None:
    """Everything that can only be seen when all files have been read."""
    for rule in scheme.rules:
        complaints = _Complaints(report, rule)
        for reference in sorted(set(references_in(rule)), key=lambda reference: reference.parameter):
            _check_coverage(scheme, rule, scheme.parameters[reference.parameter], complaints)
        if rule.kind == "measure":
            _check_measure(scheme, rule, complaints)
    for plan in scheme.plans.values():
        complaints = _Complaints(report, plan)
        for reference in sorted(set(references_in(plan.where)), key=lambda reference: reference.parameter):
            _check_coverage(
                scheme, scheme.rule(plan.rule), scheme.parameters[reference.parameter], complaints
            )
    for chain in scheme.public:
        _check_chain(chain, _Complaints(report, chain))
    _check_tiers(scheme, report)
    for case in scheme.cases:
        _check_case(scheme, case, _Complaints(report, case))


def _check_chain(chain: PublicChain, complaints: _Complaints) -> None:
    """An emergency release and the time to ratify it come together."""
    if chain.emergency == (chain.ratify_within is not None):
        return
    complaints.add(
        Text(
            zh="紧急发布与追认时限须同时写明",
            en="emergency and ratify_within are given together or not at all",
        ),
        Text(
            zh="允许紧急发布时写 emergency: true 和 ratify_within，否则都删去。",
            en="Write emergency: true with ratify_within, or delete both.",
        ),
    )


def references_in(part: object) -> Iterator[Reference]:
    """Every figure that a rule, or a part of one, refers to."""
    if isinstance(part, Reference):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from references_in(item)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from references_in(getattr(part, field.name))


def facts_in(part: object) -> Iterator[Test]:
    """Every comparison in a condition."""
    if isinstance(part, Test):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from facts_in(item)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from facts_in(getattr(part, field.name))


def _check_coverage(scheme: Scheme, rule: Rule, parameter: Parameter, complaints: _Complaints) -> None:
    """The figure must have a value on each day on which edition and rule are in force."""
    day = max(scheme.valid_from, rule.start or scheme.valid_from)
    ends = [end for end in (scheme.valid_until, rule.end) if end is not None]
    last = min(ends) if ends else None
    for value in parameter.values:
        if last is not None and day >= last:
            return
        if value.start > day:
            break
        if value.end is None:
            return
        day = max(day, value.end)
    if last is None or day < last:
        complaints.add(
            Text(
                zh=f"指标 {parameter.id} 自 {day} 起没有数值，而规则仍在有效期内",
                en=f"parameter {parameter.id} has no value on {day}, when the rule is in force",
            ),
            Text(
                zh="为该日期补上数值，或给规则加上 from、until。",
                en="Give it a value for that day, or give the rule `from` or `until`.",
            ),
        )


def _check_tiers(scheme: Scheme, report: Report) -> None:
    tiers = [rule for rule in scheme.rules if rule.kind == "tier"]
    for place, rule in enumerate(tiers):
        complaints = _Complaints(report, rule)
        if rule.id in (scheme.outside_tiers, "undetermined"):
            complaints.add(
                Text(
                    zh=f"类别名“{rule.id}”已用于类别之外的场所",
                    en=f"the tier “{rule.id}” has the name for places outside all tiers",
                ),
                Text(zh="换一个 id，或改 outside-tiers。", en="Give it another id, or change outside-tiers."),
            )
        twin = next((t for t in tiers[:place] if _never_after(t, rule)), None)
        if twin is not None:
            complaints.add(
                Text(
                    zh=f"此类别永远轮不到：{twin.id} 的条件与之相同或没有条件",
                    en=f"this tier is never reached: {twin.id} has the same condition, or none",
                ),
                Text(
                    zh="改条件，或把无条件的类别放在最后。",
                    en="Change a condition, or put the tier without one last.",
                ),
            )
        if any(test.fact == "tier" for test in facts_in(rule.where)):
            complaints.add(
                Text(zh="类别的条件引用了类别自身", en="the condition of a tier asks for the tier itself"),
                Text(zh="改用场所的事实。", en="Use facts of the place instead."),
            )


def _never_after(earlier: Rule, later: Rule) -> bool:
    if earlier.start is not None or earlier.end is not None:
        return False
    return earlier.where is None or earlier.where == later.where


def _check_measure(scheme: Scheme, measure: Rule, complaints: _Complaints) -> None:
    changed = scheme.rule(measure.changes)
    if changed.kind not in ("duty", "standard"):
        complaints.add(
            Text(
                zh=f"措施只能改变职责事项或标准，{changed.id} 不是",
                en=f"a measure changes a duty or a standard; {changed.id} is a {changed.kind}",
            ),
            Text(zh="在 changes 中写职责事项的 id。", en="Name a duty in `changes`."),
        )
        return
    if changed.quantity is None and (measure.quantity is not None or measure.plus != 0):
        complaints.add(
            Text(
                zh=f"{changed.id} 没有数量，不能增加",
                en=f"{changed.id} asks for no quantity that could be raised",
            ),
            Text(
                zh="改变一条标准（standard），或删去 quantity、plus。",
                en="Change a standard, or delete quantity and plus.",
            ),
        )
        return
    if any(_weakens(measure, changed, Figures(scheme, day)) for day in _days_of_change(scheme)):
        complaints.remark(
            Text(zh=f"措施减弱了 {changed.id}", en=f"the measure asks for less than {changed.id} does"),
            _MEND_WEAKER,
        )


def _days_of_change(scheme: Scheme) -> Sequence[date]:
    """The days on which some figure may take another value."""
    days = {scheme.valid_from}
    for parameter in scheme.parameters.values():
        days.update(value.start for value in parameter.values if value.start > scheme.valid_from)
    return sorted(day for day in days if scheme.valid_until is None or day < scheme.valid_until)


def _weakens(measure: Rule, changed: Rule, figures: Figures) -> bool:
    if measure.cadence is not None and changed.cadence is not None:
        new, old = resolved(measure.cadence, figures), resolved(changed.cadence, figures)
        if new is not None and old is not None and _slower(new, old):
            return True
    new_grace, old_grace = figures.duration(measure.grace), figures.duration(changed.grace)
    if new_grace is not None and old_grace is not None and new_grace > old_grace:
        return True
    if measure.valid_for is not None and changed.valid_for is not None:
        new_valid, old_valid = figures.duration(measure.valid_for), figures.duration(changed.valid_for)
        if new_valid is not None and old_valid is not None and new_valid > old_valid:
            return True
    if measure.quantity is not None and changed.quantity is not None:
        return _smaller(measure.quantity, changed.quantity, figures)
    return False


def resolved(cadence: Cadence, figures: Figures) -> ResolvedCadence | None:
    """The cadence with its figures put in; None when one has no value on the date."""
    if isinstance(cadence, tuple):
        bands: list[Every] = []
        for band in cadence:
            every = figures.duration(band.every)
            if every is None or every <= timedelta(0):
                return None
            bands.append(replace(band, every=every))
        return tuple(bands)
    if isinstance(cadence, Within):
        within = figures.duration(cadence.within)
        return None if within is None else replace(cadence, within=within)
    return cadence


def _slower(new: ResolvedCadence, old: ResolvedCadence) -> bool:
    if family(new) != family(old):
        return True
    if not (isinstance(new, tuple) and isinstance(old, tuple)):
        return pace(new) < pace(old)
    return any(
        _seconds(later.every) > _seconds(earlier.every) and _meet(later, earlier)
        for later in new
        for earlier in old
    )


def _seconds(every: timedelta | Reference) -> float:
    return every.total_seconds() if isinstance(every, timedelta) else 0


def _meet(band: Every, other: Every) -> bool:
    """Whether two bands of the day have an hour in common."""
    start, length = _span(band)
    other_start, other_length = _span(other)
    return (other_start - start) % 86400 < length or (start - other_start) % 86400 < other_length


def _span(band: Every) -> tuple[float, float]:
    return (seconds_of_day(band.between[0]) if band.between else 0), band_length(band).total_seconds()


def _smaller(new: Quantity, old: Quantity, figures: Figures) -> bool:
    """Whether one quantity is plainly less than another of the same form; other forms are left to the reader."""
    if new.unit != old.unit:
        return True
    if new.of != old.of or bool(new.greatest_of) != bool(old.greatest_of):
        return False
    pairs = (
        (new.amount, old.amount),
        (new.percent, old.percent),
        (new.at_least, old.at_least),
        (new.plus, old.plus),
        (old.one_per, new.one_per),
    )
    numbers = [(_number(mine, figures), _number(theirs, figures)) for mine, theirs in pairs]
    return any(mine is not None and theirs is not None and mine < theirs for mine, theirs in numbers)


def _number(of: float | Reference | None, figures: Figures) -> float | None:
    return None if of is None else figures.number(of)


def _check_case(scheme: Scheme, case: Case, complaints: _Complaints) -> None:
    for name, value in case.local.items():
        if not suits(scheme.parameters[name], value):
            complaints.add(
                Text(
                    zh=f"本地数值 {short(str(value))} 与指标 {name} 的类型不符",
                    en=f"the local value {short(str(value))} is not of the sort of parameter {name}",
                ),
                Text(zh="写与方案相同类型的值。", en="Write a value of the same sort as the scheme's."),
            )
