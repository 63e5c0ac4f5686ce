"""`anlan why`: what a place owes, since when, under which clause, and which fact decided."""

import json
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

import click
from django.conf import settings

from anlan.engine import duties as rules
from anlan.engine.duties import Derived
from anlan.engine.facts import Adoption, Basis, FactVersion, LocalFigure, PostureSpan, SubjectFacts
from anlan.engine.plain import plain_duty, plain_reason, plain_state, plain_undetermined
from anlan.engine.policy import LEVELS, FactValue, Level, Scheme
from anlan.engine.schemes import read_scheme
from anlan.engine.standing import WindowState
from anlan.engine.stated_facts import strange_words, wrong_values
from anlan.management.cli import prepare_tables
from anlan.management.output import (
    WHEN,
    as_json,
    city_zone,
    write_json,
)
from anlan.management.terminal import refuse, tell
from anlan.management.why_table import Explained, by_edition, show

_LARGEST = 1e15
"""No fact of a place is a larger number than this."""


@click.command()
@click.argument("place", required=False)
@click.option(
    "--facts",
    type=click.Path(path_type=Path),
    help="未入库场所的事实文件  facts of a place that is not stored",
)
@click.option(
    "--scheme", "schemes", multiple=True, help="只看该方案（编号或文件夹）  only this scheme (id or folder)"
)
@click.option("--on", type=WHEN, help="有效时点  valid at")
@click.option("--known-at", type=WHEN, help="知悉时点  as known at")
@click.option("--posture", type=click.Choice(LEVELS), help="假设防范等级  suppose this posture")
@as_json
def why(
    place: str | None,
    facts: Path | None,
    schemes: tuple[str, ...],
    on: datetime | None,
    known_at: datetime | None,
    posture: Level | None,
    as_json: bool,
) -> None:
    """Explain what a place owes: because of what, since when, under which clause.  场所职责及其依据。

    Facts of a file are judged by the adopted editions with the city's own values; with --scheme by the edition as
    it is written.  事实文件按已采用的版本和本地数值判断；给出 --scheme 时按方案原文判断。
    """
    at = on or datetime.now(city_zone())
    if (place is None) == (facts is None):
        refuse(
            "请给出场所，或用 --facts 给出事实文件。", "Name a place, or give a file of facts with --facts."
        )
    if facts is not None:
        answer, explained = _of_facts(facts, schemes, at, posture)
    else:
        answer, explained = _of_place(place or "", schemes, at, known_at, posture)
    if as_json:
        write_json(answer)
        return
    show(explained)


def _of_facts(
    path: Path, names: tuple[str, ...], at: datetime, posture: Level | None
) -> tuple[dict[str, Any], Explained]:
    values = _read_facts(path)
    adopted = [] if names else _adopted_schemes(at)
    schemes = [_scheme(name) for name in names] or adopted or _all_schemes()
    _refuse_wrong(path, values, schemes)
    zone = city_zone()
    basis = Basis(
        adoptions=tuple(
            Adoption(scheme, datetime.combine(scheme.valid_from, time(), zone)) for scheme in schemes
        ),
        local=_local_figures(schemes) if adopted else (),
        zone=zone,
    )
    registered = min((adoption.start for adoption in basis.adoptions), default=at)
    start = min(registered, at)
    level = posture or values.pop("posture", None) or "normal"
    department = "role" in values
    subject = SubjectFacts(
        code=path.stem,
        subject="department" if department else "place",
        name=path.stem,
        district="",
        registered=start,
        closed=None,
        versions=(FactVersion(start, None, values),),
        postures=(PostureSpan(start, None, level),) if level != "normal" else (),  # type: ignore[arg-type]  # a choice of click
    )
    derived = rules.derive(subject, basis, at)
    return _answer(path.stem, derived, (), at), Explained(derived, (), by_edition(schemes), at)


def _of_place(
    name: str, schemes: tuple[str, ...], at: datetime, known_at: datetime | None, posture: Level | None
) -> tuple[dict[str, Any], Explained]:
    from dataclasses import replace

    prepare_tables()
    from anlan.queries.duties import basis, place_account
    from anlan.queries.places import found_place

    place = found_place(name)
    if place is None:
        refuse(
            f"没有找到唯一的场所“{name}”；请用编号、ID 或唯一的名称。",
            f"No single place is called '{name}'; use its code, its id, or a name that only it has.",
        )
    works_by = basis(known_at)
    if schemes:
        kept = tuple(adoption for adoption in works_by.adoptions if adoption.scheme.id in schemes)
        strange = set(schemes) - {adoption.scheme.id for adoption in kept}
        if strange:
            names = ", ".join(sorted(strange))
            refuse(f"没有采用方案 {names}。", f"No scheme called {names} is adopted.")
        works_by = replace(works_by, adoptions=kept)
    account = place_account(place, at, known_at, works_by)
    derived, states = account.derived, account.states
    if posture is not None:
        raised = replace(account.subject, postures=(PostureSpan(account.subject.registered, None, posture),))
        derived, states = rules.derive(raised, works_by, at), ()
    known = by_edition(adoption.scheme for adoption in works_by.adoptions)
    return _answer(place.code, derived, states, at), Explained(derived, states, known, at)


def _answer(place: str, derived: Derived, states: tuple[WindowState, ...], at: datetime) -> dict[str, Any]:
    zone = city_zone()
    return {
        "place": place,
        "at": at.astimezone(zone).isoformat(),
        "posture": derived.posture,
        "tiers": {scheme: tiering.tier for scheme, tiering in derived.tiers.items()},
        "because": {
            scheme: [plain_reason(reason) for reason in tiering.because]
            for scheme, tiering in derived.tiers.items()
        },
        "duties": [plain_duty(duty, zone) for duty in derived.duties if duty.owed],
        "superseded": [plain_duty(duty, zone) for duty in derived.duties if not duty.owed],
        "undetermined": [plain_undetermined(found) for found in derived.undetermined],
        "status": [plain_state(state, zone) for state in states],
    }


def _read_facts(path: Path) -> dict[str, FactValue]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        refuse(f"无法读取 {path}：{error}", f"Cannot read {path}: {error}")
    except json.JSONDecodeError as error:
        refuse(
            f"{path} 第 {error.lineno} 行不是有效的 JSON：{error.msg}",
            f"{path}, line {error.lineno} is not valid JSON: {error.msg}",
        )
    if not isinstance(values, dict) or any(isinstance(value, (dict, list)) for value in values.values()):
        refuse(
            f'{path} 应是一个对象，如 {{"kind": "mall", "daily_visitors": 5000}}。',
            f'{path} must hold one object such as {{"kind": "mall", "daily_visitors": 5000}}.',
        )
    for name, value in values.items():
        if isinstance(value, int | float) and not abs(value) <= _LARGEST:
            refuse(f"{path}：{name} 不是可用的数。", f"{path}: {name} is not a number that can be used.")
    return values


def _scheme(name: str) -> Scheme:
    folder = Path(name) if Path(name).is_dir() else settings.SCHEMES / name
    scheme, problems = read_scheme(folder)
    if scheme is not None:
        return scheme
    stored = _stored(name)
    if stored is None:
        problem = problems[0]
        refuse(
            f"方案 {name} 读不出来：{problem.file}:{problem.line} {problem.message.zh}",
            f"Cannot read the scheme {name}: {problem.file}:{problem.line} {problem.message.en}",
        )
    return stored


def _stored(name: str) -> Scheme | None:
    from django.db import DatabaseError

    from anlan.models import Edition
    from anlan.queries.schemes import scheme_of

    try:
        edition = Edition.objects.filter(scheme=name).order_by("-stored_at").first()
    except DatabaseError:
        return None
    return scheme_of(edition.sha256) if edition else None


def _adopted_schemes(at: datetime) -> list[Scheme]:
    """The edition that the city works by of each scheme it has adopted; none where there is no database yet."""
    from django.db import DatabaseError

    from anlan.queries.schemes import adoptions

    try:
        known = adoptions()
    except DatabaseError:
        return []
    running = {
        adoption.scheme.id: adoption.scheme
        for adoption in known
        if adoption.start <= at and (adoption.end is None or adoption.end > at)
    }
    begun = {adoption.scheme.id: adoption.scheme for adoption in known if adoption.end is None}
    return list((running or begun).values())


def _local_figures(schemes: Sequence[Scheme]) -> tuple[LocalFigure, ...]:
    """The city's own values for figures of the editions it has adopted; those of single places are left out."""
    from anlan.queries.schemes import local_figures

    ids = {scheme.id for scheme in schemes}
    return tuple(figure for figure in local_figures() if figure.place is None and figure.scheme in ids)


def _all_schemes() -> list[Scheme]:
    folders = sorted(path.parent for path in settings.SCHEMES.glob("*/scheme.yaml"))
    return [_scheme(str(folder)) for folder in folders]


def _refuse_wrong(path: Path, values: dict[str, FactValue], schemes: list[Scheme]) -> None:
    """One line for facts of the wrong sort and for those that nobody knows; others' facts are only told."""
    wrong = wrong_values(values, schemes)
    strange = () if wrong else strange_words(values, schemes)
    if strange:
        wrong = strange_words(values, [*schemes, *_all_schemes()])
    if wrong:
        refuse(
            f"{path}：" + "".join(text.zh for text in wrong),
            f"{path}: " + " ".join(text.en for text in wrong),
        )
    for text in strange:
        tell(text.zh, text.en)
