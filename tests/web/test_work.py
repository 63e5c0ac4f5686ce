"""My work: what each role is shown, in which order, and what it costs."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from anlan.actions.duties import Answer, EvidenceDraft, give_waiver, record_evidence
from anlan.models import Evidence, Finding
from anlan.queries.work import group_of
from builders import a_department, a_district, a_place, a_user, adopt_plan, signed_in, some_evidence

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
ZONE = timezone.get_default_timezone()


@pytest.fixture
def tier_2():
    """A mall of the second tier: two posts, a round, a monthly inspection."""
    adopt_plan()
    return a_place("P-1", district="990101", daily_visitors=3000, area_m2=500)


def work(client, query=""):
    response = client.get(f"/work/{query}")
    assert response.status_code == 200
    return {section.key: section for section in response.context["sections"]}


def rules_in(section, *groups):
    return {shown.row.rule.id for group in section.groups if group.name in groups for shown in group.rows}


def body(client, query=""):
    return client.get(f"/work/{query}").content.decode()


def test_a_venue_manager_sees_the_duties_of_the_own_place_and_records_each_with_one_press(tier_2):
    a_place("P-2", district="990101", daily_visitors=3000)
    client = signed_in(Client(), a_user("venue-manager", place="P-1"))
    section = work(client)["places"]
    assert {"two-posts", "security-equipment-inspection", "video-retention"} <= rules_in(section, "overdue")
    rows = [shown for group in section.groups for shown in group.rows]
    assert {shown.row.code for shown in rows} == {"P-1"}
    assert all(shown.record_url.startswith("/evidence/new/?place=P-1&") for shown in rows)


def test_a_guard_is_not_shown_inspections(tier_2):
    client = signed_in(Client(), a_user("guard", place="P-1"))
    section = work(client)["places"]
    shown = rules_in(section, "overdue", "now", "today", "week", "later")
    assert "mobile-patrol" in shown
    assert "security-equipment-inspection" not in shown


def test_a_round_without_checkpoints_is_recorded_by_pressing_once(tier_2):
    client = signed_in(Client(), a_user("guard", place="P-1"))
    section = work(client)["places"]
    shown = next(one for group in section.groups for one in group.rows if one.row.rule.id == "mobile-patrol")
    assert shown.tap
    for _time in range(2):
        answer = client.post(shown.record_url, {"id": shown.tap, "back": "/work/"}, follow=True)
        assert answer.redirect_chain == [("/work/", 302)]
    record = Evidence.objects.get()
    assert (record.rule, record.kind, str(record.pk)) == ("mobile-patrol", "scan", shown.tap)
    assert abs(record.effective_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_what_is_recorded_leaves_the_list_and_stands_among_the_recorded(tier_2):
    client = signed_in(Client(), a_user("venue-manager", place="P-1"))
    before = work(client)["places"].work.recorded
    some_evidence(tier_2, at=NOW - timedelta(minutes=1), rule="two-posts", kind="roster", quantity=2)
    section = work(client)["places"]
    assert "two-posts" not in rules_in(section, "overdue", "now", "today", "week")
    assert section.work.recorded == before + 1


def test_fewer_posts_than_asked_is_still_a_gap(tier_2):
    client = signed_in(Client(), a_user("venue-manager", place="P-1"))
    some_evidence(tier_2, at=NOW - timedelta(minutes=1), rule="two-posts", kind="roster", quantity=1)
    assert "two-posts" in rules_in(work(client)["places"], "overdue")


def test_a_quiet_place_is_told_what_comes_next(tier_2):
    client = signed_in(Client(), a_user("venue-manager", place="P-1"))
    section = work(client)["places"]
    for shown in [one for group in section.groups for one in group.rows]:
        if shown.row.group in ("overdue", "now", "today"):
            for start in (NOW - timedelta(days=400), NOW + timedelta(days=30)):
                give_waiver(
                    scheme=shown.row.scheme, rule=shown.row.rule.id, place=tier_2, reason="停业装修", by=None, at=NOW,
                    start=start, end=start + timedelta(days=431),
                )  # fmt: skip
    assert "目前没有到期事项" in body(client)
    assert "下一项" in body(client)


def test_an_inspector_sees_inspections_of_the_own_district_only(tier_2):
    a_place("FAR-9", district="990202", daily_visitors=3000)
    client = signed_in(Client(), a_user("inspector", district="990101"))
    section = work(client)["inspections"]
    rows = [shown.row for group in section.groups for shown in group.rows]
    assert rows
    assert {row.code for row in rows} == {"P-1"}
    assert {row.rule.evidence for row in rows} == {"inspection"}


def test_a_liaison_sees_the_duties_of_the_department_and_findings_of_its_places():
    adopt_plan()
    a_department("D-OWN", role="education")
    a_department("D-FAR", role="health")
    own, far = (a_place(code, department=of) for code, of in (("OWN-1", "D-OWN"), ("FAR-2", "D-FAR")))
    for place in (own, far):
        failed_inspection(place)
    client = signed_in(Client(), a_user("department-liaison", department="D-OWN"))
    section = work(client)["departments"]
    assert {shown.row.code for group in section.groups for shown in group.rows} <= {"D-OWN"}
    response = client.get("/work/")
    assert [finding.place.code for finding in response.context["findings"]] == ["OWN-1"]


def test_the_city_office_sees_departments_and_findings_past_their_deadline_first():
    adopt_plan()
    a_department("D-1", role="education")
    old, fresh = a_place("P-1"), a_place("P-2")
    failed_inspection(old, at=NOW - timedelta(days=60))
    failed_inspection(fresh, at=NOW - timedelta(hours=1))
    client = signed_in(Client(), a_user("city-office"))
    response = client.get("/work/")
    assert "office" in work(client)
    assert [finding.place.code for finding in response.context["findings"]] == ["P-1"]
    assert (response.context["counts"].open, response.context["counts"].overdue) == (2, 1)


def failed_inspection(place, at=NOW - timedelta(days=1)):
    draft = EvidenceDraft(
        scheme="city-plan-2026", rule="security-equipment-inspection", kind="inspection", effective_at=at, place=place,
        answers={"alarm": Answer(passed=False, note="报警装置无声")},
    )  # fmt: skip
    record_evidence(draft, rule=None, by=None, at=at)
    return Finding.objects.get(place=place)


def test_somebody_with_many_places_gets_the_most_urgent_of_each_kind_and_the_rest_page_by_page():
    adopt_plan()
    a_district("990101")
    for number in range(30):
        a_place(f"P-{number:02}", district="990101", daily_visitors=3000)
    client = signed_in(Client(), a_user("venue-manager", district="990101"))
    section = work(client)["places"]
    overdue = section.groups[0]
    assert overdue.count > len(overdue.rows)
    seen, address = [], overdue.more
    while address:
        page = work(client, address.removeprefix("/work/"))["places"].groups[0]
        seen += [shown.row.key for shown in page.rows]
        address = page.more
    assert len(seen) == len(set(seen)) == overdue.count


@pytest.mark.parametrize("role", ["venue-manager", "inspector", "city-office"])
def test_the_page_costs_the_same_reads_for_three_places_as_for_thirty(role, django_assert_max_num_queries):
    adopt_plan()
    for number in range(30):
        a_place(f"P-{number:02}", district="990101", daily_visitors=3000)
    scope = {"place": "P-01"} if role == "venue-manager" else {"district": "990101"}
    client = signed_in(Client(), a_user(role, **scope))
    client.get("/work/")
    with django_assert_max_num_queries(24):
        client.get("/work/")


@pytest.mark.parametrize(
    "query",
    [
        "?group=nonsense",
        "?part=places&group=overdue&after=x/y/z",
        "?after=%F0%9F%A6%8A",
        "?group=overdue&after=///",
    ],
)
def test_a_nonsensical_address_is_no_server_error(tier_2, query):
    for role, scope in (("inspector", {}), ("venue-manager", {"place": "P-1"})):
        assert signed_in(Client(), a_user(role, **scope)).get(f"/work/{query}").status_code == 200


def test_without_a_scheme_there_is_nothing_to_do_and_no_error():
    a_place("P-1")
    client = signed_in(Client(), a_user("venue-manager", place="P-1"))
    assert not any(group.rows for group in work(client)["places"].groups)


@pytest.mark.parametrize(
    ("hours", "group"),
    [(0.5, "now"), (3.9, "now"), (6, "today"), (30, "week"), (24 * 9, "later"), (None, "later")],
)
def test_a_deadline_stands_under_the_heading_a_person_would_look_under(hours, group):
    morning = datetime(2026, 5, 4, 9, 0, tzinfo=ZONE)
    deadline = None if hours is None else morning + timedelta(hours=hours)
    assert group_of(deadline, morning, ZONE) == group


def test_late_in_the_evening_tomorrow_morning_is_this_week_unless_it_is_near():
    evening = datetime(2026, 5, 4, 22, 0, tzinfo=ZONE)
    assert group_of(evening + timedelta(hours=3), evening, ZONE) == "now"
    assert group_of(evening + timedelta(hours=9), evening, ZONE) == "week"


def rows_of(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_a_file_of_the_work_holds_what_the_page_counts_and_also_what_it_does_not_show(tier_2):
    for number in range(12):
        a_place(f"Q-{number}", district="990101", daily_visitors=3000)
    client = signed_in(Client(), a_user("inspector", district="990101"))
    section = work(client)["inspections"]
    overdue = next(group for group in section.groups if group.name == "overdue")
    titles, *rows = rows_of(client.get("/work/export.csv?part=inspections&group=overdue"))
    assert len(rows) == overdue.count > len(overdue.rows)
    codes = {row[titles.index("编号")] for row in rows}
    assert codes == {"P-1", *(f"Q-{number}" for number in range(12))}


def test_a_file_of_the_work_has_no_row_out_of_reach_nor_for_another_role(tier_2):
    a_place("FAR-2", district="990202", daily_visitors=3000)
    guard = signed_in(Client(), a_user("guard", place="P-1"))
    text = guard.get("/work/export.csv").getvalue().decode("utf-8-sig")
    assert "P-1" in text
    assert "FAR-2" not in text
    shown = {row.row.rule.id for group in work(guard)["places"].groups for row in group.rows}
    assert len(rows_of(guard.get("/work/export.csv"))) == 1 + len(shown)
    assert guard.get("/work/export.xlsx").content.startswith(b"PK")
    assert guard.get("/work/export.pdf").status_code == 404
