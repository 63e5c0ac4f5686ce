"""Answers of the engine as plain values that JSON can hold: for the command line, the API, and the pages' scripts."""

from datetime import datetime, timedelta, tzinfo
from typing import Any

from anlan.engine.conditions import Reason
from anlan.engine.durations import duration_text
from anlan.engine.duties import Duty, Undetermined
from anlan.engine.policy import Cadence, Citation, Each, Once, Problem, Reference, Standing, Text, Within
from anlan.engine.standing import WindowState

Plain = dict[str, Any]


def plain_text(text: Text) -> Plain:
    return {"zh": text.zh, "en": text.en}


def plain_citation(citation: Citation) -> Plain:
    found = {"label": citation.label, "clause": citation.clause, "source": citation.source}
    return {name: value for name, value in found.items() if value}


def plain_cadence(cadence: Cadence) -> Any:
    """A cadence in the words of the scheme files: bands with `every`, `{"each": …}`, `standing`, …"""
    if isinstance(cadence, Standing):
        return "standing"
    if isinstance(cadence, Once):
        return {"once": cadence.by.isoformat()} if cadence.by else "once"
    if isinstance(cadence, Each):
        return {"each": cadence.each}
    if isinstance(cadence, Within):
        return {"within": _duration(cadence.within), "of": cadence.of}
    return [
        {"every": _duration(band.every)}
        | ({"between": [edge.strftime("%H:%M") for edge in band.between]} if band.between else {})
        for band in cadence
    ]


def plain_reason(reason: Reason) -> Plain:
    """One comparison: the fact, its value, the limit and its source, and the sentence in both languages."""
    limit = list(reason.limit) if isinstance(reason.limit, tuple) else reason.limit
    return {
        "fact": reason.fact,
        "value": reason.value,
        "relation": reason.relation,
        "limit": limit,
        "holds": reason.holds,
        "parameter": reason.parameter or None,
        "local": plain_local(reason) if reason.local else None,
        "cites": plain_citation(reason.cites) if reason.cites else None,
        "text": plain_text(reason.text()),
    }


def plain_local(reason: Reason) -> Plain:
    local = reason.local
    if local is None:
        return {}
    return {"reason": local.reason, "by": local.by, "from": local.start.isoformat(), "place": local.place}


def plain_duty(duty: Duty, zone: tzinfo) -> Plain:
    """A duty with its reasons."""
    return {
        "rule": duty.rule.id,
        "scheme": duty.scheme,
        "edition": duty.edition,
        "title": plain_text(duty.rule.title),
        "who": duty.rule.who,
        "concern": duty.rule.concern or None,
        "owed": duty.owed,
        "cadence": plain_cadence(duty.cadence),
        "cadence_text": plain_text(duty.cadence_text()),
        "quantity": _whole(duty.quantity),
        "unit": duty.unit or None,
        "evidence": duty.rule.evidence,
        "grace": duration_text(duty.grace),
        "valid_for": duration_text(duty.valid_for) if duty.valid_for is not None else None,
        "since": _time(duty.since, zone),
        "since_because": plain_text(duty.since_cause.text()) if duty.since_cause else None,
        "cites": [plain_citation(citation) for citation in duty.cites],
        "because": [plain_reason(reason) for reason in duty.because],
        "measures": [
            {"rule": measure.rule.id, "changed": plain_text(measure.changed)} for measure in duty.measures
        ],
        "superseded_by": list(duty.superseded_by),
        "also_asked_by": list(duty.also_asked_by),
    }


def plain_undetermined(found: Undetermined) -> Plain:
    """A rule that cannot be judged, and the facts it lacks."""
    return {
        "rule": found.rule.id,
        "scheme": found.scheme,
        "title": plain_text(found.rule.title),
        "missing": list(found.missing),
        "because": [plain_reason(reason) for reason in found.because],
    }


def plain_state(state: WindowState, zone: tzinfo) -> Plain:
    """The state of one window of a duty."""
    return {
        "key": state.key,
        "rule": state.duty.rule.id,
        "scheme": state.duty.scheme,
        "state": state.state,
        "start": _time(state.window.start, zone),
        "end": _time(state.window.end, zone),
        "deadline": _time(state.deadline, zone),
        "done": state.done,
        "of": state.of,
        "had": _whole(state.had),
        "needed": _whole(state.needed),
        "evidence": list(state.evidence),
    }


def plain_problem(problem: Problem) -> Plain:
    return {
        "file": problem.file,
        "line": problem.line,
        "rule": problem.rule,
        "message": plain_text(problem.message),
        "mend": plain_text(problem.mend),
    }


def _whole(quantity: float | None) -> float | None:
    """A quantity that is whole as a whole number: 80, not 80.0."""
    return int(quantity) if quantity is not None and quantity == int(quantity) else quantity


def _duration(value: timedelta | Reference) -> str:
    return f"${value.parameter}" if isinstance(value, Reference) else duration_text(value)


def _time(value: datetime | None, zone: tzinfo) -> str | None:
    return value.astimezone(zone).isoformat() if value else None
