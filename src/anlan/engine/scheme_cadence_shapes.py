"""Reads cadences: intervals in bands of the day, calendar periods, events, standing states."""

from datetime import date, time, timedelta

from anlan.engine.durations import duration_of
from anlan.engine.policy import Cadence as AnyCadence
from anlan.engine.policy import CalendarPeriod, Each, Every, Once, Reference, Standing, Text, Within
from anlan.engine.scheme_condition_shapes import ConditionShapes
from anlan.engine.scheme_files import Block, Listing, Scalar, Tree
from anlan.engine.scheme_plain_shapes import is_reference, shown
from anlan.engine.strictness import band_length, seconds_of_day

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


class CadenceShapes(ConditionShapes):
    """Readers of cadences; each returns None after reporting what is wrong."""

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
        if between == (time(0), time(0)):
            return Every(every)
        return Every(every, between) if self._fits_a_day(node, every) else None

    def _fits_a_day(self, node: Tree, every: timedelta | Reference) -> bool:
        """A band lies within each day, so no interval over a day can be counted in it."""
        if all(value <= timedelta(days=1) for value in self._durations(every)):
            return True
        self.wrong(
            node,
            Text(
                zh="时段（between）容不下超过一天的间隔",
                en="a band of the day (between) cannot hold an interval over a day",
            ),
            Text(
                zh="删去 between，或把间隔写成一天以内，如 PT2H。",
                en="Delete `between`, or write an interval of a day or less, such as PT2H.",
            ),
        )
        return False

    def _durations(self, every: timedelta | Reference) -> list[timedelta]:
        """The interval, or all the values that a figure has for it."""
        if isinstance(every, timedelta):
            return [every]
        return [duration_of(str(dated.value)) for dated in self.names.parameters[every.parameter].values]

    def _passes(self, node: Tree, every: timedelta | Reference) -> bool:
        if all(value >= timedelta(minutes=1) for value in self._durations(every)):
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
        at: Tree = node
        held = node.entries["once"].node
        if isinstance(held, Block):
            self._only(held, ("by",))
            if "by" in held.entries:
                at = held.entries["by"].node
                by = self.date(at)
        elif not (isinstance(held, Scalar) and (held.value is True or held.value is None)):
            at, by = held, self.date(held)
        if "by" in node.entries:
            at = node.entries["by"].node
            by = self.date(at)
        first = self.names.first_day
        if by is not None and first is not None and by < first:
            self.wrong(
                at,
                Text(
                    zh=f"期限 {by} 早于本版本的首日 {first}",
                    en=f"the date {by} lies before the edition's first day, {first}",
                ),
                Text(zh="写本版本有效期内的日期。", en="Write a date on which the edition is in force."),
            )
            return None
        return Once(by)

    def _only(self, node: Block, known: tuple[str, ...]) -> None:
        for key, entry in node.entries.items():
            if key not in known:
                self.unknown_key(entry, key, known)
