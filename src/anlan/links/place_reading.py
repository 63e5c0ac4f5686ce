"""Rows of a sheet checked and understood as places, with every mistake of every row and how to mend it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import cast

from anlan.engine.policy import FactValue, Text
from anlan.links.coordinates import DATUMS, Datum, Position, outside_china, read_datum, to_wgs84
from anlan.links.likeness import most_alike
from anlan.links.place_rows import Figure, GivenPosition, PlaceRow, PlaceRows, RowError, Vocabulary
from anlan.links.sheet_cells import date_of, flag_of, number_of, text_of
from anlan.links.sheet_columns import COLUMNS, FACT
from anlan.links.sheets import Cell, Sheet, SheetRow

_TITLES = {column.id: column.title for column in COLUMNS}
_LONGEST = {
    "code": 40,
    "name_zh": 120,
    "name_en": 160,
    "receiver_name": 60,
    "receiver_phone": 40,
    "deputy_name": 60,
    "deputy_phone": 40,
    "source_id": 120,
}
_CODE = re.compile(r"[\w.-]+")
_PHONE = re.compile(r"\+?[\d][\d ()转,/x.-]{3,38}\d")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_SHIFTED: frozenset[Datum] = frozenset({"GCJ-02", "BD-09"})
_FIGURES = {
    "area_m2": (("㎡", "m²", "m2", "平方米", "平米", "平"), Text("", "")),
    "daily_visitors": (
        ("人次/天", "人次/日", "人/天", "人/日", "人次", "人"),
        Text("如为估算，请在“日均客流测算方法”列注明。", "If estimated, say so in the method column."),
    ),
    "peak_present": (
        ("人次", "人"),
        Text(
            "如为估算，请在“同时在场最多人数测算方法”列注明。", "If estimated, say so in the method column."
        ),
    ),
}


def read_places(
    sheet: Sheet, mapping: Mapping[int, str], vocabulary: Vocabulary, datum: Datum | None = None
) -> PlaceRows:
    """Every row understood or its mistakes listed, then codes and source ids compared between rows.

    `datum` is what the person said about the whole sheet; a datum in a row of its own wins.
    """
    reader = _Reader(sheet, mapping, vocabulary, datum)
    read = [reader.place(row) for row in sheet.rows]
    errors = [*reader.errors, *_repeated(sheet, mapping, read)]
    wrong = {error.row for error in errors}
    errors.sort(key=lambda error: (error.row, -1 if error.column is None else error.column))
    return PlaceRows(tuple(place for place in read if place.row not in wrong), tuple(errors))


class _Reader:
    """Reads one row after another, collecting mistakes."""

    def __init__(
        self, sheet: Sheet, mapping: Mapping[int, str], vocabulary: Vocabulary, datum: Datum | None
    ) -> None:
        self.sheet, self.vocabulary, self.datum = sheet, vocabulary, datum
        self.column_of = {target: column for column, target in mapping.items()}
        self.facts = {t.removeprefix(FACT): t for t in self.column_of if t.startswith(FACT)}
        self.kinds = _by_words((kind, (kind, title.zh, title.en)) for kind, title in vocabulary.kinds.items())
        self.districts = _by_words((code, (name,)) for code, name in vocabulary.districts.items())
        self.near: dict[str, str] = {}
        self.errors: list[RowError] = []
        self.row = SheetRow(0, ())

    def place(self, row: SheetRow) -> PlaceRow:
        self.row = row
        name_zh, name_en = self._text("name_zh"), self._text("name_en")
        if not name_zh and not name_en:
            self._wrong("name_zh" if "name_zh" in self.column_of else "name_en", _needed(_TITLES["name_zh"]))
        position, given = self._position()
        return PlaceRow(
            code=self._code(),
            name_zh=name_zh,
            name_en=name_en,
            kind=self._kind(),
            district=self._district(),
            address=self._text("address"),
            operator=self._text("operator"),
            position=position,
            given_position=given,
            area_m2=self._figure("area_m2"),
            daily_visitors=self._figure("daily_visitors"),
            peak_present=self._figure("peak_present", whole=True),
            critical_facility=self._flag("critical_facility"),
            public_service=self._flag("public_service"),
            receiver_name=self._text("receiver_name"),
            receiver_phone=self._matching("receiver_phone", _PHONE, "021-5555 0100"),
            receiver_email=self._matching("receiver_email", _EMAIL, "duty@example.org"),
            deputy_name=self._text("deputy_name"),
            deputy_phone=self._matching("deputy_phone", _PHONE, "021-5555 0101"),
            deputy_email=self._matching("deputy_email", _EMAIL, "deputy@example.org"),
            opening_hours=self._text("opening_hours"),
            source=self._text("source"),
            source_id=self._text("source_id"),
            facts={
                fact: value
                for fact, target in self.facts.items()
                if (value := self._fact(fact, target)) is not None
            },
            row=row.number,
        )

    def _cell(self, target: str) -> Cell:
        column = self.column_of.get(target)
        return None if column is None else self.row.cells[column]

    def _wrong(self, target: str | None, message: Text) -> None:
        column = self.column_of.get(target) if target else None
        header = self.sheet.header[column] if column is not None else ""
        value = text_of(self.row.cells[column]) if column is not None else ""
        self.errors.append(RowError(self.row.number, column, header, value, message))

    def _text(self, target: str) -> str:
        text = text_of(self._cell(target))
        longest = _LONGEST.get(target, 300)
        if len(text) > longest:
            self._wrong(
                target,
                Text(
                    zh=f"内容过长，最多 {longest} 个字符。",
                    en=f"The text is too long; at most {longest} characters.",
                ),
            )
        return text

    def _code(self) -> str:
        code = self._text("code")
        if code and not _CODE.fullmatch(code):
            self._wrong(
                "code",
                Text(
                    zh=f"编号“{code}”含有不允许的字符。只能用字母、数字、汉字和 - _ .，不能有空格。",
                    en=f"Code “{code}” has characters that are not allowed. Use letters, digits, - _ . and no spaces.",
                ),
            )
        return code

    def _kind(self) -> str:
        given = text_of(self._cell("kind"))
        if not given:
            self._wrong("kind", _needed(_TITLES["kind"]))
            return ""
        found = self.kinds.get(_word(given), ())
        if len(found) == 1:
            return found[0]
        near = self._near(given)
        title = self.vocabulary.kinds[near] if near else Text("", "")
        hint_zh = f"是否为“{title.zh}”（{near}）？" if near else "请从“选项”表中选择。"
        hint_en = f"Did you mean “{title.en}” ({near})?" if near else "Choose one from the list of options."
        self._wrong(
            "kind",
            Text(zh=f"没有“{given}”这种场所类型。{hint_zh}", en=f"There is no kind “{given}”. {hint_en}"),
        )
        return ""

    def _near(self, given: str) -> str:
        """The kind whose id or title is most like what is given; empty where none is like it."""
        word = _word(given)
        if word not in self.near:
            self.near[word] = self.kinds.get(most_alike(word, self.kinds), ("",))[0]
        return self.near[word]

    def _district(self) -> str:
        given = text_of(self._cell("district"))
        if not given or given in self.vocabulary.districts:
            return given
        found = self.districts.get(_word(given), ())
        if len(found) == 1:
            return found[0]
        if found:
            codes = "、".join(found[:5])
            self._wrong(
                "district",
                Text(
                    zh=f"有多个辖区叫“{given}”，请填写代码（{codes}）。",
                    en=f"Several districts are called “{given}”. Write the code ({codes}).",
                ),
            )
        else:
            self._wrong(
                "district",
                Text(
                    zh=f"没有辖区“{given}”。请填写系统中已有的行政区划代码或名称。",
                    en=f"There is no district “{given}”. Write the code or name of one that the system knows.",
                ),
            )
        return ""

    def _figure(self, target: str, *, whole: bool = False) -> Figure | None:
        method, day = self._text(f"{target}_method"), self._day(f"{target}_on")
        units, advice = _FIGURES[target]
        value = self._number(target, units, advice, whole=whole)
        return None if value is None else Figure(value, method, day)

    def _number(
        self, target: str, units: tuple[str, ...] = (), advice: Text | None = None, *, whole: bool = False
    ) -> int | float | None:
        cell = self._cell(target)
        if not text_of(cell):
            return None
        value = number_of(cell, units, advice)
        if isinstance(value, Text):
            self._wrong(target, value)
            return None
        if value < 0 or value > 1e9 or (whole and not isinstance(value, int)):
            kind_zh, kind_en = ("整数", "whole number") if whole else ("数", "number")
            self._wrong(
                target,
                Text(
                    zh=f"“{value}”不合理，应为 0 到 10 亿之间的{kind_zh}。",
                    en=f"“{value}” cannot be right; it has to be a {kind_en} from 0 to 1,000,000,000.",
                ),
            )
            return None
        return value

    def _day(self, target: str) -> date | None:
        cell = self._cell(target)
        if not text_of(cell):
            return None
        day = date_of(cell)
        if isinstance(day, Text):
            self._wrong(target, day)
            return None
        return day

    def _flag(self, target: str) -> bool | None:
        cell = self._cell(target)
        if not text_of(cell):
            return None
        flag = flag_of(cell)
        if isinstance(flag, Text):
            self._wrong(target, flag)
            return None
        return flag

    def _matching(self, target: str, pattern: re.Pattern[str], example: str) -> str:
        text = unicodedata.normalize("NFKC", self._text(target))
        if text and not pattern.fullmatch(text):
            self._wrong(
                target,
                Text(
                    zh=f"“{text}”格式有误，应如 {example}。",
                    en=f"“{text}” is malformed; write it like {example}.",
                ),
            )
        return text

    def _fact(self, fact: str, target: str) -> FactValue:
        declared = self.vocabulary.facts[fact]
        cell = self._cell(target)
        given = text_of(cell)
        if not given:
            return None
        if declared.type == "number":
            return self._number(target, (declared.unit,) if declared.unit else ())
        if declared.type == "flag":
            return self._flag(target)
        if declared.type == "term":
            return self._term(target, given, declared.terms or {})
        return self._text(target)

    def _term(self, target: str, given: str, terms: Mapping[str, Text]) -> str | None:
        for term, title in terms.items():
            if _word(given) in {_word(term), _word(title.zh), _word(title.en)}:
                return term
        zh, en = "、".join(t.zh for t in terms.values()), ", ".join(t.en for t in terms.values())
        self._wrong(target, Text(zh=f"“{given}”不在选项中：{zh}。", en=f"“{given}” is none of: {en}."))
        return None

    def _position(self) -> tuple[Position | None, GivenPosition | None]:
        longitude, latitude = self._degrees("longitude"), self._degrees("latitude")
        given_datum = text_of(self._cell("datum"))
        datum = read_datum(given_datum) if given_datum else self.datum
        has_longitude, has_latitude = text_of(self._cell("longitude")), text_of(self._cell("latitude"))
        if not has_longitude and not has_latitude:
            return None, None
        if not has_longitude or not has_latitude:
            self._wrong(
                "latitude" if has_longitude else "longitude",
                Text(zh="经度和纬度须同时填写。", en="Longitude and latitude have to be given together."),
            )
        if datum is None:
            names = "、".join(DATUMS)
            what_zh = f"不认识坐标系“{given_datum}”。" if given_datum else "填写了坐标但没有注明坐标系。"
            what_en = (
                f"Datum “{given_datum}” is not known. "
                if given_datum
                else "Coordinates are given without a datum. "
            )
            self._wrong(
                "datum" if "datum" in self.column_of else "longitude",
                Text(zh=f"{what_zh}请填写 {names} 之一。", en=f"{what_en}Write one of {', '.join(DATUMS)}."),
            )
        if longitude is None or latitude is None or datum is None:
            return None, None
        if problem := _misplaced(longitude, latitude, datum):
            self._wrong("longitude" if abs(longitude) > 180 else "latitude", problem)
            return None, None
        return to_wgs84(longitude, latitude, datum), GivenPosition(longitude, latitude, datum)

    def _degrees(self, target: str) -> float | None:
        cell = self._cell(target)
        given = text_of(cell)
        if not given:
            return None
        value = number_of(cell, ("°", "度", "°e", "°n", "e", "n"))
        if isinstance(value, Text):
            self._wrong(
                target,
                Text(
                    zh=f"“{given}”不是十进制度数。请写成 121.4737 的样式（不用度分秒）。",
                    en=f"“{given}” is not in decimal degrees. Write it like 121.4737, without minutes and seconds.",
                ),
            )
            return None
        return float(value)


def _misplaced(longitude: float, latitude: float, datum: Datum) -> Text | None:
    """Why these coordinates cannot be meant; tells where they look exchanged."""
    possible = abs(longitude) <= 180 and abs(latitude) <= 90
    turned_possible = abs(latitude) <= 180 and abs(longitude) <= 90
    needs_china = datum in _SHIFTED
    if possible and not (needs_china and outside_china(longitude, latitude)):
        return None
    if turned_possible and (not needs_china or not outside_china(latitude, longitude)):
        return Text(
            zh=f"经度 {longitude:g} 与纬度 {latitude:g} 像是填反了，请对调两列。",
            en=f"Longitude {longitude:g} and latitude {latitude:g} look exchanged. Swap them.",
        )
    if not possible:
        return Text(
            zh=f"坐标（{longitude:g}, {latitude:g}）超出范围：经度应在 ±180、纬度应在 ±90 以内。",
            en=f"Coordinates ({longitude:g}, {latitude:g}) are out of range: at most 180 and 90 degrees.",
        )
    return Text(
        zh=f"坐标（{longitude:g}, {latitude:g}）不在中国境内，不可能是 {datum}。请核对坐标或坐标系。",
        en=f"Coordinates ({longitude:g}, {latitude:g}) are outside China, so not {datum}. Check them or the datum.",
    )


def _repeated(sheet: Sheet, mapping: Mapping[int, str], places: Iterable[PlaceRow]) -> Iterable[RowError]:
    """Codes, and ids within a source, that stand in more than one row."""
    column_of = {target: column for column, target in mapping.items()}
    first: dict[tuple[str, ...], int] = {}
    for place in places:
        row = cast(int, place.row)
        for target, value, key in (
            ("code", place.code, (place.code,)),
            ("source_id", place.source_id, (place.source, place.source_id)),
        ):
            if not value:
                continue
            earlier = first.setdefault((target, *key), row)
            if earlier != row:
                column = column_of[target]
                title = _TITLES[target]
                message = Text(
                    zh=f"{title.zh}“{value}”与第 {earlier} 行重复。请更正其中之一或删除重复的行。",
                    en=f"{title.en} “{value}” is already in row {earlier}. Correct one of them or delete this row.",
                )
                yield RowError(row, column, sheet.header[column], value, message)


def _by_words(items: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """Identifiers by each plain word that means them; a word may mean several."""
    found: dict[str, tuple[str, ...]] = {}
    for identifier, words in items:
        for word in {_word(word) for word in words if word}:
            found[word] = (*found.get(word, ()), identifier)
    return found


def _word(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def _needed(title: Text) -> Text:
    return Text(zh=f"“{title.zh}”不能为空。", en=f"“{title.en}” must not be empty.")
