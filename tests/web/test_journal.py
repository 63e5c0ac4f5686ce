"""The journal on its page: filters in the address, words in both languages, pages, export."""

import csv
import io
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from anlan.actions import accounts, journal
from anlan.actions.journal import Change
from anlan.actions.register import change_facts
from anlan.models import Entry
from anlan.queries.journal import PAGE
from anlan.queries.vocabulary import words as vocabulary
from anlan.web.journal_words import ACTIONS, FIELDS, changes_in_words, value_words
from builders import a_district, a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


@pytest.fixture
def client():
    return signed_in(Client(), a_user("auditor"))


def text(response):
    return response.getvalue().decode()


def lines(client, query=""):
    return client.get(f"/journal/?{query}").context["lines"]


def test_a_change_is_told_in_both_languages_with_the_values_before_and_after(client):
    place = a_place("P-1", daily_visitors=5200)
    change_facts(
        place, {"daily_visitors": 4800.0}, by=a_user("city-office", name="王晓"), at=NOW, reason="复核"
    )
    body = text(client.get("/journal/?action=change-place"))
    for words in ("修改场所", "日均客流", "5,200", "4,800", "王晓", "复核"):
        assert words in body
    client.cookies["language"] = "en"
    body = text(client.get("/journal/?action=change-place"))
    for words in ("Place changed", "Visitors a day", "5,200", "4,800"):
        assert words in body


def test_the_address_narrows_by_place_action_person_and_day(client):
    office = a_user("city-office", username="office.1")
    early, late = NOW - timedelta(days=20), NOW - timedelta(days=2)
    for code, at in (("P-1", early), ("P-2", late)):
        change_facts(a_place(code), {"area_m2": 100.0}, by=office, at=at)
    assert {line.entry.place_code for line in lines(client, "place=P-1")} == {"P-1"}
    assert {line.entry.action for line in lines(client, "action=change-place")} == {"change-place"}
    assert len(lines(client, "by=office.1")) == 2
    day = timedelta(days=1)
    query = f"action=change-place&since={(late - day).date()}&until={(late + day).date()}"
    assert [line.entry.place_code for line in lines(client, query)] == ["P-2"]


def test_a_day_counts_from_midnight_to_midnight_in_the_city(client):
    for hour, code in ((15, "P-1"), (16, "P-2")):
        change_facts(a_place(code), {"area_m2": 1.0}, by=None, at=datetime(2026, 5, 4, hour, 59, tzinfo=UTC))
    found = lines(client, "action=change-place&since=2026-05-04&until=2026-05-04")
    assert [line.entry.place_code for line in found] == ["P-1"]


def test_every_entry_stands_on_exactly_one_page_even_at_the_same_moment(client):
    Entry.objects.all().delete()
    journal.write_all(
        [Change("record-evidence", "evidence", str(n)) for n in range(2 * PAGE + 5)], by=None, at=NOW
    )
    seen, query = [], ""
    while True:
        response = client.get(f"/journal/?{query}")
        seen += [line.entry.subject_id for line in response.context["lines"]]
        if not response.context["after"]:
            break
        query = urlencode({"after": response.context["after"]})
    assert sorted(map(int, seen)) == list(range(2 * PAGE + 5))


@pytest.mark.parametrize(
    "query",
    [
        "after=nonsense", "after=2026-01-01~zz", "after=2026-01-01T00:00:00~00",
        "after=0001-01-01T00:00:00%2B14:00~00000000000000000000000000000000", "since=tomorrow", "until=2026-13-40",
        "action=no-such", "by=%27%20OR%201=1--", "place=%3Cscript%3E", "since=0001-01-01", "until=9999-12-31",
    ],
)  # fmt: skip
def test_a_nonsensical_address_is_no_server_error(client, query):
    assert client.get(f"/journal/?{query}").status_code == 200
    assert client.get(f"/journal/export.csv?{query}").status_code == 200


def test_the_page_costs_a_fixed_number_of_reads(client, django_assert_max_num_queries):
    for number in range(PAGE):
        change_facts(a_place(f"P-{number}"), {"area_m2": 1.0}, by=a_user("inspector"), at=NOW)
    with django_assert_max_num_queries(13):
        assert len(lines(client)) == PAGE


def test_the_export_holds_what_the_page_holds_and_no_formula(client):
    a_place("P-1", name_zh="=cmd|'/c calc'!A0", at=NOW)
    change = Change("record-evidence", "evidence", "1", "-2+3", "P-1", reason="@SUM(A1)")
    journal.write(change, by=a_user("inspector", name="+危险"), at=NOW)
    response = client.get("/journal/export.csv?place=P-1")
    body = text(response)
    assert body.startswith("\ufeff")
    assert "attachment" in response.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(body.removeprefix("\ufeff"))))
    assert len(rows) == 1 + Entry.objects.filter(place_code="P-1").count()
    cells = [cell for row in rows[1:] for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert {"'-2+3", "'@SUM(A1)", "'+危险"} <= set(cells)


def test_a_guard_is_a_number_to_the_auditor_and_a_name_to_the_administrator(client):
    a_place("P-1")
    guard = a_user("guard", username="guard-9", name="陈保安", place="P-1")
    journal.write(Change("record-evidence", "evidence", "1", "场所", "P-1"), by=guard, at=NOW)
    for address in ("/journal/", "/journal/export.csv"):
        body = text(client.get(address))
        assert "陈保安" not in body
        assert "guard-9" not in body
        assert f"保安员 {guard.pk.hex[-6:]}" in body
    assert text(client.get("/journal/?by=guard-9")).count("<tbody>") == 0
    administrator = signed_in(Client(), a_user("administrator"))
    assert "陈保安" in text(administrator.get("/journal/"))
    assert len(lines(administrator, "by=guard-9")) == 1


def test_the_journal_is_closed_to_those_who_only_work(client):
    a_place("P-1")
    for role, place in (
        ("venue-manager", "P-1"),
        ("guard", "P-1"),
        ("inspector", ""),
        ("department-liaison", ""),
    ):
        assert signed_in(Client(), a_user(role, place=place)).get("/journal/").status_code == 403


def test_a_district_auditor_reads_the_districts_journal(client):
    a_place("P-1", district="990101")
    a_place("P-2", district="990102")
    a_district("990101")
    narrow = signed_in(Client(), a_user("auditor", district="990101"))
    assert {line.entry.place_code for line in lines(narrow)} == {"P-1"}


def test_markup_in_a_change_is_shown_as_text(client):
    change = Change("change-place", "place", "1", "<i>x</i>", "P-1", {"address": ["<script>a</script>", "b"]})
    journal.write(change, by=None, at=NOW)
    body = text(client.get("/journal/"))
    assert "<script>a" not in body
    assert "&lt;script&gt;a" in body


def test_values_are_told_as_a_person_would():
    from django.utils.translation import override

    with override("en"):
        assert value_words(None) == ""
        assert value_words(True) == "yes"
        assert value_words("2026-01-15T00:00:00+08:00") == "2026-01-15 00:00"
        assert value_words("inspector") == "Inspector"
        assert value_words(12500) == "12,500"
        told = changes_in_words(
            {"valid_until": [None, None], "scope": [None, "city"], "facts.beds": [10, 20]}
        )
    assert [(each.field, each.before, each.after) for each in told] == [
        ("Scope", "", "Whole city"),
        ("beds", "10", "20"),
    ]


def test_every_action_that_the_code_writes_has_words_and_a_picture():
    import re
    from pathlib import Path

    from anlan.web.templatetags import icons

    source = Path(accounts.__file__).parent
    written = set()
    for path in [*source.glob("*.py"), *(source.parent / "management").glob("*.py")]:
        written |= set(re.findall(r'(?:Change|_entry)\(\s*"([a-z]+(?:-[a-z]+)+)"', path.read_text("utf-8")))
    assert len(written) > 30
    assert written - set(ACTIONS) == set()
    assert [icon for _words, icon in ACTIONS.values() if not icons.exists(icon)] == []


def test_every_word_of_the_journal_is_translated():
    from django.utils.translation import override

    with override("en"):
        english = {str(words) for words, _icon in ACTIONS.values()} | {
            str(words) for words in FIELDS.values()
        }
    with override("zh-hans"):
        chinese = {str(words) for words, _icon in ACTIONS.values()} | {
            str(words) for words in FIELDS.values()
        }
    assert not english & chinese


def test_an_entry_leads_to_its_person(client):
    user = a_user("inspector")
    body = text(client.get("/journal/?action=create-person"))
    assert reverse("person", args=[user.username]) in body


def test_facts_and_kinds_are_told_in_the_words_of_the_schemes():
    from django.utils.translation import override

    from anlan.queries.vocabulary import words
    from builders import LONG_AGO, adopt_plan

    adopt_plan()
    with override("zh-hans"):
        told = changes_in_words(
            {"kind": [None, "kindergarten"], "facts.pupils": [None, 274]}, words(LONG_AGO)
        )
    assert [(each.field, each.after) for each in told] == [("类型", "幼儿园"), ("在校学生数", "274")]


@pytest.mark.parametrize(
    ("language", "label", "words"),
    [
        ("zh-hans", "起始日期", "请按 2026-07-01 的格式填写日期"),
        ("en", "From day", "Write the date like 2026-07-01"),
    ],
)
def test_a_day_that_cannot_be_read_is_said_and_kept(client, language, label, words):
    a_place("P-1")
    client.cookies["language"] = language
    page = text(client.get("/journal/?since=yesterday"))
    assert words in page
    assert label in page
    assert 'value="yesterday"' in page


def test_a_last_day_before_the_first_is_said(client):
    client.cookies["language"] = "en"
    assert "This is before the first day" in text(client.get("/journal/?since=2026-05-02&until=2026-05-01"))


def test_the_rule_of_a_waiver_and_the_source_of_a_place_are_told_by_name():
    adopt_plan(NOW - timedelta(days=1))
    known = vocabulary(NOW)
    for language, rule, source in (("zh-hans", "流动巡查", "演示数据"), ("en", "Mobile patrol", "Demo data")):
        with override(language):
            told = changes_in_words(
                {"rule": [None, "city-plan-2026/mobile-patrol"], "source": [None, "demo"]}, known
            )
            assert rule in told[0].after
            assert told[1].after == source
