"""All duties of 100,000 places and their states at an instant, from the database to memory.

Peer: the same answer by Django's ORM and Python loops, place by place, with the engine that explains. It is run on
the first PEER places, its answer compared with ours duty by duty, and its time scaled to the whole city.
"""

import json
import sys
from importlib.metadata import version
from typing import Any

from benchmarks.city import NOW, built
from benchmarks.measuring import ROOT, own_database, peak_mb, tell, timed

PLACES = 100_000
PEER = 2_000


def run(places: int = PLACES) -> list[dict[str, Any]]:
    """The job's figures; runs in this process, which must not have set up Django before."""
    with own_database():
        tell(f"building {places} places")
        built(places, ROOT / "schemes" / "city-plan-2026")
        base_mb = peak_mb()
        tell("deriving all duties from the database")
        ours_s, city = timed(_whole_city, runs=5)
        tell(f"{len(city.compiled)} duties; peer on {PEER} places")
        peer_s, theirs = timed(lambda: by_loops(PEER))
        compared = _states_of(city, PEER)
        if compared != theirs:
            raise SystemExit("the peer's answer differs from ours")
        scaled = peer_s * places / PEER
        return [
            {
                "job": "duties",
                "size": f"{places} places, {len(city.compiled)} duties, from SQLite to states",
                "ours_s": round(ours_s, 3),
                "peers": [
                    {
                        "name": f"Django ORM and Python loops (measured on {PEER} places, scaled)",
                        "version": version("django"),
                        "seconds": round(scaled, 1),
                        "ratio": round(scaled / ours_s, 1),
                    }
                ],
                "memory_mb": round(max(peak_mb(), base_mb)),
            }
        ]


def _whole_city() -> Any:
    from anlan.queries.board import board, forget

    forget()
    return board(NOW)


def _first(number: int) -> list[Any]:
    from anlan.models import Place

    return list(Place.objects.order_by("name_sort", "id")[:number])


def by_loops(number: int) -> dict[tuple[str, str], str]:
    from anlan.queries.duties import basis, place_account

    works_by = basis()
    return {
        (place.code, state.duty.id): state.state
        for place in _first(number)
        for state in place_account(place, NOW, None, works_by).states
    }


def _states_of(city: Any, number: int) -> dict[tuple[str, str], str]:
    from anlan.engine.states import STATES

    codes = city.loaded.register.codes
    return {
        (codes[place], "/".join(city.compiled.rules[rule])): STATES[state]
        for place, rule, state in zip(city.compiled.place, city.compiled.rule, city.states.state, strict=True)
        if place < number
    }


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else PLACES), indent=2))
