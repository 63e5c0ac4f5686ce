"""Reads the simple shapes of a scheme's keys: words, texts, dates, durations, figures, citations, lists of names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from anlan.engine.durations import duration_of
from anlan.engine.policy import (
    LEVELS,
    Citation,
    FactValue,
    Level,
    Reference,
    RuleKind,
    Term,
    Text,
)
from anlan.engine.scheme_fields import FIELDS, RULE_KINDS, Section, field_of
from anlan.engine.scheme_files import Block, Listing, Scalar, Tree
from anlan.engine.scheme_names import Names
from anlan.engine.scheme_report import Placed, Report, did_you_mean

Fields = dict[str, Any]
T = TypeVar("T")
CITED = {"plan": "plan", "law": "law", "practice": "practice"}
_MAY_BE_EMPTY = {
    "date",
    "fact-default",
    "rule-list",
    "case-list",
    "parameter-list",
    "term-list",
    "fact-list",
    "terms",
}
_LARGEST = 10**15
NAME_ADVICE = Text(
    zh="名称用字母、数字、点和连字符，如 mobile-patrol。",
    en="Use letters, digits, dots and hyphens: mobile-patrol.",
)


@dataclass(slots=True)
class Shapes:
    """Readers of simple shapes; each returns None after reporting what is wrong."""

    report: Report
    names: Names

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

    # -- figures: a plain one, or a reference to a parameter of the right sort

    def duration_or_figure(self, node: Tree) -> timedelta | Reference | None:
        if is_reference(node):
            return self.reference(node, "duration")
        return self.duration(node)

    def number_or_figure(self, node: Tree) -> float | Reference | None:
        if is_reference(node):
            return self.reference(node, "number")
        number = self.number(node)
        if number is not None and number < 0:
            self.wrong(
                node,
                Text(zh=f"{shown(node)} 为负数", en=f"{shown(node)} is negative"),
                Text(zh="此处的数应为零或正数。", en="The number here is zero or more."),
            )
            return None
        return number

    def reference(self, node: Tree, sort: str) -> Reference | None:
        """A `$parameter`; each of its values must be of the sort (number, duration, flag, word) asked."""
        name = shown(node).removeprefix("$")
        parameter = self.names.parameters.get(name)
        if parameter is None:
            if self.names.is_lost("parameters", name):
                return None
            self.wrong(
                node,
                Text(zh=f"没有名为 {name} 的指标", en=f"there is no parameter {name}"),
                did_you_mean(name, self.names.parameters),
            )
            return None
        for dated in parameter.values:
            if not _is_of(sort, dated.value):
                self.wrong(
                    node,
                    Text(
                        zh=f"指标 {name} 的值 {short(str(dated.value))} 不是{_SORTS[sort].zh}",
                        en=f"the value {short(str(dated.value))} of parameter {name} is no {_SORTS[sort].en}",
                    ),
                    Text(
                        zh="改正指标的值，或引用别的指标。",
                        en="Correct the parameter's value or name another one.",
                    ),
                )
                return None
        return Reference(name)

    # -- words out of a fixed or declared set

    def one_of(self, node: Tree, known: Mapping[str, T], what: Text, group: str = "") -> T | None:
        """What the word stands for; one of a `group` whose declaration was wrong is passed over in silence."""
        word = self.words(node)
        if word is None:
            return None
        if word not in known:
            if self.names.is_lost(group, word):
                return None
            self.wrong(
                node,
                Text(zh=f"没有名为“{short(word)}”的{what.zh}", en=f"there is no {what.en} “{short(word)}”"),
                did_you_mean(word, known),
            )
            return None
        return known[word]

    def level(self, node: Tree) -> Level | None:
        return self.one_of(node, {level: level for level in LEVELS}, Text(zh="防范等级", en="level"))

    def levels(self, node: Tree) -> tuple[Level, ...] | None:
        """One level means that and every higher one; a list means exactly those."""
        if isinstance(node, Listing):
            listed = [self.level(item) for item in node.items]
            return tuple(level for level in listed if level) or None
        level = self.level(node)
        return LEVELS[LEVELS.index(level) :] if level else None

    def rule_kind(self, node: Tree) -> RuleKind | None:
        return self.one_of(node, {kind: kind for kind in RULE_KINDS}, Text(zh="规则种类", en="kind of rule"))

    def role(self, node: Tree) -> str | None:
        return self.declared(node, self.names.roles, Text(zh="职责主体", en="role"), "roles")

    def evidence(self, node: Tree) -> str | None:
        known = self.names.terms.get("evidence", {})
        return self.declared(node, known, Text(zh="履职证据", en="kind of evidence"), "evidence")

    def event(self, node: Tree) -> str | None:
        return self.declared(node, self.names.terms.get("events", {}), Text(zh="事件", en="event"), "events")

    def rule_id(self, node: Tree) -> str | None:
        known = {rule: rule for rule in self.names.rules}
        return self.one_of(node, known, Text(zh="规则", en="rule"), "rules")

    def rule_ids(self, node: Tree) -> tuple[str, ...]:
        return tuple(rule for item in items_of(node) if (rule := self.rule_id(item)))

    def declared(self, node: Tree, known: Mapping[str, Term], what: Text, group: str) -> str | None:
        return self.one_of(node, {name: name for name in known}, what, group)

    # -- blocks of fields

    def fields(
        self, node: Tree, section: Section, readers: Mapping[str, Callable[[Tree], Any]]
    ) -> Fields | None:
        """A block's fields by attribute name; unknown keys, doubled aliases and missing ones are reported."""
        if not isinstance(node, Block):
            keys = ", ".join(field.key for field in FIELDS[section] if field.required)
            self.wrong(
                node,
                Text(
                    zh=f"“{shown(node)}”处应为若干“键: 值”",
                    en=f"“{shown(node)}” stands where keys and values belong",
                ),
                Text(
                    zh=f"写作“键: 值”，至少有：{keys or '一个键'}。",
                    en=f"Write `key: value`, with at least: {keys or 'one key'}.",
                ),
            )
            return None
        found: Fields = {}
        unread: set[str] = set()
        for key, entry in node.entries.items():
            field_ = field_of(section, key)
            if field_ is None:
                self.unknown_key(entry, key, [f.key for f in FIELDS[section]])
                continue
            if field_.name in found or field_.name in unread:
                self.wrong(
                    entry,
                    Text(zh=f"键“{key}”与前面的同义键重复", en=f"key “{key}” repeats one given before"),
                    Text(zh="删去其中一个。", en="Delete one of the two."),
                )
                continue
            if _is_empty(entry.node):
                if not field_.required and field_.shape in _MAY_BE_EMPTY:
                    continue
                self.wrong(
                    entry,
                    Text(zh=f"键“{key}”后没有值", en=f"key “{key}” has no value"),
                    Text(zh="写上值，或删去此键。", en="Give it a value, or delete the key."),
                )
                unread.add(field_.name)
                continue
            read = readers[field_.shape](entry.node)
            if read is None:
                unread.add(field_.name)
            else:
                found[field_.name] = read
        for field_ in FIELDS[section]:
            if field_.required and field_.name not in found and field_.name not in unread:
                self.missing_key(node, field_.key)
        complete = all(field_.name in found for field_ in FIELDS[section] if field_.required)
        return found if complete else None

    def citation(self, node: Tree) -> Citation | None:
        readers = {"label": self._label, "words": self.words}
        found = self.fields(node, "citation", readers)
        return Citation(**found) if found else None

    def _label(self, node: Tree) -> str | None:
        return self.one_of(node, CITED, Text(zh="依据类别", en="label"))

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


def _is_empty(node: Tree) -> bool:
    return isinstance(node, Scalar) and node.value is None


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


_SORTS = {
    "number": Text(zh="数字", en="number"),
    "duration": Text(zh="时长", en="duration"),
    "flag": Text(zh="是非值", en="flag"),
    "word": Text(zh="文字", en="word"),
}


def _is_of(sort: str, value: FactValue) -> bool:
    if sort == "flag":
        return isinstance(value, bool)
    if sort == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if sort == "duration":
        try:
            return isinstance(value, str) and duration_of(value) >= timedelta(0)
        except ValueError:
            return False
    return isinstance(value, str)
