"""The board: every duty of every place at an instant, as arrays; reasons are asked of `duties` for one place.

compiled = compile_duties(register, basis, at)          # once for each change of register, scheme or posture
marks = align(compiled, standing_rows)                  # once, then `realign` for what was recorded since
states = states_at(compiled, marks, waivers, at)        # for every request
if len(states.undecided):                               # rounds half walked, insufficient counts
    states = resolved(compiled, states, marks, waivers, records)
"""

from anlan.engine.board_compile import compile_duties
from anlan.engine.board_detail import resolved
from anlan.engine.board_duties import CompiledDuties, DutyGroup
from anlan.engine.board_judging import CODE
from anlan.engine.board_marks import AlignedMarks, align, realign
from anlan.engine.board_register import (
    FOREVER,
    NEVER,
    BoardPosture,
    BoardRegister,
    Column,
    MarkRows,
    PointRows,
    WaiverRows,
    column_of,
    instant_of,
    instants,
    moment_of,
)
from anlan.engine.board_states import BoardStates, states_at

__all__ = [
    "CODE",
    "FOREVER",
    "NEVER",
    "AlignedMarks",
    "BoardPosture",
    "BoardRegister",
    "BoardStates",
    "Column",
    "CompiledDuties",
    "DutyGroup",
    "MarkRows",
    "PointRows",
    "WaiverRows",
    "align",
    "column_of",
    "compile_duties",
    "instant_of",
    "instants",
    "moment_of",
    "realign",
    "resolved",
    "states_at",
]
