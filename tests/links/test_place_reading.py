"""Rows understood as places, and every mistake of every row told at once."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from anlan.engine.policy import Text
from anlan.links.place_reading import read_places
from anlan.links.place_rows import Figure, GivenPosition, PlaceRows, Vocabulary
from anlan.links.sheet_cells import date_of, flag_of, number_of, text_of
from anlan.links.sheet_columns import DeclaredFact, knows_heading, mapping_problems, propose_mapping
from anlan.links.sheets import Cell, Sheet, SheetRow, read_sheet

WRONG_ROWS = Path(__file__).parent / "fixtures" / "wrong-rows.csv"
VOCABULARY = Vocabulary(
    kinds={
        "mall": Text("商场", "Shopping mall"),
        "hospital": Text("医院", "Hospital"),
        "school": Text("中小学校", "School"),
    },
    districts={"990101": "滨江区", "990102": "镜湖区", "990103": "新区", "990203": "新区"},
    facts={
        "pupils": DeclaredFact(Text("在校学生数", "pupils"), "number"),
        "boarding": DeclaredFact(Text("寄宿制", "boarding school"), "flag"),
        "grade": DeclaredFact(
            Text("等级", "grade"), "term", {"a": Text("甲", "first"), "b": Text("乙", "second")}
        ),
    },
)


def read(header: str, *rows: tuple[Cell, ...], datum: str | None = None) -> PlaceRows:
    """Rows under a header of titles separated by spaces, mapped as proposed."""
    titles = tuple(header.split())
    sheet = Sheet("test", titles, 1, tuple(SheetRow(number, row) for number, row in enumerate(rows, start=2)))
    mapping = propose_mapping(titles, VOCABULARY.facts)
    assert len(mapping) == len(titles)
    return read_places(sheet, mapping, VOCABULARY, datum)


def read_fixture() -> tuple[Sheet, PlaceRows]:
    sheet = read_sheet(
        WRONG_ROWS.read_bytes(), "wrong-rows.csv", knows=lambda title: knows_heading(title, {})
    )
    assert isinstance(sheet, Sheet)
    return sheet, read_places(sheet, propose_mapping(sheet.header, VOCABULARY.facts), VOCABULARY)


def test_right_rows_become_places_and_wrong_ones_do_not() -> None:
    _, found = read_fixture()

    assert [place.code for place in found.places] == ["A-01", "A-02"]
    assert found.wrong_rows == (5, 6, 7, 8, 9, 10)


def test_coordinates_are_converted_once_and_kept_as_given() -> None:
    _, found = read_fixture()
    mall = found.places[0]

    assert mall.given_position == GivenPosition(121.4782231, 31.2284577, "GCJ-02")
    assert mall.position is not None
    # Shanghai People's Square, from the vectors of two libraries
    assert mall.position.longitude == pytest.approx(121.4737, abs=2e-7)
    assert mall.position.latitude == pytest.approx(31.2304, abs=2e-7)


def test_numbers_are_read_as_people_write_them() -> None:
    _, found = read_fixture()

    assert found.places[0].daily_visitors == Figure(5200)
    assert found.places[1].daily_visitors == Figure(1200)
    assert found.places[1].district == "990101"


def test_every_mistake_of_a_row_is_told() -> None:
    sheet, found = read_fixture()
    last = [error.header for error in found.errors if error.row == 10]

    assert last == [
        "类型",
        "所属区",
        "坐标系",
        "日均客流量",
        "最大同时在场人数",
        "预警接收人电话",
        "邮箱",
        "是否关键设施",
    ]
    assert sheet.rows[-1].number == 10


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (5, "第 3 行重复"),
        (6, "不能为空"),
        (7, "请只填数字，如 1200"),
        (7, "像一个范围"),
        (8, "请对调两列"),
        (9, "没有注明坐标系"),
        (10, "是否为“商场”"),
    ],
)
def test_a_message_says_how_to_mend_it(row: int, words: str) -> None:
    _, found = read_fixture()
    messages = [error.message for error in found.errors if error.row == row]

    assert any(words in message.zh for message in messages)
    assert all(message.en and message.zh for message in messages)


def test_an_estimate_is_sent_to_the_column_of_methods() -> None:
    found = read("名称 类型 日均客流量", ("镜湖商场", "商场", "约1200人"))

    assert "测算方法" in found.errors[0].message.zh
    assert "method column" in found.errors[0].message.en


def test_a_figure_comes_with_its_method_and_date() -> None:
    found = read(
        "名称 类型 日均客流 日均客流测算方法 日均客流测算日期 建筑面积(平方米)",
        ("镜湖商场", "商场", "1.2万", "闸机计数", date(2026, 1, 15), "3,200㎡"),
    )

    assert found.places[0].daily_visitors == Figure(12000, "闸机计数", date(2026, 1, 15))
    assert found.places[0].area_m2 == Figure(3200)


def test_a_figure_that_nobody_gave_is_missing_not_nought() -> None:
    found = read("名称 类型 日均客流 关键设施", ("镜湖商场", "商场", None, None), ("零人", "商场", 0, "否"))

    assert found.places[0].daily_visitors is None
    assert found.places[0].critical_facility is None
    assert found.places[1].daily_visitors == Figure(0)
    assert found.places[1].critical_facility is False


def test_further_columns_hold_declared_facts() -> None:
    found = read(
        "名称 类型 在校学生数 寄宿制 等级",
        ("一小", "中小学校", "860", "是", "甲"),
        ("二小", "School", None, "no", "second"),
        ("三小", "school", "八百", "maybe", "丙"),
    )

    assert [dict(place.facts) for place in found.places] == [
        {"pupils": 860, "boarding": True, "grade": "a"},
        {"boarding": False, "grade": "b"},
    ]
    assert [error.header for error in found.errors] == ["在校学生数", "寄宿制", "等级"]


def test_the_person_may_name_the_datum_for_the_whole_sheet() -> None:
    header, row = "名称 类型 经度 纬度", ("镜湖商场", "商场", 121.4847815, 31.2343106)

    assert "没有注明坐标系" in read(header, row).errors[0].message.zh
    found = read(header, row, datum="BD-09")
    assert found.places[0].position is not None
    assert found.places[0].position.longitude == pytest.approx(121.4737, abs=2e-7)


@pytest.mark.parametrize(
    ("longitude", "latitude", "datum", "words"),
    [
        (31.23, 121.47, "WGS-84", "对调"),
        (31.23, 121.47, "GCJ-02", "对调"),
        (31.23, 59.9, "BD-09", "不在中国境内"),
        (200.0, 100.0, "WGS-84", "超出范围"),
        (121.47, None, "WGS-84", "同时填写"),
        ("121°28'", 31.2, "WGS-84", "十进制度"),
        (121.47, 31.23, "北京54", "不认识坐标系"),
    ],
)
def test_coordinates_that_cannot_be_meant_are_refused(
    longitude: Cell, latitude: Cell, datum: str, words: str
) -> None:
    found = read("名称 类型 经度 纬度 坐标系", ("镜湖商场", "商场", longitude, latitude, datum))

    assert not found.places
    assert any(words in error.message.zh for error in found.errors)


def test_a_district_name_that_two_districts_bear_asks_for_the_code() -> None:
    found = read("名称 类型 辖区", ("镜湖商场", "商场", "新区"), ("另一商场", "商场", 990203.0))

    assert "990103、990203" in found.errors[0].message.zh
    assert found.places[0].district == "990203"


def test_source_ids_may_repeat_between_sources_but_not_within_one() -> None:
    header = "名称 类型 数据来源 来源编号"
    found = read(
        header, ("甲", "商场", "商务局", "7"), ("乙", "商场", "教育局", "7"), ("丙", "商场", "商务局", "7")
    )

    assert [place.name_zh for place in found.places] == ["甲", "乙"]
    assert [error.row for error in found.errors] == [4]


def test_names_keep_their_chinese_brackets_and_rare_characters() -> None:
    found = read("名称 类型", ("𠮷祥商场（ＡＢＣ　１号店）\u200b\n\U00031350", "商场"))

    assert found.places[0].name_zh == "𠮷祥商场（ABC 1号店） \U00031350"


def test_a_real_list_of_hospitals_maps_by_itself(test_data: Callable[[str], Path]) -> None:
    content = test_data("places/beijing-hospitals.csv").read_bytes()
    sheet = read_sheet(content, "beijing-hospitals.csv", knows=lambda title: knows_heading(title, {}))
    assert isinstance(sheet, Sheet)
    mapping = propose_mapping(sheet.header, {})

    assert {mapping[column]: sheet.header[column] for column in mapping} == {
        "code": "id",
        "name_zh": "name",
        "longitude": "lon",
        "latitude": "lat",
    }
    assert any("类型" in problem.zh for problem in mapping_problems(sheet.header, mapping, {}))


def test_a_mapping_that_cannot_be_used_is_explained() -> None:
    header = ("a", "b", "c", "d")
    said = mapping_problems(
        header, {0: "name_zh", 1: "name_zh", 2: "longitude", 9: "kind", 3: "fact:moon"}, {}
    )

    assert len(said) == 4
    assert not mapping_problems(header, {0: "name_en", 1: "kind", 2: "longitude", 3: "latitude"}, {})


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (1200.0, 1200),
        ("1,200", 1200),
        ("１，２００", 1200),
        (" 1 200 ", 1200),
        ("12,345,678.5", 12345678.5),
        ("3万", 30000),
        ("0.35万", 3500),
        ("-5", -5),
        ("1200人次", 1200),
    ],
)
def test_a_number_is(cell: Cell, number: float) -> None:
    assert number_of(cell, ("人次",)) == number


@pytest.mark.parametrize(
    "cell", ["约1200", "1200左右", "1200+", "1,20", "1200-1500", "一千二", "1.2.3", "NaN", "1e5", "无", True]
)
def test_a_number_is_not(cell: Cell) -> None:
    assert isinstance(number_of(cell), Text)


@pytest.mark.parametrize(
    "cell", ["2026-01-15", "2026/1/15", "2026年1月15日", "20260115", "２０２６．１．１５", "2026-01-15 08:30"]
)
def test_a_day_is(cell: Cell) -> None:
    assert date_of(cell) == date(2026, 1, 15)


@pytest.mark.parametrize("cell", ["2026-02-30", "15/01/2026", "2026-01", "去年", 46037, "0001-01-01"])
def test_a_day_is_not(cell: Cell) -> None:
    assert isinstance(date_of(cell), Text)


def test_yes_and_no_in_both_languages() -> None:
    assert [flag_of(cell) for cell in ("是", "Yes", "√", 1.0, True)] == [True] * 5
    assert [flag_of(cell) for cell in ("否", "no", "×", 0, False)] == [False] * 5
    assert isinstance(flag_of("2"), Text)


def test_a_telephone_that_excel_took_for_a_number_is_whole_again() -> None:
    assert text_of(13800138000.0) == "13800138000"


HARBOUR = Vocabulary(
    kinds={
        "power": Text("电力设施", "Power facility"),
        "port": Text("港口客运站", "Port"),
        "ferry-pier": Text("轮渡码头", "Ferry landing"),
        "cinema": Text("电影院", "Cinema"),
        "petrol-station": Text("加油站", "Petrol station"),
        "metro-station": Text("地铁站", "Metro station"),
    }
)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("pier", "ferry-pier"),
        ("Ferry Peir", "ferry-pier"),
        ("码头", "ferry-pier"),
        ("轮渡码头客运", "ferry-pier"),
        ("电影放映院", "cinema"),
        ("加油加气站", "petrol-station"),
        ("metro statoin", "metro-station"),
    ],
)
def test_an_unknown_kind_is_taken_for_the_one_whose_id_or_title_is_most_like_it(
    given: str, kind: str
) -> None:
    header = ("名称", "类型")
    sheet = Sheet("test", header, 1, (SheetRow(2, ("甲", given)),))
    (error,) = read_places(sheet, {0: "name_zh", 1: "kind"}, HARBOUR).errors
    assert f"({kind})?" in error.message.en
    assert f"（{kind}）？" in error.message.zh


def test_where_no_kind_is_like_what_was_written_none_is_suggested() -> None:
    sheet = Sheet("test", ("名称", "类型"), 1, (SheetRow(2, ("甲", "zoo")), SheetRow(3, ("乙", "果园"))))
    for error in read_places(sheet, {0: "name_zh", 1: "kind"}, HARBOUR).errors:
        assert "Did you mean" not in error.message.en
