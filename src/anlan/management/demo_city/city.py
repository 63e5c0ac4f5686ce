"""Puts the demo city together."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from anlan.engine.policy import Scheme
from anlan.management.demo_city.city_map import city_map, districts, features
from anlan.management.demo_city.month import month
from anlan.management.demo_city.organisations import departments, operators
from anlan.management.demo_city.people import accounts
from anlan.management.demo_city.places import places
from anlan.management.demo_city.values import DemoCity

_TIMEZONE = "Asia/Shanghai"


def demo_city(
    seed: int = 20260115, *, today: date, until: datetime, schemes: Sequence[Scheme] = ()
) -> DemoCity:
    """The city of a seed on a day, the same for the same arguments; without schemes nothing is owed or recorded."""
    drawing, naming, placing, living = np.random.default_rng(seed).spawn(4)
    city = city_map(drawing)
    areas = districts(city)
    companies = operators(naming)
    bodies = departments(areas)
    zone = ZoneInfo(_TIMEZONE)
    lived = month(places(city, companies, today, placing), bodies, schemes, until, zone, living)
    return DemoCity(
        name_zh="安澜市",
        name_en="Anlan City",
        code="990100",
        timezone=_TIMEZONE,
        today=today,
        until=until,
        districts=areas,
        features=features(city),
        departments=bodies,
        operators=tuple(operator for trade in companies.values() for operator in trade),
        places=lived.places,
        accounts=accounts(areas, lived.own_place),
        evidence=lived.evidence,
        findings=lived.findings,
        waivers=lived.waivers,
        local_values=lived.local_values,
        postures=lived.postures,
    )
