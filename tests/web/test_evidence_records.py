"""Looking at what is on record, narrowing the list, and striking."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anlan.models import Entry
from anlan.queries.vocabulary import words as vocabulary
from anlan.web.evidence_forms import EvidenceSearch
from builders import LONG_AGO, a_place, a_user, adopt_plan, signed_in, some_evidence
from web.reading_pages import text

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
PLAN = "city-plan-2026"


@pytest.fixture
def place():
    adopt_plan()
    return a_place("P-1", district="990101", daily_visitors=3000, area_m2=500)


@pytest.fixture
def manager():
    return a_user("venue-manager", place="P-1", name="李经理")


@pytest.fixture
def client(place, manager):
    return signed_in(Client(), manager)


def test_struck_evidence_stays_readable_with_reason_and_counts_no_more(client, place, manager):
    record = some_evidence(place, at=NOW, rule="two-posts", kind="roster", quantity=2, by=manager)
    address = reverse("evidence", args=[record.pk])
    assert client.post(f"{address}strike/", {"reason": ""}).status_code == 422
    body = text(client.post(f"{address}strike/", {"reason": "录入错误"}, follow=True))
    assert "已划除：本记录不计入" in body
    assert "录入错误" in body
    again = text(client.post(f"{address}strike/", {"reason": "再次"}, follow=True))
    assert "再次" not in again
    assert Entry.objects.filter(action="strike-evidence").count() == 1


def test_an_auditor_reads_evidence_and_cannot_strike_it(place):
    record = some_evidence(place, at=NOW)
    client = signed_in(Client(), a_user("auditor"))
    address = reverse("evidence", args=[record.pk])
    assert client.get(address).status_code == 200
    assert "strike/" not in text(client.get(address))
    assert client.post(f"{address}strike/", {"reason": "x"}).status_code == 403


def test_a_guards_name_is_for_people_of_the_place_only(place, manager):
    guard = a_user("guard", place="P-1", name="赵保安")
    record = some_evidence(place, at=NOW, rule="mobile-patrol", kind="scan", by=guard)
    for user, shown in ((manager, True), (a_user("inspector"), False), (a_user("auditor"), False)):
        client = signed_in(Client(), user)
        for address in ("/evidence/", reverse("evidence", args=[record.pk])):
            assert ("赵保安" in text(client.get(address))) is shown


def test_the_list_is_narrowed_by_what_stands_in_the_address(place):
    other = a_place("P-2", name_zh="滨江书店", district="990101")
    some_evidence(place, at=NOW - timedelta(days=3), rule="two-posts", kind="roster")
    struck = some_evidence(other, at=NOW, rule="mobile-patrol", kind="scan")
    client = signed_in(Client(), a_user("city-office"))
    client.post(reverse("evidence-strike", args=[struck.pk]), {"reason": "重复"})

    def found(query):
        rows = client.get(f"/evidence/?{query}").context["rows"]
        return [shown.evidence.rule for shown, _subject in rows]

    assert found("") == ["mobile-patrol", "two-posts"]
    assert found("q=滨江") == found("kind=scan") == found("struck=only") == ["mobile-patrol"]
    assert found(f"rule={PLAN}/two-posts") == found("struck=no") == found("place=P-1") == ["two-posts"]
    assert found(f"since={timezone.localtime(NOW - timedelta(days=1)).date()}") == ["mobile-patrol"]
    assert found(f"until={timezone.localtime(NOW - timedelta(days=1)).date()}") == ["two-posts"]


def test_every_record_stands_on_exactly_one_page(place):
    from anlan.queries.evidence import PAGE

    for _number in range(2 * PAGE + 3):
        some_evidence(place, at=NOW)
    client = signed_in(Client(), a_user("auditor"))
    seen, after = [], ""
    while True:
        context = client.get("/evidence/", {"after": after} if after else {}).context
        seen += [shown.evidence.pk for shown, _subject in context["rows"]]
        after = context["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 2 * PAGE + 3


@pytest.mark.parametrize(
    "query",
    [
        "since=x",
        "until=9999-12-31",
        "since=0001-01-01",
        "rule=x",
        "kind=x",
        "after=x~y",
        "struck=x",
        "q=" + "x" * 300,
    ],
)
def test_a_nonsensical_filter_is_no_server_error(client, query):
    assert client.get(f"/evidence/?{query}").status_code == 200


def test_the_list_and_the_record_cost_a_fixed_number_of_reads(place, manager, django_assert_max_num_queries):
    for _number in range(30):
        record = some_evidence(place, at=NOW, by=manager)
    client = signed_in(Client(), a_user("auditor"))
    client.get("/evidence/")
    with django_assert_max_num_queries(14):
        client.get("/evidence/")
    with django_assert_max_num_queries(22):
        client.get(reverse("evidence", args=[record.pk]))


def test_the_filter_offers_a_manager_only_the_rules_of_the_own_place() -> None:
    adopt_plan(LONG_AGO)
    mall, school = a_place("M-1", daily_visitors=3000), a_place("S-1", kind="school", pupils=400)
    some_evidence(mall, rule="drill", at=datetime.now(UTC) - timedelta(days=1))
    client = signed_in(Client(), a_user("venue-manager", place=mall.code))
    offered = client.get(reverse("evidence-list")).content.decode()
    assert "city-plan-2026/mobile-patrol" in offered
    assert "city-plan-2026/school-guards" not in offered
    office = signed_in(Client(), a_user("city-office"))
    assert "city-plan-2026/school-guards" in office.get(reverse("evidence-list")).content.decode()
    assert school.code


def test_two_rules_of_one_title_are_told_apart_in_the_filter() -> None:
    adopt_plan(LONG_AGO)
    form = EvidenceSearch({}, vocabulary(datetime.now(UTC)).schemes)
    names = [name for _group, rules in form.fields["rule"].choices[1:] for _id, name in rules]
    assert len(names) == len(set(names))
