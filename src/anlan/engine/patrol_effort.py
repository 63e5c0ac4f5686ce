"""The best that can be walked where no plan keeps every window: as few as possible given up, and counted.

Nothing here makes a cadence easier: what is given up is missed, and is told with the guards that it would take.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final

from anlan.engine import patrol_kernel as kernel
from anlan.engine.patrol_game import Game, GameCrew
from anlan.engine.patrol_routes import Reached, Window, reached, windows_of

QUICKLY_ASKED: Final = 14
"""Where more windows are open at once, one question whether another can be kept takes too long to ask many."""


@dataclass(frozen=True, slots=True)
class Short:
    """A crew that cannot keep its windows: it has `has` guards, spare ones included, and needs `needs` (0: none do)."""

    beats: tuple[str, ...]
    checkpoints: int
    needs: int
    has: int


@dataclass(frozen=True, slots=True)
class GivenUp:
    """What a plan gives up: of `of` windows in `slots` slots `windows` are missed; by checkpoint missed and owed.

    `open_only` where all of them are open when the plan begins, and every later one is kept.
    """

    windows: int
    of: int
    slots: int
    open_only: bool
    checkpoints: tuple[tuple[str, int, int], ...]
    short: tuple[Short, ...]


@dataclass(frozen=True, slots=True)
class Effort:
    """A game that can be walked, with what it gives up of the one that cannot."""

    game: Game
    given_up: GivenUp
    fixed: Game
    """The same with each visit bound to one slot: dull, but sure to be walkable."""


@dataclass(frozen=True, slots=True)
class _Relaxed:
    crews: tuple[GameCrew, ...]
    fixed: tuple[GameCrew, ...]
    missed: tuple[tuple[str, int, int], ...]
    idle: tuple[str, ...] = ()


def best_effort(game: Game, seconds: float) -> Effort:
    """The game with as few windows given up as are found to be necessary within about `seconds`."""
    until = perf_counter() + seconds
    crews, needs, spare = _helped(game)
    relaxed, short = list[_Relaxed](), list[Short]()
    for crew, needed in zip(crews, needs, strict=True):
        if 0 < needed <= len(crew.guards):
            relaxed.append(_Relaxed((crew,), (crew,), ()))
            continue
        relaxed.append(_relaxed(crew, game.slots, until))
        own = len(crew.checkpoints) - crew.beside
        short.append(Short(crew.guards, own, needed, len(crew.guards)))
    owed = Counter(crew.checkpoints[one[0]] for crew in crews for one in windows_of(crew))
    missed = [each for one in relaxed for each in one.missed]
    by_point = Counter(code for code, _opens, _closes in missed)
    given_up = GivenUp(
        windows=len(missed),
        of=owed.total(),
        slots=game.slots,
        open_only=bool(missed) and all(opens == 0 for _code, opens, _closes in missed),
        checkpoints=tuple((code, count, owed[code]) for code, count in by_point.most_common()),
        short=tuple(short),
    )
    spare = (*spare, *(guard for one in relaxed for guard in one.idle))
    return Effort(
        replace(game, crews=tuple(crew for one in relaxed for crew in one.crews), spare=spare),
        given_up,
        replace(game, crews=tuple(crew for one in relaxed for crew in one.fixed), spare=spare),
    )


def least_guards(crew: GameCrew) -> int:
    """So many guards at least, by the work alone: within a window each stays, and walks from the nearest checkpoint."""
    least = 1
    nearest = [
        min((row[place] for other, row in enumerate(crew.walk) if other != place), default=0)
        for place in range(len(crew.checkpoints))
    ]
    windows = windows_of(crew)
    for opens, closes in {(one[1], one[2]) for one in windows}:
        inside = [one[0] for one in windows if opens <= one[1] and one[2] <= closes]
        while least < len(inside) and _work(crew, inside, nearest, least) > least * (closes - 1 - opens):
            least += 1
    return least


def _work(crew: GameCrew, places: Sequence[int], nearest: Sequence[int], guards: int) -> int:
    """Slots between the first and the last arrival of all guards: nobody walks to the first, nor stays at the last."""
    stays = sorted(crew.dwell[place] for place in places)[: len(places) - guards]
    ways = sorted(nearest[place] for place in places)[: len(places) - guards]
    return sum(stays) + sum(ways)


def _helped(game: Game) -> tuple[list[GameCrew], list[int], tuple[str, ...]]:
    """The crews with the spare guards put where they make a cadence possible, else where most are lacking."""
    crews, spare = list(game.crews), list(game.spare)
    needs = [_needed(crew, game.slots) for crew in crews]

    def lacks(number: int) -> int:
        return (needs[number] or len(crews[number].checkpoints)) - len(crews[number].guards)

    short = sorted((number for number in range(len(crews)) if lacks(number) > 0), key=lacks)
    for number in short:
        if needs[number] and lacks(number) <= len(spare):
            count = lacks(number)
            crews[number] = replace(crews[number], guards=(*crews[number].guards, *spare[:count]))
            del spare[:count]
    while spare and (left := [number for number in short if lacks(number) > 0]):
        most = max(left, key=lacks)
        crews[most] = replace(crews[most], guards=(*crews[most].guards, spare.pop(0)))
    return crews, needs, tuple(spare)


def _needed(crew: GameCrew, slots: int) -> int:
    """How many guards keep every window of a crew; 0 where no number does."""
    least = max(least_guards(crew), 1)
    if least <= len(crew.guards) and not reached(crew, slots, [windows_of(crew)]).left:
        return len(crew.guards)
    return kernel.guards_needed(crew, slots, max(least, len(crew.guards)))


def _relaxed(crew: GameCrew, slots: int, until: float) -> _Relaxed:
    """A crew that owes only what it can reach; several guards each their own part of the checkpoints."""
    owed = windows_of(crew)
    later, now = [one for one in owed if one[1] > 0], [one for one in owed if one[1] == 0]
    found = reached(crew, slots, [later, now])
    if later and any(one[1] > 0 for one in found.left):
        if _keeps(crew, later, slots):
            kept = _more(crew, later, sorted(now, key=lambda one: -crew.worth[one[0]]), slots, until)
            one = _owing(crew, kept)
            return _Relaxed((one,), (one,), _named(crew, kept))
        found = reached(crew, slots, [owed])
    return _parts(crew, slots, found, until)


def _parts(crew: GameCrew, slots: int, found: Reached, until: float) -> _Relaxed:
    """Each guard's part of a crew, with more of what is left over where the tables say that it fits."""
    homes: list[set[int]] = [{one[0] for one in route} for route in found.routes]
    for place in range(len(crew.checkpoints) - crew.beside):
        if not any(place in home for home in homes):
            min(homes, key=len).add(place)
    crews, fixed, idle, kept = list[GameCrew](), list[GameCrew](), list[str](), list[Window]()
    for number, home in enumerate(homes):
        if not home:
            idle.append(crew.guards[number])
            continue
        route, left = found.routes[number], [one for one in found.left if one[0] in home]
        alone = _alone(crew, number)
        own = _more(alone, route, left, slots, until)
        at = [(one[0], slot, slot + 1) for one, slot in zip(route, found.arrivals[number], strict=True)]
        kept += own
        crews.append(_narrowed(_owing(alone, own), home))
        fixed.append(_narrowed(_owing(alone, own if len(own) > len(route) else at), home))
    return _Relaxed(tuple(crews), tuple(fixed), _named(crew, kept), tuple(idle))


def _more(
    crew: GameCrew, kept: Sequence[Window], left: Sequence[Window], slots: int, until: float
) -> list[Window]:
    """The windows that are kept, and of those left over each that can be kept too, while there is time to ask."""
    found = list(kept)
    for one in left:
        if perf_counter() >= until or _at_once(windows_of(crew)) > QUICKLY_ASKED:
            break
        if _keeps(crew, [*found, one], slots):
            found.append(one)
    return found


def _at_once(windows: Sequence[Window]) -> int:
    """The most windows that are open in one slot."""
    steps = sorted(
        [(opens, 1) for _place, opens, _closes in windows] + [(closes, -1) for _p, _o, closes in windows]
    )
    most = now = 0
    for _slot, step in steps:
        now += step
        most = max(most, now)
    return most


def _keeps(crew: GameCrew, windows: Sequence[Window], slots: int) -> bool:
    owing = _owing(crew, windows)
    return least_guards(owing) <= len(crew.guards) and kernel.keeps(owing, slots)


def _owing(crew: GameCrew, windows: Sequence[Window]) -> GameCrew:
    """A crew that owes these windows and no others."""
    by_place: dict[int, list[tuple[int, int]]] = {}
    for place, opens, closes in sorted(windows):
        by_place.setdefault(place, []).append((opens, closes))
    return replace(
        crew, windows=tuple(tuple(by_place.get(place, ())) for place in range(len(crew.checkpoints)))
    )


def _alone(crew: GameCrew, guard: int) -> GameCrew:
    """One guard of a crew."""
    return replace(crew, guards=crew.guards[guard : guard + 1], starts=crew.starts[guard : guard + 1])


def _narrowed(crew: GameCrew, home: set[int]) -> GameCrew:
    """A crew with these checkpoints only, and where its guards come from beside them."""
    beside = [place for place in dict.fromkeys(place for place, _ready in crew.starts) if place not in home]
    places = [*sorted(home), *beside]
    return replace(
        crew,
        checkpoints=tuple(crew.checkpoints[place] for place in places),
        worth=tuple(0.0 if place in beside else crew.worth[place] for place in places),
        walk=tuple(tuple(crew.walk[one][other] for other in places) for one in places),
        dwell=tuple(crew.dwell[place] for place in places),
        windows=tuple(crew.windows[place] for place in places),
        starts=tuple((places.index(place), ready) for place, ready in crew.starts),
        beside=len(beside),
    )


def _named(crew: GameCrew, kept: Sequence[Window]) -> tuple[tuple[str, int, int], ...]:
    """The windows of a crew that are not kept."""
    return tuple(
        (crew.checkpoints[place], opens, closes)
        for place, opens, closes in windows_of(crew)
        if (place, opens, closes) not in kept
    )
