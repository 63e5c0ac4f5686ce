"""Puts the demo city together."""

from datetime import date, datetime

import numpy as np

from anlan.management.demo_city.city_map import city_map, districts, features
from anlan.management.demo_city.organisations import departments, operators
from anlan.management.demo_city.people import accounts
from anlan.management.demo_city.places import places
from anlan.management.demo_city.values import DemoCity


def demo_city(seed: int = 20260115, *, today: date, until: datetime) -> DemoCity:
    """The city of a seed on a day; the same for the same arguments."""
    drawing, naming, placing, hiding = np.random.default_rng(seed).spawn(4)
    city = city_map(drawing)
    areas = districts(city)
    companies = operators(naming)
    register = places(city, companies, today, placing)
    own = next(
        place
        for place in register
        if place.kind == "mall" and 2000 < (place.figure("daily_visitors") or 0) < 5000
    )
    secrets = [int(number) for number in hiding.integers(1 << 60, size=len(areas))]
    return DemoCity(
        name_zh="安澜市",
        name_en="Anlan City",
        code="990100",
        timezone="Asia/Shanghai",
        today=today,
        until=until,
        districts=areas,
        features=features(city),
        departments=departments(areas),
        operators=tuple(operator for trade in companies.values() for operator in trade),
        places=register,
        accounts=accounts(areas, own.code, secrets),
        evidence=(),
        findings=(),
        waivers=(),
        local_values=(),
        postures=(),
    )
