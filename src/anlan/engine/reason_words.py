"""How one comparison is said, in Chinese and English: 日均客流 5000 未超过 5000."""

from collections.abc import Sequence

from anlan.engine.policy import FactValue, Relation, Text

_LISTED_AT_MOST = 5
_ZH_HOLDS = {"over": "超过", "at_least": "达到", "under": "低于", "at_most": "不超过"}
_ZH_FAILS = {"over": "未超过", "at_least": "未达到", "under": "不低于", "at_most": "超过"}
_EN_HOLDS = {"over": "is over", "at_least": "is at least", "under": "is under", "at_most": "is at most"}
_EN_FAILS = {"over": "is not over", "at_least": "is below", "under": "is not under", "at_most": "is over"}
_ZH_ASKS = {**_ZH_HOLDS, "is": "为", "in": "属于"}
_EN_ASKS = {**_EN_HOLDS, "is": "is", "in": "is one of"}

Named = tuple[FactValue, Text | None]


def sentence(
    title: Text,
    relation: Relation,
    holds: bool | None,
    value: Named,
    limits: Sequence[FactValue],
    limit_titles: Sequence[Text | None],
) -> Text:
    """What was compared and how it came out; `holds` None says which of the two is missing."""
    named = list(zip(limits, limit_titles, strict=True))
    if relation == "missing":
        return _presence(title, value)
    if value[0] is None:
        return _fact_missing(title, relation, named)
    if None in limits and holds is None:
        return Text(
            zh=f"{title.zh}与所引指标比较，但该指标当日没有数值",
            en=f"{title.en} is compared with a figure that has no value on this date",
        )
    if holds is None:
        return Text(
            zh=f"{title.zh}填报的内容无法比较",
            en=f"what is recorded for {title.en} cannot be compared",
        )
    if isinstance(value[0], bool):
        return Text(zh=f"{title.zh}：{_zh(value)}", en=f"{title.en}: {_en(value)}")
    if relation == "is":
        return _identity(title, holds, value, named)
    if relation == "in":
        return _membership(title, holds, value, named)
    zh_verb = (_ZH_HOLDS if holds else _ZH_FAILS)[relation]
    en_verb = (_EN_HOLDS if holds else _EN_FAILS)[relation]
    return Text(
        zh=f"{title.zh} {_zh(value)} {zh_verb} {_zh(named[0])}",
        en=f"{title.en} {_en(value)} {en_verb} {_en(named[0])}",
    )


def _presence(title: Text, value: Named) -> Text:
    if value[0] is None:
        return Text(zh=f"{title.zh}未填报", en=f"{title.en} is missing")
    return Text(zh=f"{title.zh}已填报：{_zh(value)}", en=f"{title.en} is recorded: {_en(value)}")


def _fact_missing(title: Text, relation: Relation, named: Sequence[Named]) -> Text:
    zh = f"{title.zh}未填报，无法判断是否{_ZH_ASKS[relation]} {_zh_list(named)}"
    en = f"{title.en} is missing, so it is not known whether it {_EN_ASKS[relation]} {_en_list(named)}"
    return Text(zh=zh, en=en)


def _identity(title: Text, holds: bool, value: Named, named: Sequence[Named]) -> Text:
    if holds:
        return Text(zh=f"{title.zh}为{_zh(value)}", en=f"{title.en} is {_en(value)}")
    return Text(
        zh=f"{title.zh}为{_zh(value)}，不是{_zh(named[0])}",
        en=f"{title.en} is {_en(value)}, not {_en(named[0])}",
    )


def _membership(title: Text, holds: bool, value: Named, named: Sequence[Named]) -> Text:
    zh_verb, en_verb = ("属于", "one of") if holds else ("不属于", "not one of")
    return Text(
        zh=f"{title.zh}为{_zh(value)}，{zh_verb}{_zh_list(named)}",
        en=f"{title.en} is {_en(value)}, {en_verb} {_en_list(named)}",
    )


def _zh_list(named: Sequence[Named]) -> str:
    if len(named) > _LISTED_AT_MOST:
        return f"所列 {len(named)} 项"
    return "、".join(_zh(item) for item in named)


def _en_list(named: Sequence[Named]) -> str:
    if len(named) > _LISTED_AT_MOST:
        return f"the {len(named)} listed"
    return ", ".join(_en(item) for item in named)


def _zh(named: Named) -> str:
    value, title = named
    if title is not None:
        return title.zh
    if value is None:
        return "（当日无数值）"
    if isinstance(value, bool):
        return "是" if value else "否"
    return value if isinstance(value, str) else f"{value:,.10g}"


def _en(named: Named) -> str:
    value, title = named
    if title is not None:
        return title.en
    if value is None:
        return "(a figure without a value on this date)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:,.10g}"
