"""Plan the rest of a shift anew: what is walked stays walked, what is owed from now on is planned."""

from collections.abc import Sequence
from dataclasses import replace

from anlan.kernels.patrol.beats import Beat, Beats, Infeasible, Round, Walked, Windows
from anlan.kernels.patrol.planning import Mix, plan


def replan(
    problem: Beats,
    walked: Sequence[Sequence[Round]],
    now: int,
    *,
    seed: int,
    seconds: float = 2.0,
    turns: int | None = None,
) -> Mix | Infeasible:
    """The plan of the whole shift from slot `now` on, with the windows and guards of `problem` as they are now.

    `walked[b]` are the rounds of the guards of beat b who are there now, spare ones last; visits that began before
    `now` are kept, a visit under way is finished. A window that is open at `now` and has its visit is kept; one that
    has ended is past. There is no time for a bound. The mix's `begun` and the drawn shifts begin with what was walked.
    """
    begun = tuple(
        tuple(tuple(visit for visit in guard if visit.arrive < now) for guard in guards) for guards in walked
    )
    beats = tuple(_rest(beat, guards, now) for beat, guards in zip(problem.beats, begun, strict=True))
    rest = Beats(beats, problem.slots - now, min(problem.attack, problem.slots - now), problem.spare)
    found = plan(rest, seed=seed, seconds=seconds, turns=turns, bounded=False)
    if isinstance(found, Infeasible):
        return found
    return replace(found, begins=now, begun=begun)


def _rest(beat: Beat, guards: Sequence[Round], now: int) -> Beat:
    seen = [(visit.checkpoint, visit.arrive) for guard in guards for visit in guard]
    windows: list[Windows] = []
    for place, owed in enumerate(beat.windows):
        arrivals = [at for of, at in seen if of == place]
        windows.append(
            tuple(
                (max(start - now, 0), end - now)
                for start, end in owed
                if end > now and not any(start <= at < end for at in arrivals)
            )
        )
    starts = tuple(
        Walked(guard[-1].checkpoint, max(guard[-1].arrive + beat.dwell[guard[-1].checkpoint] - now, 0))
        for guard in guards[: max(beat.guards, 1)]
        if guard
    )
    return replace(beat, windows=tuple(windows), starts=starts)
