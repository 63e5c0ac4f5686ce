"""Reads what stands by itself in a scheme: words, texts in both languages, flags, numbers, dates, durations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from anlan.engine.durations import duration_of
from anlan.engine.policy import Text
from anlan.engine.scheme_files import Block, Listing, Scalar, Tree
from anlan.engine.scheme_report import Placed, Report, did_you_mean

_LARGEST = 10**15
NAME_ADVICE = Text(
    zh="名称用字母、数字、点和连字符，如 mobile-patrol。",
    en="Use letters, digits, dots and hyphens: mobile-patrol.",
)


@dataclass(slots=True)
class PlainShapes:
    """Readers of plain values; each returns None after reporting what is wrong."""

    report: Report

    # -- words and texts

    def words(self, node: Tree) -> str | None:
        if isinstance(node, Scalar) and node.value is not None and node.text.strip():
            return node.text.strip()
        self.wrong(
            node, Text(zh="应为文字", en="a word is expected"), Text(zh="写一个词。", en="Write one word.")
        )
        return None

    def id(self, node: Tree) -> str | None:
        name = self.words(node)
        if name is None:
            return None
        if not all(character.isalnum() or character in "-_." for character in name) or len(name) > 100:
            self.wrong(
                node, Text(zh=f"“{short(name)}”不能用作名称", en=f"“{short(name)}” is no name"), NAME_ADVICE
            )
            return None
        return name

    def text(self, node: Tree) -> Text | None:
        """Words in both languages; a missing one is a problem, the other then stands in for it."""
        if not isinstance(node, Block):
            self.wrong(
                node,
                Text(zh="应有中英文两种文字", en="words in both languages are expected"),
                Text(
                    zh="写作 {zh: 流动巡查, en: Mobile patrol}。",
                    en="Write {zh: 流动巡查, en: Mobile patrol}.",
                ),
            )
            return None
        found: dict[str, str] = {}
        for key, entry in node.entries.items():
            if key not in ("zh", "en"):
                self.unknown_key(entry, key, ("zh", "en"))
            elif isinstance(entry.node, Scalar) and entry.node.value is not None and entry.node.text.strip():
                found[key] = " ".join(entry.node.text.split())
            elif not isinstance(entry.node, Scalar):
                self.words(entry.node)
        self._check_translations(node, found)
        if not found:
            return None
        return Text(zh=found.get("zh", found.get("en", "")), en=found.get("en", found.get("zh", "")))

    def _check_translations(self, node: Tree, found: Mapping[str, str]) -> None:
        if "zh" not in found:
            self.report.remark(
                node,
                Text(zh="缺少中文（zh）", en="the Chinese text (zh) is missing"),
                Text(zh="补上 zh。", en="Add zh."),
            )
        if "en" not in found:
            self.report.remark(
                node,
                Text(zh="缺少英文（en）", en="the English text (en) is missing"),
                Text(zh="补上 en。", en="Add en."),
            )
        elif found.get("zh") == found["en"] and any("\u3400" <= c <= "\u9fff" for c in found["en"]):
            self.report.remark(
                node,
                Text(zh="英文与中文相同，尚未翻译", en="the English text is the Chinese one, not translated"),
                Text(zh="把 en 译成英文。", en="Translate en into English."),
            )

    # -- plain values

    def flag(self, node: Tree) -> bool | None:
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self.wrong(
            node,
            Text(zh=f"“{shown(node)}”不是是非值", en=f"“{shown(node)}” is not true or false"),
            Text(zh="写 true 或 false。", en="Write true or false."),
        )
        return None

    def value(self, node: Tree) -> bool | int | float | str | None:
        """A figure's value: a finite number, a flag, or words such as PT2H."""
        if isinstance(node, Scalar) and node.value is not None:
            if isinstance(node.value, bool | int | float):
                if isinstance(node.value, bool) or _is_reasonable(node.value):
                    return node.value
                self._no_number(node)
                return None
            if node.text.strip() and not node.text.startswith("$"):
                return node.text.strip()
        self.wrong(
            node,
            Text(zh=f"“{shown(node)}”不是数值", en=f"“{shown(node)}” is no value"),
            Text(
                zh="写数字、时长（如 PT2H）、true/false 或一个词。",
                en="Write a number, PT2H, true or false, or a word.",
            ),
        )
        return None

    def number(self, node: Tree) -> int | float | None:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and _is_reasonable(value):
            return value
        self._no_number(node)
        return None

    def _no_number(self, node: Tree) -> None:
        self.wrong(
            node,
            Text(zh=f"“{shown(node)}”不是数字", en=f"“{shown(node)}” is not a number"),
            Text(
                zh="写数字，如 5000，不带单位和逗号。", en="Write digits such as 5000, without unit or comma."
            ),
        )

    def date(self, node: Tree) -> date | None:
        if isinstance(node, Scalar):
            if isinstance(node.value, date):
                return node.value
            try:
                return date.fromisoformat(node.text.strip())
            except ValueError:
                pass
        self.wrong(
            node,
            Text(zh=f"“{shown(node)}”不是日期", en=f"“{shown(node)}” is no date"),
            Text(zh="写作 2026-01-15。", en="Write it as 2026-01-15."),
        )
        return None

    def duration(self, node: Tree) -> timedelta | None:
        if isinstance(node, Scalar):
            try:
                duration = duration_of(node.text)
            except ValueError:
                duration = None
            if duration is not None and duration >= timedelta(0):
                return duration
        self.wrong(
            node,
            Text(zh=f"“{shown(node)}”不是时长", en=f"“{shown(node)}” is no duration"),
            Text(
                zh="按 ISO 8601 书写：PT10M 为 10 分钟，PT2H 为 2 小时，P30D 为 30 天。",
                en="Write ISO 8601: PT10M is 10 minutes, PT2H is 2 hours, P30D is 30 days.",
            ),
        )
        return None

    # -- complaints

    def unknown_key(self, at: Placed, key: str, known: Any) -> None:
        self.report.add(
            at,
            Text(zh=f"不认识的键“{short(key)}”", en=f"unknown key “{short(key)}”"),
            did_you_mean(key, known),
        )

    def missing_key(self, at: Placed, key: str) -> None:
        if key == "cites":
            message = Text(zh="没有注明依据（cites）", en="no citation (cites) is given")
            mend = Text(
                zh='写 cites: {label: plan, clause: "2.1"}，label 为 plan、law 或 practice。',
                en='Write cites: {label: plan, clause: "2.1"}; label is plan, law or practice.',
            )
        else:
            message = Text(zh=f"缺少键“{key}”", en=f"the key “{key}” is missing")
            mend = Text(zh=f"补上“{key}:”。", en=f"Add `{key}:`.")
        self.report.add(at, message, mend)

    def wrong(self, at: Placed, message: Text, mend: Text) -> None:
        self.report.add(at, message, mend)


def items_of(node: Tree) -> tuple[Tree, ...]:
    """The items of a list; one thing alone stands for a list of one."""
    return node.items if isinstance(node, Listing) else (node,)


def _is_reasonable(number: float) -> bool:
    """Neither infinite nor not-a-number nor larger than a float holds exactly."""
    return -_LARGEST <= number <= _LARGEST


def is_reference(node: Tree) -> bool:
    return isinstance(node, Scalar) and isinstance(node.value, str) and node.text.startswith("$")


def shown(node: Tree) -> str:
    """What stands there, short enough for a message."""
    if isinstance(node, Listing):
        return "[…]"
    if isinstance(node, Block):
        return "{…}"
    return short(node.text)


def short(text: str) -> str:
    """At most 60 characters of what somebody wrote, on one line."""
    line = " ".join(text.split()) if len(text) <= 1000 else " ".join(text[:1000].split())
    return line if len(line) <= 60 else line[:57] + "…"
