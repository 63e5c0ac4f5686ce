"""What messages about warnings say, in both languages and short: level, number, until when, what to do now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone

from anlan.actions.messages import Words
from anlan.engine.conditions import LEVEL_TITLES
from anlan.engine.policy import Text
from anlan.engine.warning_turns import Party
from anlan.engine.warnings import end_of
from anlan.models import WarningNotice

LONGEST: Final = 160
"""Of what is to be done; the page behind the link says the rest."""

_ASKS: Final[dict[str, Text]] = {
    "receiver": Text("请打开链接签收。", "Please open the link and acknowledge."),
    "deputy": Text(
        "接收人未签收或联系不上，请您打开链接签收。",
        "The receiver has not acknowledged or cannot be reached: please open the link and acknowledge.",
    ),
}
_TURNS: Final[dict[str, Text]] = {
    "operator": Text("您负责的场所", "places that you answer for"),
    "district": Text("本辖区场所", "places of your district"),
    "office": Text("全市场所", "places of the city"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A text for those who read one language, and one for those of whom nobody knows which they read."""

    one: Words
    both: Words

    def by(self, channel: str) -> Words:
        """E-mail has room for both languages."""
        return self.both if channel == "email" else self.one


def place_words(notice: WarningNotice, party: Party) -> Said:
    """To the people of a place."""
    until = _until(notice)
    asks = _ASKS.get(party, _ASKS["receiver"])
    body = Text(
        f"{notice.matters_zh[:LONGEST]}\n有效期至：{until}\n现在请做：{notice.measures_zh[:LONGEST]}\n{asks.zh}",
        f"{(notice.matters_en or notice.matters_zh)[:LONGEST]}\nUntil: {until}\n"
        f"Do now: {(notice.measures_en or notice.measures_zh)[:LONGEST]}\n{asks.en}",
    )
    return _said(title(notice), body)


def issued_words(notice: WarningNotice, places: int) -> Said:
    """To the groups of districts and departments: it was issued, for so many of their places."""
    body = Text(
        f"{notice.matters_zh[:LONGEST]}\n有效期至：{_until(notice)}\n涉及本单位场所 {places} 处。",
        f"{(notice.matters_en or notice.matters_zh)[:LONGEST]}\nUntil: {_until(notice)}\n"
        f"Places of yours: {places}.",
    )
    return _said(title(notice), body)


def late_words(notice: WarningNotice, party: str, places: int) -> Said:
    """To those whose turn it is after the people of the place."""
    whose, head = _TURNS[party], title(notice)
    body = Text(
        f"{whose.zh}中有 {places} 处未按时签收或联系不上，请逐一电话通知并记录。\n有效期至：{_until(notice)}",
        f"{places} {whose.en} have not acknowledged or cannot be reached. Please call each and record it.\n"
        f"Until: {_until(notice)}",
    )
    return _said(Text(f"{head.zh}：未签收 {places} 处", f"{head.en}: {places} not acknowledged"), body)


def over_words(notice: WarningNotice) -> Said:
    """To all who were told: it is over."""
    head, ended = title(notice), _moment(end_of(notice))
    body = Text(
        f"已于 {ended} 解除或到期，措施恢复常态，另有预警的除外。",
        f"It ended at {ended}. Measures fall back to normal unless another warning holds.",
    )
    return _said(Text(f"{head.zh}：已结束", f"{head.en}: ended"), body)


def second_person_words(notice: WarningNotice) -> Said:
    """To those who can confirm."""
    level = LEVEL_TITLES[notice.level]
    body = Text(notice.matters_zh[:LONGEST], (notice.matters_en or notice.matters_zh)[:LONGEST])
    head = Text(f"{level.zh}预警待第二人确认", f"{level.en.capitalize()} warning waits for a second person")
    return _said(head, body)


def title(notice: WarningNotice) -> Text:
    level = LEVEL_TITLES[notice.level]
    return Text(f"{level.zh}预警 {notice}", f"{level.en.capitalize()} warning {notice}")


def _said(head: Text, body: Text) -> Said:
    both = Text(f"{body.zh}\n\n{head.en}\n{body.en}", f"{body.en}\n\n{head.zh}\n{body.zh}")
    return Said(Words(head, body), Words(head, both))


def _until(notice: WarningNotice) -> str:
    return _moment(end_of(notice))


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
