"""The public bodies of the demo city and the organisations that run its places."""

from collections.abc import Sequence

import numpy as np

from anlan.management.demo_city.names import Name, names
from anlan.management.demo_city.values import DemoDepartment, DemoDistrict, DemoOperator

_CITY_BODIES: tuple[tuple[str, str, str, bool], ...] = (
    ("leading-group", "安全防范工作领导小组", "Leading Group for Protective Security", False),
    ("office", "安全防范工作领导小组办公室", "Office of the Leading Group", False),
    ("public-safety", "公安局", "Public Safety Bureau", False),
    ("emergency-management", "应急管理局", "Emergency Management Bureau", False),
    ("transport", "交通运输局", "Transport Bureau", True),
    ("education", "教育局", "Education Bureau", True),
    ("health", "卫生健康委员会", "Health Commission", True),
    ("market-regulation", "市场监督管理局", "Market Regulation Bureau", True),
    ("internet-information", "互联网信息办公室", "Internet Information Office", False),
    ("culture-tourism", "文化广电和旅游局", "Culture and Tourism Bureau", True),
    ("commerce", "商务局", "Commerce Bureau", True),
    ("housing", "住房和城乡建设局", "Housing and Construction Bureau", True),
    ("civil-affairs", "民政局", "Civil Affairs Bureau", True),
    ("religious-affairs", "民族宗教事务局", "Religious Affairs Bureau", True),
    ("finance", "金融工作局", "Finance Office", True),
    ("industry", "经济和信息化局", "Industry and Information Technology Bureau", True),
    ("postal", "邮政管理局", "Postal Administration", True),
    ("urban-management", "城市管理局", "Urban Management Bureau", True),
    ("water", "水务局", "Water Bureau", True),
    ("energy", "能源局", "Energy Bureau", True),
    ("fire-rescue", "消防救援支队", "Fire and Rescue Brigade", False),
)
_PUBLIC: tuple[tuple[str, str, str], ...] = (
    ("metro", "安澜市轨道交通集团", "Anlan Metro Group"),
    ("rail", "安澜铁路车站管理中心", "Anlan Railway Station Management"),
    ("coaches", "安澜市客运集团", "Anlan Coach Group"),
    ("water", "安澜市水务集团", "Anlan Water Group"),
    ("power", "安澜市供电公司", "Anlan Power Supply Company"),
    ("gas", "安澜市燃气集团", "Anlan Gas Group"),
    ("telecom", "安澜市通信网络公司", "Anlan Telecommunications Company"),
    ("oil", "安澜市油品储运公司", "Anlan Oil Storage Company"),
    ("parks", "安澜市公园管理中心", "Anlan Parks Management Centre"),
    ("culture", "安澜市文化场馆中心", "Anlan Cultural Venues Centre"),
    ("sports", "安澜市体育中心", "Anlan Sports Centre"),
    ("tourism", "安澜市旅游发展集团", "Anlan Tourism Group"),
    ("post", "安澜市邮政快递服务公司", "Anlan Post and Parcel Company"),
    ("broadcasting", "安澜市融媒体中心", "Anlan Media Centre"),
    ("affairs", "安澜市机关事务管理局", "Anlan Government Offices Administration"),
)
_TRADES: tuple[tuple[str, str, str, int], ...] = (
    ("retail", "商业管理有限公司", "Retail Management Co.", 16),
    ("market", "市场经营管理有限公司", "Market Management Co.", 9),
    ("hotel", "酒店管理有限公司", "Hotel Management Co.", 14),
    ("catering", "餐饮管理有限公司", "Catering Co.", 12),
    ("leisure", "文化娱乐有限公司", "Leisure Co.", 12),
    ("property", "物业服务有限公司", "Property Services Co.", 16),
    ("schooling", "教育集团", "Education Group", 12),
    ("care", "康养服务有限公司", "Care Services Co.", 7),
    ("medical", "医疗管理有限公司", "Medical Management Co.", 7),
    ("bank", "农商银行", "Rural Commercial Bank", 4),
    ("fuel", "能源销售有限公司", "Fuel Retail Co.", 5),
    ("chemical", "化工有限公司", "Chemical Co.", 5),
    ("logistics", "物流有限公司", "Logistics Co.", 7),
    ("factory", "制造有限公司", "Manufacturing Co.", 16),
)


def departments(districts: Sequence[DemoDistrict]) -> tuple[DemoDepartment, ...]:
    """The leading group, its office, the city's departments and the governments of the districts."""
    city = [
        DemoDepartment(f"D-{role}", f"安澜市{zh}", f"Anlan {en}", role, trade)
        for role, zh, en, trade in _CITY_BODIES
    ]
    local = [
        DemoDepartment(
            f"D-{district.code}",
            f"{district.name_zh}人民政府",
            f"{district.name_en} Government",
            "district",
            False,
            district.code,
            "D-leading-group",
        )
        for district in districts
    ]
    return (*city, *local)


def operators(rng: np.random.Generator) -> dict[str, tuple[DemoOperator, ...]]:
    """The organisations by trade; the city's own have one each, companies several."""
    titles = names(rng)
    found: dict[str, tuple[DemoOperator, ...]] = {
        trade: (DemoOperator(f"OP-{trade}", zh, en),) for trade, zh, en in _PUBLIC
    }
    number = 0
    for trade, zh, en, count in _TRADES:
        companies = []
        for _ in range(count):
            number += 1
            companies.append(_company(number, next(titles), zh, en))
        found[trade] = tuple(companies)
    return found


def _company(number: int, title: Name, zh: str, en: str) -> DemoOperator:
    return DemoOperator(f"OP-{number:03d}", f"安澜{title[0]}{zh}", f"Anlan {title[1]} {en}")
