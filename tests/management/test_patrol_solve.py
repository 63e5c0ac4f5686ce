"""`anlan patrol solve`: answers in the shapes that are promised, and plain words about files that are wrong."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydantic import TypeAdapter

from anlan.management.patrol import patrol
from anlan.management.shapes import SHAPES

TARGETS = {
    "defender_covered": [10, 20],
    "defender_uncovered": [-10, -20],
    "attacker_covered": [-10, -20],
    "attacker_uncovered": [10, 20],
    "resources": 1,
}
MATRICES = {"name": "a matrix", "leader": [[2, 4], [1, 3]], "follower": [[1, 0], [0, 2]], "cols": ["c", "d"]}


def solved(path: Path, *options: str) -> Result:
    return CliRunner().invoke(patrol, ["solve", str(path), *options])


def written(folder: Path, document: Any) -> Path:
    path = folder / "games.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return path


def test_the_games_of_the_data_set_are_answered_in_the_shape_promised(
    test_data: Callable[[str], Path],
) -> None:
    path = test_data("security-games/instances.json")
    outcome = solved(path, "--json")
    assert outcome.exit_code == 0, outcome.stderr
    answers = json.loads(outcome.stdout)
    games = json.loads(path.read_text("utf-8"))
    TypeAdapter(SHAPES["patrol solve"][0]).validate_python(games)
    TypeAdapter(SHAPES["patrol solve"][1]).validate_python(answers)
    for game, answer in zip(games, answers, strict=True):
        assert answer["name"] == game["name"]
        if "expected_SSE" in game:
            assert len(answer["coverage"]) == len(game["attacker_uncovered"])
            assert sum(answer["coverage"]) == pytest.approx(game["resources"])
            for name in ("defender_utility", "attacker_utility"):
                assert answer[name] == pytest.approx(game["expected_SSE"][name], abs=1e-9)
        else:
            assert answer["leader_value"] == pytest.approx(
                game["expected"]["optimal_mixed"]["leader"], abs=1e-6
            )
            assert game["cols"][answer["response"]] == game["expected"]["optimal_mixed"]["follower"]


def test_one_game_has_one_answer_and_a_list_has_a_list(tmp_path: Path) -> None:
    one = json.loads(solved(written(tmp_path, TARGETS), "--json").stdout)
    assert set(one) == {"coverage", "attacked_target", "defender_utility", "attacker_utility"}
    both = json.loads(solved(written(tmp_path, [TARGETS, MATRICES]), "--json").stdout)
    assert both[0] == one
    assert both[1]["commitment"] == pytest.approx([2 / 3, 1 / 3])
    assert (both[1]["response"], both[1]["response_name"]) == (1, "d")


def test_without_json_a_readable_table_is_written(tmp_path: Path) -> None:
    outcome = solved(written(tmp_path, [TARGETS, MATRICES]))
    assert outcome.exit_code == 0
    assert "设防 coverage" in outcome.stdout
    assert "a matrix" in outcome.stdout


@pytest.mark.parametrize(
    ("document", "where", "english", "chinese"),
    [
        ({**TARGETS, "attacker_covered": [30, -20]}, ".attacker_covered[0]", "exchanged", "写反"),
        ({**TARGETS, "resources": -1}, " resources", "zero or more", "零或正数"),
        ({**TARGETS, "resources": True}, " resources", "must be a number", "应是一个数"),
        ({**TARGETS, "defender_covered": [10]}, "defender_covered", "differs in length", "长度不一"),
        ({**TARGETS, "defender_covered": [10, "x"]}, "defender_covered[1]", "not a number", "不是可用的数"),
        (
            {**TARGETS, "defender_covered": [10, 10**400]},
            "defender_covered[1]",
            "not a number",
            "不是可用的数",
        ),
        ({**TARGETS, "defender_covered": 10}, "defender_covered", "must be a list", "应是数组"),
        ({name: [] for name in TARGETS} | {"resources": 1}, "attacker_uncovered", "at least one", "至少"),
        ({"resources": 1}, "attacker_covered", "is missing", "缺少"),
        ({**MATRICES, "follower": [[1, 0], [0]]}, "follower[1]", "differs in length", "长度不一"),
        ({**MATRICES, "follower": [[1, 0]]}, "follower", "differs in length", "长度不一"),
        ({**MATRICES, "leader": [1, 2]}, "leader", "list of rows", "由行组成"),
        ({"leader": [], "follower": []}, "leader", "at least one", "至少"),
        ([TARGETS, {"x": 1}], "[1]", "is no game", "不是博弈"),
        ([TARGETS, 5], "[1]", "is no game", "不是博弈"),
        (json.dumps(TARGETS).replace("20]", "NaN]", 1), "defender_covered[1]", "finite", "有限数"),
        ("{", "", "line 1 is not JSON", "不是有效的 JSON"),
        ("[" * 100_000, "", "cannot be read", "无法读取"),
    ],
)
def test_a_wrong_file_is_told_in_both_languages_with_the_place_and_status_2(
    tmp_path: Path, document: Any, where: str, english: str, chinese: str
) -> None:
    path = written(tmp_path, document)
    outcome = solved(path, "--json")
    assert outcome.exit_code == 2
    assert outcome.stdout == ""
    assert str(path) in outcome.stderr
    assert where.lstrip(".") in outcome.stderr
    assert english in outcome.stderr
    assert chinese in outcome.stderr


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    wrong = [{**TARGETS, "resources": -1, "defender_covered": [1]}, {"leader": 1}]
    said = solved(written(tmp_path, wrong)).stderr
    assert all(
        place in said for place in ("[0].resources", "[0].defender_covered", "[1].leader", "[1].follower")
    )


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    outcome = solved(tmp_path / "none.json")
    assert outcome.exit_code == 2
    assert "无法读取" in outcome.stderr


def test_help_loads_neither_the_compiler_nor_the_solver() -> None:
    program = (
        "import sys\nfrom anlan.management.cli import main\n"
        "try:\n    main(['patrol', 'solve', '--help'])\n"
        "finally:\n    assert not {'numba', 'highspy', 'django'} & set(sys.modules)"
    )
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
