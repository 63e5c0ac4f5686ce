"""Reads a scheme from its files, tells every problem at once, and answers with one whole edition or none."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from anlan.engine.conditions import LEVEL_TITLES
from anlan.engine.plans import ActionPlan
from anlan.engine.policy import LEVELS, Case, Problem, PublicChain, Rule, Scheme, Term, Text
from anlan.engine.scheme_cases import run_cases
from anlan.engine.scheme_checks import check_whole
from anlan.engine.scheme_declarations import STATUSES
from anlan.engine.scheme_differences import Difference, differences
from anlan.engine.scheme_editor import json_schema
from anlan.engine.scheme_fields import FIELDS, field_of
from anlan.engine.scheme_files import Block, Listing, Tree, texts_of, tree_of
from anlan.engine.scheme_names import Names
from anlan.engine.scheme_plain_shapes import shown
from anlan.engine.scheme_plans import Plans
from anlan.engine.scheme_report import Report, Spot
from anlan.engine.scheme_shapes import Fields

__all__ = [
    "Difference",
    "differences",
    "hash_of",
    "json_schema",
    "read_scheme",
    "read_scheme_texts",
    "run_cases",
    "shared_terms",
]

VOCABULARY = "vocabulary"
SHARED_VOCABULARY = Path(__file__).parents[3] / "schemes" / VOCABULARY
"""The words that come with Anlan, for a scheme that has no vocabulary folder beside its own."""
_HEADS = ("scheme.yaml", "scheme.yml")
_TERM_GROUPS = (
    "evidence",
    "events",
    "signals",
    "warnings",
    "scenarios",
    "card-roles",
    "calls",
    "units",
    "concerns",
    "groups",
    "sources",
)


def read_scheme(folder: Path, vocabulary: Path | None = None) -> tuple[Scheme | None, tuple[Problem, ...]]:
    """The scheme in a folder, and all that is wrong with it; no input raises.

    `vocabulary` is the folder of shared terms; without it, `vocabulary` beside the scheme's folder, else Anlan's.
    The scheme is None when something could not be read; it may come with problems that have to be mended.
    """
    texts, problems = texts_of(folder)
    if problems and not texts:
        return None, problems
    beside = folder.parent / VOCABULARY
    shared = vocabulary or (beside if beside.is_dir() else SHARED_VOCABULARY)
    if shared.is_dir() and shared.resolve() != folder.resolve():
        words, unread = texts_of(shared, VOCABULARY)
        texts, problems = {**texts, **words}, (*problems, *unread)
    scheme, found = read_scheme_texts(texts)
    if problems:
        return None, (*problems, *found)
    return (replace(scheme, folder=folder) if scheme else None), found


def read_scheme_texts(texts: Mapping[str, str]) -> tuple[Scheme | None, tuple[Problem, ...]]:
    """The same from file names and their texts, as an adopted edition stores them (`Scheme.sources`)."""
    return _read(tuple(sorted(texts.items())))


def hash_of(texts: Mapping[str, str]) -> str:
    """SHA-256 over the sorted file names and their contents, each preceded by its length."""
    digest = sha256()
    for name, text in sorted(texts.items()):
        for part in (name.encode(), text.encode("utf-8", "surrogatepass")):
            digest.update(f"{len(part)}\n".encode() + part)
    return digest.hexdigest()


@lru_cache(maxsize=16)
def shared_terms(group: str) -> Mapping[str, Term]:
    """The words of one group that come with Anlan, for a city whose editions are older than the group."""
    names = Names()
    files = sorted(SHARED_VOCABULARY.glob("*.yaml"))
    read = [(f"{VOCABULARY}/{file.name}", file.read_text(encoding="utf-8")) for file in files]
    trees = {name: tree for name, text in read if (tree := tree_of(name, text)[0]) is not None}
    _Reading(Plans(Report(), names), trees).words()
    return names.terms.get(group, {})


@lru_cache(maxsize=64)
def _read(texts: tuple[tuple[str, str], ...]) -> tuple[Scheme | None, tuple[Problem, ...]]:
    report, names = Report(), Names()
    trees: dict[str, Tree] = {}
    for name, text in texts:
        tree, problems = tree_of(name, text)
        report.extend(problems)
        if tree is not None:
            trees[name] = tree
        elif problems:
            names.incomplete = True
    scheme = _Reading(Plans(report, names), trees).scheme(dict(texts))
    return (None if report.broken else scheme), report.problems()


class _Reading:
    """One reading of one scheme: terms first, then figures, then rules and cases that refer to them."""

    def __init__(self, sections: Plans, trees: Mapping[str, Tree]) -> None:
        self.sections = sections
        self.names = sections.names
        self.report = sections.report
        self.shared = {name: tree for name, tree in trees.items() if name.startswith(f"{VOCABULARY}/")}
        self.own = {name: tree for name, tree in trees.items() if name not in self.shared}

    def scheme(self, texts: Mapping[str, str]) -> Scheme | None:
        head = self._head()
        if head is not None:
            self.names.first_day = head["valid"]["from"]
            self.names.outside_tiers = head.get("outside_tiers", "none")
        self.words()
        for node in self._parts("parameters"):
            self.sections.parameter_list(node)
        for node in self._parts("rules"):
            self.sections.rule_kinds(node)
        rules = [rule for node in self._parts("rules") for rule in self.sections.rule_list(node)]
        cases: dict[str, Case] = {}
        for node in self._parts("cases"):
            self.sections.case_list(node, cases)
        public: dict[str, PublicChain] = {}
        for node in self._parts("public"):
            self.sections.public_list(node, public)
        plans: dict[str, ActionPlan] = {}
        for node in self._parts("plans"):
            self.sections.plan_list(node, plans)
        if head is None or self.report.broken:
            return None
        whole = self._assembled(head, rules, cases, texts)
        scheme = replace(whole, public=tuple(public.values()), plans=plans)
        check_whole(scheme, self.report)
        return scheme

    def words(self) -> None:
        """Take in the shared words, then the scheme's own."""
        self._terms(self.shared)
        self._terms(self.own)

    def _head(self) -> Fields | None:
        name = next((name for name in _HEADS if name in self.own), None)
        if name is None:
            self.report.add(
                Spot("scheme.yaml", 0),
                Text(zh="没有 scheme.yaml，或其为空", en="there is no scheme.yaml, or it is empty"),
                Text(
                    zh="建立 scheme.yaml，写明 id、edition、title、valid。",
                    en="Make a scheme.yaml with id, edition, title and valid.",
                ),
            )
            return None
        tree = self.own[name]
        if not isinstance(tree, Block):
            self.sections.fields(tree, "scheme", {})
            return None
        return self.sections.head(tree)

    def _terms(self, trees: Mapping[str, Tree]) -> None:
        """Own words join and may replace shared ones; the same word twice in one place is a problem."""
        found: dict[str, dict[str, object]] = {}
        for name, tree in trees.items():
            for group, node in self._term_nodes(name, tree):
                known = found.setdefault(group, {})
                listed = self.sections.fact_list if group == "facts" else self.sections.term_list
                read = listed(node, known, group)
                known.update(read)
                self._join(group, read)

    def _join(self, group: str, read: Mapping[str, Any]) -> None:
        known: dict[str, dict[str, Any]] = {
            "places": self.names.places,
            "roles": self.names.roles,
            "facts": self.names.facts,
        }
        if group not in known:
            known[group] = self.names.terms.setdefault(group, {})
        known[group].update(read)

    def _term_nodes(self, name: str, tree: Tree) -> Iterator[tuple[str, Tree]]:
        for key, node in self._keys(name, tree):
            if key == "terms" and isinstance(node, Block):
                for inner, entry in node.entries.items():
                    field = field_of("terms", inner)
                    if field is None:
                        self.sections.unknown_key(entry, inner, [f.key for f in FIELDS["terms"]])
                    else:
                        yield field.key, entry.node
            elif field_of("terms", key) is not None:
                yield field_of("terms", key).key, node  # type: ignore[union-attr]  # asked just before

    def _parts(self, section: str) -> Iterator[Tree]:
        for name, tree in self.own.items():
            for key, node in self._keys(name, tree):
                if key == section:
                    yield node

    def _keys(self, name: str, tree: Tree) -> Iterator[tuple[str, Tree]]:
        """The top keys of a file; a bare list belongs to the section its folder or file is named for."""
        path = PurePosixPath(name)
        if isinstance(tree, Listing):
            named = next((w for w in (path.stem, *path.parts) if w in ("parameters", "rules", "cases")), None)
            if named:
                yield named, tree
                return
        if not isinstance(tree, Block):
            if name not in _HEADS:
                self.sections.wrong(
                    tree,
                    Text(zh=f"“{shown(tree)}”不属于任何部分", en=f"“{shown(tree)}” belongs to no section"),
                    Text(
                        zh="文件应以 terms、parameters、rules 或 cases 开头。",
                        en="A file begins with terms, parameters, rules or cases.",
                    ),
                )
            return
        known = [*FIELDS["file"], *FIELDS["terms"], *(FIELDS["scheme"] if name in _HEADS else ())]
        spellings = {spelling for field in known for spelling in field.spellings}
        for key, entry in tree.entries.items():
            if key in spellings:
                yield key, entry.node
            else:
                self.sections.unknown_key(entry, key, [field.key for field in known])

    def _assembled(
        self, head: Fields, rules: list[Rule], cases: Mapping[str, Case], texts: Mapping[str, str]
    ) -> Scheme:
        valid_from: date = head["valid"]["from"]
        return Scheme(
            id=head["id"],
            edition=head["edition"],
            title=head["title"],
            valid_from=valid_from,
            valid_until=head["valid"].get("until"),
            in_force=STATUSES[head.get("status", "in-force")],
            notice=head.get("notice"),
            languages=head.get("languages", ("zh", "en")),
            places=dict(self.names.places),
            roles=dict(self.names.roles),
            tiers=tuple(rule.id for rule in rules if rule.kind == "tier"),
            terms={**{group: {} for group in _TERM_GROUPS}, **self.names.terms},
            facts=dict(self.names.facts),
            parameters=dict(self.names.parameters),
            rules=tuple(_titled(rule, rules) for rule in rules),
            cases=tuple(cases.values()),
            outside_tiers=self.names.outside_tiers,
            sha256=hash_of(texts),
            sources=dict(texts),
        )


def _titled(rule: Rule, rules: list[Rule]) -> Rule:
    """A measure without a title is called after its lowest level and the rule it changes."""
    if rule.title.zh or not rule.posture:
        return rule
    changed = next((other for other in rules if other.id == rule.changes), None)
    level = LEVEL_TITLES[min(rule.posture, key=LEVELS.index)]
    title = changed.title if changed else Text(zh=rule.changes, en=rule.changes)
    return replace(rule, title=Text(zh=f"{level.zh}：{title.zh}", en=f"{level.en.capitalize()}: {title.en}"))
