"""What `anlan why` shows people: tiers, what is owed with how much, by whom and why, and what cannot be judged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import click

from anlan.engine.conditions import Reason, fact_title
from anlan.engine.duties import Derived, Duty, Undetermined
from anlan.engine.policy import Scheme, Text
from anlan.engine.rule_words import figure_words
from anlan.engine.standing import WindowState
from anlan.engine.tiers import in_validity
from anlan.management.output import city_zone, in_terminal_language, joined, write_table
from anlan.management.terminal import both

_DUTIES = (
    "职责 duty",
    "数量 quantity",
    "频次 cadence",
    "主体 who",
    "依据 cites",
    "自 since",
    "原因 because",
    "状态 state",
)
_OPEN = ("规则 rule", "方案 scheme", "缺少 missing", "原因 because")


@dataclass(frozen=True, slots=True)
class Explained:
    """What a subject owes, in what state that is, and the schemes whose words say it."""

    derived: Derived
    states: tuple[WindowState, ...]
    schemes: Mapping[tuple[str, str], Scheme]
    at: datetime


def by_edition(schemes: Iterable[Scheme]) -> dict[tuple[str, str], Scheme]:
    """Schemes by their id and edition, as duties name them."""
    return {(scheme.id, scheme.edition): scheme for scheme in schemes}


def show(explained: Explained) -> None:
    """Tiers, duties, and rules that cannot be judged, on standard output."""
    derived = explained.derived
    on = explained.at.astimezone(city_zone()).date()
    standing = {scheme.id for scheme in explained.schemes.values() if in_validity(scheme, on)}
    for scheme in dict.fromkeys(scheme.id for scheme in explained.schemes.values()):
        if scheme not in standing or scheme not in derived.tiers:
            click.echo(f"{scheme}: " + both(f"{on} 没有生效的版本", f"no edition in force on {on}"))
    for scheme, tiering in derived.tiers.items():
        if scheme not in standing:
            continue
        reasons = _reasons(tiering.because)
        click.echo(f"{scheme}: {tiering.tier}" + (f"  ({reasons})" if reasons else ""))
    by_duty = {state.duty.id: state for state in explained.states}
    rows = [_row(duty, by_duty.get(duty.id), explained.schemes) for duty in derived.duties]
    write_table("", _DUTIES, rows)
    if derived.undetermined:
        open_rules = [_open_row(found, explained) for found in derived.undetermined]
        title = both("因缺少数据而无法判断的规则", "rules that cannot be judged: figures are missing")
        write_table(title, _OPEN, open_rules)


def _row(
    duty: Duty, state: WindowState | None, schemes: Mapping[tuple[str, str], Scheme]
) -> Sequence[object]:
    scheme = schemes[duty.scheme, duty.edition]
    stricter = f" ← {', '.join(duty.superseded_by)}" if not duty.owed else ""
    role = scheme.roles.get(duty.rule.who)
    return (
        in_terminal_language(duty.rule.title) + stricter,
        in_terminal_language(figure_words(duty.quantity, duty.unit, scheme))
        if duty.quantity is not None
        else "",
        in_terminal_language(duty.cadence_text()),
        in_terminal_language(role.title) if role else duty.rule.who,
        joined(f"{cites.label} {cites.clause}".strip() for cites in duty.cites),
        duty.since.astimezone(city_zone()).date() if duty.since else "",
        _reasons(duty.because),
        state.state if state else "",
    )


def _open_row(found: Undetermined, explained: Explained) -> Sequence[object]:
    """A rule that cannot be judged; where it is the tier that is missing, the figures that the tier lacks."""
    scheme = explained.schemes[found.scheme, found.edition]
    tiering = explained.derived.tiers.get(found.scheme)
    behind = [r.fact for r in tiering.because if r.holds is None and r.value is None] if tiering else []
    names = [part for name in found.missing for part in (behind if name == "tier" and behind else [name])]
    missing = [f"{in_terminal_language(_missing(name, scheme))} ({name})" for name in dict.fromkeys(names)]
    return in_terminal_language(found.rule.title), found.scheme, joined(missing), _reasons(found.because)


def _missing(name: str, scheme: Scheme) -> Text:
    """What a missing fact or `$figure` is called."""
    if not name.startswith("$"):
        return fact_title(name, scheme)
    parameter = scheme.parameters.get(name[1:])
    return (parameter.title if parameter else None) or Text(zh=name[1:], en=name[1:])


def _reasons(because: Iterable[Reason]) -> str:
    return joined(in_terminal_language(reason.text()) for reason in because)
