"""Numbers that lead to a person are found in free text; times, amounts, places and standards are left alone."""

import json
import shutil
import subprocess
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from anlan.engine.free_text import MASK, PATTERNS, masked, passages, passes_gb11643, passes_luhn

ROOT = Path(__file__).parents[2]

FOUND = {
    # 11010519491231002X and 440524188001010014 are the standard's own examples.
    "identity-number": [
        "11010519491231002X",
        "11010519491231002x",
        "440524188001010014",
        "110105 19491231 002X",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "130503670401001",
    ],
    "telephone": [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "１３８００１３８０００",
        "+86 13800138000",
        "+86-138-0013-8000",
        "8613800138000",
        "0086 13800138000",
        "19912345678",
        "010-62345678",
        "01062345678",
        "(010)62345678",
        "（010）6234 5678",
        "0571-87654321",
        "0571-87654321转8012",
        "0310-3112233",
        "+86 10 6234 5678",
        "+44 20 7946 0958",
        "+1 (212) 555-0199",
        "+1.212.555.0199",
        "+85291234567",
        "0044 20 7946 0958",
        "tel13800138000",
        "Tel: 13800138000",
        "手机号13800138000",
        "电话：62345678",
        "phone 6234 5678",
    ],
    "bank-number": [
        # Numbers that card schemes publish for tests.
        "4111111111111111",
        "4111 1111 1111 1111",
        "5555-5555-5555-4444",
        "6212341111111111116",
        "6011111111111117",
    ],
    "plate": [
        "京A12345",
        "京A·12345",
        "沪B 8K6S1",
        "粤BD12345",
        "苏E12345F",
        "粤Z1234港",
        "川a5f678",
        "使014578",
    ],
    "e-mail": ["wang.wu@example.cn", "a+b@mail.example.org"],
}

LEFT_ALONE = [
    "2026-11-23 20:45",
    "2026-11-23T20:45:12+08:00",
    "2026-11-23T08:00:00+12:00",
    "08:00-10:30",
    "20261123204512",
    "1763903112000",
    "2026年11月23日20时45分",
    "1,250,000.00元",
    "¥13,800,138,000",
    "13800138000元",
    "13800138000 元",
    "收入19912345678万元",
    "1380.0138000",
    "116.391312345678, 39.907512345678",
    "116.39131380013800",
    "+39.90751234,+116.39131234",
    "北纬39°54′27″，东经116°23′17″",
    "39.9075N 116.3913E",
    "GB/T 35965.1",
    "GB/T 35965.1-2018",
    "GB 11643-1999",
    "GB 17565-2022",
    "ISO 22324:2022",
    "UN 1942",
    "CAS 6484-52-2",
    "P-13800138000",
    "P-0001",
    "SC-2026-0012",
    "990101",
    "110105001002",
    "RN-2026-0012",
    "整改〔2026〕12号",
    "0192f0c1-2b3c-7def-8123-456789abcdef",
    "91110108MA01ABCD2X",
    "911101085555555555",
    "110105194912310021",
    "4111111111111112",
    "4111111111111111元",
    "110、119、120、12345、95598",
    "400-810-1234",
    "ISBN 978-7-5066-1234-5",
    "10.0.0.1:8443",
    "192.168.100.200",
    "A座12345室",
    "3号门B2层停车场128车位",
    "云A区临时堆场",
    "苏B2楼",
    "新A段施工便道",
    "无人机高度约120米，航向270",
    "硝酸铵1200 kg，少了25 kg",
    "3600000000000000 m",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in FOUND.items() for text in texts])
@pytest.mark.parametrize("around", ["{}", "北门留有{}字样的纸箱", "seen: {}.", "（{}）", "{}，{}"])
def test_a_number_that_leads_to_a_person_is_masked(kind: str, text: str, around: str) -> None:
    whole = around.replace("{}", text)
    result = masked(whole)
    assert result.text == around.replace("{}", MASK)
    assert result.counts == {kind: whole.count(text)}


@pytest.mark.parametrize("text", LEFT_ALONE)
@pytest.mark.parametrize("around", ["{}", "东门{}一带", "at {} today", "（{}）"])
def test_what_describes_a_place_or_a_thing_is_left_alone(text: str, around: str) -> None:
    whole = around.replace("{}", text)
    assert masked(whole).text == whole


def test_several_numbers_in_one_text_are_each_masked_and_counted() -> None:
    text = "纸箱上写着13800138000和110105 19491231 002X，旁停京A12345，另留13900139000。"
    result = masked(text)
    assert result.text == f"纸箱上写着{MASK}和{MASK}，旁停{MASK}，另留{MASK}。"
    assert result.counts == {"telephone": 2, "identity-number": 1, "plate": 1}


@pytest.mark.parametrize("last", "0123456789X")
def test_only_the_right_check_makes_an_identity_number(last: str) -> None:
    assert passes_gb11643(f"11010519491231002{last}") is (last == "X")


@hypothesis.given(st.from_regex(r"[1-9]\d{15,18}", fullmatch=True), st.integers(0, 15))
def test_one_wrong_digit_never_passes_as_a_card(number: str, place: int) -> None:
    other = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
    assert not (passes_luhn(number) and passes_luhn(other))


@hypothesis.given(st.text(alphabet="0123456789 -+()京A使Xx@.a电话元", max_size=60))
def test_masking_again_changes_nothing_and_words_around_stay(text: str) -> None:
    once = masked(text)
    assert masked(once.text).text == once.text
    kept = "".join(
        text[end:start]
        for end, start in zip(
            [0, *(one.end for one in passages(text))],
            [*(one.start for one in passages(text)), len(text)],
            strict=True,
        )
    )
    assert once.text.replace(MASK, "") == kept


def test_a_long_text_is_read_in_little_time() -> None:
    import time

    began = time.perf_counter()
    for text in ("1" * 4000, "1 " * 2000, "+1-" * 1300, "a.a@" * 1000, "电话: " * 1000, "京A" * 2000):
        masked(text)
    assert time.perf_counter() - began < 2


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_page_finds_the_same_as_the_server() -> None:
    texts = [
        *(text for texts in FOUND.values() for text in texts),
        *LEFT_ALONE,
        "纸箱上写着13800138000和110105 19491231 002X，旁停京A12345，另留13900139000。",
    ]
    script = ROOT / "src/anlan/web/static/anlan/js/freetext.js"
    program = (
        f"import {{ passages }} from {json.dumps(script.as_uri())};"
        "let given=''; process.stdin.on('data', (part) => (given += part)).on('end', () => {"
        "const [patterns, texts] = JSON.parse(given);"
        "console.log(JSON.stringify(texts.map((text) => passages(text, patterns)"
        ".map((p) => [p.kind, p.start, p.end]))));"
        "});"
    )
    answer = subprocess.run(
        ["node", "--input-type=module", "-e", program],
        input=json.dumps([PATTERNS, texts]),
        capture_output=True,
        text=True,
        check=True,
    )
    ours = [[[one.kind, one.start, one.end] for one in passages(text)] for text in texts]
    assert json.loads(answer.stdout) == ours
