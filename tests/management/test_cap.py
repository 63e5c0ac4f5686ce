"""`anlan cap`: the shapes that are promised, exit statuses, and words for people."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import TypeAdapter

from anlan.links.cap.signatures import signed
from anlan.links.cap.signing_keys import signing_key
from anlan.management.cap import cap
from anlan.management.cap_shapes import CAP_SHAPES
from links.cap.messages import PLAIN, changed

AT = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cap, [str(argument) for argument in arguments])


def saved(folder: Path, data: bytes, name: str = "message.xml") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def checked(*arguments: str | Path) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = json.loads(run("check", "--json", *arguments).stdout)
    TypeAdapter(CAP_SHAPES["cap check"][1]).validate_python(answers)
    return answers


def test_a_good_message_is_valid_and_the_command_succeeds(tmp_path: Path) -> None:
    path = saved(tmp_path, changed())
    (answer,) = checked(path)
    assert answer == {
        "file": str(path),
        "valid": True,
        "problems": [],
        "remarks": [],
        "signature": "none",
        "trusted": False,
        "signers": [],
    }
    assert run("check", path).exit_code == 0


def test_a_refused_message_is_told_with_code_place_line_and_both_languages(tmp_path: Path) -> None:
    good, bad = saved(tmp_path, changed(), "good.xml"), saved(tmp_path, changed(("121.45 2.5", "121.45 -1")))
    answers = checked(good, bad)
    assert [answer["valid"] for answer in answers] == [True, False]
    (problem,) = answers[1]["problems"]
    assert (problem["code"], problem["xpath"], problem["line"]) == (
        "INVALID_CIRCLE",
        "/alert[1]/info[1]/area[1]/circle[1]",
        30,
    )
    assert "半径" in problem["message"]["zh"]
    assert "radius" in problem["message"]["en"]
    assert run("check", good, bad).exit_code == 1


def test_remarks_do_not_make_a_message_invalid(tmp_path: Path) -> None:
    path = saved(tmp_path, changed(("121.45 2.5", "121.45")))
    (answer,) = checked(path)
    assert answer["valid"]
    assert [remark["code"] for remark in answer["remarks"]] == ["CIRCLE_WITHOUT_RADIUS"]
    assert run("check", path).exit_code == 0


def test_people_read_the_reason_and_how_to_mend_it_in_their_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, changed(("<ceiling>500", "<ceiling>-5")))
    monkeypatch.setenv("ANLAN_LANGUAGE", "zh")
    assert "不得低于海平面" in run("check", path).stdout
    monkeypatch.setenv("ANLAN_LANGUAGE", "en")
    output = run("check", path).stdout
    assert "must not lie below sea level" in output
    assert "33 /alert[1]/info[1]/area[1]/ceiling[1] [INVALID_VALUE]" in output


def test_signatures_are_told_and_trusted_by_the_certificate_that_is_given(tmp_path: Path) -> None:
    key = signing_key(tmp_path / "keys", name="Lanwan City", at=AT)
    certificate = saved(tmp_path, key.certificate.public_bytes(Encoding.PEM), "city.pem")
    message = signed(PLAIN.encode(), key)
    good = saved(tmp_path, message, "good.xml")
    bad = saved(tmp_path, message.replace(b">500<", b">600<"), "bad.xml")
    (answer,) = checked(good, "--certificate", certificate)
    assert (answer["signature"], answer["trusted"], answer["signers"]) == ("valid", True, ["CN=Lanwan City"])
    assert not checked(good)[0]["trusted"]
    (answer,) = checked(bad)
    assert (answer["valid"], answer["signature"]) == (True, "invalid")
    assert run("check", bad).exit_code == 1


def test_a_round_trip_says_the_same(tmp_path: Path) -> None:
    path = saved(tmp_path, changed())
    outcome = run("roundtrip", path, "--json")
    assert outcome.exit_code == 0
    answer = json.loads(outcome.stdout)
    TypeAdapter(CAP_SHAPES["cap roundtrip"][1]).validate_python(answer)
    assert answer == {"same": True, "differences": []}
    assert "一致" in run("roundtrip", path).stdout


def test_what_cannot_be_read_is_wrong_use(tmp_path: Path) -> None:
    assert run("check", tmp_path / "nowhere.xml").exit_code == 2
    refused = run("roundtrip", saved(tmp_path, b"<alert/>"))
    assert refused.exit_code == 2
    assert "CAP 1.2" in refused.stderr
    no_certificate = saved(tmp_path, b"no certificate", "x.pem")
    assert run("check", saved(tmp_path, changed()), "--certificate", no_certificate).exit_code == 2


@pytest.mark.django_db
def test_a_message_is_taken_in_once_and_named_with_its_signal(tmp_path: Path) -> None:
    path = saved(tmp_path, changed())
    first, again = run("take", "--json", path), run("take", "--json", path)
    assert (first.exit_code, again.exit_code) == (0, 0)
    (told,), (told_again,) = json.loads(first.stdout), json.loads(again.stdout)
    TypeAdapter(CAP_SHAPES["cap take"][1]).validate_python([told, told_again])
    assert (told["outcome"], told["is_new"], told_again["is_new"]) == ("accepted", True, False)
    assert told["signal"].startswith("SG-")
    assert told_again["signal"] == told["signal"]


@pytest.mark.django_db
def test_a_refused_message_is_kept_and_the_command_says_why(tmp_path: Path) -> None:
    path = saved(tmp_path, changed(("121.45 2.5", "121.45 -1")))
    told = run("take", path)
    assert told.exit_code == 1
    assert "INVALID_CIRCLE" in told.output
    assert json.loads(run("take", "--json", path).stdout)[0]["problems"][0]["line"] == 30


@pytest.mark.django_db
def test_the_certificate_is_shown_and_replaced_on_request() -> None:
    first, again = run("certificate"), run("certificate")
    assert first.output == again.output
    assert "-----BEGIN CERTIFICATE-----" in first.output
    rotated = run("certificate", "--rotate")
    assert rotated.exit_code == 0
    assert run("certificate").output in rotated.output
    assert run("certificate").output != first.output
