"""Reads what refers to something else in a scheme: figures, declared names, blocks of fields, citations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
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
from anlan.engine.scheme_fields import FIELDS, field_of
from anlan.engine.scheme_files import Block, Listing, Scalar, Tree
from anlan.engine.scheme_keys import RULE_KINDS, Section
from anlan.engine.scheme_names import Names
from anlan.engine.scheme_plain_shapes import PlainShapes, is_reference, items_of, short, shown
from anlan.engine.scheme_report import did_you_mean

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


@dataclass(slots=True)
class Shapes(PlainShapes):
    """Readers of figures, names and fields; each returns None after reporting what is wrong."""

    names: Names

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


def _is_empty(node: Tree) -> bool:
    return isinstance(node, Scalar) and node.value is None


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
