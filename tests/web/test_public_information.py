"""Public information: the pages of those who write and release it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anlan.actions.warnings import WarningDraft, draft_warning, propose_warning
from anlan.engine.areas import Area
from anlan.engine.public_information import CHECKLIST, KINDS, text_faults
from anlan.models import FormDraft, PublicStatement, User
from anlan.queries.public_information import state_of
from anlan.web.public_templates import TEMPLATES, suited
from builders import a_department, a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
TICKED = [*(item.id for item in CHECKLIST), "release-is-ours"]
LIST, NEW = "/public-information/", "/public-information/new/"


@pytest.fixture(autouse=True)
def town(settings: LazySettings, tmp_path: Path) -> None:
    settings.DATA = tmp_path  # the key that signs lies there
    adopt_plan(START)
    a_place("M-1", name_zh="海晏广场", daily_visitors=3000, area_m2=900, district="990101", at=START)
    a_place("M-2", name_zh="东城商厦", daily_visitors=9000, area_m2=4000, district="990102", at=START)


@pytest.fixture
def writer() -> User:
    return a_user("city-office", username="writer")


@pytest.fixture
def office(writer: User) -> Client:
    return signed_in(Client(), writer)


@pytest.fixture
def chief() -> Client:
    return signed_in(Client(), a_user("city-office", username="chief"))


def filled(**changed: Any) -> dict[str, Any]:
    return {
        "kind": "avoid",
        "scope": "chosen",
        "districts": ["990101"],
        "where_zh": "临江区",
        "where_en": "Linjiang",
        "title_zh": "请勿前往【地点】",
        "title_en": "Keep away from [place]",
        "body_zh": "请绕行。",
        "body_en": "Go another way.",
        "lasts": "3",
        "checklist": TICKED,
        "then": "submit",
        **changed,
    }


def submitted(office: Client, **changed: Any) -> PublicStatement:
    response = office.post(NEW, filled(**changed))
    assert response.status_code == 302, response.context["form"].errors
    return PublicStatement.objects.latest("drafted_at")


def act(client: Client, statement: PublicStatement, name: str, **data: str) -> int:
    address = reverse("public-statement-act", args=[statement.pk, name])
    return client.post(address, data).status_code


def state(statement: PublicStatement) -> str:
    return state_of(
        PublicStatement.objects.select_related("replaced_by").get(pk=statement.pk), timezone.now()
    )


def test_a_statement_is_written_by_one_and_released_by_another(office: Client, chief: Client) -> None:
    statement = submitted(office)
    assert state(statement) == "waiting"
    assert "由他人办理下一步" in office.get(reverse("public-statement", args=[statement.pk])).content.decode()
    assert act(office, statement, "release") == 302
    assert state(statement) == "waiting"
    assert "向公众发布" in chief.get(reverse("public-statement", args=[statement.pk])).content.decode()
    assert act(chief, statement, "release") == 302
    assert state(statement) == "released"


def test_an_office_of_a_district_releases_only_within_its_district(office: Client) -> None:
    own, other = submitted(office), submitted(office, districts=["990102"])
    east = signed_in(Client(), a_user("city-office", username="east", district="990101"))
    assert act(east, other, "release") == 403
    assert act(east, own, "release") == 302
    assert (state(own), state(other)) == ("released", "waiting")


def test_only_the_liaison_of_the_role_in_turn_agrees_to_facts(office: Client, chief: Client) -> None:
    a_department("D-PS", role="public-safety")
    a_department("D-ED", role="education")
    police = signed_in(Client(), a_user("department-liaison", username="police", department="D-PS"))
    school = signed_in(Client(), a_user("department-liaison", username="school", department="D-ED"))
    facts = submitted(office, kind="facts")
    assert act(school, facts, "approve") == 403
    assert act(chief, facts, "approve") == 403
    assert act(police, facts, "approve") == 302
    assert act(police, facts, "release") == 403
    assert act(chief, facts, "release") == 302
    assert state(facts) == "released"


def test_sending_back_needs_a_reason_which_the_author_reads(office: Client, chief: Client) -> None:
    statement = submitted(office)
    act(chief, statement, "return", reason="")
    assert state(statement) == "waiting"
    act(chief, statement, "return", reason="地点不准")
    assert "地点不准" in office.get(reverse("public-statement", args=[statement.pk])).content.decode()


def test_one_alone_releases_an_instruction_and_is_reminded_to_have_it_ratified(
    office: Client, chief: Client
) -> None:
    statement = submitted(office)
    act(office, statement, "alone", reason="夜间只有一人")
    assert state(statement) == "released"
    assert "未追认" in office.get(LIST).content.decode()
    act(chief, statement, "ratify")
    assert "未追认" not in office.get(LIST).content.decode()


def test_a_personal_number_is_refused_beside_its_field_and_never_kept(office: Client) -> None:
    response = office.post(NEW, filled(body_zh="请联系13812345678。", then="keep"))
    assert response.status_code == 422
    assert "body_zh" in response.context["form"].errors
    assert PublicStatement.objects.count() == 0
    assert not FormDraft.objects.filter(fields__icontains="13812345678").exists()


def test_a_draft_may_be_unfinished_but_does_not_go_on_its_way(office: Client) -> None:
    unfinished = {"title_en": "", "body_en": "", "checklist": []}
    assert office.post(NEW, filled(**unfinished, then="keep")).status_code == 302
    draft = PublicStatement.objects.get()
    act(office, draft, "submit")
    assert state(draft) == "draft"
    page = office.get(reverse("public-statement", args=[draft.pk])).content.decode()
    assert "中英文都要填写" in page
    assert office.post(NEW, filled(**unfinished)).status_code == 422


def test_words_of_operations_are_a_hint_and_no_refusal(office: Client) -> None:
    statement = submitted(office, body_zh="特警已到场，请绕行。")
    page = office.get(reverse("public-statement", args=[statement.pk])).content.decode()
    assert "特警" in page.split("再看一遍")[1][:200]
    assert state(statement) == "waiting"


def test_a_correction_waits_beside_what_is_released_and_then_takes_its_place(
    office: Client, chief: Client
) -> None:
    first = submitted(office)
    act(chief, first, "release")
    correct = reverse("public-correct", args=[first.pk])
    assert office.get(f"{correct}?template=all-clear").context["form"].initial["kind"] == "all-clear"
    office.post(correct, filled(kind="all-clear", title_zh="警情解除", title_en="All clear"))
    second = PublicStatement.objects.get(replaces=first)
    assert office.get(correct).status_code == 302
    assert state(first) == "released"
    act(chief, second, "release")
    assert (state(first), state(second)) == ("replaced", "released")


def test_a_warning_in_force_leads_to_a_form_with_its_area_and_end(office: Client, writer: User) -> None:
    now = timezone.now()
    draft = WarningDraft(
        category="security",
        level="yellow",
        area=Area(districts=("990102",), kinds=("mall",)),
        expected_end=now + timedelta(hours=5),
        matters=("内部事由", "Internal matters"),
        measures=("增加岗位", "More posts"),
        issuer=("办公室", "Office"),
    )
    notice = propose_warning(draft_warning(draft, by=writer, at=now), by=writer, at=now)
    page = office.get(reverse("warning", args=[notice.pk])).content.decode()
    address = f"{NEW}?warning={notice.pk}"
    assert address in page
    form = office.get(address).context["form"]
    assert form.initial["districts"] == ("990102",)
    assert abs(form.initial["valid_until"] - notice.expected_end) < timedelta(minutes=1)
    assert "内部事由" not in office.get(address).content.decode()


def test_the_list_filters_by_state_and_its_file_holds_the_same_rows(office: Client, chief: Client) -> None:
    out, waiting = submitted(office), submitted(office, title_zh="等待中的提示")
    act(chief, out, "release")
    shown = office.get(f"{LIST}?state=released").content.decode()
    assert "请勿前往临江区" in shown
    assert "等待中的提示" not in shown
    file = office.get("/public-information/export.csv?state=waiting")
    text = b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a streamed file
    assert "等待中的提示" in text
    assert "请勿前往临江区" not in text
    assert waiting.title_zh == "等待中的提示"


def test_the_list_costs_the_same_reads_for_one_and_for_many(
    office: Client, django_assert_max_num_queries: Any
) -> None:
    for _number in range(6):
        office.post(NEW, filled(then="keep"))
    with django_assert_max_num_queries(24):
        office.get(f"{LIST}?state=draft")


def test_people_without_the_right_see_nothing_of_drafts(office: Client) -> None:
    statement = submitted(office)
    guard = signed_in(Client(), a_user("inspector", username="inspector"))
    assert guard.get(LIST).status_code == 403
    assert guard.get(reverse("public-statement", args=[statement.pk])).status_code == 403


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.id)
def test_every_template_is_sound_once_its_blanks_are_filled(template: Any) -> None:
    for text, longest in ((template.title, {"zh": 60, "en": 120}), (template.body, {"zh": 600, "en": 1500})):
        zh = text.zh.replace("【地点】", "中山路").replace("【截止时间】", "20:00")
        en = text.en.replace("[place]", "Zhongshan Road").replace("[until]", "20:00")
        assert text_faults(zh, en, longest) == ()
        assert ("【地点】" in text.zh, "【截止时间】" in text.zh) == (
            "[place]" in text.en,
            "[until]" in text.en,
        )
    assert str(template.hours) in {"1", "3", "6", "24"}


def test_there_is_a_template_for_each_kind_and_those_of_a_category_come_first() -> None:
    assert {one.kind for one in TEMPLATES} == set(KINDS)
    assert suited("weather")[0].id == "stay-in-weather"
    assert {one.kind for one in suited("weather")} == set(KINDS)
