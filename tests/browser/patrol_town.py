"""Sets up, in the data folder that ANLAN_DATA names, one place that is patrolled; says the facts as JSON.

Run as a program: `python patrol_town.py make`, `… red`, `… answer`, `… visits`.
"""

import json
import os
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

POINTS = (
    "南门",
    "北门",
    "一层大厅",
    "服务台",
    "东侧楼梯",
    "西侧楼梯",
    "车库入口",
    "卸货区",
    "配电间",
    "监控室外",
    "连廊",
    "屋面出口",
)
PASSWORD = "plain words for a test"
A_MINUTE_OF_ARC = 50 / 110_860
"""Degrees of latitude that take a minute at 70 m a minute with a detour of 1.4."""


def begin() -> None:
    """Load Django on the data folder."""
    tests = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(tests), str(tests.parent)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.project.settings")
    import django

    django.setup()


def make() -> dict[str, Any]:
    """A mall of the second tier with twelve checkpoints on one beat, a shift around now, codes, plans, two guards."""
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from anlan.actions.patrol_codes import issue_codes
    from anlan.actions.patrol_plans import plan_place
    from anlan.actions.patrol_register import add_beat
    from anlan.actions.place_parts import add_checkpoint
    from anlan.actions.schemes import adopt, store_folder
    from anlan.models import Shift
    from builders import a_place, a_user

    call_command("migrate", verbosity=0)
    now = datetime.now(UTC)
    at = now - timedelta(days=2)
    edition, problems = store_folder(settings.SCHEMES / "city-plan-2026", by=None, at=at)
    assert edition is not None, problems
    adopt(edition, valid_from=at, by=None, at=at)
    place = a_place("MALL", name_zh="试验广场", daily_visitors=3000, area_m2=900, at=at, district="990101")
    place.receiver_phone = "000-5550-0000"
    place.save()
    _draw_ground(settings.BASEMAP)
    rows = []
    for number, name in enumerate(POINTS):
        row = add_checkpoint(
            place, code=f"C{number:02}", name_zh=name, name_en=f"Point {number}", by=None, at=at
        )
        row.longitude, row.latitude = 116.3913 + number % 2 * 0.0003, 39.9075 + number * A_MINUTE_OF_ARC / 2
        row.save()
        rows.append(row)
    add_beat(
        place, code="B1", name_zh="一号线", name_en="Beat 1", checkpoints=rows, spare=False, by=None, at=at
    )
    here = timezone.localtime(now)
    begins = (here - timedelta(hours=1)).replace(minute=0)
    ends = (begins + timedelta(hours=8)).time()
    shift = Shift.objects.create(
        place=place,
        code="now",
        name_zh="本班",
        name_en="This shift",
        starts=time(begins.hour),
        ends=ends,
        opened_at=at,
    )
    issue_codes(place, by=None, at=at)
    planned = plan_place(place, begins.date(), 1, by=None, at=now, seconds=3.0, draws=0)
    for name in ("walker", "second"):
        a_user("guard", username=name, name=f"保安员{name}", place="MALL", at=at)
    codes = {row.name_zh: row.codes.get() for row in rows}
    return {
        "shift": shift.name_zh,
        "planned": len(planned.outcomes),
        "tokens": {name: code.token for name, code in codes.items()},
        "typed": {name: code.typed for name, code in codes.items()},
        "password": PASSWORD,
    }


def _draw_ground(archive: Path) -> None:
    """A base map of the place: the building, a street beside it, and one far away."""
    from shapely import LineString, box

    from anlan.links.basemap import Feature, road_feature, write_basemap

    building = Feature("building", box(116.3910, 39.9073, 116.3920, 39.9105))
    street = road_feature("residential", "", "", LineString([(116.3905, 39.9060), (116.3905, 39.9120)]))
    far = road_feature("primary", "", "", LineString([(116.50, 39.90), (116.52, 39.92)]))
    assert write_basemap(archive, (building, street, far), attribution="制图者") is not None


def red() -> dict[str, Any]:
    """Raise the place to red."""
    from anlan.actions.posture import raise_posture
    from anlan.models import Place

    now = datetime.now(UTC)
    raise_posture(
        "red", start=now, end=None, reason="试验", by=None, at=now, place=Place.objects.get(code="MALL")
    )
    return {}


def position() -> dict[str, Any]:
    """Let the place ask for the position at each scan."""
    from anlan.models import PatrolSettings, Place

    place, now = Place.objects.get(code="MALL"), datetime.now(UTC)
    PatrolSettings.objects.update_or_create(place=place, defaults={"asks_position": True, "changed_at": now})
    return {}


def answer() -> dict[str, Any]:
    """Take every call for help, as the control room does."""
    from anlan.actions.patrol_review import take_call
    from anlan.models import HelpCall

    for call in HelpCall.objects.filter(taken_at=None):
        take_call(call, by=None, at=datetime.now(UTC))
    return {}


def visits() -> dict[str, Any]:
    """What the server has: visits by checkpoint, evidence, walks, who walked."""
    from anlan.models import Evidence, HelpCall, Visit, Walk

    return {
        "visits": [
            {"checkpoint": name, "way": way, "flags": flags, "guard": guard, "kind": kind, "lat": lat}
            for name, way, flags, guard, kind, lat in Visit.objects.order_by("walk", "number").values_list(
                "checkpoint__name_zh", "way", "flags", "walk__guard__username", "kind", "latitude"
            )
        ],
        "evidence": Evidence.objects.filter(kind="scan").count(),
        "walks": Walk.objects.count(),
        "ended": Walk.objects.filter(ended_at__isnull=False).count(),
        "help": HelpCall.objects.count(),
        "calls": [
            {"last": last, "next": following, "guard": guard, "timed": timed is not None}
            for last, following, guard, timed in HelpCall.objects.order_by("made_at").values_list(
                "last_checkpoint__name_zh", "checkpoint__name_zh", "walk__guard__username", "last_scan_at"
            )
        ],
    }


COMMANDS = {"make": make, "red": red, "position": position, "answer": answer, "visits": visits}

if __name__ == "__main__":
    begin()
    print(json.dumps(COMMANDS[sys.argv[1]](), ensure_ascii=False))
