"""Actions at the same moment: every number once, the latest record stands, one edition in force."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection, transaction
from tests.builders import LONG_AGO, a_place, a_user, some_evidence

from anlan.actions import accounts
from anlan.actions.accounts import LastAdministratorError
from anlan.actions.codes import CodeTakenError
from anlan.actions.duties import Answer
from anlan.actions.register import PlaceDraft, Registered, register_places
from anlan.actions.schemes import adopt, store_folder
from anlan.actions.standing import rebuild_standing
from anlan.models import Adoption, Edition, Finding, Operator, Place, Standing, User
from anlan.queries.people import administrators
from api.test_at_once import shared

__all__ = ["shared"]

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
AT_ONCE = 4
pytestmark = pytest.mark.usefixtures("shared")


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """What each deed gave, or the error it met; all begin together, each over its own connection."""
    barrier = Barrier(len(deeds))

    def carried_out(deed: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=30)
            with transaction.atomic():
                return deed()
        except Exception as error:  # noqa: BLE001  (the tests say which errors they expect)
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(carried_out, deeds))


def test_inspections_at_the_same_moment_give_every_finding_its_own_number() -> None:
    places = [a_place() for _ in range(AT_ONCE)]
    failed = {"alarm": Answer(passed=False), "doors": Answer(passed=False)}
    found = at_once(*[
        lambda place=place: some_evidence(place, at=NOW, kind="inspection", answers=failed) for place in places
    ])  # fmt: skip
    assert not [one for one in found if isinstance(one, Exception)]
    assert sorted(Finding.objects.values_list("number", flat=True)) == list(range(1, 2 * AT_ONCE + 1))


def test_of_records_at_the_same_moment_the_latest_stands() -> None:
    place = a_place()
    for start in (NOW, NOW + timedelta(days=1), NOW + timedelta(days=2)):
        at_once(*[
            lambda at=start + timedelta(minutes=minute): some_evidence(place, at=at)
            for minute in range(AT_ONCE)
        ])  # fmt: skip
        kept = list(Standing.objects.values_list("key", "effective_s", "evidence"))
        rebuild_standing(at=NOW)
        assert list(Standing.objects.values_list("key", "effective_s", "evidence")) == kept


def test_of_editions_adopted_at_the_same_moment_one_stays_in_force() -> None:
    first, _ = store_folder(settings.SCHEMES / "city-plan-2026", by=None, at=NOW)
    assert first is not None
    second = Edition.objects.create(
        scheme=first.scheme, edition="next", title_zh="新版", title_en="New", sha256="0" * 64, sources={},
        stored_at=NOW,
    )  # fmt: skip
    at_once(*[
        lambda edition=edition: adopt(edition, valid_from=NOW, by=None, at=NOW) for edition in (first, second)
    ])  # fmt: skip
    assert Adoption.objects.filter(valid_until=None).count() == 1


def test_two_administrators_cannot_close_each_others_account_at_the_same_moment() -> None:
    people = [a_user("administrator"), a_user("administrator")]
    found = at_once(*[lambda user=user: accounts.deactivate(user, by=None, at=NOW) for user in people])
    assert sorted(type(one) for one in found if isinstance(one, Exception)) == [LastAdministratorError]
    assert User.objects.filter(is_active=True).count() == administrators(NOW).count() == 1


def test_an_operator_named_at_the_same_moment_by_several_is_made_once() -> None:
    drafts = [
        PlaceDraft(code=f"M-{n}", name_zh="商场", kind="mall", operator="某公司") for n in range(AT_ONCE)
    ]
    found = at_once(*[lambda one=one: register_places([one], by=None, at=LONG_AGO) for one in drafts])
    assert not [one for one in found if isinstance(one, Exception)]
    assert (Place.objects.count(), Operator.objects.count()) == (AT_ONCE, 1)


def test_two_long_names_that_begin_alike_are_two_operators() -> None:
    names = ["很长的公司名称" * 12 + end for end in ("甲", "乙")]
    drafts = [PlaceDraft(code=name[-1], name_zh="商场", kind="mall", operator=name) for name in names]
    register_places(drafts, by=None, at=LONG_AGO)
    assert sorted(Operator.objects.values_list("name_zh", flat=True)) == sorted(names)


def test_of_two_who_register_one_new_code_at_the_same_moment_one_is_refused() -> None:
    drafts = [PlaceDraft(code="M-1", name_zh=name, kind="mall") for name in ("东商场", "西商场")]
    found = at_once(*[
        lambda one=one: register_places([one], by=None, at=LONG_AGO, only_new=True) for one in drafts
    ])  # fmt: skip
    assert [type(one) for one in found if isinstance(one, Exception)] == [CodeTakenError]
    assert Place.objects.get().revision == 1


def test_imports_of_one_new_code_at_the_same_moment_make_one_place() -> None:
    drafts = [PlaceDraft(code="M-1", name_zh="商场", kind="mall", hours=f"{n}:00") for n in range(AT_ONCE)]
    found = at_once(*[lambda one=one: register_places([one], by=None, at=LONG_AGO) for one in drafts])
    assert not [one for one in found if isinstance(one, Exception)]
    created = [one for one in found if isinstance(one, Registered) and one.created]
    assert len(created) == Place.objects.count() == 1


def test_of_two_accounts_with_one_name_made_at_the_same_moment_one_is_refused() -> None:
    found = at_once(*[
        lambda username=username: accounts.create_person(
            username=username, name="值班员", password=None, by=None, at=NOW
        )
        for username in ("li", "LI")
    ])  # fmt: skip
    assert [type(one) for one in found if isinstance(one, Exception)] == [CodeTakenError]
    assert User.objects.count() == 1
