"""One place's pages: its duties and why, its past, who may see what, and the forms that change it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anlan.actions.duties import strike_evidence
from anlan.actions.place_parts import add_checkpoint, add_post
from anlan.models import Checkpoint, Occurrence, Place, Waiver
from anlan.web import clock
from builders import a_department, a_district, a_place, a_user, adopt_plan, signed_in, some_evidence
from web.reading_pages import fields, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client) -> Client:
    return signed_in(client, a_user("city-office"))


@pytest.fixture
def mall() -> Place:
    adopt_plan()
    a_district("990101")
    return a_place("MALL", name_zh="临江商场", daily_visitors=9000.0, area_m2=5000.0, district="990101")


# ---- what is owed and why ------------------------------------------------------------------------


def test_the_page_lists_every_duty_owed_with_the_missing_ones_first(office, mall):
    rows = office.get(reverse("place", args=["MALL"])).context["rows"]
    states = [row.state for row in rows]
    assert {"guards", "three-checks"} <= {row.duty.rule.id for row in rows}
    assert states[: states.count("not-evidenced")] == ["not-evidenced"] * states.count("not-evidenced")


def test_where_two_schemes_ask_for_the_same_the_page_shows_which_one_is_stricter(office, mall):
    adopt_plan(scheme="uk-premises-2025")
    Place.objects.filter(pk=mall.pk).update(peak_present=900.0)
    response = office.get(reverse("place", args=["MALL"]))
    stricter = [other for row in response.context["rows"] for other in row.stricter_than]
    assert stricter
    assert response.context["weaker"]
    assert response.context["notices"][0].id == "uk-premises-2025"


def test_why_names_the_figure_the_fact_with_its_source_and_since_when(office, mall):
    body = text(office.get(reverse("place-why", args=["MALL", "city-plan-2026", "guards"])))
    context = office.get(reverse("place-why", args=["MALL", "city-plan-2026", "guards"])).context
    first_day_of_the_plan = datetime(2026, 1, 15, tzinfo=timezone.get_default_timezone())
    assert context["row"].duty.since == first_day_of_the_plan
    assert "5,000" in body or "5000" in body
    assert [
        str(fact.value) for fact in context["facts"] if fact.row and fact.row.fact == "daily_visitors"
    ] == ["9,000"]


def test_the_windows_of_a_round_show_the_next_one_and_then_those_behind(office):
    adopt_plan()
    a_place("SHOP", daily_visitors=3000.0)
    why = office.get(reverse("place-why", args=["SHOP", "city-plan-2026", "mobile-patrol"]))
    ahead = [shown.window.start > clock.now() for shown in why.context["windows"]]
    assert ahead[0]
    assert len(ahead) > 5
    assert not any(ahead[1:])


def test_a_rule_that_waits_for_a_figure_says_which_and_links_to_supply_it(office):
    adopt_plan()
    a_place("NEW")
    response = office.get(reverse("place", args=["NEW"]))
    links = [url for group in response.context["unclear"] for _title, url in group.missing]
    assert f"{reverse('place-edit', args=['NEW'])}#id_fact-daily_visitors" in links
    why = office.get(reverse("place-why", args=["NEW", "city-plan-2026", "three-checks"]))
    assert why.context["row"] is None
    assert why.context["waiting"]


def test_a_rule_that_does_not_apply_is_explained_and_one_that_does_not_exist_is_not_found(office, mall):
    why = office.get(reverse("place-why", args=["MALL", "city-plan-2026", "goods-ledger"]))
    assert why.context["row"] is None
    assert why.context["reasons"][0].fact == "stores_regulated_goods"
    assert office.get(reverse("place-why", args=["MALL", "city-plan-2026", "no-rule"])).status_code == 404
    assert office.get(reverse("place-why", args=["MALL", "no-scheme", "guards"])).status_code == 404


def test_looking_at_the_past_is_said_aloud_and_leaves_out_what_came_later(office, mall):
    now = clock.now()
    some_evidence(mall, at=now - timedelta(days=1), rule="three-checks")
    today = office.get(reverse("place", args=["MALL"]))
    past = office.get(reverse("place", args=["MALL"]), {"at": f"{now - timedelta(days=2):%Y-%m-%dT%H:%M}"})

    def state(response):
        return next(row.state for row in response.context["rows"] if row.duty.rule.id == "three-checks")

    assert state(today) == "recorded"
    assert state(past) == "not-evidenced"
    assert not past.context["moments"].is_now
    assert reverse("place", args=["MALL"]) in text(past)


@pytest.mark.parametrize(
    "moment", ["yesterday", "9999-99-99", "%00", "2026-13-01", "0001-01-01", "2300-01-01", "NaN"]
)
def test_a_moment_that_cannot_be_read_gets_a_message_and_now_is_shown(office, mall, moment):
    response = office.get(f"{reverse('place', args=['MALL'])}?at={moment}&known={moment}")
    assert response.status_code in {200, 400}
    if response.status_code == 200:
        assert response.context["moments"].problem


def test_the_year_has_a_day_for_every_day_and_can_be_narrowed_to_one_duty(office, mall):
    some_evidence(mall, at=clock.now() - timedelta(days=1), rule="three-checks")
    address = reverse("place-coverage-year", args=["MALL"])
    days = office.get(address, {"year": "2026"}).context["days"]
    assert len(days) == 365
    one = office.get(address, {"year": "2026", "duty": "city-plan-2026/three-checks"}).context["days"]
    assert one != days
    for wrong in ("", "0", "99999", "２０２６", "x"):
        assert office.get(address, {"year": wrong}).status_code == 200
    assert office.get(reverse("place-coverage", args=["MALL"])).status_code == 200


def test_struck_evidence_stays_readable_and_a_guard_is_named_only_at_their_own_place(office, mall):
    guard = a_user("guard", name="李卫", place="MALL")
    post = add_post(mall, code="P1", name_zh="正门岗", name_en="", mobile=False, by=None, at=clock.now())
    kept = some_evidence(mall, at=clock.now(), rule="three-checks", by=guard, post=post)
    strike_evidence(kept, by=None, at=clock.now(), reason="登错场所")
    body = text(office.get(reverse("place-evidence", args=["MALL"])))
    assert "登错场所" in body
    assert "正门岗" in body
    assert "李卫" not in body
    manager = signed_in(Client(), a_user("venue-manager", place="MALL"))
    assert "李卫" in text(manager.get(reverse("place-evidence", args=["MALL"])))


def test_the_page_of_a_place_takes_as_many_reads_with_much_evidence_as_with_little(office, mall):
    def reads() -> int:
        office.get(reverse("place-evidence", args=["MALL"]))
        with CaptureQueriesContext(connection) as context:
            office.get(reverse("place-evidence", args=["MALL"]))
        return len(context)

    some_evidence(mall, at=clock.now() - timedelta(hours=30), rule="three-checks")
    few = reads()
    for hours in range(1, 25):
        some_evidence(mall, at=clock.now() - timedelta(hours=hours), rule="three-checks")
    assert reads() == few


# ---- who may see what ----------------------------------------------------------------------------


def test_a_guard_sees_the_duties_of_the_own_place_but_neither_receiver_evidence_nor_other_places(mall):
    Place.objects.filter(pk=mall.pk).update(receiver_name="周敏", receiver_phone="0574-88001234")
    a_place("OTHER")
    guard = signed_in(Client(), a_user("guard", place="MALL"))
    assert "0574-88001234" not in text(guard.get(reverse("place", args=["MALL"])))
    assert "0574-88001234" not in text(guard.get(reverse("place-file", args=["MALL"])))
    assert guard.get(reverse("place-evidence", args=["MALL"])).status_code == 403
    assert guard.get(reverse("place", args=["OTHER"])).status_code == 404
    assert guard.get(reverse("place-edit", args=["MALL"])).status_code == 403


def test_a_venue_manager_edits_the_own_place_only_and_cannot_move_it(mall):
    a_place("OTHER")
    manager = signed_in(Client(), a_user("venue-manager", place="MALL"))
    page = manager.get(reverse("place-edit", args=["MALL"]))
    assert "district" not in page.context["form"].fields
    assert manager.get(reverse("place-edit", args=["OTHER"])).status_code == 404
    a_district("990199")
    manager.post(
        reverse("place-edit", args=["MALL"]),
        fields(page, district="990199", **{"fact-daily_visitors": "100"}),
    )
    mall.refresh_from_db()
    assert mall.district_id == "990101"
    assert mall.daily_visitors == 100


def test_an_auditor_reads_and_is_offered_nothing_to_change(mall):
    auditor = signed_in(Client(), a_user("auditor"))
    for name in ("place", "place-file", "place-evidence", "place-history"):
        body = text(auditor.get(reverse(name, args=["MALL"])))
        assert reverse("place-edit", args=["MALL"]) not in body
        assert reverse("place-part-new", args=["MALL", "post"]) not in body


# ---- what if -------------------------------------------------------------------------------------


def test_what_if_compares_without_storing(office, mall):
    response = office.get(reverse("place-what-if", args=["MALL"]), {"fact-daily_visitors": "100"})
    shown = response.context["difference"]
    removed = {row.duty.rule.id for kind, _title, rows in shown.duties for row in rows if kind == "removed"}
    assert "guards" in removed
    assert [str(then) for _fact, _now, then in shown.supposed] == ["100"]
    mall.refresh_from_db()
    assert mall.daily_visitors == 9000


def test_what_if_the_posture_were_raised_shows_what_the_measures_ask(office, mall):
    response = office.get(reverse("place-what-if", args=["MALL"]), {"posture": "red"})
    assert not response.context["difference"].is_nothing


@pytest.mark.parametrize(
    "query", ["fact-daily_visitors=NaN", "kind=none", "posture=purple", "fact-area_m2=1e999"]
)
def test_a_supposition_that_cannot_be_gets_a_message(office, mall, query):
    assert office.get(f"{reverse('place-what-if', args=['MALL'])}?{query}").status_code == 422


# ---- small changes -------------------------------------------------------------------------------


def test_checkpoints_posts_zones_and_events_are_added_and_a_checkpoint_is_closed_with_a_reason(office, mall):
    def add(part: str, **values: str):
        return office.post(reverse("place-part-new", args=["MALL", part]), values)

    assert add("zone", code="Z", name_zh="中庭").status_code == 302
    assert add("post", code="P", name_zh="正门岗").status_code == 302
    zone = str(mall.zones.get().pk)
    assert add("checkpoint", code="C", name_zh="正门", zone=zone).status_code == 302
    assert add("checkpoint", code="C", name_zh="又一个").status_code == 422
    assert add("occurrence", kind="place-rebuilt", happened_at="2026-02-01T08:00").status_code == 302
    assert add("occurrence", kind="place-rebuilt", happened_at="2999-02-01T08:00").status_code == 422
    assert add("nonsense").status_code == 404
    assert Occurrence.objects.get().kind == "place-rebuilt"
    close = reverse("place-checkpoint-close", args=["MALL", "C"])
    assert office.post(close, {"reason": ""}).status_code == 422
    assert office.post(close, {"reason": "改造"}).status_code == 302
    assert Checkpoint.objects.get().closed_at is not None
    assert office.get(close).status_code == 404
    for name in ("place-file", "place-history", "place"):
        assert office.get(reverse(name, args=["MALL"])).status_code == 200


def test_a_waiver_is_given_with_reason_and_period_and_withdrawn(office, mall):
    given = {"duty": "city-plan-2026/guards", "start": "2026-11-01T00:00", "end": "2099-01-01T00:00"}
    address = reverse("place-waiver-new", args=["MALL"])
    assert office.post(address, given).status_code == 422
    backwards = {**given, "end": "2026-10-01T00:00", "reason": "x"}
    assert office.post(address, backwards).status_code == 422
    assert office.post(address, {**given, "duty": "city-plan-2026/nothing", "reason": "x"}).status_code == 422
    assert office.post(address, {**given, "reason": "装修停业"}).status_code == 302
    waiver = Waiver.objects.get()
    withdraw = reverse("place-waiver-withdraw", args=["MALL", waiver.pk])
    assert office.post(withdraw, {"reason": "恢复营业"}).status_code == 302
    assert Waiver.objects.get().withdrawn_at is not None
    inspector = signed_in(Client(), a_user("inspector"))
    assert inspector.post(address, {**given, "reason": "x"}).status_code == 403


def test_a_closed_place_owes_nothing_keeps_its_records_and_takes_no_more_changes(office, mall):
    some_evidence(mall, at=clock.now() - timedelta(days=1), rule="three-checks")
    assert office.post(reverse("place-close", args=["MALL"]), {"reason": "拆除"}).status_code == 302
    page = office.get(reverse("place", args=["MALL"]))
    assert page.context["rows"] == []
    assert office.get(reverse("place-evidence", args=["MALL"])).context["evidence"]
    assert office.get(reverse("place-close", args=["MALL"])).status_code == 404
    edit = office.get(reverse("place-edit", args=["MALL"]))
    assert office.post(reverse("place-edit", args=["MALL"]), fields(edit, name_zh="x")).status_code == 422


def test_pages_of_places_nobody_registered_are_not_found(office):
    a_department("COM")
    for name in ("place", "place-file", "place-coverage", "place-what-if", "place-edit", "place-history"):
        assert office.get(reverse(name, args=["no-such-place"])).status_code == 404
    assert office.get("/places/%00/").status_code == 400


def test_the_checkpoints_of_a_round_are_counted_on_the_page(office, mall):
    add_checkpoint(mall, code="C1", name_zh="正门", name_en="", by=None, at=datetime.now(UTC))
    assert "C1" in text(office.get(reverse("place-file", args=["MALL"])))


def test_the_moment_one_looks_at_is_kept_from_tab_to_tab(office, mall):
    query = urlencode({"at": "2026-11-01T08:00"})
    body = text(office.get(f"{reverse('place', args=['MALL'])}?{query}"))
    assert f"{reverse('place-file', args=['MALL'])}?at=2026-11-01T08:00" in body


@pytest.mark.parametrize(
    ("language", "words"), [("en", "1 of 2 checkpoints"), ("zh-hans", "已到 1 个，共 2 个巡查点")]
)
def test_the_windows_of_a_patrol_say_how_many_checkpoints_were_reached(language, words):
    adopt_plan()
    at = datetime.now(UTC)
    place = a_place("P-77", daily_visitors=3000)
    gates = [
        Checkpoint.objects.create(
            place=place, code=code, name_zh=code, order=n, opened_at=place.registered_at
        )
        for n, code in enumerate(("C1", "C2"))
    ]
    some_evidence(place, rule="mobile-patrol", kind="scan", checkpoint=gates[0], at=at - timedelta(seconds=1))
    client = signed_in(Client(), a_user("city-office"))
    client.cookies["language"] = language
    page = client.get(reverse("place-why", args=["P-77", "city-plan-2026", "mobile-patrol"]))
    assert words in page.content.decode()
