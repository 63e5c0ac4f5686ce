"""The fixed words of an incident: kinds of entries, of units and their states, lanes, marks; and the moves allowed."""

from typing import Literal, get_args

EntryKind = Literal[
    "opened",
    "report",
    "note",
    "todo",
    "contact",
    "done",
    "strike",
    "level",
    "command",
    "plan",
    "step",
    "assignment",
    "unit",
    "roll-call",
    "measure",
    "mark",
    "file",
    "share",
    "statement",
    "stand-down",
    "closed",
]
ENTRY_KINDS: tuple[EntryKind, ...] = get_args(EntryKind)

Lane = Literal["command", "operations", "planning", "logistics", "medical", "public"]
LANES: tuple[Lane, ...] = get_args(Lane)
"""Functions of an incident's staff after NIMS (2017), with medical and public information as lanes of their own."""

UnitState = Literal["available", "assigned", "en-route", "on-scene", "released"]
UNIT_STATES: tuple[UnitState, ...] = get_args(UnitState)

UnitKind = Literal[
    "police", "fire", "ambulance", "guard", "utility", "traffic", "volunteer-team", "control-room", "other"
]
UNIT_KINDS: tuple[UnitKind, ...] = get_args(UnitKind)

AssignmentKind = Literal["objective", "task", "need"]
ASSIGNMENT_KINDS: tuple[AssignmentKind, ...] = get_args(AssignmentKind)

MarkKind = Literal[
    "scene",
    "inner-cordon",
    "outer-cordon",
    "access",
    "rendezvous",
    "command-post",
    "casualty-point",
    "hazard",
    "closed-road",
]
MARK_KINDS: tuple[MarkKind, ...] = get_args(MarkKind)

AUTHORITIES = ("commander", "district", "city", "province")
"""Who may order that a place is closed or restricted, from the least."""

RESPONSE_LEVELS = (4, 3, 2, 1)
"""Levels of response, the weakest first; 1 (I) is the highest."""

_MOVES: dict[UnitState, frozenset[UnitState]] = {
    "available": frozenset({"assigned", "en-route", "on-scene", "released"}),
    "assigned": frozenset({"available", "en-route", "on-scene", "released"}),
    "en-route": frozenset({"available", "assigned", "on-scene", "released"}),
    "on-scene": frozenset({"available", "assigned", "en-route", "released"}),
    "released": frozenset({"available"}),
}


def may_move(old: UnitState, new: UnitState) -> bool:
    """Whether a unit may go from a state to another; a released one has to be called again first."""
    return new in _MOVES[old]
