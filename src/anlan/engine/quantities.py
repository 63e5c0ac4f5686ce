"""How much a standard asks: an amount, one per so many, or a share, and what it was reckoned from."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, isfinite

from anlan.engine.conditions import Reason, fact_title, fact_value
from anlan.engine.figures import Figure, Figures
from anlan.engine.policy import Facts, Quantity, Reference


@dataclass(frozen=True, slots=True)
class Asked:
    """The amount asked, rounded up (None: a fact or figure is missing), and what it was reckoned from."""

    amount: float | None
    because: tuple[Reason, ...]


def quantity_asked(quantity: Quantity, facts: Facts, figures: Figures, plus: float | Reference = 0) -> Asked:
    """What `quantity` comes to for a subject; `plus` is what a measure in force puts on top."""
    asked = _asked(quantity, facts, figures)
    extra = figures.number(plus)
    if asked.amount is None or extra is None:
        return Asked(None, asked.because)
    return Asked(asked.amount + extra, asked.because)


def _asked(quantity: Quantity, facts: Facts, figures: Figures) -> Asked:
    if quantity.greatest_of:
        parts = [_asked(part, facts, figures) for part in quantity.greatest_of]
        because = tuple(reason for part in parts for reason in part.because)
        amounts = [part.amount for part in parts]
        base = None if None in amounts else max(amount for amount in amounts if amount is not None)
    elif quantity.of is None:
        base, because = (figures.number(quantity.amount) if quantity.amount is not None else 0), ()
    else:
        base, because = _share(quantity, quantity.of, facts, figures)
    plus, floor = figures.number(quantity.plus), figures.number(quantity.at_least)
    if base is None or plus is None or floor is None:
        return Asked(None, because)
    return Asked(max(base + plus, floor), because)


def _share(
    quantity: Quantity, fact: str, facts: Facts, figures: Figures
) -> tuple[float | None, tuple[Reason, ...]]:
    value = fact_value(fact, facts, figures.scheme)
    divisor = quantity.one_per if quantity.one_per is not None else quantity.percent
    figure = figures.value(divisor) if divisor is not None else Figure(value=1)
    because = (_reason(fact, value, figure, figures),)
    beyond = figures.number(quantity.beyond) if quantity.beyond is not None else 0
    if isinstance(value, bool) or not isinstance(value, int | float) or beyond is None:
        return None, because
    if isinstance(figure.value, bool) or not isinstance(figure.value, int | float) or not isfinite(value):
        return None, because
    counted = Fraction(str(value)) - Fraction(str(beyond))
    counted = max(counted, Fraction(0))
    rate = Fraction(str(figure.value))
    if quantity.percent is not None:
        return float(ceil(counted * rate / 100)), because
    return (float(ceil(counted / rate)) if rate > 0 else None), because


def _reason(fact: str, value: object, figure: Figure, figures: Figures) -> Reason:
    known = value if isinstance(value, bool | int | float | str) else None
    return Reason(
        fact=fact,
        value=known,
        relation="missing",
        limit=known is None,
        parameter=figure.parameter,
        cites=figure.cites,
        holds=True,
        since=figure.since,
        local=figure.local,
        title=fact_title(fact, figures.scheme),
        value_title=None,
        limit_titles=(None,),
    )
