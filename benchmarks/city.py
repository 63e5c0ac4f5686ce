"""A big city for benchmarks: 100,000 places of all tiers with half a million latest records, in SQLite."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

NOW = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
START = datetime(2026, 1, 15, tzinfo=UTC)
KINDS = (
    "mall",
    "school",
    "hospital",
    "office",
    "supermarket",
    "hotel",
    "waterworks",
    "restaurant",
    "market",
    "bank",
)


def built(places: int, folder: Path) -> None:
    """Fill the (empty, migrated) database that the settings name; the same rows for the same number of places."""
    from anlan.actions.schemes import adopt, store_folder
    from anlan.actions.standing import rebuild_standing
    from anlan.models import District, Evidence, Place, PlaceFact
    from anlan.models.ids import new_id
    from anlan.queries.board import board, forget
    from anlan.queries.subjects import present_facts

    rng = np.random.default_rng(20261123)
    edition, problems = store_folder(folder, by=None, at=START)
    if edition is None:
        raise SystemExit(str(problems))
    adopt(edition, valid_from=START, by=None, at=START)
    districts = [District.objects.create(code=f"9901{n:02}", name_zh=f"辖区{n}") for n in range(1, 21)]
    visitors = np.where(rng.random(places) < 0.02, np.nan, rng.lognormal(7.2, 1.1, places).round())
    area = rng.lognormal(6.5, 1.0, places).round() + 20
    kind = rng.integers(0, len(KINDS), places)
    Place.objects.bulk_create(
        (
            Place(
                id=new_id(),
                code=f"B-{number:06}",
                name_zh=f"场所{number}",
                name_sort=f"changsuo{number:06}",
                kind=KINDS[kind[number]],
                district=districts[number % 20],
                area_m2=float(area[number]),
                daily_visitors=None if np.isnan(visitors[number]) else float(visitors[number]),
                longitude=105.0 + (number % 400) / 1000,
                latitude=30.0 + (number // 400) / 1000,
                registered_at=START,
                changed_at=START,
            )
            for number in range(places)
        ),
        batch_size=1500,
    )
    PlaceFact.objects.bulk_create(
        (
            PlaceFact(id=new_id(), place=place, fact=fact, value=value, valid_from=START, recorded_at=START)
            for place in Place.objects.iterator()
            for fact, value in present_facts(place).items()
            if value is not False
        ),
        batch_size=1500,
    )
    forget()
    city = board(NOW)
    compiled, ids = city.compiled, {place.code: place.pk for place in Place.objects.only("id", "code")}
    recorded = np.flatnonzero(rng.random(len(compiled)) < 0.8)
    ages = rng.exponential(3 * 3600, len(recorded)) * np.where(rng.random(len(recorded)) < 0.7, 1, 200)
    codes = city.loaded.register.codes

    def evidence(duty: int, age: float) -> Evidence:
        scheme, rule = compiled.rules[int(compiled.rule[duty])]
        at = max(NOW - timedelta(seconds=age), START)
        place = ids[codes[int(compiled.place[duty])]]
        return Evidence(
            id=new_id(), scheme=scheme, rule=rule, place_id=place, kind="attestation", effective_at=at, recorded_at=at,
            quantity=1000.0,
        )  # fmt: skip

    Evidence.objects.bulk_create(
        (evidence(int(duty), float(age)) for duty, age in zip(recorded, ages, strict=True)), batch_size=1500
    )
    rebuild_standing(at=NOW)
    forget()
