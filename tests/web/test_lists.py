"""The tools above lists: own views, chosen columns, files of what shows, acts on selections, and the way back."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from anlan.actions.duties import Answer, EvidenceDraft, record_evidence
from anlan.actions.register import close_place
from anlan.links import list_sheets
from anlan.links.sheets import read_sheet
from anlan.models import Entry, Finding, Place, SavedView, User
from anlan.queries import board
from builders import LONG_AGO, a_department, a_place, a_user, adopt_plan, signed_in, some_evidence

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _forgotten_board():
    """Each test has a database of its own, so the board of another must not be kept."""
    board.forget()


@pytest.fixture
def office(client: Client) -> Client:
    return signed_in(client, a_user("city-office", username="office-1"))


@pytest.fixture
def administrator(client: Client) -> Client:
    return signed_in(client, a_user("administrator", username="chief"))


def body(response) -> str:
    return response.content.decode()


def rows_of(response) -> list[list[str]]:
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def mark_in(response) -> str:
    """The mark in the notice's button "Undo"."""
    found = re.search(r'name="mark" value="([^"]+)"', body(response))
    assert found, "the page offers nothing to undo"
    return found[1]


def do(client: Client, name: str, rows: list[str], act: str, *, follow: bool = True, **fields: str):
    """Send a selection and confirm it."""
    data = {"row": rows, "act": act, "sure": "yes", **fields}
    return client.post(reverse(name), data, follow=follow)


# ---- views ---------------------------------------------------------------------------------------


def test_a_saved_view_brings_back_its_filter_and_its_columns(office):
    adopt_plan()
    a_place("M-1", name_zh="临江商场", kind="mall", daily_visitors=12500)
    a_place("H-1", name_zh="人民医院", kind="hospital")
    sent = {
        "page": "places",
        "name": "商场",
        "query": "kind=mall&after=X&sort=gaps",
        "columns": "visitors,department",
    }
    office.post(reverse("view-save"), sent)
    page = office.get(reverse("places"))
    link = page.context["tools"].views[0]
    assert link.view.name == "商场"
    shown = office.get(link.url)
    assert [entry["place"].code for entry in shown.context["rows"]] == ["M-1"]
    assert shown.context["tools"].columns.ids == ("name", "visitors", "department")
    assert shown.context["filter"].sorting == "gaps"
    assert shown.context["tools"].shown_view.view.name == "商场"
    assert "after=" not in link.url


def test_saving_under_the_same_name_replaces_the_view(office):
    for query in ("kind=mall", "kind=hospital"):
        office.post(reverse("view-save"), {"page": "places", "name": "一类", "query": query, "columns": ""})
    assert [view.query for view in SavedView.objects.all()] == ["kind=hospital"]


@pytest.mark.parametrize(("page", "name", "status"), [("settings", "x", 404), ("places", "   ", 302)])
def test_a_view_of_no_list_or_without_a_name_is_not_kept(office, page, name, status):
    sent = {"page": page, "name": name, "query": "", "columns": ""}
    assert office.post(reverse("view-save"), sent).status_code == status
    assert not SavedView.objects.exists()


def test_views_of_others_are_neither_shown_nor_deleted(office):
    other = signed_in(Client(), a_user("city-office"))
    other.post(reverse("view-save"), {"page": "places", "name": "别人的", "query": "", "columns": ""})
    view = SavedView.objects.get()
    assert "别人的" not in body(office.get(reverse("places")))
    assert office.post(reverse("view-delete", args=[view.pk])).status_code == 404
    assert SavedView.objects.exists()


def test_a_deleted_view_comes_back_once(office):
    sent = {"page": "places", "name": "商场", "query": "kind=mall", "columns": "tier"}
    office.post(reverse("view-save"), sent)
    view = SavedView.objects.get()
    mark = mark_in(office.post(reverse("view-delete", args=[view.pk]), follow=True))
    assert not SavedView.objects.exists()
    office.post(reverse("undo"), {"mark": mark})
    again = SavedView.objects.get()
    assert (again.name, again.query, again.columns) == ("商场", "kind=mall", ["tier"])
    second = office.post(reverse("undo"), {"mark": mark}, follow=True)
    assert "已经撤销过" in body(second)
    assert SavedView.objects.count() == 1


# ---- columns and files ---------------------------------------------------------------------------


def test_columns_that_are_not_chosen_are_not_drawn(office):
    a_place("M-1", daily_visitors=12500)
    assert "12,500" in body(office.get(reverse("places")))
    assert "12,500" not in body(office.get(reverse("places"), {"columns": "tier,state"}))
    assert "12,500" in body(office.get(reverse("places"), {"columns": "no-such-column"}))


def test_boxes_sent_one_by_one_choose_like_one_word(office):
    a_place("M-1")
    one = office.get(reverse("places") + "?columns=tier&columns=address").context["tools"].columns.ids
    assert one == office.get(reverse("places"), {"columns": "tier,address"}).context["tools"].columns.ids


def test_a_file_of_the_list_has_its_columns_and_its_rows(office):
    adopt_plan()
    a_place("M-1", name_zh="临江商场", kind="mall", daily_visitors=12500)
    a_place("H-1", name_zh="人民医院", kind="hospital")
    page = office.get(reverse("places"), {"kind": "mall", "columns": "visitors"})
    urls = dict(page.context["tools"].exports)
    titles, *rows = rows_of(office.get(urls["CSV"]))
    assert len(rows) == 1
    assert rows[0][0] == "M-1"
    assert rows[0][titles.index("日均客流")] == "12500"
    assert "类别" not in titles


def test_a_file_of_a_selection_has_only_the_rows_named(office):
    for code in ("A-1", "A-2", "A-3"):
        a_place(code)
    rows = rows_of(office.get(reverse("places-list", args=["csv"]), {"row": ["A-1", "A-3"]}))
    assert [row[0] for row in rows[1:]] == ["A-1", "A-3"]


@pytest.mark.parametrize("name", ["places-list", "evidence-export", "findings-export", "journal-export"])
def test_every_list_is_a_workbook_too(office, name):
    a_place("M-1")
    answer = office.get(reverse(name, args=["xlsx"]))
    assert answer.content.startswith(b"PK")
    assert office.get(reverse(name, args=["pdf"])).status_code == 404


def test_texts_that_look_like_formulae_are_guarded_in_files(office):
    some_evidence(a_place("M-1"), at=NOW - timedelta(hours=1), note="=1+1")
    _titles, row = rows_of(office.get(reverse("evidence-export", args=["csv"])))
    assert "'=1+1" in row


@pytest.mark.parametrize("name", ["places", "evidence-list", "findings", "journal", "people"])
def test_every_list_has_its_tools(administrator, name):
    tools = administrator.get(reverse(name)).context["tools"]
    assert tools.page == name
    assert tools.columns.choices


# ---- acts on a selection -------------------------------------------------------------------------


def test_a_selection_is_first_shown_with_its_count_and_nothing_happens(office):
    a_department("D-NEW")
    for code in ("A-1", "A-2"):
        a_place(code)
    page = office.post(reverse("places-bulk"), {"row": ["A-1", "A-2"], "act": "department"})
    assert page.status_code == 200
    assert "2 个场所" in body(page)
    assert not Entry.objects.filter(action="change-place").exists()


def test_many_places_get_another_department_each_in_the_journal_and_back(office):
    new, old = a_department("D-NEW"), a_department("D-OLD")
    a_place("A-1", department="D-OLD")
    a_place("A-2")
    done = do(office, "places-bulk", ["A-1", "A-2"], "department", department="D-NEW", reason="机构调整")
    assert set(Place.objects.values_list("department_id", flat=True)) == {new.pk}
    entries = Entry.objects.filter(action="change-place", reason="机构调整")
    assert sorted(entries.values_list("place_code", flat=True)) == ["A-1", "A-2"]
    mark = mark_in(done)
    office.post(reverse("undo"), {"mark": mark})
    assert dict(Place.objects.values_list("code", "department_id")) == {"A-1": old.pk, "A-2": None}
    assert "已经撤销过" in body(office.post(reverse("undo"), {"mark": mark}, follow=True))


def test_undoing_leaves_alone_what_somebody_changed_since(office):
    old, later = a_department("D-OLD"), a_department("D-LATER")
    a_department("D-NEW")
    a_place("A-1", department="D-OLD")
    a_place("A-2", department="D-OLD")
    done = do(office, "places-bulk", ["A-1", "A-2"], "department", department="D-NEW", reason="x")
    Place.objects.filter(code="A-2").update(department=later)
    office.post(reverse("undo"), {"mark": mark_in(done)})
    assert dict(Place.objects.values_list("code", "department_id")) == {"A-1": old.pk, "A-2": later.pk}


def test_rows_out_of_reach_stay_and_are_named(client):
    user = a_user("city-office", district="990101")
    a_department("D-NEW", district="990101")
    a_place("OWN-1", district="990101")
    a_place("FAR-2", district="990202")
    page = do(
        signed_in(client, user),
        "places-bulk",
        ["OWN-1", "FAR-2", "NONE-3"],
        "department",
        department="D-NEW",
        reason="x",
    )
    refused = {row.key: row.refusal for row in page.context["all_rows"] if row.refusal}
    assert set(refused) == {"FAR-2", "NONE-3"}
    assert "权限范围内没有" in refused["FAR-2"]
    assert Place.objects.get(code="OWN-1").department is not None
    assert Place.objects.get(code="FAR-2").department is None


def test_closing_many_places_asks_for_their_number(office):
    for code in ("A-1", "A-2"):
        a_place(code)
    wrong = do(office, "places-bulk", ["A-1", "A-2"], "close", reason="拆除", typed="3")
    assert wrong.status_code == 422
    assert not Place.objects.filter(closed_at__isnull=False).exists()
    do(office, "places-bulk", ["A-1", "A-2"], "close", reason="拆除", typed="2")
    assert not Place.objects.filter(closed_at=None).exists()
    assert Entry.objects.filter(action="close-place", reason="拆除").count() == 2


def test_a_place_closed_meanwhile_is_named_and_the_others_are_closed(office):
    for code in ("A-1", "A-2"):
        a_place(code)
    close_place(Place.objects.get(code="A-1"), by=None, at=NOW - timedelta(hours=2), reason="早")
    page = do(office, "places-bulk", ["A-1", "A-2"], "close", reason="拆除", typed="1")
    assert [row.key for row in page.context["all_rows"] if row.refusal] == ["A-1"]
    assert Place.objects.get(code="A-2").closed_at is not None


def test_all_rows_of_the_filter_are_those_of_the_filter(office):
    adopt_plan()
    a_department("D-NEW")
    for number in range(3):
        a_place(f"M-{number}", kind="mall")
    a_place("H-1", kind="hospital")
    page = office.post(reverse("places-bulk"), {"all": "1", "query": "kind=mall", "act": "department"})
    assert [row.key for row in page.context["rows"]] == ["M-0", "M-1", "M-2"]


def test_more_rows_than_one_act_may_change_are_refused_in_words(office):
    rows = [f"X-{number}" for number in range(501)]
    page = office.post(reverse("places-bulk"), {"row": rows, "act": "close"}, follow=True)
    assert "超过 500 行" in body(page)


def test_an_act_is_refused_to_who_may_not_do_it_anywhere(client):
    a_place("A-1")
    reader = signed_in(client, a_user("auditor"))
    assert reader.get(reverse("places")).context["tools"].bulk == []
    assert reader.post(reverse("places-bulk"), {"row": "A-1", "act": "close"}).status_code == 403


def test_records_are_struck_through_together_and_findings_open_again(office):
    place = a_place("M-1")
    kept = [some_evidence(place, at=NOW - timedelta(hours=hours)) for hours in (1, 2)]
    left = some_evidence(place, at=NOW - timedelta(hours=3))
    do(office, "evidence-bulk", [str(row.pk) for row in kept], "strike", reason="误录", typed="2")
    assert all(hasattr(type(row).objects.get(pk=row.pk), "strike") for row in kept)
    assert not hasattr(type(left).objects.get(pk=left.pk), "strike")


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
    record = record_evidence(draft, rule=None, by=None, at=NOW - timedelta(days=1))
    return record.findings.get()


def test_findings_are_given_to_another_department_and_back(office):
    new, old = a_department("D-NEW"), a_department("D-OLD")
    first = a_finding(a_place("M-1", department="D-OLD"))
    second = a_finding(a_place("M-2", operator="某某公司"))
    ids = [str(first.pk), str(second.pk)]
    done = do(office, "findings-bulk", ids, "assign", department="D-NEW", reason="移交")
    assert set(Finding.objects.values_list("department_id", "operator_id")) == {(new.pk, None)}
    assert Entry.objects.filter(action="assign-finding", reason="移交").count() == 2
    office.post(reverse("undo"), {"mark": mark_in(done)})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.department_id, first.operator_id) == (old.pk, None)
    assert second.department_id is None
    assert second.operator is not None


def test_accounts_get_another_last_day_and_back(administrator):
    day = (datetime.now(UTC) + timedelta(days=40)).date()
    users = [a_user("inspector", expires_on=day), a_user("inspector")]
    names = [user.username for user in users]
    later = day + timedelta(days=100)
    done = do(administrator, "people-bulk", names, "last-day", expires_on=later.isoformat())
    assert {user.expires_on for user in User.objects.filter(username__in=names)} == {later}
    administrator.post(reverse("undo"), {"mark": mark_in(done)})
    assert [User.objects.get(username=name).expires_on for name in names] == [day, None]


def test_the_own_account_is_not_closed_with_the_others(administrator):
    other = a_user("inspector")
    page = do(administrator, "people-bulk", ["chief", other.username], "close", reason="离职", typed="1")
    assert [row.key for row in page.context["all_rows"] if row.refusal] == ["chief"]
    assert User.objects.get(username="chief").is_active
    assert not User.objects.get(pk=other.pk).is_active


def test_a_workbook_that_would_be_too_long_says_that_it_is_cut(office, monkeypatch):
    for code in ("A-1", "A-2", "A-3"):
        a_place(code)
    monkeypatch.setattr(list_sheets, "MOST_ROWS", 2)
    book = office.get(reverse("places-list", args=["xlsx"])).content
    codes = [row.cells[0] for row in read_sheet(book, "places.xlsx").rows]
    assert codes[:2] == ["A-1", "A-2"]
    assert "CSV" in str(codes[2])
    assert len(codes) == 3
    assert len(rows_of(office.get(reverse("places-list", args=["csv"])))) == 4


@pytest.mark.parametrize(
    "sent",
    [
        {"row": "A-1\0", "act": "close"},
        {"all": "1", "query": "q=%00", "act": "close"},
        {"all": "1", "query": "kind=mall&q=" + "x" * 1500, "act": "close"},
    ],
)
def test_a_selection_that_no_page_sends_is_refused_and_never_widened(office, sent):
    a_place("A-1")
    assert office.post(reverse("places-bulk"), sent).status_code == 400


def test_a_view_that_no_database_takes_is_refused(office):
    for sent in ({"name": "x\0", "query": ""}, {"name": "x", "query": "q=%00"}):
        assert office.post(reverse("view-save"), {"page": "places", "columns": "", **sent}).status_code == 400
    assert not SavedView.objects.exists()


def test_a_file_narrowed_to_a_duty_counts_the_gaps_that_the_list_counts(office):
    adopt_plan()
    a_place("M-1", kind="mall", daily_visitors=12500)
    query = {"duty": "city-plan-2026/three-checks"}
    shown = office.get(reverse("places"), query).context["rows"][0]["row"]
    titles, row = rows_of(office.get(reverse("places-list", args=["csv"]), query))
    assert int(row[titles.index("缺口")]) == shown.gaps
    everything = office.get(reverse("places")).context["rows"][0]["row"]
    assert everything.gaps > shown.gaps


def test_the_tools_of_a_list_cost_one_read(office, django_assert_num_queries, rf):
    from anlan.web.findings import COLUMNS
    from anlan.web.list_tools import list_tools

    user = User.objects.get(username="office-1")
    for number in range(5):
        SavedView.objects.create(
            id=uuid4(), user=user, page="findings", name=f"v{number}", query="", saved_at=LONG_AGO
        )
    request = rf.get("/findings/")
    request.user = user
    list(request.user.grants.all())
    with django_assert_num_queries(2):
        tools = list_tools(request, "findings", COLUMNS, exports="findings-export")
    assert len(tools.views) == 5
