"""The demo city's warnings: a past one with its receipts, one in force, and a draft, each through the actions."""

from datetime import datetime, timedelta

from anlan.actions.warnings import (
    WarningDraft,
    acknowledge,
    confirm_warning,
    draft_warning,
    end_warning,
    propose_warning,
)
from anlan.engine.areas import Area
from anlan.engine.policy import Level
from anlan.models import District, Place, User, WarningNotice
from anlan.queries.warnings_shown import codes_of

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_ISSUER = ("市领导小组办公室", "Office of the leading group")


def load_warnings(officer: User, second: User, *, at: datetime) -> None:
    """Write the three warnings as two officers would have taken their steps."""
    districts = list(District.objects.exclude(parent=None).order_by("code").values_list("code", flat=True))
    _past(
        officer, second, Area(kinds=("mall", "market"), districts=tuple(districts[:1])), at - 9 * 24 * _HOUR
    )
    _in_force(officer, Area(kinds=("school", "kindergarten"), districts=tuple(districts[:2])), at - 2 * _HOUR)
    draft_warning(
        _draft(
            "orange",
            Area(kinds=("station", "metro-station", "mall")),
            at + 12 * _HOUR,
            (
                "周末大型活动期间人员密集，拟提高防范等级。",
                "Large events draw crowds; a higher level is being considered.",
            ),
            ("有关场所增加岗位和巡查。", "Places concerned raise posts and patrols."),
        ),
        by=officer,
        at=at - _HOUR,
    )


def _past(officer: User, second: User, area: Area, began: datetime) -> None:
    draft = _draft(
        "orange",
        area,
        began + 12 * _HOUR,
        ("收到针对商业场所的可信情况通报。", "A credible concern about shops was notified."),
        ("有关场所增加岗位和巡查。", "Places concerned raise posts and patrols."),
    )
    notice = propose_warning(draft_warning(draft, by=officer, at=began), by=officer, at=began + _MINUTE)
    notice = confirm_warning(notice, by=second, at=began + 3 * _MINUTE)
    _acknowledged(notice, began + 3 * _MINUTE, every=1, but=9)
    end_warning(notice, reason="情况已查清，恢复常态。", by=officer, at=began + 8 * _HOUR)


def _in_force(officer: User, area: Area, began: datetime) -> None:
    draft = _draft(
        "yellow",
        area,
        began + 26 * _HOUR,
        (
            "学校周边发现无人认领的重点物品包装，正在核查。",
            "Unclaimed packaging of regulated goods is being checked.",
        ),
        (
            "检查出入口和快递存放点，提高警觉，发现异常立即报告。",
            "Check entrances and parcel points; report at once.",
        ),
    )
    notice = propose_warning(draft_warning(draft, by=officer, at=began), by=officer, at=began + _MINUTE)
    _acknowledged(notice, began + _MINUTE, every=2, but=7)


def _acknowledged(notice: WarningNotice, issued: datetime, *, every: int, but: int) -> None:
    """Most receivers take note one after another; each `but`-th place does not."""
    codes = codes_of(notice, issued)
    for number, place in enumerate(Place.objects.filter(code__in=codes).order_by("code"), start=1):
        if number % but:
            acknowledge(notice, place, way="link", by=None, at=issued + min(number * every, 50) * _MINUTE)


def _draft(
    level: Level, area: Area, end: datetime, matters: tuple[str, str], measures: tuple[str, str]
) -> WarningDraft:
    return WarningDraft(
        category="security",
        level=level,
        area=area,
        expected_end=end,
        matters=matters,
        measures=measures,
        issuer=_ISSUER,
    )
