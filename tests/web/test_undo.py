"""The way back: what was done a moment ago is undone once, by who did it, and never over a later change."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from anlan.actions import accounts, desk
from anlan.actions.duties import Answer, EvidenceDraft, give_waiver, record_evidence, withdraw_waiver
from anlan.actions.responsibility import assign_findings
from anlan.actions.schemes import set_local_value
from anlan.models import Entry, Finding, Grant, LocalValue, Place, SavedView, User, Waiver
from anlan.web import undo
from builders import LONG_AGO, a_department, a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def office(client: Client) -> Client:
    return signed_in(client, a_user("city-office", username="office-1"))


@pytest.fixture
def administrator(client: Client) -> Client:
    return signed_in(client, a_user("administrator", username="chief"))


def body(response) -> str:
    return response.content.decode()


def mark_in(response) -> str:
    """The mark in the notice's button "Undo"."""
    found = re.search(r'name="mark" value="([^"]+)"', body(response))
    assert found, "the page offers nothing to undo"
    return found[1]


def test_a_waiver_given_is_withdrawn_and_one_withdrawn_holds_again(office):
    adopt_plan()
    place = a_place("M-1")
    waiver = give_waiver(
        scheme="city-plan-2026",
        rule="monthly-inspection",
        start=NOW,
        end=NOW + timedelta(days=9),
        reason="装修",
        by=None,
        at=NOW,
        place=place,
    )
    address = reverse("place-waiver-withdraw", args=["M-1", waiver.pk])
    mark = mark_in(office.post(address, {"reason": "误批"}, follow=True))
    waiver.refresh_from_db()
    assert waiver.withdrawn_at is not None
    office.post(reverse("undo"), {"mark": mark})
    again = Waiver.objects.get(withdrawn_at=None)
    assert (again.start, again.end, again.reason) == (waiver.start, waiver.end, "装修")
    office.post(reverse("undo"), {"mark": mark})
    assert Waiver.objects.filter(withdrawn_at=None).count() == 1


def test_a_grant_that_was_ended_is_given_again_once(administrator):
    user = a_user("inspector", district="990101")
    grant = user.grants.get()
    address = reverse("grant-end", args=[user.username, grant.pk])
    mark = mark_in(administrator.post(address, follow=True))
    for _time in range(2):
        administrator.post(reverse("undo"), {"mark": mark})
    rows = Grant.objects.filter(user=user, role="inspector", district_code="990101").order_by("valid_from")
    assert [row.valid_until is None for row in rows] == [False, True]


def a_finding(place: Place) -> Finding:
    """A finding from a failed item of an inspection."""
    draft = EvidenceDraft(
        scheme="city-plan-2026",
        rule="monthly-inspection",
        kind="inspection",
        effective_at=NOW - timedelta(days=1),
        place=place,
        answers={"exits": Answer(passed=False, note="堵塞")},
    )
    return record_evidence(draft, rule=None, by=None, at=NOW - timedelta(days=1)).findings.get()


def mark_of(user: User, kind: str, **what: object) -> str:
    return signing.dumps({"kind": kind, "by": str(user.pk), **what}, salt=undo.SALT)


def test_a_mark_holds_for_its_maker_alone_and_not_after_a_minute(office, settings, monkeypatch):
    place = a_place("M-1")
    adopt_plan()
    waiver = give_waiver(
        scheme="city-plan-2026", rule="x", start=NOW, end=NOW, reason="r", by=None, at=NOW, place=place
    )
    stranger = a_user("city-office")
    office.post(reverse("undo"), {"mark": mark_of(stranger, "waiver-given", waiver=str(waiver.pk))})
    office.post(reverse("undo"), {"mark": "forged:mark:x"})
    own = mark_of(User.objects.get(username="office-1"), "waiver-given", waiver=str(waiver.pk))
    monkeypatch.setattr(undo, "HOLDS_S", -1)
    late = office.post(reverse("undo"), {"mark": own}, follow=True)
    assert "超过一分钟" in body(late)
    waiver.refresh_from_db()
    assert waiver.withdrawn_at is None


def test_who_lost_the_right_meanwhile_cannot_undo(client):
    user = a_user("city-office")
    place = a_place("M-1")
    waiver = give_waiver(
        scheme="city-plan-2026", rule="x", start=NOW, end=NOW, reason="r", by=None, at=NOW, place=place
    )
    withdraw_waiver(waiver, by=user, at=NOW, reason="x")
    accounts.end_role(user.grants.get(), by=None, at=NOW)
    mark = mark_of(user, "waiver-withdrawn", waiver=str(waiver.pk))
    assert signed_in(client, user).post(reverse("undo"), {"mark": mark}).status_code == 403
    assert not Waiver.objects.filter(withdrawn_at=None).exists()


def test_findings_handed_on_come_back_only_where_their_maker_may_still_assign_them(client):
    user = a_user("inspector")
    accounts.give_role(user, "city-office", scope=accounts.Scope(district="990101"), by=None, at=LONG_AGO)
    near = a_finding(a_place("NEAR-1", district="990101"))
    far = a_finding(a_place("FAR-1", district="990202"))
    new = a_department("D-NEW")
    assign_findings([near, far], department=new, by=user, at=NOW, reason="x")
    signed_in(client, user).post(
        reverse("undo"), {"mark": mark_of(user, "findings-assigned", at=NOW.isoformat())}
    )
    near.refresh_from_db()
    far.refresh_from_db()
    assert (near.department, far.department) == (None, new)


def test_undoing_leaves_findings_alone_that_went_to_an_operator_since(office):
    new = a_department("D-NEW")
    finding = a_finding(a_place("M-1", operator="某某公司"))
    user, operator = User.objects.get(username="office-1"), finding.operator
    assign_findings([finding], department=new, by=user, at=NOW, reason="x")
    assign_findings([finding], department=new, operator=operator, by=None, at=NOW, reason="y")
    page = office.post(
        reverse("undo"), {"mark": mark_of(user, "findings-assigned", at=NOW.isoformat())}, follow=True
    )
    finding.refresh_from_db()
    assert (finding.department, finding.operator) == (new, operator)
    assert "已经撤销过" in body(page)


def test_a_deleted_view_does_not_come_back_where_there_is_no_room_for_it(office):
    user = User.objects.get(username="office-1")
    for number in range(desk.MOST_VIEWS):
        SavedView.objects.create(
            id=uuid4(), user=user, page="places", name=f"v{number}", query="", saved_at=LONG_AGO
        )
    mark = mark_of(user, "view", page="places", name="早先", query="", columns=[])
    assert "已经撤销过" in body(office.post(reverse("undo"), {"mark": mark}, follow=True))
    assert SavedView.objects.count() == desk.MOST_VIEWS


def test_an_account_that_is_open_is_not_opened_again_so_that_undoing_cannot_close_it(administrator):
    user = a_user("inspector")
    page = administrator.post(reverse("person-reactivate", args=[user.username]), follow=True)
    assert 'name="mark"' not in body(page)
    assert "已是启用状态" in body(page)


def test_a_grant_that_has_ended_offers_no_way_back(administrator):
    user = a_user("inspector")
    grant = accounts.end_role(user.grants.get(), by=None, at=NOW - timedelta(days=1))
    page = administrator.post(reverse("grant-end", args=[user.username, grant.pk]), follow=True)
    assert 'name="mark"' not in body(page)
    assert Grant.objects.filter(user=user).count() == 1


def test_a_local_value_that_was_set_is_withdrawn_and_stays_so(office):
    adopt_plan()
    address = reverse("scheme-local-value", args=["city-plan-2026", "tier-1-visitors"])
    stated = {"value": "6000", "reason": "本市", "valid_from": "2026-02-01"}
    mark = mark_in(office.post(address, stated, follow=True))
    for _time in range(2):
        office.post(reverse("undo"), {"mark": mark})
    value = LocalValue.objects.get()
    assert value.withdrawn_at is not None
    assert Entry.objects.filter(action="withdraw-local-value").count() == 1


def test_who_may_set_values_of_some_places_only_cannot_undo_one_for_all(client):
    user = a_user("city-office", district="990101")
    value = set_local_value(
        scheme="city-plan-2026", parameter="tier-1-visitors", value=6000, reason="r",
        valid_from=NOW.date(), valid_until=None, by=user, at=NOW,
    )  # fmt: skip
    mark = mark_of(user, "local-value-set", value=str(value.pk))
    assert signed_in(client, user).post(reverse("undo"), {"mark": mark}).status_code == 403
    value.refresh_from_db()
    assert value.withdrawn_at is None
