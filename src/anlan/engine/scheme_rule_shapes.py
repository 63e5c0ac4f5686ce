"""Reads the shapes that make a rule: conditions, cadences, quantities, checklists."""

from datetime import date, time, timedelta

from anlan.engine.durations import duration_of
from anlan.engine.policy import (
    All,
    AnyOf,
    CalendarPeriod,
    ChecklistItem,
    Condition,
    Each,
    Every,
    Not,
    Once,
    Operand,
    Quantity,
    Reference,
    Relation,
    Standing,
    Test,
    Text,
    Within,
)
from anlan.engine.policy import Cadence as AnyCadence
from anlan.engine.scheme_files import Block, Entry, Listing, Scalar, Tree
from anlan.engine.scheme_report import did_you_mean
from anlan.engine.scheme_shapes import Shapes, is_reference, items_of, shown
from anlan.engine.strictness import band_length, seconds_of_day

RELATIONS: tuple[Relation, ...] = ("is", "in", "over", "at_least", "under", "at_most", "missing")
JOINS = ("all", "any", "not")
PERIODS: tuple[CalendarPeriod, ...] = ("day", "week", "month", "quarter", "half-year", "year")
_WHOLE_PERIODS: dict[timedelta, CalendarPeriod] = {
    timedelta(days=1): "day",
    timedelta(days=7): "week",
}
_WRITTEN_PERIODS: dict[str, CalendarPeriod] = {
    "P1M": "month",
    "P3M": "quarter",
    "P6M": "half-year",
    "P1Y": "year",
}
_CADENCE_ADVICE = Text(
    zh='写作 {each: month}、{every: PT2H, between: ["06:00", "22:00"]}、{within: P30D, of: 事件}、standing 或 once。',
    en='Write {each: month}, {every: PT2H, between: ["06:00", "22:00"]}, {within: P30D, of: EVENT}, standing or once.',
)
_WHERE_ADVICE = Text(
    zh="写作 {事实: {over: 5000}}，用 all、any、not 连接。",
    en="Write {FACT: {over: 5000}}, joined by all, any, not.",
)


class RuleShapes(Shapes):
    """Readers of what rules are made of; each returns None after reporting what is wrong."""

    # -- conditions

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
            self.wrong(
                entry,
                Text(zh=f"没有名为“{fact}”的事实", en=f"there is no fact “{fact}”"),
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
                Text(zh=f"没有“{key}”这种比较", en=f"there is no comparison “{key}”"),
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
        operands = [self._operand(fact, item) for item in (items_of(node) if relation == "in" else (node,))]
        whole = tuple(operand for operand in operands if operand is not None)
        if not whole or len(whole) < len(operands):
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
        self.wrong(
            node,
            Text(zh=f"“{fact}”没有“{word}”这个取值", en=f"“{word}” is no value of “{fact}”"),
            did_you_mean(word, known),
        )
        return None

    # -- cadences

    def cadence(self, node: Tree) -> AnyCadence | None:
        """A cadence in any of its forms; bands of one cadence must not overlap."""
        if isinstance(node, Listing):
            if len(node.items) == 1:
                return self.cadence(node.items[0])
            bands = [self._band(item) for item in node.items]
            whole = tuple(band for band in bands if band is not None)
            if not whole or len(whole) < len(bands):
                if not node.items:
                    self._no_cadence(node)
                return None
            return whole if self._apart(node, whole) else None
        if isinstance(node, Scalar):
            return self._plain_cadence(node)
        keys = set(node.entries)
        if "every" in keys or "between" in keys:
            band = self._band(node)
            return None if band is None else self._calendar(band, node)
        for key, read in (("each", self._each), ("within", self._within), ("once", self._once)):
            if key in keys:
                return read(node)
        if "standing" in keys:
            self._only(node, ("standing",))
            return Standing() if self.flag(node.entries["standing"].node) else None
        for key, entry in node.entries.items():
            self.unknown_key(entry, key, ("every", "between", "each", "within", "of", "standing", "once"))
        if not keys:
            self._no_cadence(node)
        return None

    def _plain_cadence(self, node: Scalar) -> AnyCadence | None:
        word = node.text.strip()
        if word == "standing":
            return Standing()
        if word == "once":
            return Once()
        if word in PERIODS:
            return Each(next(period for period in PERIODS if period == word))
        if word.upper().startswith("P") or is_reference(node):
            every = self.duration_or_figure(node)
            return None if every is None or not self._passes(node, every) else self._calendar_of(every, word)
        self._no_cadence(node)
        return None

    def _no_cadence(self, node: Tree) -> None:
        self.wrong(
            node, Text(zh=f"“{shown(node)}”不是频次", en=f"“{shown(node)}” is no cadence"), _CADENCE_ADVICE
        )

    def _band(self, node: Tree) -> Every | None:
        if not isinstance(node, Block) or "every" not in node.entries:
            self._no_cadence(node)
            return None
        self._only(node, ("every", "between"))
        every = self.duration_or_figure(node.entries["every"].node)
        if every is None or not self._passes(node.entries["every"].node, every):
            return None
        if "between" not in node.entries:
            return Every(every)
        between = self._between(node.entries["between"].node)
        if between is None:
            return None
        return Every(every, None if between == (time(0), time(0)) else between)

    def _passes(self, node: Tree, every: timedelta | Reference) -> bool:
        shortest = timedelta(minutes=1)
        values = [every] if isinstance(every, timedelta) else []
        if isinstance(every, Reference):
            values = [duration_of(str(v.value)) for v in self.names.parameters[every.parameter].values]
        if all(value >= shortest for value in values):
            return True
        self.wrong(
            node,
            Text(zh="间隔短于一分钟", en="the interval is shorter than a minute"),
            Text(zh="写作 PT10M 或更长。", en="Write PT10M or longer."),
        )
        return False

    def _between(self, node: Tree) -> tuple[time, time] | None:
        if isinstance(node, Listing):
            ends = list(node.items)
        else:
            ends = [
                Scalar(node.file, node.line, part.strip(), part.strip()) for part in shown(node).split("-")
            ]
        clocks = [clock for end in ends if (clock := self._clock(end)) is not None]
        whole_day = [shown(end).strip() for end in ends] == ["00:00", "24:00"]
        if len(clocks) == 2 and len(ends) == 2 and (clocks[0] != clocks[1] or whole_day):
            return clocks[0], clocks[1]
        if len(clocks) == len(ends):
            self.wrong(
                node,
                Text(zh="时段应有不同的起止时刻", en="a band needs two different times of day"),
                Text(
                    zh='写作 ["06:00", "22:00"]，可跨午夜。',
                    en='Write ["06:00", "22:00"]; it may cross midnight.',
                ),
            )
        return None

    def _clock(self, node: Tree) -> time | None:
        text = shown(node).strip()
        try:
            return time(0) if text == "24:00" else time.fromisoformat(text)
        except ValueError:
            self.wrong(
                node,
                Text(zh=f"“{text}”不是时刻", en=f"“{text}” is no time of day"),
                Text(zh='写作 "06:00"。', en='Write "06:00".'),
            )
            return None

    def _apart(self, node: Tree, bands: tuple[Every, ...]) -> bool:
        seen: list[tuple[float, float]] = []
        for band in bands:
            start = seconds_of_day(band.between[0]) if band.between else 0
            end = start + band_length(band).total_seconds()
            for low, high in seen:
                if any(start + shift < high and low < end + shift for shift in (-86400, 0, 86400)):
                    self.wrong(
                        node,
                        Text(zh="各时段互相重叠", en="the bands of the day overlap"),
                        Text(
                            zh="使一个时段结束时另一个才开始。", en="Let one band end where the next begins."
                        ),
                    )
                    return False
            seen.append((start, end))
        return True

    def _calendar(self, band: Every, node: Block) -> AnyCadence:
        if band.between is not None or not isinstance(band.every, timedelta):
            return (band,)
        return self._calendar_of(band.every, shown(node.entries["every"].node))

    def _calendar_of(self, every: timedelta | Reference, written: str) -> AnyCadence:
        """A whole day, week, month, quarter or year, written as a duration, is the calendar's own."""
        if isinstance(every, Reference):
            return (Every(every),)
        period = _WRITTEN_PERIODS.get(written.strip().upper()) or _WHOLE_PERIODS.get(every)
        return Each(period) if period else (Every(every),)

    def _each(self, node: Block) -> Each | None:
        self._only(node, ("each",))
        period = self.one_of(
            node.entries["each"].node, {p: p for p in PERIODS}, Text(zh="日历周期", en="period")
        )
        return Each(period) if period else None

    def _within(self, node: Block) -> Within | None:
        self._only(node, ("within", "of", "after"))
        within = self.duration_or_figure(node.entries["within"].node)
        event = node.entries.get("of") or node.entries.get("after")
        if event is None:
            self.missing_key(node, "of")
            return None
        of = self.event(event.node)
        return None if within is None or of is None else Within(within, of)

    def _once(self, node: Block) -> Once | None:
        self._only(node, ("once", "by"))
        by: date | None = None
        held = node.entries["once"].node
        if isinstance(held, Block):
            self._only(held, ("by",))
            by = self.date(held.entries["by"].node) if "by" in held.entries else None
        elif not (isinstance(held, Scalar) and (held.value is True or held.value is None)):
            by = self.date(held)
        if "by" in node.entries:
            by = self.date(node.entries["by"].node)
        return Once(by)

    def _only(self, node: Block, known: tuple[str, ...]) -> None:
        for key, entry in node.entries.items():
            if key not in known:
                self.unknown_key(entry, key, known)

    # -- quantities and checklists

    def quantity(self, node: Tree) -> Quantity | None:
        quantity = self._quantity(node)
        if quantity is not None and not quantity.unit:
            self.missing_key(node, "unit")
            return None
        return quantity

    def _quantity(self, node: Tree) -> Quantity | None:
        found = self.fields(
            node,
            "quantity",
            {
                "words": self.words,
                "number-or-figure": self.number_or_figure,
                "quantity-fact": self._number_fact,
                "quantity-list": self._quantities,
            },
        )
        if found is None:
            return None
        ways = [key for key in ("amount", "of", "greatest_of") if key in found]
        shares = [key for key in ("one_per", "percent") if key in found]
        if len(ways) != 1 or (ways == ["of"]) != (len(shares) == 1):
            self.wrong(
                node,
                Text(zh="数量的写法不完整或有矛盾", en="the quantity is incomplete or contradicts itself"),
                Text(
                    zh="写 amount，或 of 加 one_per（或 percent），或 greatest_of，三者取一。",
                    en="Write amount, or of with one_per (or percent), or greatest_of: one of the three.",
                ),
            )
            return None
        if found.get("one_per") == 0:
            self.wrong(
                node,
                Text(zh="one_per 为 0", en="one_per is 0"),
                Text(zh="写大于 0 的数。", en="Write a number above 0."),
            )
            return None
        return Quantity(**{"unit": "", **found})

    def _quantities(self, node: Tree) -> tuple[Quantity, ...] | None:
        parts = [self._quantity(item) for item in items_of(node)]
        whole = tuple(part for part in parts if part is not None)
        return whole if whole and len(whole) == len(parts) else None

    def _number_fact(self, node: Tree) -> str | None:
        numbers = {name: name for name, fact in self.names.facts.items() if fact.type == "number"}
        return self.one_of(node, numbers, Text(zh="数字事实", en="fact that is a number"))

    def item_list(self, node: Tree) -> tuple[ChecklistItem, ...] | None:
        items: dict[str, ChecklistItem] = {}
        for item in items_of(node):
            found = self.fields(item, "item", {"id": self.id, "text": self.text, "duration": self.duration})
            if found is None:
                continue
            if found["id"] in items:
                self.wrong(
                    item,
                    Text(zh=f"检查项“{found['id']}”重复", en=f"the line “{found['id']}” is there twice"),
                    Text(zh="换一个 id。", en="Give it another id."),
                )
                continue
            items[found["id"]] = ChecklistItem(**found)
        return tuple(items.values()) or None
