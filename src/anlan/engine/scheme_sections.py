"""Reads rules, cases and chains of release, of which each kind has keys of its own."""

from collections.abc import Callable, Iterator
from typing import Any

from anlan.engine.policy import (
    All,
    Case,
    FactValue,
    PublicChain,
    Reference,
    Rule,
    Standing,
    Subject,
    Test,
    Text,
)
from anlan.engine.scheme_declarations import SUBJECTS, Declarations, named, with_id
from anlan.engine.scheme_expectations import FIGURE
from anlan.engine.scheme_fields import FIELDS, field_of
from anlan.engine.scheme_files import Block, Scalar, Tree
from anlan.engine.scheme_keys import RULE_KINDS
from anlan.engine.scheme_plain_shapes import items_of, short, shown
from anlan.engine.scheme_report import did_you_mean
from anlan.engine.scheme_shapes import Fields


class Sections(Declarations):
    """Readers of whole sections; the order of calls matters, since rules refer to what was declared before."""

    # -- rules

    def rule_kinds(self, node: Tree) -> None:
        """First pass: which rules there are, so that others may refer to them."""
        for at, spelled, item in self.listed(node):
            name = named(item, spelled)
            kind = item.entries.get("kind") if isinstance(item, Block) else None
            self.report.rule = name
            if name and self.is_new(at, name, self.names.rules):
                self.names.rules[name] = shown(kind.node) if kind else ""
                if self.names.rules[name] not in RULE_KINDS:
                    self.names.fail("rules", name)
            self.report.rule = ""

    def rule_list(self, node: Tree) -> Iterator[Rule]:
        for at, spelled, item in self.listed(node):
            self.report.rule = named(item, spelled)
            found = self.fields(with_id(item, spelled), "rule", self._rule_readers())
            if found is not None and self._fits_kind(item, found):
                yield self._rule(at, found)
            self.report.rule = ""

    def _rule_readers(self) -> dict[str, Callable[[Tree], Any]]:
        return {
            "id": self.id,
            "rule-kind": self.rule_kind,
            "text": self.text,
            "citation": self.citation,
            "subject": self._subject,
            "condition": self.condition,
            "role": self.role,
            "cadence": self.cadence,
            "evidence": self.evidence,
            "duration-or-figure": self.duration_or_figure,
            "quantity": self.quantity,
            "item-list": self.item_list,
            "levels": self.levels,
            "rule-id": self.rule_id,
            "rule-ids": self.rule_ids,
            "number-or-figure": self.number_or_figure,
            "event": self.event,
            "date": self.date,
        }

    def _subject(self, node: Tree) -> Subject | None:
        return self.one_of(node, {word: word for word in SUBJECTS}, Text(zh="对象", en="subject"))

    def _fits_kind(self, item: Tree, found: Fields) -> bool:
        """Whether the keys are those that the rule's kind may and must have."""
        kind, entries = found["kind"], item.entries if isinstance(item, Block) else {}
        fits = self.check_order(item, found.get("start"), found.get("end"))
        for key, entry in entries.items():
            field = field_of("rule", key)
            if field is not None and kind not in field.kinds:
                self.wrong(
                    entry,
                    Text(
                        zh=f"“{kind}”类规则没有“{key}”这个键", en=f"a rule of kind {kind} has no key “{key}”"
                    ),
                    Text(
                        zh=f"删去它；此键用于：{'、'.join(field.kinds)}。",
                        en=f"Delete it; it belongs to rules of kind {', '.join(field.kinds)}.",
                    ),
                )
                fits = False
        present = {field.name for key in entries if (field := field_of("rule", key))}
        for field in FIELDS["rule"]:
            if kind in field.needed and field.name not in present:
                self.missing_key(item, field.key)
                fits = False
        stronger = ("cadence", "grace", "valid_for", "quantity", "plus")
        if kind == "measure" and present.isdisjoint(stronger):
            self.wrong(
                item,
                Text(zh="措施没有说明改变什么", en="the measure does not say what it changes"),
                Text(
                    zh="写 cadence、grace、valid_for、quantity 或 plus。",
                    en="Give it cadence, grace, valid_for, quantity or plus.",
                ),
            )
            fits = False
        return fits

    def _rule(self, at: Tree, found: Fields) -> Rule:
        kind = found["kind"]
        if kind == "standard":
            found.setdefault("cadence", Standing())
            found.setdefault("evidence", "count")
        posture = found.get("posture", ())
        if kind in ("duty", "standard") and posture:
            while_raised = Test("posture", "in", tuple(posture))
            where = found.get("where")
            found["where"] = All((where, while_raised)) if where is not None else while_raised
        found.setdefault("title", Text(zh="", en=""))
        return Rule(**found, file=at.file, line=at.line)

    # -- public information

    def public_list(self, node: Tree, known: dict[str, PublicChain]) -> None:
        """Chains by id; of two for the same kind of statement the second is a problem."""
        for at, spelled, item in self.listed(node):
            self.report.rule = named(item, spelled)
            found = self.fields(with_id(item, spelled), "public", self._public_readers())
            if found is not None and self.is_new(at, found["id"], known):
                if any(chain.says == found["says"] for chain in known.values()):
                    self.wrong(
                        at,
                        Text(
                            zh=f"“{found['says']}”已有发布程序",
                            en=f"there is a chain for {found['says']} already",
                        ),
                        Text(zh="合并为一个。", en="Put both into one."),
                    )
                    continue
                known[found["id"]] = PublicChain(**found, file=at.file, line=at.line)
            self.report.rule = ""

    def _public_readers(self) -> dict[str, Callable[[Tree], Any]]:
        says, reach = Text(zh="发布内容", en="sort of statement"), Text(zh="授权范围", en="reach")
        return {
            "id": self.id,
            "text": self.text,
            "public-says": lambda node: self._word(node, ("instruction", "facts"), says),
            "role": self.role,
            "role-list": lambda node: tuple(role for one in items_of(node) if (role := self.role(one))),
            "public-reach": lambda node: self._word(node, ("city", "area"), reach),
            "flag": self.flag,
            "duration-or-figure": self.duration_or_figure,
            "item-list": self.item_list,
            "citation": self.citation,
        }

    # -- cases

    def case_list(self, node: Tree, known: dict[str, Case]) -> None:
        for at, spelled, item in self.listed(node):
            self.report.rule = named(item, spelled)
            found = self.fields(
                with_id(item, spelled),
                "case",
                {
                    "id": self.id,
                    "text": self.text,
                    "subject": self._subject,
                    "case-facts": self._case_facts,
                    "date": self.date,
                    "level": self.level,
                    "local-figures": self._local_figures,
                    "expectation": self.expectation,
                },
            )
            if found is not None and self.is_new(at, found["id"], known):
                if "role" in found["facts"]:
                    found.setdefault("subject", "department")
                known[found["id"]] = Case(**found, file=at.file, line=at.line)
            self.report.rule = ""

    def _case_facts(self, node: Tree) -> dict[str, FactValue] | None:
        if not isinstance(node, Block):
            self.wrong(
                node,
                Text(zh="facts 应为若干“事实: 值”", en="facts stand as `fact: value`"),
                Text(
                    zh="写作 {kind: mall, daily_visitors: 5000}。",
                    en="Write {kind: mall, daily_visitors: 5000}.",
                ),
            )
            return None
        facts: dict[str, FactValue] = {}
        for name, entry in node.entries.items():
            if self.names.is_lost("facts", name) and name not in self.names.known_facts():
                continue
            if name not in self.names.known_facts() or name in ("tier", "posture"):
                self.wrong(
                    entry,
                    Text(
                        zh=f"没有名为“{short(name)}”的事实可填",
                        en=f"there is no fact “{short(name)}” to give",
                    ),
                    did_you_mean(name, ["kind", "role", *self.names.facts]),
                )
                continue
            if isinstance(entry.node, Scalar) and entry.node.value is None:
                facts[name] = None
                continue
            value = self._operand(name, entry.node)
            if isinstance(value, Reference):
                self.wrong(
                    entry,
                    Text(zh="用例中应写实际数值", en="a case gives plain values"),
                    Text(zh="写数值。", en="Write the value."),
                )
            elif value is not None:
                facts[name] = value
        return facts

    def _local_figures(self, node: Tree) -> dict[str, bool | int | float | str]:
        figures: dict[str, bool | int | float | str] = {}
        for name, entry in self.by_name(node, self.names.parameters, FIGURE, "parameters"):
            value = self.value(entry.node)
            if value is not None:
                figures[name] = value
        return figures
