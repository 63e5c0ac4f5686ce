"""`anlan patrol plan` as scripts use it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydantic import TypeAdapter

from anlan.management.patrol import patrol
from anlan.management.patrol_shapes import PATROL_SHAPES

FILE: dict[str, Any] = {
    "shift_min": 120,
    "attack_min": 5,
    "cadence": [{"every_min": 60}],
    "beats": [
        {
            "id": "hall",
            "checkpoints": [
                {"id": name, "value": value} for name, value in (("door", 2), ("stage", 3), ("bar", 1))
            ],
            "walk_min": [[0, 2, 3], [2, 0, 2], [3, 2, 0]],
        }
    ],
}


def run(path: Path, *options: str) -> Result:
    return CliRunner().invoke(patrol, ["plan", str(path), "--seed", "3", *options])


def written(tmp_path: Path, document: Any) -> Path:
    path = tmp_path / "beats.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_plan_has_shifts_and_the_numbers_that_prove_it(tmp_path: Path) -> None:
    done = run(written(tmp_path, FILE), "--shifts", "3", "--seconds", "1", "--draws", "2000", "--json")
    assert done.exit_code == 0, done.stderr
    answer = json.loads(done.stdout)
    TypeAdapter(PATROL_SHAPES["patrol plan"][0]).validate_python(FILE)
    TypeAdapter(PATROL_SHAPES["patrol plan"][1]).validate_python(answer)
    assert len(answer["schedules"]) == 3
    assert answer["cadence_kept"] == 1
    assert 0 <= answer["upper_bound"] <= answer["expected_loss"] < 3
    assert answer["conditional_entropy_bits"] > 0
    recounted = answer["recounted"]
    assert (recounted["draws"], recounted["kept"]) == (2000, 2000), "by the duties engine"
    assert (recounted["windows"], recounted["visits"]) == (2, 6), "two hours, three checkpoints"
    assert set(answer["baselines"]) == {"fixed", "jitter", "random_order"}
    for schedule in answer["schedules"]:
        (guard,) = schedule["guards"]
        for hour in (0, 60):
            seen = {
                visit["checkpoint"] for visit in guard["visits"] if hour <= visit["arrive_min"] < hour + 60
            }
            assert seen == {"door", "stage", "bar"}


def test_checkpoints_with_a_cadence_of_their_own_are_recounted_by_it(tmp_path: Path) -> None:
    door, stage, bar = FILE["beats"][0]["checkpoints"]
    own = {**door, "cadence": [{"every_min": 20, "from_min": 30, "to_min": 80}]}
    document = FILE | {"beats": [FILE["beats"][0] | {"checkpoints": [own, stage, bar]}]}
    done = run(written(tmp_path, document), "--seconds", "1", "--draws", "500", "--json")
    recounted = json.loads(done.stdout)["recounted"]
    assert (recounted["draws"], recounted["kept"]) == (500, 500)
    # 30-50, 50-70, 70-80 at the door; two hours at the two others.
    assert (recounted["windows"], recounted["visits"]) == (5, 7)


def test_a_cadence_in_parts_of_minutes_is_proved_but_not_recounted(tmp_path: Path) -> None:
    odd = FILE | {"cadence": [{"every_min": 40, "from_min": 0.5}]}
    done = run(written(tmp_path, odd), "--seconds", "1", "--draws", "200", "--json")
    answer = json.loads(done.stdout)
    assert (answer["cadence_kept"], answer["recounted"]) == (1, None)


def test_the_program_itself_answers_with_json_alone_and_a_status(tmp_path: Path) -> None:
    program = str(Path(sys.executable).parent / "anlan")
    file = written(tmp_path, FILE | {"cadence": [{"every_min": 5}]})
    done = subprocess.run(
        [program, "patrol", "plan", str(file), "--seed", "3", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["feasible"] is False


def test_too_few_guards_are_an_answer_with_status_one(tmp_path: Path) -> None:
    hurried = FILE | {"cadence": [{"every_min": 5}]}
    done = run(written(tmp_path, hurried), "--seconds", "1", "--json")
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert answer["feasible"] is False
    # A lap takes 3 visits and 4 minutes of walking; two guards share the three.
    assert answer["infeasible"].startswith("infeasible: needs 2 guards")
    assert (answer["needs_guards"], answer["beat"]) == (2, "hall")


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        ({"attack_min": 0}, "attack_min", "must be > 0"),
        ({"attack_min": 999}, "", "may not be longer than shift_min"),
        ({"beats": []}, "beats", "number of items"),
        ({"cadence": [{"every_min": 60}, {"every_min": 30, "from_min": 10}]}, "cadence", "may not overlap"),
        ({"beats": [FILE["beats"][0] | {"walk_min": [[0]]}]}, "beats[0]", "must be square"),
        ({"beats": [FILE["beats"][0]] * 2}, "beats[1].id", "is given twice"),
        ({"beats": [{"id": "hall"}]}, "beats[0].checkpoints", "is missing"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_field_in_both_languages(
    tmp_path: Path, change: dict[str, Any], where: str, words: str
) -> None:
    done = run(written(tmp_path, FILE | change))
    assert done.exit_code == 2
    assert where in done.stderr
    assert words in done.stderr
    assert any("\u4e00" <= letter <= "\u9fff" for letter in done.stderr)
    assert done.stdout == ""
