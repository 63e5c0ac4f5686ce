"""The demo city's sensitive periods: a holiday that is adopted, and a large event that waits for a second person."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from anlan.actions.sensitive_periods import PeriodDraft, add_period
from anlan.engine.areas import Area
from anlan.engine.sensitive_periods import Days, each_year
from anlan.models import District, User

_A_DAY = timedelta(days=1)


def load_periods(officer: User, *, at: datetime) -> None:
    """Enter both as an officer would; orange waits for somebody else."""
    today = timezone.localtime(at).date()
    holiday = Days(date(today.year + 1, 1, 1), date(today.year + 1, 1, 3))
    add_period(
        PeriodDraft(
            name=("元旦假期", "New Year holiday"),
            level="yellow",
            area=Area(kinds=("mall", "station", "metro-station", "market")),
            days=each_year(holiday, holiday.first.year + 2),
            source="市领导小组年度敏感时段安排（示例）",
        ),
        by=officer,
        at=at,
    )
    district = District.objects.exclude(parent=None).order_by("code").first()
    saturday = today + _A_DAY * (19 + (5 - today.weekday()) % 7)
    add_period(
        PeriodDraft(
            name=("滨江半程马拉松", "Riverside half marathon"),
            level="orange",
            area=Area(districts=(district.code,)) if district else Area(city=True),
            days=[Days(saturday, saturday + _A_DAY)],
            source="大型活动安全工作方案（示例）",
        ),
        by=officer,
        at=at,
    )
