"""Plan walking patrols: mixes of whole legal rounds that leave an attacker who knows the mix as little as can be.

A Stackelberg security game with schedules (Kiekintveld et al. 2009; Tsai et al. 2010), zero-sum, solved by column
generation: rounds are drawn towards what the attacker wants at the moment (`crews`), mixed anew (`mixing`), and so on.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.beats import Beats, Infeasible, Round
from anlan.kernels.patrol.bound import least_loss
from anlan.kernels.patrol.crews import Columns, Crew, Drawing, Manner, runs_of, walked
from anlan.kernels.patrol.exact import outright
from anlan.kernels.patrol.mixing import Pool, Solved, losses, pooled, solve
from anlan.kernels.patrol.rings import begun_at, period_of, rings
from anlan.kernels.patrol.staffing import staffed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BATCH = 100
"""Columns kept of each turn and beat; the best of half as many again."""

WIDTH = 3
"""Ways kept in each slot while a round is sought, of few checkpoints or once the first turns are over; before, one."""

FEW, FIRST_TURNS = 10, 20
"""Where a beat has more checkpoints than that, the first so many turns need rounds soon rather than good."""

SMOOTH = 0.015
"""How far below the greatest loss an attack still counts while columns are sought; finer later makes them fit noise."""

LEAST_SHARE = 0.001
"""Columns with less than this part of an equal share are dropped between turns."""

FEW_RINGS = 20
"""Of the first rounds of a beat at least so many must close to rings, or none are used."""

NEGLIGIBLE = 0.03
"""Columns of a plan with less than this part of an equal share are not walked."""

POLISH = ((0.004, 100), (0.001, 250))
"""How the last mix is made finer: smoothing, and turns of the solver."""

HURRIED = ((0.01, 60),)
"""The same where there is no time."""

LAST = 0.15
"""Part of the time: so long before its end a mix is made no finer, so long after its end no bound is sought."""

STEADY = 0.6
"""How much of the attacker's weights is kept from the turns before, so that rounds do not chase the latest."""


@dataclass(frozen=True, slots=True, eq=False)
class BeatMix:
    """The rounds of one beat and the probability of each; from number `helped` on a spare guard walks with them."""

    crew: Crew
    rounds: tuple[tuple[Ints, ...], ...]
    shares: Floats
    helped: int

    @property
    def help(self) -> float:
        """How often a spare guard is here."""
        return float(self.shares[self.helped :].sum())


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """A plan: `loss` is the most that an attacker who knows it can gain, `bound` what no mix can press it below.

    The same problem, seed and number of `turns` give the same mix, so that it can be made again for an audit. Of a
    shift planned anew, `problem` and rounds count from slot `begins` on, and `begun` was walked before.
    """

    problem: Beats
    beats: tuple[BeatMix, ...]
    loss: float
    bound: float
    turns: int
    seed: int
    begins: int = 0
    begun: tuple[tuple[Round, ...], ...] = ()

    @property
    def gap(self) -> float:
        """How much more than the bound, as a part of it."""
        return self.loss / self.bound - 1 if self.bound > 0 else float("inf")


def plan(
    problem: Beats,
    *,
    seed: int,
    seconds: float = 60.0,
    turns: int | None = None,
    cores: int = 2,
    bounded: bool = True,
) -> Mix | Infeasible:
    """The best mix found within about `seconds`, or in exactly `turns` turns, or how many guards it would take.

    Not `bounded`: in a hurry, with `bound` 0 for unknown, and the mix polished less.
    """
    until = perf_counter() + seconds
    with ThreadPoolExecutor(cores) as workers:
        crews = staffed(problem, workers)
    if isinstance(crews, Infeasible):
        return crews
    pairs, spare = crews
    if len(pairs) == 1 and spare == 0:
        exact = outright(pairs[0][0], np.random.default_rng(seed))
        if exact is not None:
            beat = BeatMix(pairs[0][0], tuple(exact.columns.visits), exact.shares, len(exact.shares))
            return Mix(problem, (beat,), greatest_loss(beat), exact.bound, 0, seed)
    with ThreadPoolExecutor(min(cores, len(pairs))) as workers:
        search = _Search(pairs, spare, seed, period_of(problem), workers if len(pairs) > 1 else None)
        done = 0
        reserve = 0.25 * seconds
        search.begin(2 * BATCH if bounded else BATCH // 2)
        while (
            done < turns if turns is not None else (done < int(bounded) or perf_counter() < until - reserve)
        ):
            search.turn(done)
            done += 1
            if search.settled:
                break
        # Where others want the cores too, the end is cut short rather than late.
        late = (until - LAST * seconds, until + LAST * seconds) if turns is None else (float("inf"),) * 2
        solved = search.finish(POLISH if bounded else HURRIED, late[0])
        flat = [weights.mean(axis=1) for weights in search.attack]
        crews_alone = [crew for crew, _ in pairs]
        bound = (
            least_loss(crews_alone, spare, begin=flat, workers=search.workers, until=late[1])
            if bounded
            else 0.0
        )
    beats = tuple(
        _kept(crew, columns, shares, search.period)
        for (crew, _), columns, shares in zip(pairs, search.columns, solved.shares, strict=True)
    )
    loss = max(greatest_loss(beat) for beat in beats)
    return Mix(problem, beats, loss, min(bound, loss), done, seed)


def greatest_loss(beat: BeatMix) -> float:
    """The most that an attack on this beat gains on average, 0 where shares that sum to 1 but for rounding meet all."""
    crew = beat.crew
    runs = Columns(list(beat.rounds), [runs_of(crew, visits) for visits in beat.rounds])
    return max(float(losses(pooled(crew.values, crew.moments, runs, None), beat.shares).max()), 0.0)


class _Search:
    """The state of column generation over all beats."""

    def __init__(
        self,
        pairs: Sequence[tuple[Crew, Crew | None]],
        spare: int,
        seed: int,
        period: int,
        workers: ThreadPoolExecutor | None,
    ) -> None:
        self.pairs, self.spare, self.workers = list(pairs), spare, workers
        self.period, self.periods = period, pairs[0][0].slots // period
        self.random = [np.random.default_rng([seed, number]) for number in range(len(pairs))]
        self.columns: list[tuple[Columns, Columns | None]] = []
        self.shares: list[Floats] = []
        self.attack: list[Floats] = []
        self.settled = False
        self.few = max(len(crew.dwell) for crew, _ in pairs) <= FEW
        self.drawing = Drawing(WIDTH if self.few else 1)
        self.manners = [
            tuple(tuple(Manner() for _ in crew.guards) if crew else () for crew in pair) for pair in pairs
        ]

    def begin(self, many: int) -> None:
        """First columns, towards the plain values; as rings where enough of them lead back to where they began."""
        self._first(many)
        if self.periods > 1 and min(_fewest(one) for one in self.columns) < FEW_RINGS:
            self.period, self.periods = self.pairs[0][0].slots, 1
            self._first(many)
        self.shares = [np.full(_size(one), 1 / _size(one)) for one in self.columns]

    def _first(self, many: int) -> None:
        self.attack = [np.repeat(crew.values[:, None], self._moments(crew), axis=1) for crew, _ in self.pairs]
        self.columns = self._each(lambda number: self._drawn(number, many))

    def turn(self, done: int) -> None:
        """Mix what there is, and draw more towards what the attacker then wants."""
        if done == FIRST_TURNS:
            self.drawing = Drawing(WIDTH)
        pools = self._pools()
        smooth = max(SMOOTH, 0.03 * 0.8**done)
        solved = solve(pools, self.shares, self.spare, smooth=smooth, turns=40, workers=self.workers)
        steady = STEADY if done else 0.0
        wanted = [
            one * crew.values[:, None] for one, (crew, _) in zip(solved.weights, self.pairs, strict=True)
        ]
        self.attack = [
            steady * old + (1 - steady) * new for old, new in zip(self.attack, wanted, strict=True)
        ]
        fresh = self._each(lambda number: self._best(number))
        for number, (one, new) in enumerate(zip(solved.shares, fresh, strict=True)):
            self._merge(number, one, new)

    def finish(self, polish: Sequence[tuple[float, int]], until: float) -> Solved:
        """The mix of all columns, ever finer until the clock says so."""
        solved = None
        for smooth, turns in polish:
            solved = solve(
                self._pools(),
                self.shares,
                self.spare,
                smooth=smooth,
                turns=turns,
                until=until,
                workers=self.workers,
            )
            self.shares = solved.shares
        assert solved is not None
        return solved

    def _pools(self) -> list[Pool]:
        return [
            pooled(crew.values, self._moments(crew), alone, helped, self.periods)
            for (crew, _), (alone, helped) in zip(self.pairs, self.columns, strict=True)
        ]

    def _each(
        self, call: Callable[[int], tuple[Columns, Columns | None]]
    ) -> list[tuple[Columns, Columns | None]]:
        numbers = range(len(self.pairs))
        return list(self.workers.map(call, numbers)) if self.workers else [call(one) for one in numbers]

    def _drawn(self, number: int, many: int) -> tuple[Columns, Columns | None]:
        (alone, helped), manners = self.pairs[number], self.manners[number]
        weights, random = self.attack[number], self.random[number]
        if self.periods > 1:
            weights = np.tile(weights, self.periods)[:, : alone.moments]
        one = walked(alone, weights, many, random, self.drawing, manners[0])
        two = walked(helped, weights, many // 2, random, self.drawing, manners[1]) if helped else None
        if self.periods == 1:
            return one, two
        return rings(alone, one, self.period), rings(helped, two, self.period) if helped and two else None

    def _moments(self, crew: Crew) -> int:
        """The moments of attack that are told apart: those of one period where rounds are rings."""
        return self.period if self.periods > 1 else crew.moments

    def _best(self, number: int) -> tuple[Columns, Columns | None]:
        alone, helped = self._drawn(number, BATCH * 3 // 2)
        weights = self.attack[number]
        return _gaining(alone, weights, BATCH), _gaining(helped, weights, BATCH // 2) if helped else None

    def _merge(self, number: int, shares: Floats, fresh: tuple[Columns, Columns | None]) -> None:
        """Keep the columns that are used, add the new ones with a tenth of the share."""
        alone, helped = self.columns[number]
        used = shares > LEAST_SHARE / len(shares)
        split = len(alone.runs)
        kept = [_joined(alone, fresh[0], shares[:split], used[:split])]
        if helped is not None and fresh[1] is not None:
            kept.append(_joined(helped, fresh[1], shares[split:], used[split:]))
        self.columns[number] = (kept[0][0], kept[1][0] if len(kept) > 1 else None)
        self.shares[number] = np.concatenate([amounts for _columns, amounts in kept])


def _joined(old: Columns, new: Columns, shares: Floats, used: NDArray[np.bool_]) -> tuple[Columns, Floats]:
    keep = np.flatnonzero(used)
    together = Columns(
        [old.visits[one] for one in keep] + new.visits, [old.runs[one] for one in keep] + new.runs
    )
    added = len(new.runs)
    each = 0.1 * max(float(shares.sum()), 1e-6) / max(added, 1)
    return together, np.concatenate((0.9 * shares[keep], np.full(added, each)))


def _fewest(columns: tuple[Columns, Columns | None]) -> int:
    return min(len(one.runs) for one in columns if one is not None)


def _size(columns: tuple[Columns, Columns | None]) -> int:
    return sum(len(one.runs) for one in columns if one is not None)


def _gaining(columns: Columns, weights: Floats, number: int) -> Columns:
    """The columns that meet the most of the attacks."""
    from anlan.kernels.patrol import coverage_compiled as cover

    begins, runs = columns.packed()
    best = np.argsort(-cover.gains(begins, runs, cover.summed(weights)))[:number]
    return Columns([columns.visits[one] for one in best], [columns.runs[one] for one in best])


def _kept(crew: Crew, columns: tuple[Columns, Columns | None], shares: Floats, period: int) -> BeatMix:
    """The columns that are used; rings as the rounds that they are when begun at each period."""
    periods = crew.slots // period
    used = shares > NEGLIGIBLE / len(shares)
    rounds: list[tuple[Ints, ...]] = []
    parts: list[float] = []
    helped = 0
    for number, one in enumerate(columns):
        if one is None:
            continue
        first = 0 if number == 0 else len(columns[0].visits)
        for column, visits in enumerate(one.visits):
            if not used[first + column]:
                continue
            for begin in range(periods):
                rounds.append(
                    visits
                    if periods == 1
                    else tuple(begun_at(walk, period, begin, crew.slots) for walk in visits)
                )
                parts.append(float(shares[first + column]) / periods)
        if number == 0:
            helped = len(rounds)
    total = np.array(parts)
    wanted = float(shares[len(columns[0].visits) :].sum())
    total[helped:] *= wanted / total[helped:].sum() if helped < len(total) else 1.0
    total[:helped] *= (1 - wanted) / total[:helped].sum() if helped else 1.0
    return BeatMix(crew, tuple(rounds), total, helped)
