"""How far grants reach: own place, own district, own department, on every page and operation there is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from access_tables import OPERATIONS
from anlan.actions import accounts
from anlan.actions.accounts import Scope
from anlan.actions.duties import Answer as ItemAnswer
from anlan.actions.duties import EvidenceDraft, record_evidence
from anlan.engine.access import Reach
from anlan.models import Department, Entry, Evidence, Finding, Place
from anlan.queries import reach as rows
from builders import a_district, a_place, a_user, adopt_plan, signed_in, some_evidence

pytestmark = pytest.mark.django_db

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def city():
    """Two places in two districts under two departments, each with evidence and a finding."""
    a_district("9901")
    a_district("990101", parent="9901")
    adopt_plan()
    for code, district, department in (("OWN-1", "990101", "D-OWN"), ("FAR-2", "990202", "D-FAR")):
        place = a_place(
            code, district=district, department=department, name_zh=f"名称{code}", daily_visitors=6000
        )
        some_evidence(place, at=YESTERDAY)
        failed = EvidenceDraft(
            scheme="city-plan-2026", rule="monthly-inspection", kind="inspection", effective_at=YESTERDAY,
            place=place, answers={"exits": ItemAnswer(passed=False, note=f"备注{code}")},
        )  # fmt: skip
        record_evidence(failed, rule=None, by=None, at=YESTERDAY)


def pages() -> list[URLPattern]:
    def walk(found):
        for each in found:
            if isinstance(each, URLResolver):
                if each.namespace != "api":
                    yield from walk(each.url_patterns)
            elif each.name:
                yield each

    return list(walk(get_resolver().url_patterns))


SCOPED = [
    ("venue-manager", {"place": "OWN-1"}),
    ("inspector", {"district": "990101"}),
    ("inspector", {"district": "9901"}),
    ("department-liaison", {"department": "D-OWN"}),
    ("auditor", {"district": "990101"}),
    ("city-office", {"district": "990101"}),
]


@pytest.mark.parametrize(("role", "scope"), SCOPED)
def test_no_page_shows_a_place_out_of_reach(city, role, scope):
    client = signed_in(Client(), a_user(role, **scope))
    leaks = []
    for page in pages():
        if page.pattern.converters or page.name in {"sign-out", "language", "theme"}:
            continue
        response = client.get(reverse(page.name))
        body = response.getvalue().decode("utf-8", "replace")
        if response.status_code == 200 and ("FAR-2" in body or "名称FAR" in body):
            leaks.append(page.name)
    assert leaks == []


@pytest.mark.parametrize(("role", "scope"), SCOPED)
def test_a_page_about_a_place_out_of_reach_is_not_there(city, role, scope):
    client = signed_in(Client(), a_user(role, **scope))
    finding = Finding.objects.get(place__code="FAR-2")
    evidence = Evidence.objects.filter(place__code="FAR-2").first()
    assert evidence is not None
    foreign = {
        "code": "FAR-2", "place": "FAR-2", "place_code": "FAR-2", "finding_id": finding.pk, "evidence_id": evidence.pk,
        "number": finding.number, "year": finding.year,
    }  # fmt: skip
    opened = {}
    for page in pages():
        names = set(page.pattern.converters)
        if not names or not names <= set(foreign) or "department" in page.name:
            continue
        address = reverse(page.name, kwargs={name: foreign[name] for name in names})
        response = client.get(address)
        status = client.post(address).status_code if response.status_code == 405 else response.status_code
        if status not in {403, 404}:
            opened[page.name] = status
    assert opened == {}


@pytest.mark.parametrize(("role", "scope"), SCOPED)
def test_no_list_of_the_api_shows_a_place_out_of_reach(city, role, scope):
    client = signed_in(Client(), a_user(role, **scope))
    leaks, seen = [], 0
    for operation in OPERATIONS:
        method, _space, path = operation.partition(" ")
        if method != "GET" or "{" in path:
            continue
        response = client.get(f"/api/v1{path}")
        body = response.getvalue().decode()
        seen += "OWN-1" in body
        if response.status_code == 200 and ("FAR-2" in body or "名称FAR" in body):
            leaks.append(path)
    assert leaks == []
    assert seen, "the lists must show what is within reach, else this test proves nothing"


@pytest.mark.parametrize(("role", "scope"), SCOPED)
def test_the_api_answers_for_a_place_out_of_reach_as_if_it_were_not_there(city, role, scope):
    client = signed_in(Client(), a_user(role, **scope))
    foreign = Finding.objects.get(place__code="FAR-2")
    for path in ("places/FAR-2", "places/FAR-2/facts", "places/FAR-2/duties", f"findings/{foreign.pk}"):
        assert client.get(f"/api/v1/{path}").status_code == 404, path
    assert client.get("/api/v1/places/OWN-1").status_code == 200


def test_evidence_cannot_be_recorded_for_a_place_out_of_reach(city):
    client = signed_in(Client(), a_user("venue-manager", place="OWN-1"))
    before = Evidence.objects.count()
    stated = {
        "scheme": "city-plan-2026", "rule": "monthly-inspection", "place": "FAR-2", "kind": "attestation",
        "effective_at": YESTERDAY.isoformat(),
    }  # fmt: skip
    response = client.post("/api/v1/evidence", stated, content_type="application/json")
    assert response.status_code in {403, 404, 422}
    assert Evidence.objects.count() == before


def test_a_grant_that_has_ended_opens_nothing_from_that_moment(city):
    user = a_user("inspector", district="990101")
    client = signed_in(Client(), user)
    assert client.get("/api/v1/places/OWN-1").status_code == 200
    accounts.end_role(user.grants.get(), by=None, at=datetime.now(UTC))
    assert client.get("/api/v1/places/OWN-1").status_code == 403


def test_a_journal_of_a_district_holds_its_places_only(city):
    client = signed_in(Client(), a_user("auditor", district="990101"))
    assert Entry.objects.filter(place_code="FAR-2").exists()
    for address in (reverse("journal"), reverse("journal-export", args=["csv"])):
        body = client.get(address).getvalue().decode()
        assert "OWN-1" in body
        assert "FAR-2" not in body


def test_people_of_a_district_are_those_with_grants_in_it(city):
    here = a_user("inspector", district="990101", name="本区检查员")
    at_place = a_user("venue-manager", place="OWN-1", name="本区场所负责人")
    far = a_user("inspector", district="990202", name="外区检查员")
    client = signed_in(Client(), a_user("auditor", district="990101"))
    body = client.get(reverse("people")).content.decode()
    assert here.name in body
    assert at_place.name in body
    assert far.name not in body
    assert client.get(reverse("person", args=[far.username])).status_code == 404


def test_reach_that_is_empty_narrows_every_list_to_nothing(city):
    nowhere = Reach(everywhere=False)
    assert not rows.within(nowhere, Place.objects.all()).exists()
    assert not rows.departments_within(nowhere, Department.objects.all()).exists()
    assert not rows.evidence_within(nowhere, Evidence.objects.all()).exists()
    assert not rows.findings_within(nowhere, Finding.objects.all()).exists()
    assert not rows.entries_within(nowhere, Entry.objects.all()).exists()


def test_two_scoped_grants_reach_both(city):
    user = a_user("inspector", district="990101")
    accounts.give_role(user, "inspector", scope=Scope(department="D-FAR"), by=None, at=YESTERDAY)
    client = signed_in(Client(), user)
    assert {client.get(f"/api/v1/places/{code}").status_code for code in ("OWN-1", "FAR-2")} == {200}


def test_a_finding_is_seen_by_the_department_that_must_mend_it(city):
    finding = Finding.objects.get(place__code="OWN-1")
    finding.department = Department.objects.get(code="D-FAR")
    finding.save()
    seen = rows.findings_within(Reach(False, departments=frozenset({"D-FAR"})), Finding.objects.all())
    assert finding in seen
