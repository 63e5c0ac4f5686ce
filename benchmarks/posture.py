"""A red warning over 100,000 places, from the click to the board; and the levels of 100,000 places at an instant.

Peers: the same red as one row for each place by `bulk_create`; the levels by Python loops over each place's own
spans, run on the first PEER places, compared with ours place by place, and scaled.
"""

import json
import random
import sys
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from typing import Any

from benchmarks.city import NOW, built
from benchmarks.measuring import ROOT, own_database, peak_mb, tell, timed

PLACES = 100_000
PEER = 2_000
RAISED = 300
"""How many levels are in force at once in the second job: of kinds, districts and circles."""


def run(places: int = PLACES) -> list[dict[str, Any]]:
    """The figures of both jobs; runs in this process, which must not have set up Django before."""
    with own_database():
        tell(f"building {places} places")
        built(places, ROOT / "schemes" / "city-plan-2026")
        return [_red(places), _instant(places)]


def _red(places: int) -> dict[str, Any]:
    from anlan.queries.board import board

    tell("red over the whole city")
    moments = iter(NOW + timedelta(minutes=number) for number in range(1, 100))
    board(NOW)
    notices = [_proposed(next(moments)) for _run in range(5)]
    seconds: list[float] = []
    for notice in notices:
        at = next(moments)
        took, _none = timed(partial(_clicked, notice, at))
        seconds.append(took)
        _stood_down(notice, next(moments))
    ours_s = sorted(seconds)[len(seconds) // 2]
    peer_s, _none = timed(lambda: _a_row_each(next(moments)), runs=1)
    return _figures("posture-red", f"{places} places, from the click to the board", ours_s, [
        ("one row for each place (Django bulk_create), nothing reckoned yet", version("django"), peer_s)
    ])  # fmt: skip


def _proposed(at: Any) -> Any:
    from anlan.actions.warnings import WarningDraft, draft_warning, propose_warning
    from anlan.engine.areas import Area

    end, words = at + timedelta(days=1), ("试验", "A trial")
    draft = WarningDraft("security", "red", Area(city=True), end, words, words, words)
    return propose_warning(draft_warning(draft, by=None, at=at), by=None, at=at)


def _clicked(notice: Any, at: Any) -> None:
    from anlan.actions.warnings import issue_as_emergency
    from anlan.queries.board import board

    issue_as_emergency(notice, reason="试验", by=None, at=at + timedelta(hours=1))
    board(at + timedelta(hours=1))


def _stood_down(notice: Any, at: Any) -> None:
    from anlan.actions.warnings import end_warning
    from anlan.queries.board import board

    end_warning(notice, reason="试验", by=None, at=at + timedelta(hours=1))
    board(at + timedelta(hours=1))


def _a_row_each(at: Any) -> None:
    from django.db import transaction

    from anlan.models import Place, PostureChange

    with transaction.atomic():
        PostureChange.objects.bulk_create(
            (
                PostureChange(level="red", place_id=key, start=at, end=at, recorded_at=at)
                for key in Place.objects.values_list("pk", flat=True)
            ),
            batch_size=2000,
        )
        transaction.set_rollback(True)


def _instant(places: int) -> dict[str, Any]:
    from anlan.queries.board_register import load_register, with_postures

    tell(f"{RAISED} levels in force at once")
    _raise_many()
    loaded = load_register()
    ours_s, ours = timed(lambda: _levels(with_postures(loaded)), runs=9)
    tell(f"peer on {PEER} places")
    peer_s, theirs = timed(lambda: _by_loops(min(PEER, places)), runs=1)
    codes = loaded.register.codes
    if {code: ours[number] for number, code in enumerate(codes) if code in theirs} != theirs:
        raise SystemExit("the peer's answer differs from ours")
    name = f"Python loops over each place (measured on {PEER} places, scaled)"
    return _figures("posture-at-instant", f"{places} places, {RAISED} levels in force", ours_s, [
        (name, version("django"), peer_s * places / min(PEER, places))
    ])  # fmt: skip


def _raise_many() -> None:
    from anlan.engine.areas import Area, Circle, area_kept
    from anlan.engine.policy import LEVELS
    from anlan.models import Place, PostureChange

    chance = random.Random(20261123)
    kinds = sorted(set(Place.objects.values_list("kind", flat=True)))
    located = Place.objects.exclude(longitude=None).values_list("longitude", "latitude")[:5000]
    where = [(x, y) for x, y in located if x is not None and y is not None]
    areas = []
    for number in range(RAISED):
        x, y = chance.choice(where) if where else (116.4, 39.9)
        circles = (Circle(x, y, chance.uniform(200, 5000)),)
        areas.append(Area(kinds=(chance.choice(kinds),)) if number % 3 == 0 else Area(circles=circles))
    start, end = NOW - timedelta(hours=1), NOW + timedelta(hours=9)
    PostureChange.objects.bulk_create(
        PostureChange(
            level=chance.choice(LEVELS[1:]), area=area_kept(area), start=start, end=end, recorded_at=start
        )
        for area in areas
    )


def _levels(loaded: Any) -> list[str]:
    import numpy as np

    from anlan.engine.policy import LEVELS

    now, found = NOW.timestamp(), np.zeros(len(loaded.ids), dtype=np.int8)
    for span in loaded.register.postures:
        if span.start <= now < span.end:
            rank = np.int8(LEVELS.index(span.level))
            members = slice(None) if span.places is None else span.places
            found[members] = np.maximum(found[members], rank)
    return [LEVELS[rank] for rank in found.tolist()]


def _by_loops(number: int) -> dict[str, str]:
    from anlan.engine.derivation import posture_of
    from anlan.models import Place
    from anlan.queries.subjects import place_subjects

    places = list(Place.objects.order_by("name_sort", "id")[:number])
    return {subject.code: posture_of(subject, NOW) for subject in place_subjects(places)}


def _figures(job: str, size: str, ours_s: float, peers: list[tuple[str, str, float]]) -> dict[str, Any]:
    return {
        "job": job,
        "size": size,
        "ours_s": round(ours_s, 3),
        "peers": [
            {"name": name, "version": of, "seconds": round(took, 2), "ratio": round(took / ours_s, 1)}
            for name, of, took in peers
        ],
        "memory_mb": round(peak_mb()),
    }


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else PLACES), indent=2))
