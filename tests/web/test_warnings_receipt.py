"""The receiver's page: opened by a signed link alone, acknowledged by one press, plain about what is over."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from anlan.actions.warnings import WarningDraft, draft_warning, end_warning, propose_warning
from anlan.engine.areas import Area
from anlan.models import Acknowledgement, Place, User, WarningNotice
from anlan.queries.warning_links import receipt_address, receipt_read, receipt_token
from builders import a_place, a_user, adopt_plan

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


@pytest.fixture
def officer() -> User:
    return a_user("city-office", username="officer")


@pytest.fixture
def notice(officer: User) -> WarningNotice:
    adopt_plan(START)
    a_place(
        "M-1", name_zh="海晏广场", daily_visitors=9000, area_m2=4000, stores_regulated_goods=True, at=START
    )
    a_place("M-2", name_zh="东城商厦", daily_visitors=9000, area_m2=4000, at=START)
    return a_warning(officer)


@pytest.fixture
def address(notice: WarningNotice) -> str:
    return receipt_address(notice, Place.objects.get(code="M-1"))


def a_warning(by: User, *, replaces: WarningNotice | None = None) -> WarningNotice:
    at = timezone.now()
    draft = WarningDraft(
        category="goods",
        level="yellow",
        area=Area(kinds=("mall",)),
        expected_end=at + 6 * HOUR,
        matters=("重点物品异常", "Goods moved abnormally"),
        measures=("立即清点库存", "Count the stock at once"),
        issuer=("市办", "Office"),
    )
    return propose_warning(draft_warning(draft, by=by, at=at, replaces=replaces), by=by, at=at)


def words(client: Client, address: str, **headers: str) -> str:
    return client.get(address, headers=headers).content.decode()


def over(notice: WarningNotice, before: timedelta) -> None:
    """The warning expired that long ago."""
    WarningNotice.objects.filter(pk=notice.pk).update(expected_end=timezone.now() - before)


def test_the_page_says_what_until_when_what_to_do_and_which_duties_change(
    client: Client, address: str
) -> None:
    shown = words(client, address)
    for each in ("海晏广场", "重点物品异常", "立即清点库存", "重点物品每日清点", "签收"):
        assert each in shown
    assert "东城商厦" not in shown


def test_opening_records_nothing_and_pressing_twice_records_once(client: Client, address: str) -> None:
    words(client, address)
    assert not Acknowledgement.objects.exists()
    for _press in range(2):
        assert client.post(address).status_code == 302
    taken = Acknowledgement.objects.get()
    assert (taken.place.code, taken.way, taken.by) == ("M-1", "link", None)
    assert "已签收" in words(client, address)


def test_a_phone_without_cookies_can_acknowledge(address: str) -> None:
    assert Client(enforce_csrf_checks=True).post(address).status_code == 302
    assert Acknowledgement.objects.count() == 1


def test_the_page_speaks_the_browsers_language_until_the_switch_is_used(client: Client, address: str) -> None:
    assert "Count the stock at once" in words(client, address, **{"accept-language": "en-GB,en;q=0.9"})
    assert "立即清点库存" in words(client, address, **{"accept-language": "zh-CN"})
    client.cookies["language"] = "zh-hans"
    assert "立即清点库存" in words(client, address, **{"accept-language": "en-GB,en;q=0.9"})


def test_a_changed_or_invented_link_opens_nothing(
    client: Client, notice: WarningNotice, address: str
) -> None:
    token = receipt_token(notice, Place.objects.get(code="M-1"))
    other = receipt_token(notice, Place.objects.get(code="M-2"))
    mixed = other.partition(".")[0] + "." + token.partition(".")[2]
    for wrong in (mixed, token[:-1], "none", "a.b"):
        assert receipt_read(wrong) is None
        assert client.post(f"/w/{wrong}/").status_code == 404
    assert not Acknowledgement.objects.exists()


def test_an_ended_warning_is_called_ended_and_takes_no_acknowledgement(
    client: Client, notice: WarningNotice, address: str, officer: User
) -> None:
    end_warning(notice, reason="已查清", by=officer, at=timezone.now())
    shown = words(client, address)
    assert "此预警已结束" in shown
    assert "我已阅知" not in shown
    client.post(address)
    assert not Acknowledgement.objects.exists()


def test_the_link_dies_a_day_after_the_warning(client: Client, notice: WarningNotice, address: str) -> None:
    over(notice, 23 * HOUR)
    assert client.get(address).status_code == 200
    over(notice, 25 * HOUR)
    assert client.get(address).status_code == 410


def test_a_replaced_warning_leads_to_its_update(
    client: Client, notice: WarningNotice, address: str, officer: User
) -> None:
    update = a_warning(officer, replaces=notice)
    shown = words(client, address)
    assert receipt_address(update, Place.objects.get(code="M-1")) in shown


def test_guessing_links_is_slowed_down_and_leaves_receivers_alone(client: Client, address: str) -> None:
    answers = {client.get(f"/w/guess-{number}/").status_code for number in range(130)}
    assert answers == {404, 429}
    assert client.get(address).status_code == 200
