"""The columns of the register's sheet, and which column of a stranger's sheet is which."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anlan.engine.policy import FactType, Text

FACT = "fact:"
"""Columns that hold a declared fact are mapped to `fact:` and the fact's id."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the register: its title, what goes into it, and other headings it is known by."""

    id: str
    title: Text
    note: Text
    example: str
    known_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredFact:
    """A further fact that the schemes ask for, such as pupils or beds; `terms` are its choices, if it has any."""

    title: Text
    type: FactType
    terms: Mapping[str, Text] | None = None
    unit: str = ""


def _column(
    identifier: str, zh: str, en: str, note: tuple[str, str], example: str, known_as: str = ""
) -> Column:
    return Column(identifier, Text(zh, en), Text(*note), example, tuple(known_as.split()))


def _figure(
    identifier: str, zh: str, en: str, unit: tuple[str, str], example: str, known_as: str
) -> tuple[Column, ...]:
    """A figure with how and when it was found."""
    return (
        _column(
            identifier,
            f"{zh}({unit[0]})",
            f"{en} ({unit[1]})",
            ("只填数字", "Digits only"),
            example,
            known_as,
        ),
        _column(
            f"{identifier}_method",
            f"{zh}测算方法",
            f"{en}: method",
            ("如：闸机计数、人工抽样、估算", "Such as gate count, sample, estimate"),
            "闸机计数",
            _with_words(zh, known_as, "测算方法 统计方法 方法 method"),
        ),
        _column(
            f"{identifier}_on",
            f"{zh}测算日期",
            f"{en}: date",
            ("如 2026-01-15", "Like 2026-01-15"),
            "2026-01-15",
            _with_words(zh, known_as, "测算日期 统计日期 日期 date"),
        ),
    )


def _with_words(zh: str, known_as: str, words: str) -> str:
    return " ".join(f"{name}{word}" for name in (zh, *known_as.split()) for word in words.split())


COLUMNS: tuple[Column, ...] = (
    _column(
        "code",
        "场所编号",
        "Code",
        (
            "不重复的编号，可用字母、数字、汉字、- _ .；空着由系统编号",
            "Unique; letters, digits, - _ . ; given if empty",
        ),
        "HP-0012",
        "编号 编码 代码 场所编码 场所代码 id placecode",
    ),
    _column(
        "name_zh",
        "名称",
        "Name (Chinese)",
        ("必填，中文或英文名称至少填一个", "Needed: one of the two names"),
        "滨江中心医院",
        "场所名称 单位名称 中文名称 机构名称 全称 学校名称 医院名称 name namezh fullname placename 场所",
    ),
    _column(
        "name_en",
        "英文名称",
        "Name (English)",
        ("", ""),
        "Riverside Central Hospital",
        "nameen englishname 英文名",
    ),
    _column(
        "kind",
        "类型",
        "Kind",
        ("必填，从“选项”表中选择", "Needed: choose from the list"),
        "医院",
        "场所类型 场所类别 类别 单位类型 行业类别 种类 type category placetype",
    ),
    _column(
        "district",
        "辖区",
        "District",
        ("行政区划代码（GB/T 2260）或名称", "GB/T 2260 code or name"),
        "990101",
        "区县 所属区 所属辖区 行政区 行政区划 行政区划代码 区划代码 所在区 区 districtcode adcode",
    ),
    _column(
        "address", "地址", "Address", ("", ""), "滨江路 12 号", "详细地址 场所地址 单位地址 location street"
    ),
    _column(
        "operator",
        "运营单位",
        "Operator",
        ("", ""),
        "滨江医疗集团",
        "管理单位 经营单位 主办单位 主管单位 责任单位 owner",
    ),
    _column(
        "longitude",
        "经度",
        "Longitude",
        ("十进制度，如 121.4737", "Decimal degrees, like 121.4737"),
        "121.4737",
        "lon lng long x 经度坐标 东经 wgslon",
    ),
    _column(
        "latitude",
        "纬度",
        "Latitude",
        ("十进制度，如 31.2304", "Decimal degrees, like 31.2304"),
        "31.2304",
        "lat y 纬度坐标 北纬 wgslat",
    ),
    _column(
        "datum",
        "坐标系",
        "Datum",
        ("填写坐标时必填：WGS-84、CGCS2000、GCJ-02（高德、腾讯）或 BD-09（百度）", "Needed with coordinates"),
        "GCJ-02",
        "坐标系统 坐标类型 坐标基准 crs coordsys coordinatesystem",
    ),
    *_figure(
        "area_m2",
        "建筑面积",
        "Floor area",
        ("平方米", "m²"),
        "3200",
        "面积 建筑面积 营业面积 场所面积 占地面积 area aream2 size",
    ),
    *_figure(
        "daily_visitors",
        "日均客流",
        "Mean daily visitors",
        ("人次", "people"),
        "4800",
        "日均人流 日均人流量 日均客流 日均客流量 日均人次 平均日人流量 日人流量 人流量 dailyvisitors visitors footfall",
    ),
    *_figure(
        "peak_present",
        "同时在场最多人数",
        "Peak number present at once",
        ("人", "people"),
        "900",
        "最大同时在场人数 最大瞬时人数 高峰在场人数 最大在场人数 高峰人数 peakpresent peak",
    ),
    _column(
        "critical_facility",
        "重要设施",
        "Critical facility",
        ("是或否", "yes or no"),
        "否",
        "关键设施 是否关键设施 是否重要设施 关键基础设施 是否关键基础设施 criticalinfrastructure critical",
    ),
    _column(
        "public_service",
        "一般公共服务场所",
        "Ordinary public service",
        ("是或否", "yes or no"),
        "是",
        "公共服务场所 是否公共服务场所 公共服务 公共服务设施",
    ),
    _column(
        "receiver_name",
        "预警接收人",
        "Warning receiver",
        ("本场所指定接收预警的工作人员", "Member of staff designated to receive warnings"),
        "李工",
        "接收人 预警接收人姓名 接收人姓名 安全负责人 值班负责人 receiver contact contactname",
    ),
    _column(
        "receiver_phone",
        "预警接收人电话",
        "Receiver's telephone",
        ("", ""),
        "021-5555 0100",
        "接收人电话 接收人手机 联系人电话 负责人电话 安全负责人电话 值班电话 contactphone receiverphone",
    ),
    _column(
        "receiver_email",
        "预警接收人邮箱",
        "Receiver's email",
        ("", ""),
        "duty@example.org",
        "接收人邮箱 邮箱 电子邮箱 email contactemail",
    ),
    _column(
        "deputy_name",
        "副接收人",
        "Deputy receiver",
        ("接收人超时未签收时催办的工作人员", "Asked when the receiver does not acknowledge in time"),
        "周工",
        "副接收人姓名 候补接收人 deputy deputyname",
    ),
    _column("deputy_phone", "副接收人电话", "Deputy's telephone", ("", ""), "021-5555 0101", "deputyphone"),
    _column("deputy_email", "副接收人邮箱", "Deputy's email", ("", ""), "deputy@example.org", "deputyemail"),
    _column(
        "opening_hours",
        "开放时间",
        "Opening hours",
        ("", ""),
        "08:00-22:00",
        "营业时间 服务时间 工作时间 openinghours hours",
    ),
    _column(
        "source",
        "数据来源",
        "Source",
        ("如：区卫健委台账", "Where the row comes from"),
        "区卫健委台账",
        "来源 datasource",
    ),
    _column(
        "source_id",
        "来源编号",
        "Source id",
        ("来源中的编号，如 osm:node/123", "Its id there, like osm:node/123"),
        "WJW-00317",
        "原编号 来源标识 sourceid osmid",
    ),
)
COLUMN_IDS = frozenset(column.id for column in COLUMNS)
REASONS = Text(zh="导入问题", en="Import problems")
"""Heading of the column of reasons in a marked copy; ignored when the copy is read again."""


def heading(title: Text, separator: str = " / ") -> str:
    """A heading in both languages, as written in templates and exports and understood again."""
    return f"{title.zh}{separator}{title.en}"


def propose_mapping(header: Sequence[str], facts: Mapping[str, DeclaredFact]) -> dict[int, str]:
    """Which column of the register each column of a sheet probably is; unknown ones and repetitions are left out."""
    known = _known_headings(facts)
    proposal: dict[int, str] = {}
    for number, title in enumerate(header):
        found = next((known[key] for key in _keys(title) if key in known), None)
        if found and found not in proposal.values():
            proposal[number] = found
    return proposal


def knows_heading(title: str, facts: Mapping[str, DeclaredFact]) -> bool:
    """Whether a heading is that of a column or of a declared fact."""
    known = _known_headings(facts)
    return any(key in known for key in _keys(title))


def ignored_columns(header: Sequence[str], mapping: Mapping[int, str]) -> tuple[str, ...]:
    """The headings of columns that go nowhere; the reasons of a marked copy are not meant to."""
    reasons = {_plain(REASONS.zh), _plain(REASONS.en)}
    return tuple(
        " ".join(title.split())
        for number, title in enumerate(header)
        if number not in mapping and title.strip() and reasons.isdisjoint(_keys(title))
    )


def mapping_problems(
    header: Sequence[str], mapping: Mapping[int, str], facts: Mapping[str, DeclaredFact]
) -> tuple[Text, ...]:
    """What keeps a person's mapping from being used, all at once."""
    problems: list[Text] = []
    names = {column.id: column.title for column in COLUMNS} | {
        FACT + key: fact.title for key, fact in facts.items()
    }
    for number, target in mapping.items():
        if not 0 <= number < len(header) or target not in names:
            problems.append(
                Text(
                    zh=f"列对应有误：{number} → {target}。",
                    en=f"No such column or target: {number} → {target}.",
                )
            )
    for target in sorted({target for target in mapping.values() if target in names}):
        if sum(1 for other in mapping.values() if other == target) > 1:
            title = names[target]
            problems.append(
                Text(
                    zh=f"有多列对应到“{title.zh}”，请只保留一列。",
                    en=f"Several columns are mapped to “{title.en}”. Keep one.",
                )
            )
    targets = set(mapping.values())
    if not targets & {"name_zh", "name_en"}:
        problems.append(
            Text(
                zh="没有对应“名称”的列，请指定哪一列是场所名称。",
                en="No column is the name. Say which one holds it.",
            )
        )
    if "kind" not in targets:
        problems.append(
            Text(
                zh="没有对应“类型”的列，请指定哪一列是场所类型。",
                en="No column is the kind. Say which one holds it.",
            )
        )
    if ("longitude" in targets) != ("latitude" in targets):
        problems.append(
            Text(zh="经度和纬度须同时对应。", en="Longitude and latitude have to be mapped together.")
        )
    return tuple(problems)


def _known_headings(facts: Mapping[str, DeclaredFact]) -> dict[str, str]:
    known: dict[str, str] = {}
    for column in COLUMNS:
        for title in (column.id, column.title.zh, column.title.en, *column.known_as):
            known.setdefault(_plain(title), column.id)
    for identifier, fact in facts.items():
        for title in (identifier, fact.title.zh, fact.title.en):
            known.setdefault(_plain(title), identifier if identifier in COLUMN_IDS else FACT + identifier)
    return known


def _keys(title: str) -> list[str]:
    """A heading whole, without what stands in brackets, and in its parts (either language may stand first)."""
    whole = unicodedata.normalize("NFKC", title)
    bare = re.sub(r"\(.*?\)|\[.*?\]|【.*?】|[*:]", "", whole)
    parts = [part for text in (whole, bare) for part in re.split(r"[/\n|]", text)]
    return [key for key in map(_plain, (whole, bare, *parts)) if key]


def _plain(title: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", title).casefold() if letter.isalnum())
