"""What the demo city tells its public: one instruction and one report of facts in force, one over, one that waits."""

from datetime import datetime, timedelta

from anlan.actions.public_information import (
    StatementDraft,
    approve_statement,
    draft_statement,
    release_statement,
    submit_statement,
)
from anlan.engine.areas import Area, Circle
from anlan.engine.public_information import Kind, chain_at
from anlan.models import District, Place, PublicStatement, User
from anlan.queries.duties import basis

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def load_public_information(writer: User, second: User, police: User, *, at: datetime) -> None:
    """Write the four statements as the people of the demo would have taken their steps."""
    districts = list(District.objects.exclude(parent=None).order_by("code"))
    first, other = districts[0], districts[1]
    over = _written(
        "avoid",
        Area(districts=(other.code,)),
        (f"{other.name_zh}老城步行街", f"the old town walking street, {other.name_en}"),
        ("【地点】人员过多，请改期前往", "[place] is too crowded: come another day"),
        (
            "请不要再前往。已在现场的人请按广播顺序离开，不要逆行。",
            (
                "Please do not come now. If you are there, leave in the order announced; do not push against "
                "the flow."
            ),
        ),
        at - 2 * 24 * _HOUR,
        hours=4,
        by=writer,
    )
    release_statement(over, by=second, at=at - 2 * 24 * _HOUR + 9 * _MINUTE)
    avoid = _written(
        "avoid",
        _around(first),
        (f"{first.name_zh}滨河路一带", f"Binhe Road and around, {first.name_en}"),
        ("请勿前往【地点】", "Keep away from [place]"),
        (
            "地下燃气管道正在抢修。【截止时间】以前请绕行，不要围观，给抢修车辆让路。附近公交临时改道。",
            (
                "A gas pipe under the road is being repaired. Until [until], go another way, do not gather to "
                "watch, and let "
                "repair vehicles pass. Buses near by are diverted."
            ),
        ),
        at - 50 * _MINUTE,
        hours=6,
        by=writer,
    )
    release_statement(avoid, by=second, at=at - 44 * _MINUTE)
    facts = _written(
        "facts",
        _around(first),
        (f"{first.name_zh}滨河路", f"Binhe Road, {first.name_en}"),
        ("【地点】燃气管道抢修情况", "Repair of a gas pipe in [place]"),
        (
            (
                "今日发现管道泄漏，抢修人员已关闭阀门，没有人员受伤。附近约两百户停气，预计今晚恢复。"
                "下一次通报不晚于【截止时间】。"
            ),
            (
                "A leak was found today and the valve was shut; nobody was hurt. About two hundred homes are "
                "without gas, which "
                "is expected back tonight. The next report comes no later than [until]."
            ),
        ),
        at - 40 * _MINUTE,
        hours=6,
        by=writer,
    )
    approve_statement(facts, by=police, at=at - 31 * _MINUTE)
    release_statement(facts, by=second, at=at - 25 * _MINUTE)
    _written(
        "facts",
        Area(districts=(other.code,)),
        (f"{other.name_zh}体育中心", f"the sports centre, {other.name_en}"),
        ("【地点】周末比赛期间的交通安排", "Traffic around [place] during the weekend match"),
        (
            "比赛日下午部分道路只出不进，请乘地铁前往，提前入场。携带的包将接受检查。",
            (
                "On match day some roads are open outwards only. Please come by metro and early. Bags are "
                "checked."
            ),
        ),
        at - 12 * _MINUTE,
        hours=72,
        by=writer,
    )


def _written(
    kind: Kind,
    area: Area,
    where: tuple[str, str],
    title: tuple[str, str],
    body: tuple[str, str],
    at: datetime,
    *,
    hours: int,
    by: User,
) -> PublicStatement:
    draft = StatementDraft(
        kind=kind,
        area=area,
        where=where,
        title=title,
        body=body,
        valid_until=at + hours * _HOUR,
        checklist=tuple(item.id for item in chain_at(basis(), kind, at).checklist),
    )
    return submit_statement(draft_statement(draft, by=by, at=at), by=by, at=at + 2 * _MINUTE)


def _around(district: District) -> Area:
    """Half a kilometre around the first place of a district that has a position."""
    place = Place.objects.filter(district=district, longitude__isnull=False).order_by("code").first()
    if place is None or place.longitude is None or place.latitude is None:
        return Area(districts=(district.code,))
    return Area(circles=(Circle(place.longitude, place.latitude, 500.0),))
