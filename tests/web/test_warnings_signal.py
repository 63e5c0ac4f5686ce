"""A warning drafted from a signal: what the form takes over, and how both lead to each other."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anlan.actions.signals import SignalDraft, dismiss_signal, receive_signal
from anlan.models import Signal, WarningNotice
from builders import a_district, a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def town() -> None:
    adopt_plan(datetime(2026, 1, 1, tzinfo=UTC))
    a_place("M-1", district="990101", daily_visitors=9000, longitude=116.39, latitude=39.9)
    a_place("M-2", district="990102", longitude=116.50, latitude=39.9)


@pytest.fixture
def office() -> Client:
    return signed_in(Client(), a_user("city-office"))


def a_signal(**more: Any) -> Signal:
    draft = {
        "kind": "goods-discrepancy", "observed": "硝酸钾账实不符，电话13800138000", "reliability": "B",
        "urgency": "hours", "channel": "form", "observed_at": NOW, "organisation": "市场监管所",
    } | more  # fmt: skip
    return receive_signal(SignalDraft(**draft), by=None, at=NOW)


def first_values(client: Client, signal: Signal) -> dict[str, Any]:
    answer = client.get(reverse("warning-new"), {"signal": signal.pk})
    assert answer.status_code == 200
    form = answer.context["form"]
    return {field.name: field.value() for field in form}


def sent(client: Client, signal: Signal, **changed: Any) -> WarningNotice:
    kept = {name: value for name, value in first_values(client, signal).items() if value not in (None, [])}
    answer = client.post(
        f"{reverse('warning-new')}?signal={signal.pk}", kept | {"then": "propose", **changed}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    return WarningNotice.objects.latest("drafted_at")


def test_kind_place_and_masked_words_are_taken_over(office: Client) -> None:
    signal = a_signal(place=a_place("M-3"))
    values = first_values(office, signal)
    assert values["category"] == "goods"
    assert (values["scope"], values["places"]) == ("chosen", "M-3")
    assert signal.observed in values["matters_zh"]
    assert "13800138000" not in values["matters_zh"]


def test_around_a_point_and_in_a_district_the_area_follows_the_signal(office: Client) -> None:
    point = a_signal(longitude=116.39, latitude=39.9, radius_m=500, kind="technical-fault")
    values = first_values(office, point)
    assert (values["near"], values["radius_m"], values["category"]) == (
        "39.900000, 116.390000",
        500,
        "facility",
    )
    district = a_signal(district=a_district("990101"), kind="weather")
    values = first_values(office, district)
    assert (list(values["districts"]), values["category"]) == (["990101"], "weather")


def test_a_drawn_area_of_a_signal_becomes_the_outline(office: Client) -> None:
    ring = [[116.38, 39.89], [116.40, 39.89], [116.40, 39.91], [116.38, 39.89]]
    signal = a_signal(longitude=116.39, latitude=39.9)
    Signal.objects.filter(pk=signal.pk).update(area={"polygons": [ring]})
    values = first_values(office, signal)
    assert values["outline"].splitlines() == ["39.89, 116.38", "39.89, 116.4", "39.91, 116.4"]


def test_without_a_place_the_form_asks_where(office: Client) -> None:
    values = first_values(office, a_signal())
    assert (values["scope"], values["places"]) == ("chosen", "")


def test_once_issued_the_signal_names_its_warning_and_the_warning_its_signal(office: Client) -> None:
    signal = a_signal(longitude=116.39, latitude=39.9, radius_m=500)
    notice = sent(office, signal, level="yellow")
    signal.refresh_from_db()
    assert (signal.outcome, signal.warning, signal.reason) == ("raised", notice.pk, str(notice))
    assert str(signal.pk) in office.get(reverse("warning", args=[notice.pk])).content.decode()
    assert str(notice.pk) in office.get(reverse("signal", args=[signal.pk])).content.decode()


def test_a_draft_alone_leaves_the_signal_to_be_triaged(office: Client) -> None:
    signal = a_signal(longitude=116.39, latitude=39.9, radius_m=500)
    notice = sent(office, signal, then="keep")
    signal.refresh_from_db()
    assert (signal.outcome, signal.warning) == ("", None)
    assert str(notice.pk) in office.get(reverse("signal", args=[signal.pk])).content.decode()


def test_a_signal_that_was_dismissed_meanwhile_stays_dismissed(office: Client) -> None:
    signal = a_signal(longitude=116.39, latitude=39.9, radius_m=500)
    notice = sent(office, signal, then="keep")
    dismiss_signal(signal, reason="已查清", by=None, at=NOW)
    office.post(reverse("warning-act", args=[notice.pk, "propose"]))
    signal.refresh_from_db()
    assert (signal.outcome, signal.warning) == ("dismissed", None)


def test_a_signal_out_of_reach_is_not_found() -> None:
    district = signed_in(Client(), a_user("city-office", district="990102"))
    signal = a_signal(district=a_district("990101"))
    assert district.get(reverse("warning-new"), {"signal": signal.pk}).status_code == 404
    assert district.get(reverse("warning-new"), {"signal": "x"}).status_code == 404


def test_a_draft_of_another_warning_does_not_cover_what_the_signal_says(office: Client) -> None:
    signal = a_signal(place=a_place("M-3"))
    kept = {"address": reverse("warning-new"), "fields": [["matters_zh", "另一件事"]]}
    assert office.post(reverse("draft"), kept, content_type="application/json").status_code == 200
    own = office.get(reverse("warning-new")).content.decode()
    other = office.get(reverse("warning-new"), {"signal": signal.pk}).content.decode()
    assert "另一件事" in own
    assert "另一件事" not in other
