"""Which facts can bear on what a place of some kind owes, so that a form asks for those first."""

from collections.abc import Iterator

from anlan.engine.policy import AnyOf, Condition, Not, Quantity, Scheme, Test


def facts_that_matter(scheme: Scheme, kind: str) -> tuple[str, ...]:
    """The facts named by rules that are not ruled out by the kind of place alone, in the order of the rules."""
    found: dict[str, None] = {}
    for rule in scheme.rules:
        if rule.subject != "place" or (rule.where and _holds_for(rule.where, kind) is False):
            continue
        for name in (*_named(rule.where), *_counted(rule.quantity)):
            if name in scheme.facts:
                found[name] = None
    return tuple(found)


def _holds_for(condition: Condition, kind: str) -> bool | None:
    """What the kind alone says of a condition; None where it depends on anything else."""
    if isinstance(condition, Test):
        if condition.fact != "kind" or condition.relation not in ("is", "in"):
            return None
        return kind in condition.operands
    if isinstance(condition, Not):
        inner = _holds_for(condition.of, kind)
        return None if inner is None else not inner
    parts = [_holds_for(part, kind) for part in condition.of]
    decisive = isinstance(condition, AnyOf)
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _named(condition: Condition | None) -> Iterator[str]:
    if condition is None:
        return
    if isinstance(condition, Test):
        yield condition.fact
    elif isinstance(condition, Not):
        yield from _named(condition.of)
    else:
        for part in condition.of:
            yield from _named(part)


def _counted(quantity: Quantity | None) -> Iterator[str]:
    if quantity is None:
        return
    if quantity.of:
        yield quantity.of
    for part in quantity.greatest_of:
        yield from _counted(part)
