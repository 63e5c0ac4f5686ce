"""Reads emergency plans: the first ten minutes of each role, what it never does, its read-back, the phases after."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from anlan.engine.plans import (
    FIRST_MINUTES,
    GUARD,
    SHOWS,
    ActionPlan,
    Phase,
    PlanRole,
    Question,
    Step,
    Task,
    Wanted,
)
from anlan.engine.policy import Text
from anlan.engine.scheme_declarations import named, with_id
from anlan.engine.scheme_files import Block, Scalar, Tree
from anlan.engine.scheme_plain_shapes import items_of, shown
from anlan.engine.scheme_sections import Sections

T = TypeVar("T")
_ANSWERS = 3


class Plans(Sections):
    """Readers of plans, last of all: they refer to rules and words."""

    def plan_list(self, node: Tree, known: dict[str, ActionPlan]) -> None:
        for at, spelled, item in self.listed(node):
            self.report.rule = named(item, spelled)
            found = self.fields(
                with_id(item, spelled),
                "plan",
                {
                    **self._common(),
                    "plan-rule": self._plan_rule,
                    "scenario": lambda node: self._term(
                        node, "scenarios", Text(zh="预案情景", en="scenario")
                    ),
                    "condition": self.condition,
                    "citation": self.citation,
                    "text-list": lambda node: self._texts(node, 1),
                    "plan-roles": self._roles,
                    "plan-phases": self._phases,
                    "plan-resources": self._resources,
                    "name-list": lambda node: tuple(name for one in items_of(node) if (name := self.id(one))),
                },
            )
            if found is not None and self.is_new(at, found["id"], known):
                known[found["id"]] = ActionPlan(**found, file=at.file, line=at.line)
            self.report.rule = ""

    def _common(self) -> dict[str, Callable[[Tree], Any]]:
        return {"id": self.id, "text": self.text, "card-role": self._card_role}

    # -- names

    def _plan_rule(self, node: Tree) -> str | None:
        rule = self.rule_id(node)
        kind = self.names.rules.get(rule, "") if rule else ""
        if rule and kind != "plan" and not self.names.is_lost("rules", rule):
            self.wrong(
                node,
                Text(zh=f"规则 {rule} 不是预案（plan），而是“{kind}”", en=f"rule {rule} is of kind {kind}"),
                Text(
                    zh="写一条 kind: plan 的规则的 id；没有就先写这条规则。",
                    en="Name a rule of `kind: plan`; write that rule first if there is none.",
                ),
            )
            return None
        return rule

    def _term(self, node: Tree, group: str, what: Text) -> str | None:
        return self.declared(node, self.names.terms.get(group, {}), what, group)

    def _card_role(self, node: Tree) -> str | None:
        return self._term(node, "card-roles", Text(zh="岗位角色", en="role of a plan"))

    # -- lists of a stated length

    def _several(
        self, node: Tree, read: Callable[[Tree], T | None], least: int, most: int, what: Text
    ) -> tuple[T, ...]:
        """The items that can be read; too few or too many of them are a problem of their own."""
        items = items_of(node)
        if not least <= len(items) <= most:
            few = len(items) < least
            wanted = Text(
                zh=f"{least} 项" if least == most else f"{least} 至 {most} 项",
                en=f"{least}" if least == most else f"{least} to {most}",
            )
            if most == _MANY:
                wanted = Text(zh=f"至少 {least} 项", en=f"at least {least}")
            self.wrong(
                node,
                Text(
                    zh=f"{what.zh}有 {len(items)} 项，应为{wanted.zh}",
                    en=f"{what.en}: there are {len(items)}, and {wanted.en} are wanted",
                ),
                Text(zh="补足。", en="Add what is missing.")
                if few
                else Text(zh="合并或删去次要的。", en="Join some, or delete the least important."),
            )
        return tuple(found for item in items if (found := read(item)) is not None)

    def _texts(self, node: Tree, least: int) -> tuple[Text, ...]:
        return self._several(node, self.text, least, _MANY, Text(zh="此处", en="lines"))

    def _without_twins(self, node: Tree, found: tuple[T, ...], name: Callable[[T], str]) -> tuple[T, ...]:
        """One of each name; a second is told at the line of its own item."""
        seen: dict[str, T] = {}
        for one in found:
            if name(one) in seen:
                self.wrong(
                    self._item_named(node, name(one)),
                    Text(zh=f"“{name(one)}”在此重复", en=f"“{name(one)}” is there twice"),
                    Text(
                        zh="删去其中一个，或换一个 id。", en="Delete one of the two, or give it another id."
                    ),
                )
            seen.setdefault(name(one), one)
        return tuple(seen.values())

    def _item_named(self, node: Tree, name: str) -> Tree:
        """The last item that bears the name, as `id` or as `role`."""
        bearing = (
            item
            for item in reversed(items_of(node))
            if isinstance(item, Block)
            and any(key in item.entries and shown(item.entries[key].node) == name for key in ("id", "role"))
        )
        return next(bearing, node)

    # -- roles and their steps

    def _roles(self, node: Tree) -> tuple[PlanRole, ...]:
        roles = self._several(node, self._role, 1, _MANY, Text(zh="岗位角色", en="roles"))
        return self._without_twins(node, roles, lambda one: one.role)

    def _role(self, item: Tree) -> PlanRole | None:
        found = self.fields(
            item,
            "plan-role",
            {
                **self._common(),
                "plan-steps": self._steps,
                "never-list": lambda node: self._several(
                    node, self.text, 2, 5, Text(zh="严禁事项", en="lines of `never`")
                ),
                "plan-questions": lambda node: self._several(
                    node, self._question, 5, 5, Text(zh="复述核对题", en="questions of the read-back")
                ),
            },
        )
        if found is None:
            return None
        if found["role"] == GUARD and isinstance(item, Block):
            written = {key.replace("_", "-") for key in item.entries}
            for key in ("never", "read-back"):
                if key not in written:
                    self._missing_of_guard(item, key)
        return PlanRole(**found)

    def _missing_of_guard(self, item: Tree, key: str) -> None:
        what = {"never": Text(zh="严禁事项", en="never do"), "read-back": Text(zh="复述核对", en="read-back")}
        self.wrong(
            item,
            Text(
                zh=f"保安员的行动卡缺少{what[key].zh}（{key}）",
                en=f"the guard's card has no “{what[key].en}” (`{key}`)",
            ),
            Text(
                zh="补上 never: 2 至 5 项。" if key == "never" else "补上 read-back: 5 题。",
                en="Add `never:` with 2 to 5 lines."
                if key == "never"
                else "Add `read-back:` with 5 questions.",
            ),
        )

    def _steps(self, node: Tree) -> tuple[Step, ...]:
        what = Text(zh="前十分钟的步骤", en="steps of the first ten minutes")
        steps = self._several(node, self._step, 5, 9, what)
        return self._without_twins(node, steps, lambda one: one.id)

    def _step(self, item: Tree) -> Step | None:
        found = self.fields(
            item,
            "plan-step",
            {
                **self._common(),
                "step-time": self._step_time,
                "call": lambda node: self._term(node, "calls", Text(zh="呼叫对象", en="one to call")),
                "shows": lambda node: self.one_of(
                    node, {word: word for word in SHOWS}, Text(zh="点位", en="sort of points")
                ),
            },
        )
        return Step(**found) if found else None

    def _step_time(self, node: Tree) -> timedelta | None:
        time = self.duration(node)
        if time is None or timedelta(0) < time <= FIRST_MINUTES:
            return time
        self.wrong(
            node,
            Text(
                zh=f"{shown(node)} 不在前十分钟之内", en=f"{shown(node)} is not within the first ten minutes"
            ),
            Text(
                zh="写 PT1M 至 PT10M；更晚的事写进 phases。",
                en="Write PT1M to PT10M; what comes later belongs to `phases`.",
            ),
        )
        return None

    # -- read-back

    def _question(self, item: Tree) -> Question | None:
        found = self.fields(
            item,
            "plan-question",
            {
                **self._common(),
                "answer-list": lambda node: self._several(
                    node, self.text, _ANSWERS, _ANSWERS, Text(zh="答案", en="answers")
                ),
                "answer-number": lambda node: self._whole(node, _ANSWERS),
            },
        )
        return Question(**found) if found else None

    def _whole(self, node: Tree, most: int) -> int | None:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most:
            return value
        within = Text(
            zh=f"1 至 {most} 的整数" if most < _MANY else "正整数", en=f"a whole number from 1 to {most}"
        )
        self.wrong(
            node,
            Text(zh=f"“{shown(node)}”不是{within.zh}", en=f"“{shown(node)}” is not {within.en}"),
            Text(zh="写一个这样的数。", en="Write such a number."),
        )
        return None

    # -- phases and resources

    def _phases(self, node: Tree) -> tuple[Phase, ...]:
        phases = self._several(node, self._phase, 2, 4, Text(zh="阶段", en="phases"))
        return self._without_twins(node, phases, lambda one: one.id)

    def _phase(self, item: Tree) -> Phase | None:
        readers: Mapping[str, Callable[[Tree], Any]] = {**self._common(), "plan-tasks": self._tasks}
        found = self.fields(item, "plan-phase", readers)
        return Phase(**found) if found else None

    def _tasks(self, node: Tree) -> tuple[Task, ...]:
        return self._several(node, self._task, 1, _MANY, Text(zh="步骤", en="steps"))

    def _task(self, item: Tree) -> Task | None:
        found = self.fields(item, "plan-task", self._common())
        return Task(**found) if found else None

    def _resources(self, node: Tree) -> tuple[Wanted, ...]:
        wanted = self._several(node, self._resource, 1, _MANY, Text(zh="所需力量", en="resources"))
        return self._without_twins(node, wanted, lambda one: one.id)

    def _resource(self, item: Tree) -> Wanted | None:
        readers = {**self._common(), "whole-number": lambda node: self._whole(node, _MANY)}
        found = self.fields(item, "plan-resource", readers)
        return Wanted(**found) if found else None


_MANY = 999
