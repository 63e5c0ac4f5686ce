"""Compiled functions work wherever Anlan is installed."""

from typing import Any

from anlan.kernels.patrol.compiling import compiled_alone


def test_what_cannot_be_kept_on_disk_is_compiled_for_the_process() -> None:
    made: dict[str, Any] = {}
    exec(compile("def doubled(number):\n    return 2 * number", "<in no folder>", "exec"), made)
    assert compiled_alone(made["doubled"])(21) == 42
