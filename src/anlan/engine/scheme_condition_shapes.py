"""Reads conditions: facts compared with values, joined by all, any and not."""

from anlan.engine.policy import All, AnyOf, Condition, Not, Operand, Relation, Test, Text
from anlan.engine.scheme_files import Block, Entry, Listing, Scalar, Tree
from anlan.engine.scheme_plain_shapes import is_reference, items_of, short, shown
from anlan.engine.scheme_report import did_you_mean
from anlan.engine.scheme_shapes import Shapes

RELATIONS: tuple[Relation, ...] = ("is", "in", "over", "at_least", "under", "at_most", "missing")
JOINS = ("all", "any", "not")
_WHERE_ADVICE = Text(
    zh="写作 {事实: {over: 5000}}，用 all、any、not 连接。",
    en="Write {FACT: {over: 5000}}, joined by all, any, not.",
)


class ConditionShapes(Shapes):
    """Readers of conditions; each returns None after reporting what is wrong."""

    def condition(self, node: Tree) -> Condition | None:
        """A condition; several keys in one block all have to hold."""
        if not isinstance(node, Block) or not node.entries:
            self.wrong(
                node,
                Text(zh=f"“{shown(node)}”不是条件", en=f"“{shown(node)}” is no condition"),
                _WHERE_ADVICE,
            )
            return None
        parts = [self._part(key, entry) for key, entry in node.entries.items()]
        whole = [part for part in parts if part is not None]
        if len(whole) < len(parts):
            return None
        return whole[0] if len(whole) == 1 else All(tuple(whole))

    def _part(self, key: str, entry: Entry) -> Condition | None:
        if key == "not":
            inner = self.condition(entry.node)
            return Not(inner) if inner is not None else None
        if key in ("all", "any"):
            if not isinstance(entry.node, Listing) or not entry.node.items:
                self.wrong(
                    entry,
                    Text(zh=f"“{key}”之后应为条件列表", en=f"“{key}” takes a list of conditions"),
                    Text(zh=f"写作 {key}: [{{…}}, {{…}}]。", en=f"Write {key}: [{{…}}, {{…}}]."),
                )
                return None
            parts = [self.condition(item) for item in entry.node.items]
            whole = tuple(part for part in parts if part is not None)
            if len(whole) < len(parts):
                return None
            return All(whole) if key == "all" else AnyOf(whole)
        return self._fact_tests(key, entry)

    def _fact_tests(self, fact: str, entry: Entry) -> Condition | None:
        if fact not in self.names.known_facts():
            if self.names.is_lost("facts", fact):
                return None
            self.wrong(
                entry,
                Text(zh=f"没有名为“{short(fact)}”的事实", en=f"there is no fact “{short(fact)}”"),
                did_you_mean(fact, [*self.names.known_facts(), *JOINS]),
            )
            return None
        node = entry.node
        if isinstance(node, Scalar):
            test = self._test(fact, "is", node)
        elif isinstance(node, Listing):
            test = self._test(fact, "in", node)
        elif node.entries:
            tests = [self._relation(fact, key, relation) for key, relation in node.entries.items()]
            whole = tuple(test for test in tests if test is not None)
            if len(whole) < len(tests):
                return None
            return whole[0] if len(whole) == 1 else All(whole)
        else:
            self.wrong(entry, Text(zh="条件为空", en="the condition is empty"), _WHERE_ADVICE)
            return None
        return test

    def _relation(self, fact: str, key: str, entry: Entry) -> Test | None:
        relation = next((r for r in RELATIONS if r == key.replace("-", "_")), None)
        if relation is None:
            self.wrong(
                entry,
                Text(zh=f"没有“{short(key)}”这种比较", en=f"there is no comparison “{short(key)}”"),
                did_you_mean(key, RELATIONS),
            )
            return None
        return self._test(fact, relation, entry.node)

    def _test(self, fact: str, relation: Relation, node: Tree) -> Test | None:
        if relation == "missing":
            flag = self.flag(node)
            return None if flag is None else Test(fact, relation, (flag,))
        if relation == "in" and not isinstance(node, Listing):
            self.wrong(
                node,
                Text(zh="“in”之后应为列表", en="“in” takes a list"),
                Text(
                    zh="写作 in: [mall, station]，单个用 is。",
                    en="Write in: [mall, station]; for one use is.",
                ),
            )
            return None
        if relation not in ("is", "in") and not self._has_order(fact, relation, node):
            return None
        if isinstance(node, Listing) and not node.items:
            self.wrong(
                node,
                Text(zh=f"“{fact}”之后的列表为空", en=f"the list after “{fact}” is empty"),
                Text(zh="写上取值，或删去此键。", en="Name the values, or delete the key."),
            )
            return None
        operands = [self._operand(fact, item) for item in (items_of(node) if relation == "in" else (node,))]
        whole = tuple(operand for operand in operands if operand is not None)
        if len(whole) < len(operands):
            return None
        return Test(fact, relation, whole)

    def _has_order(self, fact: str, relation: Relation, node: Tree) -> bool:
        declared = self.names.facts.get(fact)
        if fact == "posture" or (declared and (declared.type == "number" or declared.values)):
            return True
        self.wrong(
            node,
            Text(
                zh=f"“{fact}”没有大小，不能用 {relation}",
                en=f"“{fact}” has no order, so {relation} cannot be used",
            ),
            Text(zh="改用 is 或 in。", en="Use is or in."),
        )
        return False

    def _operand(self, fact: str, node: Tree) -> Operand | None:
        declared = self.names.facts.get(fact)
        sort = {"number": "number", "flag": "flag"}.get(declared.type if declared else "term", "word")
        if is_reference(node):
            return self.reference(node, sort)
        if sort == "number":
            return self.number(node)
        if sort == "flag":
            return self.flag(node)
        return self.word_of(fact, node)

    def word_of(self, fact: str, node: Tree) -> str | None:
        """A word that the fact may have."""
        word = self.words(node)
        known = self.names.words_for(fact)
        if word is None or known is None or word in known:
            return word
        if self.names.is_lost(self.names.group_of(fact), word):
            return None
        self.wrong(
            node,
            Text(zh=f"“{fact}”没有“{short(word)}”这个取值", en=f"“{short(word)}” is no value of “{fact}”"),
            did_you_mean(word, known),
        )
        return None
