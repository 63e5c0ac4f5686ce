"""Signals of the demo city: what departments and places reported within the last days, and what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.actions.signals import SignalDraft, dismiss_signal, link_signal, raise_signal, receive_signal
from anlan.models import Department, Place, Signal, User


@dataclass(frozen=True, slots=True)
class DemoSignal:
    """One report: `place` is the kind of place it is about, "" a point near one; `role` is its department's."""

    hours_ago: float
    kind: str
    observed: str
    urgency: str
    reliability: str
    place: str = ""
    role: str = ""
    organisation: str = ""
    channel: str = "form"
    radius_m: int = 0
    outcome: str = ""
    reason: str = ""


SIGNALS = (
    DemoSignal(
        0.4, "suspicious-object", "东门外花坛边有一只无人看管的拉杆箱，已停放约40分钟，已拉警戒带。", "now", "B",
        place="mall", role="public-safety",
    ),
    DemoSignal(
        0.7, "suspicious-object", "商场东门保安岗报告：花坛旁有无主拉杆箱，未触碰。", "now", "A", place="mall",
        organisation="商场保安岗", outcome="linked", reason="与公安部门报告为同一物品。",
    ),
    DemoSignal(
        2.5, "drone", "车站广场上空约80米有一架小型无人机悬停，约10分钟后向北飞离。", "hours", "B", place="station",
        role="transport",
    ),
    DemoSignal(
        6, "goods-discrepancy", "月末盘点：硝酸铵账面1200 kg，实存1175 kg，差25 kg，已封存库房。", "hours", "A",
        place="warehouse", role="emergency-management", channel="api", outcome="raised",
        reason="账实不符，建议对周边场所发布黄色预警。",
    ),
    DemoSignal(
        9, "vehicle", "一辆无标识的厢式货车停在消防通道，发动机未熄，驾驶室无人，约25分钟后驶离。", "hours", "C",
        place="hospital", organisation="医院保卫科",
    ),
    DemoSignal(
        20, "technical-fault", "北广场3路监控画面中断，备用电源未切换，维保单位已到场。", "days", "A", place="station",
        organisation="车站设备中心", outcome="dismissed", reason="已于18:20恢复，属设备检修，不影响巡查。",
    ),
    DemoSignal(
        30, "weather", "气象部门通报：今夜到明晨沿江有8级阵风，临时围挡和户外装置需加固。", "hours", "A",
        role="emergency-management", radius_m=3000, channel="e-mail",
    ),
    DemoSignal(
        52, "threat-to-place", "总机接到匿名来电，称某教学楼内放有危险物品，未说明位置，已组织排查。", "now", "D",
        place="school", role="education", outcome="dismissed", reason="全楼排查完毕，未发现异常物品。",
    ),
    DemoSignal(
        75, "other", "地下车库B2层排风口有持续异味，燃气公司检测未超标，建议复测。", "days", "B", place="mall",
        organisation="物业工程部",
    ),
)  # fmt: skip


def load_signals(*, office: User, at: datetime) -> None:
    """Receive the reports at their hours, and triage those that somebody has looked at."""
    first: dict[str, Signal] = {}
    for each in sorted(SIGNALS, key=lambda one: -one.hours_ago):
        received = at - timedelta(hours=each.hours_ago)
        place = _place(each.place or "square")
        draft = SignalDraft(
            kind=each.kind,
            observed=each.observed,
            reliability=each.reliability,
            urgency=each.urgency,
            channel=each.channel,
            observed_at=received - timedelta(minutes=10),
            department=_department(each.role),
            organisation=each.organisation,
            place=place if each.place else None,
            longitude=place.longitude if place and not each.place else None,
            latitude=place.latitude if place and not each.place else None,
            radius_m=each.radius_m,
        )
        signal = receive_signal(draft, by=office, at=received)
        if each.outcome == "linked":
            first[each.kind] = signal
        else:
            _triage(each, signal, first.pop(each.kind, None), office, received + timedelta(minutes=12))


def _triage(each: DemoSignal, signal: Signal, earlier: Signal | None, office: User, at: datetime) -> None:
    """What the office made of it; an earlier report of the same is linked to it."""
    if earlier is not None:
        said = next(one.reason for one in SIGNALS if one.outcome == "linked" and one.kind == each.kind)
        link_signal(earlier, signal, reason=said, by=office, at=at)
    if each.outcome == "raised":
        raise_signal(signal, reason=each.reason, by=office, at=at)
    elif each.outcome == "dismissed":
        dismiss_signal(signal, reason=each.reason, by=office, at=at)


def _place(kind: str) -> Place | None:
    return Place.objects.filter(kind=kind, closed_at=None).order_by("code").first()


def _department(role: str) -> Department | None:
    return Department.objects.filter(role=role).order_by("code").first() if role else None
