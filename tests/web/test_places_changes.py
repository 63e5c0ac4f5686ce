"""Registering a place and changing what is known of it, on its pages."""

import pytest
from django.test import Client
from django.urls import reverse

from anlan.models import Place, PlaceFact
from builders import a_district, a_place, a_user, adopt_plan, signed_in
from web.reading_pages import fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client) -> Client:
    return signed_in(client, a_user("city-office"))


@pytest.fixture
def mall() -> Place:
    adopt_plan()
    a_district("990101")
    return a_place("MALL", daily_visitors=9000.0, area_m2=5000.0, district="990101")


NEW = {
    "code": "SCH-9",
    "name_zh": "第九小学",
    "kind": "school",
    "valid_from": "2026-01-05",
    "datum": "WGS-84",
    "fact-pupils": "900",
    "fact-pupils-method": "学籍系统",
    "fact-pupils-on": "2026-01-02",
}


def test_a_new_place_keeps_what_was_stated_and_guesses_nothing(office):
    adopt_plan()
    response = office.post(reverse("place-new"), NEW)
    assert response.status_code == 302
    place = Place.objects.get(code="SCH-9")
    assert place.facts == {"pupils": 900.0}
    assert place.daily_visitors is None
    assert place.longitude is None
    kept = PlaceFact.objects.get(place=place, fact="pupils")
    assert (kept.method, str(kept.measured_on)) == ("学籍系统", "2026-01-02")


def test_coordinates_of_another_datum_are_converted(office):
    adopt_plan()
    office.post(
        reverse("place-new"), {**NEW, "longitude": "116.397428", "latitude": "39.90923", "datum": "GCJ-02"}
    )
    place = Place.objects.get(code="SCH-9")
    assert place.longitude == pytest.approx(116.39119, abs=2e-4)
    assert place.latitude == pytest.approx(39.90783, abs=2e-4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "has space"},
        {"code": "new"},
        {"code": "a\0b"},
        {"name_zh": ""},
        {"name_zh": "x" * 500},
        {"kind": "no-such-kind"},
        {"fact-daily_visitors": "NaN"},
        {"fact-daily_visitors": "inf"},
        {"fact-daily_visitors": "-1"},
        {"fact-daily_visitors": "1e300"},
        {"fact-daily_visitors": "many"},
        {"longitude": "121.5"},
        {"longitude": "500", "latitude": "1"},
        {"longitude": "nan", "latitude": "nan"},
        {"datum": "MARS"},
        {"district": "nowhere"},
        {"department": "a\0b"},
        {"valid_from": "2999-01-01"},
        {"valid_from": "tomorrow"},
        {"valid_from": "0001-01-01"},
        {"fact-pupils-on": "2999-01-01"},
        {"receiver_email": "nobody"},
        {"receiver_phone": "<script>"},
        {"operator": "o" * 100},
        {"reason": "a\0b"},
    ],
)
def test_a_wrong_statement_gets_a_message_and_nothing_is_registered(office, wrong):
    adopt_plan()
    response = office.post(reverse("place-new"), {**NEW, **wrong})
    assert response.status_code == 422
    assert response.context["form"].errors
    assert not Place.objects.exists()


def test_a_code_is_taken_once(office, mall):
    assert office.post(reverse("place-new"), {**NEW, "code": "MALL"}).status_code == 422


def test_editing_shows_first_what_would_change_and_stores_only_when_told(office, mall):
    page = office.get(reverse("place-edit", args=["MALL"]))
    sent = fields(page, **{"fact-daily_visitors": "100"})
    preview = office.post(reverse("place-edit", args=["MALL"]), {**sent, "preview": "1"})
    tiers = {row.scheme.id: (row.before, row.after) for row in preview.context["difference"].tiers}
    assert tiers["city-plan-2026"] == ("tier-1", "tier-3")
    mall.refresh_from_db()
    assert mall.daily_visitors == 9000
    assert office.post(reverse("place-edit", args=["MALL"]), sent).status_code == 302
    mall.refresh_from_db()
    assert mall.daily_visitors == 100
    assert PlaceFact.objects.filter(place=mall, fact="daily_visitors").count() == 2


def test_a_figure_found_again_is_recorded_though_it_is_the_same(office, mall):
    page = office.get(reverse("place-edit", args=["MALL"]))
    again = {"fact-daily_visitors-method": "人工抽样", "fact-daily_visitors-on": "2026-06-30"}
    office.post(reverse("place-edit", args=["MALL"]), fields(page, **again))
    latest = PlaceFact.objects.filter(place=mall, fact="daily_visitors").latest("recorded_at")
    assert (latest.value, latest.method, str(latest.measured_on)) == (9000.0, "人工抽样", "2026-06-30")
    page = office.get(reverse("place-edit", args=["MALL"]))
    office.post(reverse("place-edit", args=["MALL"]), fields(page))
    assert PlaceFact.objects.filter(place=mall, fact="daily_visitors").count() == 2


def test_a_figure_taken_back_is_not_known_any_more(office, mall):
    page = office.get(reverse("place-edit", args=["MALL"]))
    office.post(reverse("place-edit", args=["MALL"]), fields(page, **{"fact-area_m2": ""}))
    mall.refresh_from_db()
    assert mall.area_m2 is None


def test_saving_a_form_without_a_change_changes_nothing(office, mall):
    page = office.get(reverse("place-edit", args=["MALL"]))
    assert office.post(reverse("place-edit", args=["MALL"]), fields(page)).status_code == 302
    assert Place.objects.get(pk=mall.pk).revision == mall.revision


def test_a_change_on_top_of_somebody_elses_is_refused_and_loses_nothing(office, mall):
    page = office.get(reverse("place-edit", args=["MALL"]))
    Place.objects.filter(pk=mall.pk).update(revision=9, daily_visitors=1.0)
    response = office.post(
        reverse("place-edit", args=["MALL"]), fields(page, **{"fact-daily_visitors": "100"})
    )
    assert response.status_code == 422
    assert 'value="100"' in response.content.decode()
    assert Place.objects.get(pk=mall.pk).daily_visitors == 1.0
