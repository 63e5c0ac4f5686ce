"""Drafts of forms: kept for whoever typed them, put back anywhere, forgotten when the form is taken."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anlan.actions import drafts
from anlan.models import FormDraft, User
from builders import a_place, a_user, signed_in

pytestmark = pytest.mark.django_db

NEW_PLACE = "/places/new/"


def a_client(user: User) -> Client:
    client = signed_in(Client(), user)
    client.cookies["language"] = "en"
    return client


def keep(client: Client, address: str, *fields: tuple[str, str], method: str = "POST") -> Any:
    """What the page's script sends."""
    body = json.dumps({"address": address, "fields": [list(pair) for pair in fields]})
    return client.generic(method, reverse("draft"), body, content_type="application/json")


def shown(client: Client, address: str) -> list[list[str]] | None:
    """The entries of the draft that a form carries; None when it carries no draft."""
    kept = client.get(address).context["kept"]
    return json.loads(kept.fields) if kept.saved_at else None


def test_a_draft_is_put_back_in_another_session_of_the_same_person():
    user = a_user("city-office")
    assert keep(a_client(user), NEW_PLACE, ("name_zh", "河畔书城")).status_code == 200
    assert shown(a_client(user), NEW_PLACE) == [["name_zh", "河畔书城"]]


def test_nobody_sees_or_drops_the_draft_of_somebody_else():
    one, other = a_client(a_user("city-office")), a_client(a_user("city-office"))
    keep(one, NEW_PLACE, ("name_zh", "河畔书城"))
    assert shown(other, NEW_PLACE) is None
    keep(other, NEW_PLACE, method="DELETE")
    assert shown(one, NEW_PLACE) == [["name_zh", "河畔书城"]]


def test_a_form_that_comes_back_with_mistakes_keeps_its_draft_and_one_that_is_taken_drops_it():
    client = a_client(a_user("administrator"))
    address = reverse("person-new")
    entries = {"username": "wang.li", "name": "王丽", "password": "short", "draft-of": address}
    keep(client, address, ("username", "wang.li"), ("name", "王丽"))
    refused = client.post(address, entries)
    assert (refused.status_code, FormDraft.objects.count()) == (422, 1)
    assert drafts_done(refused) == ""
    taken = client.post(address, entries | {"password": "four plain words here"})
    assert (taken.status_code, FormDraft.objects.count()) == (302, 0)
    assert drafts_done(taken) == "%2Fpeople%2Fnew%2F"


def drafts_done(response: Any) -> str:
    """The form that the answer names as taken, for the browser to forget its copy."""
    cookie = response.cookies.get("draft-done")
    return cookie.value if cookie else ""


def test_a_form_sent_after_the_session_ended_keeps_its_draft():
    user = a_user("administrator")
    keep(a_client(user), reverse("person-new"), ("name", "王丽"))
    answer = Client().post(reverse("person-new"), {"name": "王丽", "draft-of": reverse("person-new")})
    assert (answer.status_code, FormDraft.objects.count()) == (302, 1)


def test_taking_one_form_leaves_the_drafts_of_others():
    client = a_client(a_user("administrator"))
    for address in (reverse("person-new"), NEW_PLACE):
        keep(client, address, ("note", "x"))
    client.post(reverse("theme"), {"theme": "dark", "draft-of": "/settings/"})
    client.post(reverse("theme"), {"theme": "dark", "draft-of": reverse("person-new")})
    assert list(FormDraft.objects.values_list("address", flat=True)) == [NEW_PLACE]


def test_no_draft_holds_a_password_whatever_a_page_sends():
    client = a_client(a_user("administrator"))
    secret = ("password", "four plain words here"), ("csrfmiddlewaretoken", "x"), ("New-Password", "y")
    keep(client, reverse("person-new"), ("name", "王丽"), *secret)
    assert FormDraft.objects.get().fields == [["name", "王丽"]]


@pytest.mark.parametrize(
    "address",
    [
        "/account/password/",
        "/account/second-step/",
        "/sign-in/",
        "/nowhere/",
        "/evidence/new/?password=x",
        "/evidence/new/?rule=r&place=p",
        "https://example.org/places/new/",
        "/places/new/?" + "x" * 300,
    ],
)
def test_only_forms_that_are_known_have_drafts(address):
    assert keep(a_client(a_user("administrator")), address, ("name", "x")).status_code == 400
    assert FormDraft.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"address": "/places/new/", "fields": [["a"]]}',
        b"\xff",
        b"[" * 100_000,
        b'{"address": "/places/new/", "fields": [["note", "\\ud800"]]}',
        b'{"address": "/evidence/new/?place=\\udfff", "fields": []}',
    ],
)
def test_what_no_page_sends_is_refused(body):
    client = a_client(a_user("city-office"))
    answer = client.post(reverse("draft"), body, content_type="application/json")
    assert (answer.status_code, FormDraft.objects.count()) == (400, 0)


def test_a_draft_that_is_too_large_is_refused_and_the_one_before_stays():
    client = a_client(a_user("city-office"))
    keep(client, NEW_PLACE, ("note", "short"))
    assert keep(client, NEW_PLACE, ("note", "长" * drafts.MOST_BYTES)).status_code == 413
    assert shown(client, NEW_PLACE) == [["note", "short"]]


def test_each_duty_of_a_place_has_a_draft_of_its_own_and_the_way_back_makes_no_difference():
    a_place("P-1", district="990101")
    client = a_client(a_user("city-office"))
    one = "/evidence/new/?place=P-1&scheme=city-plan-2026&rule=guards"
    keep(client, one, ("note", "guards"))
    from anlan.web.drafts import address_of, is_known

    request = client.get(f"{one}&back=/work/").wsgi_request
    assert (address_of(request), is_known(one)) == (one, True)
    assert not FormDraft.objects.filter(address=one.replace("guards", "three-checks")).exists()


def test_a_finding_looked_at_again_with_mistakes_still_belongs_to_the_findings_page(rf):
    from django.urls import resolve

    from anlan.web.drafts import address_of

    number = "0190f0a0-0000-7000-8000-000000000001"
    request = rf.post(f"/findings/{number}/reinspect/")
    request.resolver_match = resolve(request.path)
    assert address_of(request) == f"/findings/{number}/"


def test_drafts_that_nobody_took_up_for_a_fortnight_are_erased():
    user, at = a_user("city-office"), timezone.now()
    drafts.save(user, NEW_PLACE, [("name_zh", "旧")], at=at - timedelta(days=14, seconds=1))
    drafts.save(user, "/people/new/", [("name", "新")], at=at - timedelta(days=13))
    assert drafts.erase_old(at=at) == 1
    assert FormDraft.objects.get().address == "/people/new/"


def test_the_oldest_drafts_of_a_person_make_room():
    user, at = a_user("city-office"), timezone.now()
    for number in range(drafts.MOST_DRAFTS + 2):
        drafts.save(user, f"/places/P-{number}/edit/", [("note", "x")], at=at + timedelta(seconds=number))
    kept = set(user.drafts.values_list("address", flat=True))
    assert len(kept) == drafts.MOST_DRAFTS
    assert not {"/places/P-0/edit/", "/places/P-1/edit/"} & kept
