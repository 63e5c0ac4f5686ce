"""Examples for the living style sheet: every component in every state, with made-up content."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.engine.policy import LEVELS, Citation, Text
from anlan.web import clock
from anlan.web.templatetags.looks import STATES, TIERS, TONES
from anlan.web.templatetags.yearpicture import Day


class ExampleFilter(forms.Form):
    """A filter bar as lists have it."""

    more = ("updated", "critical")
    q = forms.CharField(label=gettext_lazy("Search"), required=False)
    district = forms.ChoiceField(
        label=gettext_lazy("District"), required=False, choices=[("", "—"), ("1", "临江区"), ("2", "东山区")]
    )
    tier = forms.ChoiceField(
        label=gettext_lazy("Tier"), required=False, choices=[("", "—"), ("tier-1", "一类")]
    )
    open = forms.BooleanField(label=gettext_lazy("Only with gaps"), required=False)
    updated = forms.DateField(
        label=gettext_lazy("Changed since"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    critical = forms.BooleanField(label=gettext_lazy("Critical facility"), required=False)


class ExampleForm(forms.Form):
    """A form as pages have it."""

    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As on the sign at the door."))
    visitors = forms.IntegerField(label=gettext_lazy("Mean daily visitors"), min_value=0)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[("mall", "商场"), ("school", "学校")])
    critical = forms.BooleanField(label=gettext_lazy("Critical facility"), required=False)
    method = forms.ChoiceField(
        label=gettext_lazy("Method of counting"),
        choices=[("counter", "客流计数"), ("estimate", "估算")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class _Reason:
    """A reason as the engine gives it."""

    def __init__(self, text: Text, holds: bool | None, cites: Citation | None = None) -> None:
        self.text, self.holds, self.cites = text, holds, cites


def _days(until: date) -> list[Day]:
    pattern = ["recorded"] * 11 + ["late", "recorded", "overdue", "not-evidenced", "", "", "cut", "waived"]
    start = date(until.year, 1, 1)
    length = (until - start).days + 1
    days = [Day(start + timedelta(days=n), pattern[(n * n + 3 * n) % len(pattern)]) for n in range(length)]
    days.append(Day(until + timedelta(days=1), "due"))
    rest = (date(until.year, 12, 31) - days[-1].on).days
    return days + [Day(until + timedelta(days=2 + n), "upcoming") for n in range(rest)]


def _features() -> dict[str, Any]:
    states = ("recorded", "recorded", "due", "overdue", "not-evidenced", "recorded")
    names = ("临江中心商场", "东山中学", "市民广场", "长途客运站", "云栖博物馆", "北苑体育馆")
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": number,
                "geometry": {
                    "type": "Point",
                    "coordinates": [105.24 + (number * 37 % 23) / 200, 30.29 + (number * 53 % 19) / 240],
                },
                "properties": {
                    "code": f"P{number:04d}",
                    "name": names[number % 6] + str(number // 6 + 1),
                    "state": states[number % 6],
                    "note": f"P{number:04d} · 临江区",
                    "url": f"#P{number:04d}",
                },
            }
            for number in range(48)
        ],
    }


def examples() -> dict[str, Any]:
    """All that the style sheet shows."""
    now = clock.now()
    wrong = ExampleForm({"name": "", "visitors": "-3", "kind": "mall", "method": ""})
    wrong.is_valid()
    return {
        "states": list(STATES),
        "levels": LEVELS,
        "tiers": list(TIERS),
        "tones": TONES,
        "cites": [
            Citation("plan", "2.1"),
            Citation("law", "12", "反恐怖主义法"),
            Citation("practice", "", "NaCTSO"),
        ],
        "rows": _rows(now),
        "filter": ExampleFilter({"district": "1"}),
        "form": ExampleForm(initial={"visitors": 5000}),
        "wrong": wrong,
        "pairs": [
            (_("Place code"), "P0001"),
            (_("Kind"), Text(zh="商场", en="Shopping mall").in_language("zh")),
            (_("Area"), "12,500 m²"),
            (_("Mean daily visitors"), "5,120"),
            (_("Operator"), "临江商业有限公司"),
            (_("Receiver"), None),
        ],
        "reasons_given": [
            _Reason(
                Text("日均客流 5,120 人，超过 5,000 人", "Mean daily visitors 5,120, over 5,000"),
                True,
                Citation("plan", "2.1"),
            ),
            _Reason(Text("不是重点要害单位", "Not a critical facility"), False),
            _Reason(
                Text("高峰在场人数未填报", "Peak number present is not supplied"),
                None,
                Citation("law", "31", "消防法"),
            ),
        ],
        "events": [
            {
                "at": now - timedelta(minutes=4),
                "title": _("Patrol recorded"),
                "by": "南门岗",
                "icon": "check",
                "tone": "good",
            },
            {
                "at": now - timedelta(hours=3),
                "title": _("Rectification notice issued"),
                "text": Text(
                    "东侧疏散通道堆放货物，限 3 日内清理。",
                    "Goods in the east escape route, to be cleared within 3 days.",
                ),
                "by": "检查员 李",
                "icon": "alert-triangle",
                "tone": "warn",
            },
            {"at": now - timedelta(days=2), "title": _("Place registered"), "by": "city", "icon": "plus"},
        ],
        "tab_items": [
            {"label": _("Duties"), "url": "?tab=duties", "active": True, "count": 14},
            {"label": _("Evidence"), "url": "?tab=evidence", "count": 1204},
            {"label": _("Findings"), "url": "?tab=findings", "count": 2},
            {"label": _("File"), "url": "?tab=file"},
        ],
        "counts": {"recorded": 812, "late": 40, "due": 96, "overdue": 31, "not-evidenced": 18, "waived": 6},
        "days": _days(now.date()),
        "features": _features(),
        "bars": {
            "kind": "stacked",
            "unit": "",
            "categories": ["临江区", "东山区", "北苑区", "西湾区", "高新区"],
            "series": [
                {"state": "recorded", "values": [210, 180, 160, 92, 120]},
                {"state": "overdue", "values": [14, 9, 4, 6, 2]},
                {"state": "not-evidenced", "values": [8, 3, 2, 5, 1]},
            ],
        },
        "lines": {
            "kind": "lines",
            "unit": "%",
            "categories": [f"11-{day:02d}" for day in range(1, 15)],
            "series": [
                {
                    "name": _("Share recorded"),
                    "values": [91, 92, 90, 93, 95, 94, 96, 93, 94, 95, 97, 96, 95, 97],
                }
            ],
        },
        "now": now,
        "soon": now + timedelta(hours=2),
        "past": now - timedelta(minutes=26),
        "map_credit": "© OpenStreetMap contributors",
    }


def _rows(now: datetime) -> list[dict[str, Any]]:
    names = ("临江中心商场", "东山中学", "市民广场地铁站", "长途客运总站", "云栖博物馆", "北苑体育馆")
    states = list(STATES)
    return [
        {
            "code": f"P{number:04d}",
            "name": names[number % len(names)],
            "tier": list(TIERS)[number % len(TIERS)],
            "state": states[number % len(states)],
            "visitors": 1200 + number * 977,
            "last": now - timedelta(minutes=7 + 53 * number),
        }
        for number in range(10)
    ]
