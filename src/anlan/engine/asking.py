"""One rule put to one subject: whether it applies, and what it asks with its figures and the measures in force."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from anlan.engine.conditions import Reason, unit_title, verdict
from anlan.engine.durations import duration_words
from anlan.engine.figures import Figure, Figures
from anlan.engine.owed import Duty, Measure, Undetermined
from anlan.engine.policy import Facts, Level, Quantity, Reference, Rule, Scheme, Standing, Text, Within
from anlan.engine.quantities import quantity_asked
from anlan.engine.strictness import ResolvedCadence, cadence_words, stricter
from anlan.engine.tiers import in_force


@dataclass(frozen=True, slots=True)
class AskedTerms:
    """When something is asked: its cadence, the grace after a window, how long a proof stands."""

    cadence: ResolvedCadence
    grace: timedelta
    valid_for: timedelta | None


def terms_with(scheme: Scheme, rule: Rule, measures: Sequence[Rule], figures: Figures) -> AskedTerms | None:
    """The terms of a rule under these measures; None if a figure that they need has no value."""
    asking = Asking(scheme, rule, "", {}, figures, "normal", date.min)
    terms = asking.own_terms()
    for measure in measures:
        terms = asking.tightened(terms, measure)
    return None if asking.missing else terms


@dataclass(slots=True)
class Asking:
    """One rule put to one subject."""

    scheme: Scheme
    rule: Rule
    subject: str
    facts: Facts
    figures: Figures
    level: Level
    anchor: date
    used: list[Figure] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def answer(self) -> Duty | Undetermined | None:
        judged = verdict(self.rule.where, self.facts, self.figures)
        if judged.holds is False:
            return None
        if judged.holds is None:
            return self._undetermined(judged.because)
        terms = self.own_terms()
        quantity, reckoned = self._quantity(self.rule.quantity, 0)
        measures = []
        for measure, because in self._measures():
            before, least = terms, quantity
            terms = self.tightened(terms, measure)
            raised, _ = self._quantity(measure.quantity or self.rule.quantity, measure.plus)
            quantity = raised if quantity is None else max(quantity, raised or quantity)
            changed = _changes((before, least), (terms, quantity), unit_title(self._unit(), self.scheme))
            measures.append(Measure(measure, because, changed))
        if self.missing:
            return self._undetermined((*judged.because, *reckoned))
        cites = [self.rule.cites, *(measure.rule.cites for measure in measures)]
        cites += [source for source in (figure.cites for figure in self.used) if source is not None]
        return Duty(
            scheme=self.scheme.id,
            edition=self.scheme.edition,
            rule=self.rule,
            subject=self.subject,
            cadence=terms.cadence,
            anchor=self.anchor,
            quantity=quantity,
            unit=self._unit(),
            grace=terms.grace,
            valid_for=terms.valid_for,
            because=(*judged.because, *reckoned),
            measures=tuple(measures),
            posture=self.level,
            cites=tuple(dict.fromkeys(cites)),
            figures=tuple(dict.fromkeys(self.used)),
        )

    def own_terms(self) -> AskedTerms:
        """What the rule asks by itself; figures that have no value are noted in `missing`."""
        grace, valid_for = self._duration(self.rule.grace), self._duration(self.rule.valid_for)
        return AskedTerms(self._cadence(self.rule), grace or timedelta(0), valid_for)

    def tightened(self, terms: AskedTerms, measure: Rule) -> AskedTerms:
        """The same terms under one more measure, never weaker; a grace of zero is one not given."""
        cadence, grace, valid_for = terms.cadence, terms.grace, terms.valid_for
        if measure.cadence is not None:
            cadence = stricter(cadence, self._cadence(measure))
        if measure.grace != timedelta(0):
            grace = min(grace, self._duration(measure.grace) or grace)
        if measure.valid_for is not None:
            brief = self._duration(measure.valid_for)
            valid_for = brief if valid_for is None else min(valid_for, brief or valid_for)
        return AskedTerms(cadence, grace, valid_for)

    def _unit(self) -> str:
        return self.rule.quantity.unit if self.rule.quantity else ""

    def _measures(self) -> Iterator[tuple[Rule, tuple[Reason, ...]]]:
        for rule in self.scheme.rules:
            if rule.kind != "measure" or rule.changes != self.rule.id or self.level not in rule.posture:
                continue
            if in_force(rule, self.figures.on):
                judged = verdict(rule.where, self.facts, self.figures)
                if judged.holds:
                    yield rule, judged.because

    def _undetermined(self, because: tuple[Reason, ...]) -> Undetermined:
        unknown = [
            reason.fact if reason.value is None else f"${reason.parameter}"
            for reason in because
            if reason.holds is None or (reason.relation == "missing" and reason.limit is True)
        ]
        missing = tuple(dict.fromkeys((*unknown, *self.missing)))
        return Undetermined(self.scheme.id, self.scheme.edition, self.rule, self.subject, missing, because)

    def _duration(self, of: timedelta | Reference | None) -> timedelta | None:
        if of is None:
            return None
        self._use(of)
        found = self.figures.duration(of)
        if found is None and isinstance(of, Reference):
            self.missing.append(f"${of.parameter}")
        return found

    def _cadence(self, rule: Rule) -> ResolvedCadence:
        cadence = rule.cadence or Standing()
        if isinstance(cadence, Within):
            return Within(self._duration(cadence.within) or timedelta(0), cadence.of)
        if isinstance(cadence, tuple):
            bands = ((band, self._duration(band.every)) for band in cadence)
            known = tuple(replace(band, every=every) for band, every in bands if every)
            return stricter(known, known)
        return cadence

    def _quantity(
        self, quantity: Quantity | None, plus: float | Reference
    ) -> tuple[float | None, tuple[Reason, ...]]:
        if quantity is None:
            return None, ()
        for of in (*_references(quantity), plus):
            self._use(of)
        asked = quantity_asked(quantity, self.facts, self.figures, plus)
        if asked.amount is None:
            self.missing.extend(_missing_of(quantity, self.facts, self.figures))
        return asked.amount, asked.because

    def _use(self, of: object) -> None:
        if isinstance(of, Reference):
            self.used.append(self.figures.value(of))


def _references(quantity: Quantity) -> Iterator[Reference]:
    own = (
        quantity.amount,
        quantity.one_per,
        quantity.percent,
        quantity.beyond,
        quantity.plus,
        quantity.at_least,
    )
    yield from (of for of in own if isinstance(of, Reference))
    for part in quantity.greatest_of:
        yield from _references(part)


def _missing_of(quantity: Quantity, facts: Facts, figures: Figures) -> Iterator[str]:
    """The facts and figures without which a quantity cannot be reckoned, at least the fact it is reckoned of."""
    for of in _references(quantity):
        if figures.number(of) is None:
            yield f"${of.parameter}"
    for part in (quantity, *quantity.greatest_of):
        if part.of is not None and not isinstance(facts.get(part.of), int | float):
            yield part.of


def _changes(
    before: tuple[AskedTerms, float | None], after: tuple[AskedTerms, float | None], unit: Text
) -> Text:
    """What a measure made of a duty, said in both languages; empty if the duty was stricter already."""
    zh: list[str] = []
    en: list[str] = []
    if after[0].cadence != before[0].cadence:
        words = cadence_words(after[0].cadence)
        zh.append(words.zh)
        en.append(words.en)
    if after[1] != before[1] and after[1] is not None:
        zh.append(f"数量 {after[1]:,.10g} {unit.zh}".strip())
        en.append(f"quantity {after[1]:,.10g} {unit.en}".strip())
    if after[0].grace != before[0].grace:
        words = duration_words(after[0].grace)
        zh.append(f"宽限 {words.zh}")
        en.append(f"grace {words.en}")
    if after[0].valid_for != before[0].valid_for and after[0].valid_for is not None:
        words = duration_words(after[0].valid_for)
        zh.append(f"证据有效期 {words.zh}")
        en.append(f"evidence stands for {words.en}")
    return Text("；".join(zh), "; ".join(en))
