"""Reads what a scheme declares: its head in scheme.yaml, its words and facts, its figures."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from anlan.engine.conditions import BUILT_IN_TITLES
from anlan.engine.policy import (
    Citation,
    DatedValue,
    FactDeclaration,
    Parameter,
    Subject,
    Term,
    Text,
)
from anlan.engine.scheme_expectations import ExpectationShapes
from anlan.engine.scheme_fields import FIELDS
from anlan.engine.scheme_files import Block, Entry, Listing, Scalar, Tree
from anlan.engine.scheme_names import ANY
from anlan.engine.scheme_plain_shapes import items_of, shown
from anlan.engine.scheme_shapes import Fields

STATUSES = {"in-force": True, "not-commenced": False}
FACT_TYPES = ("number", "flag", "term", "text")
SUBJECTS: tuple[Subject, ...] = ("place", "department")
NOTHING: Mapping[str, object] = {}


class Declarations(ExpectationShapes):
    """Readers of declarations; figures and words join `names`, so that rules may refer to them."""

    # -- the head

    def head(self, block: Block) -> Fields | None:
        known = {spelling for field in FIELDS["scheme"] for spelling in field.spellings}
        own = Block(block.file, block.line, {k: e for k, e in block.entries.items() if k in known})
        readers: dict[str, Callable[[Tree], Any]] = {
            "id": self.id,
            "words": self.words,
            "text": self.text,
            "validity": self._validity,
            "status": lambda node: self._word(node, STATUSES, Text(zh="状态", en="status")),
            "languages": self._languages,
        }
        return self.fields(own, "scheme", readers)

    def _word(self, node: Tree, known: Iterable[str], what: Text) -> str | None:
        return self.one_of(node, {word: word for word in known}, what)

    def _languages(self, node: Tree) -> tuple[str, ...]:
        languages = {"zh": "zh", "en": "en"}
        return tuple(
            word
            for item in items_of(node)
            if (word := self.one_of(item, languages, Text(zh="语言", en="language")))
        )

    def _validity(self, node: Tree) -> Fields | None:
        if not isinstance(node, Block):
            day = self.date(node)
            return {"from": day} if day else None
        found: Fields = {}
        for key, entry in node.entries.items():
            name = "until" if key == "to" else key
            if name not in ("from", "until"):
                self.unknown_key(entry, key, ("from", "until"))
            elif not (isinstance(entry.node, Scalar) and entry.node.value is None):
                found[name] = self.date(entry.node)
        if "from" not in found:
            self.missing_key(node, "from")
            return None
        self.check_order(node, found.get("from"), found.get("until"))
        return found if found["from"] else None

    def check_order(self, at: Tree, start: Any, end: Any) -> bool:
        if start is None or end is None or start < end:
            return True
        self.wrong(
            at,
            Text(
                zh=f"日期颠倒：{start} 不早于 {end}",
                en=f"the dates are reversed: {start} is not before {end}",
            ),
            Text(
                zh="until 是失效首日，应晚于 from。",
                en="`until` is the first day no longer in force, after `from`.",
            ),
        )
        return False

    # -- terms

    def term_list(
        self, node: Tree, known: Mapping[str, object] = NOTHING, group: str = ""
    ) -> dict[str, Term]:
        """Terms by id; one that is among `known` already is a problem."""
        terms: dict[str, Term] = {}
        for at, spelled, item in self.listed(node):
            if isinstance(item, Block) and spelled and set(item.entries) <= {"zh", "en"}:
                title = self.text(item)
                found: Fields | None = {"id": spelled, "title": title} if title else None
            else:
                found = self.fields(
                    with_id(item, spelled), "term", {"id": self.id, "text": self.text, "words": self.words}
                )
            if found is None:
                self.names.fail(group, named(item, spelled))
            elif self.is_new(at, found["id"], {**known, **terms}):
                terms[found["id"]] = Term(**found)
        return terms

    def fact_list(
        self, node: Tree, known: Mapping[str, object] = NOTHING, group: str = "facts"
    ) -> dict[str, FactDeclaration]:
        """Facts by id; one that is among `known` already is a problem."""
        facts: dict[str, FactDeclaration] = {}
        for at, spelled, item in self.listed(node):
            told = self.report.count
            found = self.fields(
                with_id(item, spelled),
                "fact",
                {
                    "id": self.id,
                    "text": self.text,
                    "words": self.words,
                    "flag": self.flag,
                    "fact-type": lambda node: self._word(
                        node, FACT_TYPES, Text(zh="事实类型", en="type of fact")
                    ),
                    "fact-default": self.value,
                    "fact-values": self._fact_values,
                },
            )
            if found is None:
                self.names.fail(group, named(item, spelled))
            elif self.report.count > told:
                self.names.fail(self.names.group_of(found["id"]), ANY)
            if found is None or not self.is_new(at, found["id"], {**known, **facts}):
                continue
            values: dict[str, Term | None] = found.pop("values", {})
            titled = {word: term for word, term in values.items() if term}
            if titled:
                self.names.terms.setdefault(found["id"], {}).update(titled)
            if found["type"] == "flag" and not self._says_null(item):
                found.setdefault("default", False)
            fact = FactDeclaration(**found, values=tuple(values))
            self._check_fact(at, item, fact)
            facts[fact.id] = fact
        return facts

    def _says_null(self, item: Tree) -> bool:
        return (
            isinstance(item, Block)
            and "default" in item.entries
            and shown(item.entries["default"].node) in ("", "null", "~")
        )

    def _check_fact(self, at: Tree, item: Tree, fact: FactDeclaration) -> None:
        if fact.id in BUILT_IN_TITLES:
            self.wrong(
                at,
                Text(
                    zh=f"“{fact.id}”是固有的事实，不能另行声明",
                    en=f"“{fact.id}” is always there and cannot be declared",
                ),
                Text(zh="换一个 id。", en="Give it another id."),
            )
        if fact.type == "term" and not fact.values and not self._names_values(item):
            self.wrong(
                at,
                Text(zh=f"“{fact.id}”没有列出取值", en=f"“{fact.id}” names no values"),
                Text(
                    zh="写上 values（由低到高），或用 text 类型。",
                    en="Write `values`, lowest first, or make it a text.",
                ),
            )
        if fact.default is None:
            return
        if fact.type != "flag" or not isinstance(fact.default, bool):
            self.wrong(
                at,
                Text(zh=f"“{fact.id}”的默认值不当", en=f"the default of “{fact.id}” is out of place"),
                Text(
                    zh="只有是非类（flag）可有默认值 true 或 false。",
                    en="Only a flag has a default: true or false.",
                ),
            )

    def _names_values(self, item: Tree) -> bool:
        """Whether values are named, though none of them could be read."""
        values = item.entries["values"].node if isinstance(item, Block) and "values" in item.entries else None
        return values is not None and not (isinstance(values, Listing) and not values.items)

    def _fact_values(self, node: Tree) -> dict[str, Term | None] | None:
        """Words, or blocks with id and title."""
        values: dict[str, Term | None] = {}
        for at, spelled, item in self.listed(node):
            if isinstance(item, Scalar):
                word = self.id(item)
                term = None
            else:
                terms = self.term_list(
                    item
                    if spelled is None
                    else Block(at.file, at.line, {spelled: Entry(at.file, at.line, item)})
                )
                word, term = next(iter(terms.items()), (None, None))
            if word and self.is_new(at, word, values):
                values[word] = term
        return values or None

    def listed(self, node: Tree) -> Iterator[tuple[Tree, str | None, Tree]]:
        """Items of a list, or of a block in which the key is the id."""
        if isinstance(node, Block) and "id" not in node.entries:
            for key, entry in node.entries.items():
                yield Scalar(entry.file, entry.line, key, key), key, entry.node
            return
        if isinstance(node, Scalar) and node.value is None:
            return
        for item in items_of(node):
            yield item, None, item

    def is_new(self, at: Tree, name: str, known: Mapping[str, object]) -> bool:
        if name not in known:
            return True
        reading, self.report.rule = self.report.rule, name
        self.wrong(
            at,
            Text(zh=f"“{name}”重复声明", en=f"“{name}” is declared twice"),
            Text(zh="删去其中一个，或换一个 id。", en="Delete one of the two, or give it another id."),
        )
        self.report.rule = reading
        return False

    # -- figures

    def parameter_list(self, node: Tree) -> None:
        for at, spelled, item in self.listed(node):
            self.report.rule = named(item, spelled)
            found = self.fields(
                with_id(item, spelled),
                "parameter",
                {
                    "id": self.id,
                    "text": self.text,
                    "words": self.words,
                    "value": self.value,
                    "value-list": lambda values: values,
                    "citation": self.citation,
                },
            )
            if found is None:
                self.names.fail("parameters", named(item, spelled))
            elif self.is_new(at, found["id"], self.names.parameters):
                values = self._values(item, found)
                if not values:
                    self.names.fail("parameters", found["id"])
                else:
                    self.names.parameters[found["id"]] = Parameter(
                        found["id"], values, found.get("title"), found.get("unit", "")
                    )
            self.report.rule = ""

    def _values(self, at: Tree, found: Fields) -> tuple[DatedValue, ...]:
        cites: Citation | None = found.get("cites")
        if "values" in found and "value" in found:
            self.wrong(
                at,
                Text(zh="value 与 values 同时出现", en="both `value` and `values` are given"),
                Text(zh="删去其中一个。", en="Delete one of the two."),
            )
        if "values" not in found:
            first = self.names.first_day
            given = at.entries if isinstance(at, Block) else {}
            if given.keys().isdisjoint(("value", "values")):
                self.missing_key(at, "values")
            elif cites is None and "cites" not in given:
                self.missing_key(at, "cites")
            elif first is not None and cites is not None and "value" in found:
                return (DatedValue(first, None, found["value"], cites),)
            return ()
        read: list[tuple[Tree, Fields]] = []
        for item in items_of(found["values"]):
            value = self.fields(
                item, "value", {"date": self.date, "value": self.value, "citation": self.citation}
            )
            if value is None:
                continue
            if "cites" not in value and cites is None:
                if isinstance(item, Block) and "cites" not in item.entries:
                    self.missing_key(item, "cites")
                continue
            if self.check_order(item, value["from"], value.get("until")):
                read.append((item, {"cites": cites, **value}))
        return self._in_turn(read)

    def _in_turn(self, read: list[tuple[Tree, Fields]]) -> tuple[DatedValue, ...]:
        """In order of date; a value left open ends where the next begins, any other overlap is a problem."""
        ordered = sorted(read, key=lambda pair: pair[1]["from"])
        values: list[DatedValue] = []
        for place, (_item, value) in enumerate(ordered):
            later = ordered[place + 1][1]["from"] if place + 1 < len(ordered) else None
            end = value.get("until") or later
            if later is not None and (end > later or value["from"] == later):
                self.wrong(
                    ordered[place + 1][0],
                    Text(
                        zh=f"与上一个值的日期重叠（{later}）",
                        en=f"the dates overlap with the value before ({later})",
                    ),
                    Text(
                        zh="使上一个值在此值开始之日结束。",
                        en="Let the earlier value end on the day this one begins.",
                    ),
                )
            values.append(DatedValue(value["from"], end, value["value"], value["cites"]))
        return tuple(values)


def named(item: Tree, spelled: str | None) -> str:
    if spelled is not None:
        return spelled
    if isinstance(item, Block) and "id" in item.entries:
        return shown(item.entries["id"].node).strip()
    return ""


def with_id(item: Tree, spelled: str | None) -> Tree:
    """The block with the key that names it put in as its id."""
    if spelled is None or not isinstance(item, Block) or "id" in item.entries:
        return item
    named = Entry(item.file, item.line, Scalar(item.file, item.line, spelled, spelled))
    return Block(item.file, item.line, {"id": named, **item.entries})
