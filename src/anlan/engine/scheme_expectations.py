"""Reads what a case expects: tier, duties, quantities, cadences, clocks, weights, figures."""

from collections.abc import Iterable, Iterator
from typing import Any

from anlan.engine.policy import Text
from anlan.engine.scheme_fields import EXPECTATIONS
from anlan.engine.scheme_files import Block, Entry, Tree
from anlan.engine.scheme_plain_shapes import items_of, short
from anlan.engine.scheme_report import did_you_mean
from anlan.engine.scheme_rule_shapes import RuleShapes
from anlan.engine.scheme_shapes import Fields

_RULE = Text(zh="规则", en="rule")
FIGURE = Text(zh="指标", en="parameter")
_RULE_LISTS = {
    "duties": ("duty", "standard"),
    "standards": ("standard",),
    "includes": ("duty", "standard"),
    "excludes": ("duty", "standard"),
}
_BY_RULE = {
    "quantities": ("standard",),
    "cadence": ("duty", "standard"),
    "grace": ("duty", "standard"),
    "valid_for": ("duty", "standard", "plan"),
    "mend_within": ("duty", "standard", "plan"),
    "clocks": ("clock",),
    "weights": ("criterion",),
}


class ExpectationShapes(RuleShapes):
    """Readers of a case's `expect`."""

    def expectation(self, node: Tree) -> Fields | None:
        if not isinstance(node, Block) or not node.entries:
            self.wrong(
                node,
                Text(zh="expect 应写明预期结果", en="expect says what is expected"),
                Text(zh="写作 {tier: …, duties: […]}。", en="Write {tier: …, duties: […]}."),
            )
            return None
        found: Fields = {}
        for key, entry in node.entries.items():
            name = key.replace("-", "_")
            if name not in EXPECTATIONS:
                self.unknown_key(entry, key, EXPECTATIONS)
                continue
            read = self._expected(name, entry.node)
            if read is not None:
                found[name] = read
        return found

    def _expected(self, name: str, node: Tree) -> Any:
        if name == "tier":
            return self.word_of("tier", node)
        if name == "because":
            facts = {fact: fact for fact in self.names.known_facts()}
            what = Text(zh="事实", en="fact")
            return tuple(fact for item in items_of(node) if (fact := self.one_of(item, facts, what, "facts")))
        if name in _RULE_LISTS:
            rules = {rule: rule for rule in self._rules(_RULE_LISTS[name])}
            named = [self.one_of(item, rules, _RULE, "rules") for item in items_of(node)]
            return tuple(rule for rule in named if rule)
        if name == "figures":
            figures = self.by_name(node, self.names.parameters, FIGURE, "parameters")
            return {figure: self.value(entry.node) for figure, entry in figures}
        readers = {
            "quantities": self.number,
            "weights": self.number,
            "cadence": self.cadence,
            "mend_within": self._mends,
        }
        read = readers.get(name, self.duration)
        by_rule = self.by_name(node, self._rules(_BY_RULE[name]), _RULE, "rules")
        return {rule: read(entry.node) for rule, entry in by_rule}

    def _mends(self, node: Tree) -> Fields | None:
        if not isinstance(node, Block):
            self.duration(node)
            return None
        return {line: self.duration(entry.node) for line, entry in node.entries.items()}

    def _rules(self, kinds: tuple[str, ...]) -> list[str]:
        return [rule for rule, kind in self.names.rules.items() if kind in kinds]

    def by_name(
        self, node: Tree, known: Iterable[str], what: Text, group: str
    ) -> Iterator[tuple[str, Entry]]:
        """The entries of a block whose keys are known names; others are reported."""
        names = set(known)
        if not isinstance(node, Block):
            self.wrong(
                node,
                Text(
                    zh=f"此处应为若干“{what.zh}: 值”", en=f"here stand entries of the form `{what.en}: value`"
                ),
                Text(zh="写作 {名称: 值}。", en="Write {NAME: VALUE}."),
            )
            return
        for name, entry in node.entries.items():
            if name in names:
                yield name, entry
            elif self.names.is_lost(group, name):
                continue
            elif what is _RULE and name in self.names.rules:
                self.wrong(
                    entry,
                    Text(
                        zh=f"“{name}”的规则种类是 {self.names.rules[name]}，没有这一项",
                        en=f"“{name}” is a {self.names.rules[name]}, which has nothing of this sort",
                    ),
                    Text(zh="换一条规则，或删去。", en="Name another rule, or delete the line."),
                )
            else:
                self.wrong(
                    entry,
                    Text(
                        zh=f"没有名为“{short(name)}”的{what.zh}", en=f"there is no {what.en} “{short(name)}”"
                    ),
                    did_you_mean(name, names),
                )
