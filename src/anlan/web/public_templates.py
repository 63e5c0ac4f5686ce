"""Texts to begin a statement from, in both languages: short sentences in plain words, with room for place and end.

What people should do follows public advice for such events: first the act, then how, then whom to listen to.
"""

from dataclasses import dataclass
from typing import Final

from anlan.engine.policy import Text
from anlan.engine.public_information import Kind


@dataclass(frozen=True, slots=True)
class StatementTemplate:
    """A statement to begin from; `categories` are those of warnings that it suits, none means any."""

    id: str
    name: Text
    kind: Kind
    title: Text
    body: Text
    hours: int = 3
    categories: tuple[str, ...] = ()


_LISTEN = Text("请听从现场工作人员指引，留意本页更新。", "Follow staff on the spot and watch this page.")

TEMPLATES: Final[tuple[StatementTemplate, ...]] = (
    StatementTemplate(
        "leave",
        Text("撤离 · 通用", "Leave · any cause"),
        "leave",
        Text("请立即离开【地点】", "Leave [place] now"),
        Text(
            "请从最近的安全出口步行离开，不要奔跑，不要乘电梯，不要返回取物品。请帮助老人、儿童和行动不便的人。"
            f"{_LISTEN.zh}",
            "Walk to the nearest safe way out. Do not run, do not use lifts, do not go back for belongings. "
            f"Help children, the elderly and people who cannot move easily. {_LISTEN.en}",
        ),
    ),
    StatementTemplate(
        "leave-attack",
        Text("撤离 · 有人持械伤人", "Leave · attack under way"),
        "leave",
        Text("【地点】有危险：能走就走，不能走就躲", "Danger at [place]: get away, or hide"),
        Text(
            "能安全离开就立即离开，远离人群和门窗。不能离开就躲起来：锁好并堵住门，关灯，手机调静音，保持安静。"
            "安全之后拨打110，说明地点和看到的情况。不要拍摄，不要转发未经证实的消息。",
            "If you can leave safely, leave now; keep away from crowds, doors and windows. If you cannot, "
            "hide: lock and "
            "block the door, put out the lights, silence your phone, keep quiet. Once safe, call 110 and "
            "say where you "
            "are and what you see. Do not film, do not pass on what is not confirmed.",
        ),
        categories=("security",),
    ),
    StatementTemplate(
        "leave-fire",
        Text("撤离 · 火灾烟雾", "Leave · fire and smoke"),
        "leave",
        Text("【地点】发生火情，请立即撤离", "Fire at [place]: leave now"),
        Text(
            "请走楼梯，不乘电梯。有烟时弯腰低姿，用湿布捂住口鼻。门烫手就不要开，退回房间，堵住门缝，在窗口求救并拨打119。"
            "到室外后远离建筑，给消防车让路。",
            "Take the stairs, not the lift. In smoke stay low and cover mouth and nose with a wet cloth. "
            "If a door is hot, "
            "leave it shut: go back, seal the gaps, call for help at a window and dial 119. Outside, keep "
            "clear of the "
            "building and let fire engines pass.",
        ),
        categories=("facility", "other"),
    ),
    StatementTemplate(
        "stay-in",
        Text("就地避险 · 通用", "Stay inside · any cause"),
        "stay-in",
        Text("【地点】人员请留在室内", "In [place]: stay inside"),
        Text(
            "请进入最近的建筑物，关好门窗，远离窗户和出入口。【截止时间】以前不要外出，等候本页的解除通知。"
            "不要前往学校或单位接人，他们同样就地避险。",
            "Go into the nearest building. Close doors and windows and keep away from them. Do not go out "
            "before [until]; "
            "wait for the all clear on this page. Do not go to schools or workplaces to collect people: "
            "they stay inside too.",
        ),
    ),
    StatementTemplate(
        "stay-in-air",
        Text("就地避险 · 有害气体", "Stay inside · harmful gas"),
        "stay-in",
        Text("【地点】空气可能有害，请留在室内", "Air may be harmful in [place]: stay inside"),
        Text(
            "请关闭门窗，关闭空调和换气扇，用湿毛巾堵住门缝。在室外的人请向上风方向离开，用湿布捂住口鼻。"
            "如感到不适，请拨打120。【截止时间】以前请勿开窗。",
            "Close doors and windows, turn off air conditioning and fans, seal gaps with wet towels. If "
            "you are outside, "
            "walk away against the wind and cover mouth and nose with a wet cloth. If you feel unwell, "
            "call 120. "
            "Keep windows shut until [until].",
        ),
        categories=("goods", "facility", "other"),
    ),
    StatementTemplate(
        "stay-in-weather",
        Text("就地避险 · 极端天气", "Stay inside · severe weather"),
        "stay-in",
        Text("【地点】有极端天气，请留在室内", "Severe weather in [place]: stay inside"),
        Text(
            "请留在坚固的建筑物内，远离玻璃门窗、广告牌、树木和低洼处。不要涉水，不要驶入积水路段和地下车库。"
            "室外活动请立即停止。预计持续到【截止时间】。",
            "Stay in a solid building, away from glass, signs, trees and low ground. Do not wade or drive "
            "through water, "
            "and keep out of underground car parks. End activities outdoors now. Expected to last until "
            "[until].",
        ),
        hours=6,
        categories=("weather",),
    ),
    StatementTemplate(
        "avoid",
        Text("请勿前往 · 通用", "Avoid · any cause"),
        "avoid",
        Text("请勿前往【地点】", "Keep away from [place]"),
        Text(
            f"【截止时间】以前请绕行，不要围观，给应急车辆让路。附近公交可能绕行或停运。{_LISTEN.zh}",
            "Until [until], go another way. Do not gather to watch, and let emergency vehicles pass. "
            f"Buses and trains near by may be diverted or stopped. {_LISTEN.en}",
        ),
    ),
    StatementTemplate(
        "avoid-crowd",
        Text("请勿前往 · 人员过多", "Avoid · too crowded"),
        "avoid",
        Text("【地点】人员过多，请改期或改道", "[place] is too crowded: come later or go elsewhere"),
        Text(
            "请不要再前往。已在现场的人请停下来，不要逆行，不要弯腰捡物，按广播顺序离开。预计【截止时间】后恢复。",
            "Please do not come now. If you are there, stop, do not push against the flow, do not bend "
            "down for things, "
            "and leave in the order announced. Expected to ease after [until].",
        ),
        hours=3,
        categories=("security", "other"),
    ),
    StatementTemplate(
        "avoid-supply",
        Text("请勿前往 · 停电停水停气", "Avoid · power, water or gas cut"),
        "avoid",
        Text("【地点】设施故障，请暂勿前往", "Facilities out of order in [place]: keep away for now"),
        Text(
            "抢修正在进行，预计【截止时间】前恢复。请勿触碰掉落的电线和损坏的管道。闻到燃气味时不要开关电器，"
            "开窗离开后到室外拨打抢修电话。",
            "Repairs are under way and expected to end by [until]. Do not touch fallen wires or broken "
            "pipes. If you smell "
            "gas, do not switch anything on or off; open windows, leave, and call the repair service from "
            "outside.",
        ),
        hours=6,
        categories=("facility",),
    ),
    StatementTemplate(
        "all-clear",
        Text("警情解除 · 通用", "All clear"),
        "all-clear",
        Text("【地点】警情解除", "All clear in [place]"),
        Text(
            "危险已经解除，可以恢复正常活动。部分道路和出入口可能仍在清理，请稍候通行。"
            "发现可疑物品请勿触碰，拨打110。感谢大家的配合。",
            "The danger is over; you may go about as usual. Some roads and entrances may still be being "
            "cleared: please "
            "allow time. Do not touch anything suspicious, call 110. Thank you for your help.",
        ),
        hours=24,
    ),
    StatementTemplate(
        "facts-first",
        Text("情况通报 · 首次", "Facts · first report"),
        "facts",
        Text("关于【地点】情况的通报", "What is known about [place]"),
        Text(
            "今日，【地点】发生一起突发情况，有关部门已到场处置。原因正在核实。请以本页发布为准，不传播未经证实的消息。"
            "下一次通报不晚于【截止时间】。",
            "There is an incident at [place] today; the services responsible are there. The cause is "
            "being established. "
            "Please rely on this page and do not pass on what is not confirmed. The next report comes no "
            "later than [until].",
        ),
        hours=3,
    ),
    StatementTemplate(
        "facts-end",
        Text("情况通报 · 结束", "Facts · at the end"),
        "facts",
        Text("关于【地点】情况的最后通报", "Last report about [place]"),
        Text(
            "【地点】的突发情况已处置完毕，道路和公共交通已经恢复。伤亡人数和原因由有权机关核实后发布。",
            "The incident at [place] has been dealt with; roads and public transport run again. Numbers "
            "of casualties and "
            "the cause are released by the competent authority once established.",
        ),
        hours=24,
    ),
)


def suited(category: str) -> list[StatementTemplate]:
    """The templates for warnings of a category first, then those for any."""
    fit = [one for one in TEMPLATES if category and category in one.categories]
    return fit + [one for one in TEMPLATES if not one.categories or not category]
