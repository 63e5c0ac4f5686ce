"""What happened in the demo city of late: raised postures, figures set otherwise, duties excused."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from anlan.engine.owed import Duty
from anlan.engine.policy import Each, Scheme
from anlan.management.demo_city.subjects import midnight
from anlan.management.demo_city.values import DemoLocalValue, DemoPlace, DemoPosture, DemoWaiver

_CROWDS = (
    "mall",
    "metro-station",
    "market",
    "cinema",
    "hotel",
    "square",
    "supermarket",
    "hospital",
    "museum",
)
_ORANGE_DISTRICT = "990101"
_PLACES_AT_ORANGE = 40


def postures(
    places: Sequence[DemoPlace], today: date, zone: ZoneInfo, rng: np.random.Generator
) -> tuple[DemoPosture, ...]:
    """Three days of orange at places of the old town two weeks ago, then a blue festival in the whole city."""
    crowds = [place.code for place in places if place.district == _ORANGE_DISTRICT and place.kind in _CROWDS]
    chosen = sorted(str(code) for code in rng.permutation(crowds)[:_PLACES_AT_ORANGE])
    raised = midnight(today - timedelta(days=15), zone) + timedelta(hours=8)
    festival = midnight(today - timedelta(days=9), zone)
    return (
        DemoPosture(
            "orange",
            raised,
            raised + timedelta(days=3),
            "大型文化活动期间，活动区域发现可信风险线索",
            "A credible concern in the area of a large cultural event",
            tuple(chosen),
        ),
        DemoPosture(
            "blue",
            festival,
            festival + timedelta(days=3),
            "安澜江灯会期间全市保持警觉",
            "The city stays alert during the Anlan River lantern festival",
        ),
    )


def local_values(
    schemes: Sequence[Scheme], places: Sequence[DemoPlace], today: date
) -> tuple[DemoLocalValue, ...]:
    """Guards per area: the city's own value for a year of transition, and one for a very large hall."""
    figure = "guard-area-m2"
    scheme = next((scheme for scheme in schemes if figure in scheme.parameters), None)
    if scheme is None:
        return ()
    start = max(date(today.year, 3, 1), scheme.valid_from)
    if start > today:
        return ()
    found = [
        DemoLocalValue(
            scheme.id,
            figure,
            1000.0,
            "按现有保安力量过渡，年底前复核；已报领导小组会议同意",
            "Transition with the guards there are, reviewed by the end of the year; agreed by the leading group",
            "office",
            start,
            date(today.year + 1, 1, 1),
        )
    ]
    hall = next((place for place in places if place.kind == "exhibition-centre"), None)
    if hall is not None:
        found.append(
            DemoLocalValue(
                scheme.id,
                figure,
                2000.0,
                "无展期空置面积占七成，展会期间另行增配",
                "Seven tenths stand empty between fairs; more guards are posted during a fair",
                "office",
                start,
                date(today.year + 1, 1, 1),
                hall.code,
            )
        )
    return tuple(found)


def waivers(
    owed: Mapping[str, Sequence[Duty]], today: date, zone: ZoneInfo, rng: np.random.Generator, own: str
) -> tuple[DemoWaiver, ...]:
    """A few duties excused for works, closures and the like; never at the showcase place."""
    found: list[DemoWaiver] = []
    reasons: tuple[tuple[str, str, str, int, int], ...] = (
        ("scan", "主楼改造，停止营业", "The main building is being rebuilt and is closed", -9, 21),
        ("scan", "地下车库封闭施工，巡查改由施工单位负责", "The car park is a building site", -4, 10),
        ("inspection", "设备整体更换，验收后恢复检查", "All equipment is being replaced", -20, 40),
        ("document", "场所搬迁，演练顺延", "The place is moving; the drill is put off", -60, 45),
        ("inspection", "装修停业", "Closed for refitting", -12, 30),
    )
    codes = [code for code in owed if code != own]
    for evidence, zh, en, begin, finish in reasons:
        for number in rng.permutation(len(codes)):
            duty = next((d for d in owed[codes[number]] if _may_be_waived(d, evidence)), None)
            if duty is not None and all(waiver.place != codes[number] for waiver in found):
                start = midnight(today + timedelta(days=begin), zone) + timedelta(hours=9)
                end = midnight(today + timedelta(days=finish), zone) + timedelta(hours=18)
                found.append(
                    DemoWaiver(duty.scheme, duty.rule.id, codes[number], start, end, zh, en, "office")
                )
                break
    return tuple(found)


def _may_be_waived(duty: Duty, evidence: str) -> bool:
    return duty.rule.evidence == evidence and isinstance(duty.cadence, (tuple, Each))
