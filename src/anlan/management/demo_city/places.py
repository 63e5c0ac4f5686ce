"""The places of the demo city: drawn along streets by kind, and those that stand where the map puts them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from anlan.management.demo_city.city_map import CityMap
from anlan.management.demo_city.fixed_places import Standing, fixed_places
from anlan.management.demo_city.names import Name, names, person
from anlan.management.demo_city.place_kinds import KindOfPlace, kinds_of_place
from anlan.management.demo_city.plane import to_wgs84
from anlan.management.demo_city.sites import Site, Sites
from anlan.management.demo_city.values import DemoFigure, DemoOperator, DemoPlace, DemoReceiver

_ONE_IN_EACH_DISTRICT = ("government-seat", "court", "library")
_METHODS = {
    "mall": "客流计数器", "supermarket": "客流计数器", "metro-station": "闸机统计", "station": "闸机统计",
    "museum": "票务统计", "scenic-area": "票务统计", "cinema": "票务统计", "theatre": "票务统计", "school": "学籍统计",
    "kindergarten": "学籍统计", "hospital": "挂号系统统计", "amusement-park": "票务统计", "hotel": "入住统计",
}  # fmt: skip
_OTHER_METHODS = ("人工抽样计数", "运营单位申报", "客流计数器")
_REGISTERED_DAYS_AGO = (34, 36, 39)
_NEW_DAYS_AGO = (26, 12, 3)


def places(
    city: CityMap, operators: dict[str, tuple[DemoOperator, ...]], today: date, rng: np.random.Generator
) -> tuple[DemoPlace, ...]:
    """All places with their figures, ordered by code."""
    siting, naming, counting = rng.spawn(3)
    sites, titles = Sites(city, siting), names(naming)
    kinds = {kind.kind: kind for kind in kinds_of_place()}
    standing = fixed_places(city, kinds, sites, titles, naming)
    for kind in (kind for kind in kinds.values() if kind.zones):
        standing += _drawn(kind, city, sites, titles, naming, operators)
    found, numbers = [], dict[str, int]()
    for each in standing:
        numbers[each.kind.prefix] = numbers.get(each.kind.prefix, 0) + 1
        code = f"AL{each.site.district[-2:]}-{each.kind.prefix}{numbers[each.kind.prefix]:03d}"
        choice = operators[each.kind.operator]
        operator = each.operator or choice[int(naming.integers(len(choice)))]
        found.append(_place(code, each, operator, city, today, counting))
    return tuple(_with_events(sorted(found, key=lambda place: place.code), today))


def _drawn(
    kind: KindOfPlace,
    city: CityMap,
    sites: Sites,
    titles: Iterator[Name],
    rng: np.random.Generator,
    operators: dict[str, tuple[DemoOperator, ...]],
) -> list[Standing]:
    districts = {code: (zh, en) for code, zh, en, _ in city.ground.districts}
    codes, taken, counts, found = list(districts), set[str](), dict[str, int](), list[Standing]()
    for number in range(kind.count):
        own = codes[number % len(codes)] if kind.kind in _ONE_IN_EACH_DISTRICT else ""
        site = sites.draw(kind.zones, kind.main_streets, own)
        zh, en = districts[site.district]
        if kind.kind in _ONE_IN_EACH_DISTRICT and number >= len(codes):
            zh, en = "安澜市", "Anlan City"
        choice = operators[kind.operator]
        operator = choice[int(rng.integers(len(choice)))]
        for attempt in range(12):
            pattern = kind.names[(number + attempt) % len(kind.names)]
            key = pattern[0] + (site.district if "{d}" in pattern[0] else "")
            counts[key] = counts.get(key, 0) + 1
            words_zh, words_en = _words(site, (zh, en), next(titles), counts[key], operator)
            name = pattern[0].format_map(words_zh), pattern[1].format_map(words_en)
            if name[0] not in taken:
                break
        taken.add(name[0])
        found.append(Standing(kind, *name, site, operator))
    return found


def _words(
    site: Site, district: Name, title: Name, number: int, operator: DemoOperator
) -> tuple[dict[str, str], dict[str, str]]:
    zh = {
        "n": title[0],
        "s": site.street_zh,
        "d": district[0],
        "k": _numeral(min(number, 99)),
        "o": operator.name_zh,
    }
    en = {"n": title[1], "s": site.street_en, "d": district[1], "k": str(number), "o": operator.name_en}
    return zh, en


def _numeral(number: int) -> str:
    """A number from 1 to 99 in Chinese words."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones]
    return f"{digits[tens] if tens > 1 else ''}十{digits[ones] if ones else ''}"


def _place(
    code: str, each: Standing, operator: DemoOperator, city: CityMap, today: date, rng: np.random.Generator
) -> DemoPlace:
    kind, site = each.kind, each.site
    zh, en = next((zh, en) for district, zh, en, _ in city.ground.districts if district == site.district)
    new = rng.random() < 0.025
    days_ago = int(rng.choice(_NEW_DAYS_AGO if new else _REGISTERED_DAYS_AGO))
    registered = today - timedelta(days=days_ago)
    figures = _figures(kind, each.size, registered, rng)
    return DemoPlace(
        code=code,
        kind=kind.kind,
        name_zh=each.name_zh,
        name_en=each.name_en,
        district=site.district,
        operator=operator.code,
        department=f"D-{kind.department}",
        coordinate=to_wgs84(site.point.x, site.point.y),
        address_zh=f"安澜市{zh}{site.street_zh}{site.number}号",
        address_en=f"{site.number} {site.street_en}, {en}, Anlan",
        registered=registered,
        critical_facility=kind.critical,
        flags=dict.fromkeys(kind.flags, True),
        figures=figures,
        opens=kind.hours[0],
        closes=kind.hours[1],
        receiver=_receiver(kind, rng) if rng.random() > 0.07 else None,
    )


def _figures(
    kind: KindOfPlace, size: float, registered: date, rng: np.random.Generator
) -> tuple[DemoFigure, ...]:
    """Visitors, peak, area and what the kind adds; some were never supplied."""
    spread = float(rng.normal())
    visitors = kind.visitors * size * float(np.exp(kind.visitors_spread * spread))
    area = kind.area_m2 * float(np.exp(0.3 * spread + 0.3 * rng.normal()))
    peak = visitors * kind.dwell_share * rng.uniform(0.75, 1.3)
    wanted = {
        "daily_visitors": (_rounded(visitors), 0.96 if not kind.critical else 1.0),
        "peak_present": (_rounded(max(peak, 4)), 0.96),
        "area_m2": (_rounded(area), 0.985),
    }
    if kind.kind in ("school", "kindergarten"):
        wanted["pupils"] = (round(visitors * 0.94), 0.97)
    if kind.kind == "hospital":
        beds = max(40.0, visitors * rng.uniform(0.16, 0.24))
        wanted["beds"] = (round(beds / 5) * 5, 0.95)
        wanted["medical_staff_on_duty"] = (round(beds * rng.uniform(0.45, 0.6)), 0.93)
        wanted["daily_outpatients"] = (_rounded(visitors * 0.55), 0.93)
    if kind.kind in ("office", "factory", "chemical-plant", "logistics"):
        wanted["employees"] = (_rounded(visitors * 0.8), 0.95)
    method = _METHODS.get(kind.kind) or _OTHER_METHODS[int(rng.integers(len(_OTHER_METHODS)))]
    counted = registered - timedelta(days=int(rng.integers(5, 80)))
    return tuple(
        DemoFigure(fact, value, "竣工资料" if fact == "area_m2" else method, counted, registered)
        for fact, (value, chance) in wanted.items()
        if rng.random() < chance
    )


def _rounded(value: float) -> float:
    step = 1 if value < 50 else 10 if value < 2000 else 50 if value < 20000 else 500
    return float(round(value / step) * step)


def _receiver(kind: KindOfPlace, rng: np.random.Generator) -> DemoReceiver:
    """Numbers beginning with 000 are assigned to nobody and cannot be dialled."""
    zh, en = person(rng)
    return DemoReceiver(*kind.post, zh, en, f"000-5550-{int(rng.integers(10_000)):04d}")


def _with_events(found: Sequence[DemoPlace], today: date) -> Iterator[DemoPlace]:
    """One mall was recounted three weeks ago and has passed the border to the first tier."""
    busy = (place for place in found if place.kind == "mall")
    recounted = next((mall for mall in busy if 5100 < (mall.figure("daily_visitors") or 0) < 7600), None)
    for place in found:
        if place is not recounted:
            yield place
            continue
        before = tuple(
            replace(figure, value=4650.0) if figure.fact == "daily_visitors" else figure
            for figure in place.figures
        )
        counted = today - timedelta(days=23)
        again = next(figure for figure in place.figures if figure.fact == "daily_visitors")
        after = DemoFigure("daily_visitors", again.value, again.method, counted, today - timedelta(days=21))
        yield replace(place, figures=(*before, after))
