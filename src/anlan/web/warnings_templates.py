"""Texts that make a complete draft of a warning at once, in both languages; every word may be changed."""

from dataclasses import dataclass
from typing import Final

from anlan.engine.policy import Level, Text


@dataclass(frozen=True, slots=True)
class WarningTemplate:
    """A draft to begin from: what happened in general words, how strict, for how long, and where."""

    id: str
    title: Text
    level: Level
    category: str
    hours: int
    matters: Text
    city: bool = True
    tiers: tuple[str, ...] = ()
    goods_kinds: bool = False


TEMPLATES: Final[tuple[WarningTemplate, ...]] = (
    WarningTemplate(
        "blue-security",
        Text("蓝色 · 初步迹象", "Blue · first indication"),
        "blue",
        "security",
        24,
        Text(
            "收到尚待核实的初步迹象，请各场所保持警觉。",
            "A first indication is being checked; places stay alert.",
        ),
    ),
    WarningTemplate(
        "yellow-goods",
        Text("黄色 · 重点物品异常", "Yellow · regulated goods"),
        "yellow",
        "goods",
        24,
        Text(
            "重点物品出现丢失、账实不符或被拒销售等异常流动，请检查库存并提高警觉。",
            "Regulated goods moved abnormally (a loss, a discrepancy or a refused sale); check stocks and stay alert.",
        ),
    ),
    WarningTemplate(
        "yellow-facility",
        Text("黄色 · 设施与供应", "Yellow · facilities and supply"),
        "yellow",
        "facility",
        6,
        Text(
            "供电、供水、通信等设施出现异常，请检查应急照明、广播和疏散通道。",
            "Power, water or communications are disturbed; check emergency lights, loudspeakers and ways out.",
        ),
    ),
    WarningTemplate(
        "orange-security",
        Text("橙色 · 可信情况（一、二类场所）", "Orange · credible concern (tiers 1 and 2)"),
        "orange",
        "security",
        6,
        Text(
            "收到针对人员密集场所的可信情况通报，请立即增加岗位和巡查。",
            "A credible concern about crowded places was notified; raise posts and patrols at once.",
        ),
        tiers=("tier-1", "tier-2"),
    ),
    WarningTemplate(
        "orange-weather",
        Text("橙色 · 极端天气", "Orange · severe weather"),
        "orange",
        "weather",
        6,
        Text(
            "气象部门发布极端天气预警，请加固临时设施，停止户外聚集。",
            "Severe weather is forecast; secure temporary structures and end gatherings outdoors.",
        ),
    ),
    WarningTemplate(
        "red-security",
        Text("红色 · 主管机关通报（一类场所）", "Red · notified by the authority (tier 1)"),
        "red",
        "security",
        6,
        Text(
            "主管机关通报具体袭击图谋，一类场所立即进入一级加强，预案待命。",
            "A specific attack plan was notified; tier 1 goes to reinforced security at once, plans on stand-by.",
        ),
        tiers=("tier-1",),
    ),
)
