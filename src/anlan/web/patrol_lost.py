"""What a plan gives up, as pages say it: with names, without what was scanned meanwhile, and window by window."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from anlan.actions.patrol_planning import given_up
from anlan.engine.patrol_changes import windows_given_up
from anlan.engine.patrol_game import SLOT, Names, read_game
from anlan.engine.patrol_solving import given_up_read, given_up_text
from anlan.engine.policy import Text
from anlan.models import PatrolPlan
from anlan.queries.patrol_ground import scans_between


def still_lost(plan: PatrolPlan, names: Names, at: datetime, met: Collection[str] = ()) -> Text | None:
    """What a plan cannot keep, said at a moment; None where nothing is lost any more.

    Where only windows that were open when it began are given up, a checkpoint leaves the words once it was scanned
    (`met`, or any scan since the plan began) or its window is over.
    """
    kept = plan.mix.infeasible
    if not kept or not kept.get("open_only") or "short" not in kept:
        return given_up(plan.mix, names)
    scanned = {code for code, _at in scans_between(plan.place, plan.starts, at)} | set(met)
    ends = {code: max(closes for _opens, closes in spans) for code, spans in _spans(plan).items()}
    given = given_up_read(kept)
    left = tuple(
        one
        for one in given.checkpoints
        if one[0] not in scanned and plan.starts + ends.get(one[0], 0) * SLOT > at
    )
    return given_up_text(replace(given, checkpoints=left), names) if left else None


def lost_rows(plan: PatrolPlan, names: Names) -> list[dict[str, Any]]:
    """The checkpoints of which a plan gives up windows, those missed most first, with the windows by the clock."""
    told = plan.mix.infeasible or {}
    spans = _spans(plan)
    return [
        {
            "name": names.points.get(code) or Text(code, code),
            "missed": missed,
            "owed": owed,
            "windows": [
                (
                    timezone.localtime(plan.starts + opens * SLOT),
                    timezone.localtime(plan.starts + closes * SLOT),
                )
                for opens, closes in spans.get(code, ())
            ],
        }
        for code, missed, owed in told.get("checkpoints", ())
    ]


def _spans(plan: PatrolPlan) -> dict[str, tuple[tuple[int, int], ...]]:
    game = plan.mix.game
    if "asked" not in game or "walked" not in game:
        return {}
    return windows_given_up(read_game(game["asked"]), read_game(game["walked"]))
