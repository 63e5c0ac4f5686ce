"""Recording evidence on its form, looking at it, striking it through."""

import io
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from anlan.models import Attachment, Checkpoint, Entry, Evidence, Finding, Post
from anlan.models.ids import new_id
from builders import a_department, a_place, a_user, adopt_plan, signed_in, some_evidence

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


def form_of(rule, code="P-1", whose="place", **more):
    return f"/evidence/new/?{urlencode({whose: code, 'scheme': PLAN, 'rule': rule, **more})}"


def picture(name="a.jpg"):
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(buffer, "JPEG")
    return SimpleUploadedFile(name, buffer.getvalue(), "image/jpeg")


def pdf(name="预案.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.7\n" + b"x" * 200, "application/pdf")


def local(moment):
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def words_of(response):
    return response.content.decode()


INSPECTION = ("video", "alarm", "screening", "barriers", "protective-equipment", "exits")
ALL_PASSED = {f"item-{item}": "passed" for item in INSPECTION}


def test_an_inspection_with_everything_in_order_is_recorded(client, place):
    client.post(
        form_of("security-equipment-inspection"), {**ALL_PASSED, "id": new_id(), "note": "设备间已查"}
    )
    record = Evidence.objects.get()
    assert (record.kind, record.place, record.note) == ("inspection", place, "设备间已查")
    assert {item: answer["passed"] for item, answer in record.answers.items()} == dict.fromkeys(
        INSPECTION, True
    )
    assert not Finding.objects.exists()


def test_a_failed_item_with_its_photo_becomes_a_finding(client):
    answer = client.post(
        form_of("security-equipment-inspection"),
        {**ALL_PASSED, "item-exits": "failed", "note-exits": "东侧出口堆放货物", "photo-exits": picture()},
        follow=True,
    )
    finding, record = Finding.objects.get(), Evidence.objects.get()
    assert (finding.item, finding.note) == ("exits", "东侧出口堆放货物")
    assert finding.deadline - finding.opened_at == timedelta(days=1)
    assert record.answers["exits"]["photos"] == [str(record.attachments.get().pk)]
    assert "转为问题" in words_of(answer)


def test_a_failed_item_without_words_comes_back_and_keeps_the_photo(client):
    answer = client.post(
        form_of("security-equipment-inspection"),
        {**ALL_PASSED, "item-exits": "failed", "photo-exits": picture(), "note": "上午检查"},
    )
    assert answer.status_code == 422
    assert not Evidence.objects.exists()
    photo = Attachment.objects.get()
    assert f'value="photo-exits:{photo.pk}"' in words_of(answer)
    assert "上午检查" in words_of(answer)
    client.post(
        form_of("security-equipment-inspection"),
        {**ALL_PASSED, "item-exits": "failed", "note-exits": "堵塞", "kept": f"photo-exits:{photo.pk}"},
    )
    assert Evidence.objects.get().attachments.get() == photo


def test_a_refused_photo_loses_nothing_of_the_form(client):
    answer = client.post(
        form_of("two-posts"),
        {
            "quantity": "2",
            "note": "早班",
            "photos": [picture("good.jpg"), SimpleUploadedFile("bad.jpg", b"no photo")],
        },
    )
    body = words_of(answer)
    assert answer.status_code == 422
    assert "bad.jpg" in body
    assert "早班" in body
    assert "good.jpg" in body
    assert not Evidence.objects.exists()


def test_somebody_elses_upload_cannot_be_taken_into_a_record(client):
    foreign = Attachment.objects.create(
        sha256="0" * 64,
        name="x.jpg",
        media_type="image/jpeg",
        bytes=1,
        recorded_at=NOW,
        by=a_user("inspector"),
    )
    client.post(form_of("two-posts"), {"quantity": "2", "kept": f"photos:{foreign.pk}"})
    assert not Evidence.objects.get().attachments.exists()


def test_sending_twice_records_once_and_says_so(client):
    fields = {"id": str(new_id()), "quantity": "2", "back": "/work/"}
    for _time in range(2):
        answer = client.post(form_of("two-posts"), fields, follow=True)
        assert answer.redirect_chain[-1][0] == "/work/"
    assert Evidence.objects.count() == 1
    assert Entry.objects.filter(action="record-evidence").count() == 1
    assert "未重复记录" in words_of(answer)


def test_an_id_used_for_something_else_records_nothing_and_does_not_claim_to(client, place):
    before = some_evidence(place, at=NOW)
    answer = client.post(form_of("two-posts"), {"id": str(before.pk), "quantity": "2"}, follow=True)
    assert Evidence.objects.count() == 1
    assert "请重新打开并填写" in words_of(answer)


def test_when_it_was_done_is_kept_apart_from_when_it_was_recorded(client):
    done = NOW - timedelta(hours=5)
    client.post(form_of("two-posts"), {"quantity": "2", "effective_at": local(done)})
    record = Evidence.objects.get()
    assert record.effective_at == done.replace(second=0, microsecond=0)
    assert record.recorded_at - record.effective_at > timedelta(hours=4)
    assert "事后补记" in words_of(client.get(reverse("evidence", args=[record.pk])))


@pytest.mark.parametrize(
    ("effective_at", "said"),
    [
        (local(NOW + timedelta(hours=1)), "尚未到来"),
        ("tomorrow", "无法识别|不是"),
        ("0001-01-01T00:00", "不是"),
        ("9999-12-31T23:59", "不是"),
        ("2026-02-30T08:00", "不是"),
    ],
)
def test_a_time_that_cannot_be_is_refused(client, effective_at, said):
    answer = client.post(form_of("two-posts"), {"quantity": "2", "effective_at": effective_at})
    assert answer.status_code == 422
    assert answer.context["form"].errors["effective_at"]
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity": "nan"}, {"quantity": "inf"}, {"quantity": "-1"}, {"quantity": "1e400"}, {"quantity": ""},
        {"quantity": "2", "note": "x" * 5000}, {"quantity": "2", "note": "a\0b"},
        {"quantity": "2", "effective_at": "\0"}, {"quantity": "2", "expires_on": "2001-01-01"},
    ],
)  # fmt: skip
def test_wrong_entries_are_told_and_record_nothing(client, fields):
    answer = client.post(form_of("two-posts"), fields)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not Evidence.objects.exists()


def test_a_post_must_be_one_of_the_place(client, place):
    Post.objects.create(place=place, code="GATE", name_zh="东门岗")
    assert client.post(form_of("two-posts"), {"quantity": "2", "post": "no-such"}).status_code == 422
    client.post(form_of("two-posts"), {"quantity": "2", "post": "GATE"})
    assert Evidence.objects.get().post.name_zh == "东门岗"


@pytest.mark.parametrize("given", ["nonsense", "00000000-0000-4000-8000-000000000000", "\0"])
def test_an_id_we_would_not_have_made_is_no_server_error(client, given):
    assert client.post(form_of("two-posts"), {"id": given, "quantity": "2"}).status_code in (302, 422)


def test_a_document_is_kept_with_its_last_day(client, place):
    answer = client.post(form_of("supply-area"), {"expires_on": "2027-03-31"})
    assert answer.status_code == 422
    client.post(form_of("supply-area"), {"expires_on": "2027-03-31", "document": pdf()})
    record = Evidence.objects.get()
    assert record.attachments.get().name == "预案.pdf"
    assert timezone.localtime(record.expires_at).isoformat() == "2027-04-01T00:00:00+08:00"
    assert "2027-04-01 00:00" in words_of(client.get(reverse("evidence", args=[record.pk])))


def test_a_count_says_what_is_asked_and_tells_when_it_falls_short(client):
    form = client.get(form_of("video-retention"))
    assert form.context["spec"].needed == 30
    answer = client.post(form_of("video-retention"), {"quantity": "10"}, follow=True)
    assert Evidence.objects.get().quantity == 10
    assert "少于要求的 30" in words_of(answer)


def test_minutes_of_a_department_need_words():
    adopt_plan()
    department = a_department("D-1", role="leading-group")
    client = signed_in(Client(), a_user("city-office"))
    response = client.get("/evidence/new/?department=D-1")
    rule = next(
        rule.id for _state, _scheme, rule, _url in response.context["owed"] if rule.evidence == "minutes"
    )
    address = form_of(rule, "D-1", "department")
    assert client.post(address, {"note": ""}).status_code == 422
    client.post(address, {"note": "议定三项", "document": pdf("纪要.pdf")})
    assert Evidence.objects.get().department == department


def with_checkpoints(place, *codes):
    for number, code in enumerate(codes):
        Checkpoint.objects.create(
            place=place, code=code, name_zh=f"点位{code}", order=number, opened_at=NOW - timedelta(days=90)
        )


def test_a_round_goes_from_checkpoint_to_checkpoint_until_it_is_done(client, place):
    with_checkpoints(place, "A", "B")
    address = form_of("mobile-patrol")
    form = client.get(address).context["form"]
    assert form["checkpoint"].initial == "A"
    first = client.post(address, {"checkpoint": "A", "back": "/work/"})
    assert first.headers["Location"].startswith("/evidence/new/?place=P-1")
    assert client.get(address).context["form"]["checkpoint"].initial == "B"
    last = client.post(address, {"checkpoint_code": " b ", "back": "/work/"})
    assert last.headers["Location"] == "/work/"
    assert set(Evidence.objects.values_list("checkpoint__code", flat=True)) == {"A", "B"}


@pytest.mark.parametrize("fields", [{}, {"checkpoint": "Z"}, {"checkpoint_code": "no-such"}])
def test_a_scan_needs_a_checkpoint_of_the_place(client, place, fields):
    with_checkpoints(place, "A")
    assert client.post(form_of("mobile-patrol"), fields).status_code == 422
    assert not Evidence.objects.exists()


def test_the_form_says_why_and_asks_to_leave_people_out(client):
    client.cookies["language"] = "en"
    body = words_of(client.get(form_of("two-posts")))
    assert "/places/P-1/why/city-plan-2026/two-posts/" in body
    assert "Describe the place and the thing, not the person." in body
    client.cookies["language"] = "zh-hans"
    assert "请描述地点与物品，不要描述人员。" in words_of(client.get(form_of("two-posts")))


def test_a_duty_that_is_not_owed_can_be_recorded_and_the_form_says_so(client):
    assert "目前无须履行此事项" in words_of(client.get(form_of("three-checks")))
    items = {f"item-{item}": "passed" for item in ("everyone", "every-item", "every-doubt")}
    client.post(form_of("three-checks"), items)
    assert Evidence.objects.get().rule == "three-checks"


@pytest.mark.parametrize("rule", ["no-such-rule", "tier-1", "x" * 300])
def test_a_rule_that_cannot_be_owed_is_refused_with_the_ones_that_can(client, rule):
    answer = client.get(form_of(rule))
    assert answer.status_code == 404
    assert "two-posts" in words_of(answer)
    assert client.post(form_of(rule), {"note": "x"}).status_code == 404
    assert not Evidence.objects.exists()


def test_a_guard_records_a_round_but_no_inspection(place):
    client = signed_in(Client(), a_user("guard", place="P-1"))
    assert client.post(form_of("mobile-patrol"), {}).status_code == 302
    assert client.post(form_of("security-equipment-inspection"), ALL_PASSED).status_code == 403
    assert Evidence.objects.count() == 1


def test_a_place_out_of_reach_is_not_there(client):
    a_place("FAR-2", district="990202", daily_visitors=3000)
    assert client.get(form_of("two-posts", "FAR-2")).status_code == 404
    assert client.post(form_of("two-posts", "FAR-2"), {"quantity": "2"}).status_code == 404
    assert "FAR-2" not in words_of(client.get("/evidence/new/"))


def test_no_form_leads_to_another_site(client):
    for back in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = client.post(form_of("two-posts"), {"quantity": "2", "back": back})
        assert answer.headers["Location"] == "/work/"


def test_without_the_token_of_the_form_nothing_is_recorded(place, manager):
    client = signed_in(Client(enforce_csrf_checks=True), manager)
    assert client.post(form_of("two-posts"), {"quantity": "2"}).status_code == 403
    assert not Evidence.objects.exists()


def test_the_form_costs_a_fixed_number_of_reads(client, place, django_assert_max_num_queries):
    for number in range(30):
        some_evidence(place, at=NOW - timedelta(minutes=number), rule="two-posts", kind="roster", quantity=2)
    client.get(form_of("two-posts"))
    with django_assert_max_num_queries(24):
        client.get(form_of("two-posts"))
