"""How well each place and department of the demo city does its duty."""

from dataclasses import dataclass

import numpy as np

from anlan.management.demo_city.values import DemoPlace

_WEAK_DISTRICT = "990105"


@dataclass(frozen=True, slots=True)
class Conduct:
    """The chance that a round by day, a round by night, and a paper or inspection is done in time."""

    day: float
    night: float
    papers: float
    fails_item: float
    late: float = 0.02


GOOD = Conduct(0.995, 0.985, 0.995, 0.02, 0.01)
OFFICE = Conduct(0.99, 0.99, 0.97, 0.02)


def conduct_of(place: DemoPlace, rng: np.random.Generator) -> Conduct:
    """Most places record well; one district is weak, one place in twenty is poor, nights are weaker than days."""
    draw, night = rng.random(), rng.uniform(0.0, 0.05)
    if draw < 0.05:
        return Conduct(rng.uniform(0.3, 0.75), rng.uniform(0.1, 0.5), rng.uniform(0.2, 0.6), 0.08, 0.06)
    if place.district == _WEAK_DISTRICT and draw < 0.6:
        return Conduct(rng.uniform(0.8, 0.94), rng.uniform(0.55, 0.85), rng.uniform(0.72, 0.9), 0.05, 0.05)
    if draw < 0.16:
        return Conduct(rng.uniform(0.88, 0.97), rng.uniform(0.7, 0.92), rng.uniform(0.8, 0.95), 0.04, 0.04)
    day = rng.uniform(0.965, 0.998)
    return Conduct(day, day - night, rng.uniform(0.965, 0.997), 0.02)
