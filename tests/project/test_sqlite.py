"""The line of writers: whoever leaves it, however that went, lets the next one in."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from anlan.models import Operator
from anlan.project.sqlite import base
from api.test_at_once import shared

__all__ = ["shared"]

pytestmark = [
    pytest.mark.usefixtures("shared"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite needs a line of writers"),
]


@pytest.fixture(autouse=True)
def _an_empty_line() -> Iterator[None]:
    yield
    assert not base._LINE.locked()


def an_operator(code: str) -> Operator:
    return Operator.objects.create(code=code, name_zh=code)


def test_an_error_in_a_transaction_leaves_the_line_and_nothing_behind() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        an_operator("A")
        raise ZeroDivisionError
    assert not Operator.objects.exists()


def test_an_inner_transaction_that_fails_keeps_its_place_in_the_line() -> None:
    with transaction.atomic():
        an_operator("A")
        with pytest.raises(IntegrityError), transaction.atomic():
            an_operator("A")
        assert base._LINE.locked()
        an_operator("B")
    assert Operator.objects.count() == 2


def test_a_connection_closed_in_a_transaction_leaves_the_line() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        an_operator("A")
        connection.close()
        assert not base._LINE.locked()
        an_operator("B")
    assert not Operator.objects.exists()


def test_a_lock_that_cannot_be_opened_blocks_nobody_else(tmp_path: Path) -> None:
    connection.close()
    lock = Path(f"{connection.settings_dict['NAME']}-writers")
    lock.unlink(missing_ok=True)
    lock.mkdir()
    with pytest.raises(OSError), transaction.atomic():
        an_operator("A")
    assert not base._LINE.locked()
    lock.rmdir()
    with transaction.atomic():
        an_operator("A")
    assert Operator.objects.count() == 1


def test_threads_write_one_after_the_other_and_all_get_their_turn() -> None:
    failed: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for step in range(5):
                with transaction.atomic():
                    count = Operator.objects.count()
                    an_operator(f"{number}-{step}")
                    assert Operator.objects.count() == count + 1
        except BaseException as error:  # noqa: BLE001  (told below)
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    assert Operator.objects.count() == 20
