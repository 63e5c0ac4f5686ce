"""Findings: list, page, notice, and closing by looking again."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from anlan.actions.duties import Answer, EvidenceDraft, record_evidence
from anlan.models import Entry, Evidence, Finding, Grant
from anlan.models.ids import new_id
from anlan.queries.findings import PAGE
from anlan.queries.schemes import adoptions
from builders import a_department, a_district, a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
PLAN, RULE = "city-plan-2026", "security-equipment-inspection"


@pytest.fixture
def plan():
    adopt_plan()
    return next(one.scheme for one in adoptions() if one.scheme.id == PLAN)


def a_finding(plan, place, *, item="alarm", note="报警装置无声", at=NOW - timedelta(hours=2), by=None):
    draft = EvidenceDraft(
        scheme=PLAN, rule=RULE, kind="inspection", effective_at=at, place=place,
        answers={item: Answer(passed=False, note=note)},
    )  # fmt: skip
    record = record_evidence(draft, rule=plan.rule(RULE), by=by, at=at)
    return Finding.objects.get(evidence=record)


@pytest.fixture
def place(plan):
    return a_place(
        "P-1", district="990101", department="D-1", name_zh="滨江中心商场", daily_visitors=3000,
    )  # fmt: skip


@pytest.fixture
def finding(plan, place):
    return a_finding(plan, place, by=a_user("inspector", name="王检查"))


@pytest.fixture
def client(finding):
    return signed_in(Client(), a_user("inspector", district="990101", name="钱复查"))


def words_of(response):
    return response.content.decode()


def again(client, finding, **fields):
    values = {"result": "put-right", "note": "已更换，测试有声", **fields}
    return client.post(reverse("finding-reinspect", args=[finding.pk]), values)


def listed(client, query=""):
    return [shown.finding.place.code for shown in client.get(f"/findings/?{query}").context["rows"]]


def test_the_page_tells_what_was_found_by_whom_and_until_when(client, finding):
    body = words_of(client.get(reverse("finding", args=[finding.pk])))
    deadline = f"{timezone.localtime(finding.deadline):%Y-%m-%d %H:%M}"
    for words in (
        f"整改〔{finding.year}〕{finding.number}号",
        "报警装置有效",
        "报警装置无声",
        "滨江中心商场",
        "王检查",
        deadline,
    ):
        assert words in body
    client.cookies["language"] = "en"
    body = words_of(client.get(reverse("finding", args=[finding.pk])))
    assert f"RN-{finding.year}-{finding.number:04d}" in body
    assert "Alarm works" in body


def test_a_finding_says_that_the_item_was_not_as_required(client, finding):
    for address in (reverse("finding", args=[finding.pk]), "/findings/", "/work/", "/places/P-1/evidence/"):
        client.cookies["language"] = "zh-hans"
        assert "报警装置有效：不符合要求" in words_of(client.get(address)), address
        client.cookies["language"] = "en"
        assert "Not met: Alarm works" in words_of(client.get(address)), address


def test_a_notice_without_words_from_the_inspection_still_says_what_was_wrong(client, plan, place):
    silent = a_finding(plan, place, note="")
    assert "报警装置有效：不符合要求" in notice(client, silent, "zh")


def test_a_re_inspection_closes_a_finding_with_its_evidence(client, finding):
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48)).save(buffer, "JPEG")
    photo = SimpleUploadedFile("after.jpg", buffer.getvalue(), "image/jpeg")
    assert again(client, finding, photos=photo).status_code == 302
    finding.refresh_from_db()
    assert finding.closed_by.kind == "re-inspection"
    assert finding.closed_by.attachments.count() == 1
    body = words_of(client.get(reverse("finding", args=[finding.pk])))
    assert "复查：已整改到位" in body
    assert "reinspect/" not in body


def test_a_re_inspection_that_fails_keeps_it_open_with_a_record_and_no_second_finding(client, finding):
    again(client, finding, result="not-yet", note="仍无声")
    finding.refresh_from_db()
    assert finding.closed_at is None
    assert Finding.objects.count() == 1
    assert Evidence.objects.filter(kind="re-inspection").count() == 1
    body = words_of(client.get(reverse("finding", args=[finding.pk])))
    assert "尚未整改到位" in body
    assert "仍无声" in body
    assert Entry.objects.filter(action="reinspect-finding").count() == 1
    again(client, finding)
    finding.refresh_from_db()
    assert finding.closed_at is not None


def test_sending_a_re_inspection_twice_records_it_once(client, finding):
    identifier = str(new_id())
    for _time in range(2):
        again(client, finding, result="not-yet", id=identifier)
    assert Evidence.objects.filter(kind="re-inspection").count() == 1


def test_striking_the_closing_evidence_opens_the_finding_again(client, finding):
    again(client, finding)
    finding.refresh_from_db()
    answer = client.post(
        reverse("evidence-strike", args=[finding.closed_by_id]), {"reason": "查错设备"}, follow=True
    )
    assert f"整改〔{finding.year}〕{finding.number}号" in words_of(answer)
    finding.refresh_from_db()
    assert finding.closed_at is None
    body = words_of(client.get(reverse("finding", args=[finding.pk])))
    assert "重新打开" in body
    assert "reinspect/" in body


@pytest.mark.parametrize(
    "fields",
    [
        {"note": ""}, {"result": ""}, {"result": "whatever"}, {"effective_at": "2001-01-01T00:00"},
        {"effective_at": "2199-01-01T00:00"}, {"effective_at": "x"}, {"note": "a\0b"}, {"note": "x" * 5000},
    ],
)  # fmt: skip
def test_a_wrong_re_inspection_is_told_and_keeps_what_was_typed(client, finding, fields):
    answer = again(client, finding, **fields)
    assert answer.status_code == 422
    if "note" not in fields:
        assert "已更换，测试有声" in words_of(answer)
    finding.refresh_from_db()
    assert finding.closed_at is None
    assert not Evidence.objects.filter(kind="re-inspection").exists()


def test_an_auditor_reads_findings_and_closes_none(finding):
    client = signed_in(Client(), a_user("auditor"))
    assert "reinspect/" not in words_of(client.get(reverse("finding", args=[finding.pk])))
    assert again(client, finding).status_code == 403


def test_a_finding_out_of_reach_is_not_there(finding):
    client = signed_in(Client(), a_user("inspector", district="990202"))
    for name in ("finding", "finding-notice"):
        assert client.get(reverse(name, args=[finding.pk])).status_code == 404
    assert again(client, finding).status_code == 404
    assert listed(client) == []


# ---- the notice --------------------------------------------------------------------------------


def notice(client, finding, language):
    response = client.get(reverse("finding-notice", args=[finding.pk]), {"lang": language})
    assert response.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(response.content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_the_notice_is_in_chinese(client, finding):
    text = notice(client, finding, "zh")
    deadline = timezone.localtime(finding.deadline)
    for words in (
        "整改通知书", f"整改〔{finding.year}〕{finding.number}号", "滨江中心商场", "P-1", "报警装置有效",
        "报警装置无声", f"{deadline.year}年{deadline.month}月{deadline.day}日", "王检查",
    ):  # fmt: skip
        assert words in text


def test_a_notice_is_issued_in_the_name_of_the_body_that_inspected(plan, place, client, finding):
    a_department("D-9")
    brigade = a_finding(plan, place, by=a_user("department-liaison", department="D-9"))
    assert "部门D-9" in notice(client, brigade, "zh")
    assert "市领导小组办公室" in notice(client, finding, "zh")


def test_an_inspection_of_the_venues_own_has_no_notice_of_anybody(plan, place, client):
    own = a_finding(plan, place, by=a_user("venue-manager", place="P-1"))
    assert client.get(reverse("finding-notice", args=[own.pk])).status_code == 404
    body = words_of(client.get(reverse("finding", args=[own.pk])))
    assert "notice.pdf" not in body
    assert "自查记录" in body


def test_notices_of_a_selection_come_in_one_archive_without_those_that_there_are_not(
    plan, place, client, finding
):
    own = a_finding(plan, place, by=a_user("venue-manager", place="P-1"))
    far = a_finding(plan, a_place("FAR-2", district="990202"))
    asker = signed_in(Client(), a_user("inspector", district="990101"))
    sent = {"row": [str(row.pk) for row in (finding, own, far)], "act": "notices"}
    page = asker.post(reverse("findings-bulk"), sent)
    assert {row.key for row in page.context["all_rows"] if row.refusal} == {str(own.pk), str(far.pk)}
    answer = asker.post(reverse("findings-bulk"), {**sent, "sure": "yes", "language": "en"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == [f"RN-{finding.year}-{finding.number:04d}-en.pdf"]
        pages = PdfReader(io.BytesIO(archive.read(archive.namelist()[0]))).pages
    assert "Rectificationnotice" in "".join("".join(page.extract_text().split()) for page in pages)


def test_an_inspector_gets_notices_but_hands_no_finding_on(client, finding):
    asker = signed_in(Client(), a_user("inspector"))
    assert [act.id for act in asker.get("/findings/").context["tools"].bulk] == ["notices"]
    sent = {"row": str(finding.pk), "act": "assign", "department": "D-9", "reason": "x", "sure": "yes"}
    assert asker.post(reverse("findings-bulk"), sent).status_code == 404


def test_who_has_become_an_official_since_did_not_inspect_as_one(plan, place, client):
    manager = a_user("venue-manager", place="P-1")
    own = a_finding(plan, place, by=manager)
    Grant.objects.create(user=manager, role="inspector", valid_from=NOW + timedelta(hours=1))
    assert client.get(reverse("finding-notice", args=[own.pk])).status_code == 404


def test_the_notice_is_in_english(client, finding):
    text = notice(client, finding, "en")
    for words in ("Rectificationnotice", f"RN-{finding.year}-{finding.number:04d}", "PlaceP-1", "Alarmworks"):
        assert words in text


def test_the_receivers_telephone_is_on_the_notice_only_for_those_who_may_see_it(client, finding, place):
    place.receiver_name, place.receiver_phone = "李工", "021-5555-0100"
    place.save()
    assert "021-5555-0100" in notice(client, finding, "zh")
    assert "021-5555-0100" not in notice(signed_in(Client(), a_user("auditor")), finding, "zh")


# ---- the list ----------------------------------------------------------------------------------


@pytest.fixture
def several(plan):
    """Open, past its deadline, closed: at three places."""
    a_district("9902")
    a_district("990201", parent="9902")
    a_department("D-9")
    soon, late, done = (
        a_place(code, district=district, name_zh=name, department=department)
        for code, district, name, department in (
            ("SOON", "990101", "安康医院", None), ("LATE", "990201", "滨江车站", "D-9"),
            ("DONE", "990101", "书城", None),
        )
    )  # fmt: skip
    a_finding(plan, soon, at=NOW - timedelta(hours=1))
    a_finding(plan, late, at=NOW - timedelta(days=40), note="出口堵塞")
    closed = a_finding(plan, done, at=NOW - timedelta(days=3))
    again(signed_in(Client(), a_user("inspector")), closed)
    return Finding.objects.get(place=late)


def test_the_list_shows_open_findings_by_deadline_and_the_others_on_asking(several):
    client = signed_in(Client(), a_user("city-office"))
    assert listed(client) == ["LATE", "SOON"]
    assert listed(client, "state=overdue") == ["LATE"]
    assert listed(client, "state=closed") == ["DONE"]
    assert sorted(listed(client, "state=any")) == ["DONE", "LATE", "SOON"]


def test_the_list_is_narrowed_by_district_responsible_and_words(several):
    client = signed_in(Client(), a_user("city-office"))
    assert listed(client, "district=9902") == listed(client, "district=990201") == ["LATE"]
    assert listed(client, "responsible=department:D-9") == ["LATE"]
    assert listed(client, "q=滨江") == listed(client, "q=bjcz") == listed(client, "q=堵塞") == ["LATE"]
    number = f"{several.year}-{several.number:04d}"
    for text in (
        f"RN-{number}",
        number,
        f"整改〔{several.year}〕{several.number}号",
        f"{several.year} {several.number}",
    ):
        assert listed(client, f"q={text}") == ["LATE"], text
    assert listed(client, "q=zzz") == []


def test_the_tabs_count_what_the_filter_leaves(several):
    client = signed_in(Client(), a_user("city-office"))
    counts = [tab["count"] for tab in client.get("/findings/?district=990101").context["tabs"]]
    assert counts == [1, 0, 1, 2]


def test_every_finding_stands_on_exactly_one_page(plan, place, django_assert_max_num_queries):
    for _number in range(PAGE + 5):
        a_finding(plan, place)
    client = signed_in(Client(), a_user("city-office"))
    client.get("/findings/")
    seen, after = [], ""
    while True:
        with django_assert_max_num_queries(14):
            context = client.get("/findings/", {"after": after} if after else {}).context
        seen += [shown.finding.pk for shown in context["rows"]]
        after = context["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == PAGE + 5


@pytest.mark.parametrize(
    "query", ["state=x", "district=x", "responsible=x:y", "after=x", "q=" + "9" * 300, "q=2026-99999999999"]
)
def test_a_nonsensical_filter_is_no_server_error(client, query):
    assert client.get(f"/findings/?{query}").status_code == 200
