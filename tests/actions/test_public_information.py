"""What the public is told, from draft to withdrawal: who must agree, what can no longer be changed, what goes out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from tests.builders import a_department, a_place, a_user, adopt_plan

from anlan.actions.public_information import (
    StatementDraft,
    StatementRefusedError,
    approve_statement,
    change_statement,
    discard_statement,
    draft_statement,
    ratify_statement,
    release_alone,
    release_statement,
    return_statement,
    submit_statement,
    withdraw_statement,
)
from anlan.engine.access import GrantFacts
from anlan.engine.areas import Area, Circle
from anlan.engine.policy import Text
from anlan.engine.public_information import CHECKLIST, Kind
from anlan.links.cap.message import Received, receive
from anlan.links.cap.signatures import verdict
from anlan.models import Entry, PublicMessage, PublicStatement, User
from anlan.queries.public_information import (
    may_take,
    newest_change,
    next_role,
    public_messages,
    shown,
    state_of,
)

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TICKED = (*(item.id for item in CHECKLIST), "release-is-ours")


@pytest.fixture(autouse=True)
def own_folder(settings: LazySettings, tmp_path: Path) -> None:
    """The key that signs lies in the data folder: each test has its own."""
    settings.DATA = tmp_path


@pytest.fixture
def writer() -> User:
    return a_user("city-office", username="writer")


@pytest.fixture
def chief() -> User:
    return a_user("city-office", username="chief")


@pytest.fixture
def lawyer() -> User:
    return a_user("department-liaison", username="lawyer")


def a_draft(kind: Kind = "avoid", **more: object) -> StatementDraft:
    values: dict[str, object] = {
        "kind": kind,
        "area": Area(circles=(Circle(117.2, 39.1, 500.0),)),
        "where": ("中山路一带", "Zhongshan Road and around"),
        "title": ("请勿前往【地点】", "Keep away from [place]"),
        "body": ("请绕行，至【截止时间】。", "Go another way, until [until]."),
        "valid_until": NOW + 6 * HOUR,
        "checklist": TICKED,
    }
    return StatementDraft(**{**values, **more})  # type: ignore[arg-type]  # a test's own spelling of some fields


def submitted(writer: User, kind: Kind = "avoid", **more: object) -> PublicStatement:
    return submit_statement(draft_statement(a_draft(kind, **more), by=writer, at=NOW), by=writer, at=NOW)


def released(writer: User, chief: User, **more: object) -> PublicStatement:
    return release_statement(submitted(writer, **more), by=chief, at=NOW)


def obstacle(refused: pytest.ExceptionInfo[StatementRefusedError]) -> str:
    return refused.value.obstacle


def test_place_and_end_are_filled_in_by_the_city_clock(writer: User) -> None:
    statement = draft_statement(a_draft(), by=writer, at=NOW)
    assert statement.title_zh == "请勿前往中山路一带"
    assert statement.title_en == "Keep away from Zhongshan Road and around"
    assert statement.body_zh == "请绕行，至3月10日18:30。"
    assert statement.body_en == "Go another way, until 18:30 on 10 March."


def test_an_english_headline_that_begins_with_the_place_begins_with_a_capital(writer: User) -> None:
    draft = a_draft(where=("老城", "the old town"), title=("【地点】拥挤", "[place] is crowded"))
    assert draft_statement(draft, by=writer, at=NOW).title_en == "The old town is crowded"


def test_an_instruction_needs_one_author_and_another_who_releases(writer: User, chief: User) -> None:
    statement = submitted(writer)
    with pytest.raises(StatementRefusedError) as refused:
        release_statement(statement, by=writer, at=NOW)
    assert obstacle(refused) == "same-person"
    out = release_statement(statement, by=chief, at=NOW)
    assert (state_of(out, NOW), str(out)) == ("released", "2026-P001")
    assert [row.pk for row in shown(NOW).instructions] == [out.pk]
    assert shown(NOW + 6 * HOUR).instructions == ()


def test_facts_wait_for_public_safety_before_anybody_can_release_them(
    writer: User, lawyer: User, chief: User
) -> None:
    adopt_plan(START)
    statement = submitted(writer, "facts")
    assert next_role(statement) == "public-safety"
    with pytest.raises(StatementRefusedError) as refused:
        release_statement(statement, by=chief, at=NOW)
    assert obstacle(refused) == "not-waiting"
    approve_statement(statement, by=lawyer, at=NOW)
    assert next_role(statement) == "office"
    with pytest.raises(StatementRefusedError) as refused:
        release_statement(statement, by=lawyer, at=NOW)
    assert obstacle(refused) == "same-person"
    assert state_of(release_statement(statement, by=chief, at=NOW), NOW) == "released"


def test_what_is_changed_or_sent_back_is_approved_anew(writer: User, lawyer: User, chief: User) -> None:
    statement = submitted(writer, "facts")
    approve_statement(statement, by=lawyer, at=NOW)
    return_statement(statement, reason="来源不清", by=chief, at=NOW)
    back = change_statement(statement, a_draft("facts"), by=writer, at=NOW)
    assert (state_of(back, NOW), back.return_reason) == ("draft", "来源不清")
    assert next_role(submit_statement(back, by=writer, at=NOW)) == "public-safety"


def test_whoever_changed_a_text_is_its_author_too(writer: User, chief: User) -> None:
    statement = draft_statement(a_draft(), by=writer, at=NOW)
    change_statement(statement, a_draft(), by=chief, at=NOW)
    submit_statement(statement, by=writer, at=NOW)
    with pytest.raises(StatementRefusedError) as refused:
        release_statement(statement, by=chief, at=NOW)
    assert obstacle(refused) == "same-person"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"checklist": TICKED[1:]}, "checklist"),
        ({"body": ("请致电13812345678。", "Call us.")}, "text"),
        ({"body": ("请绕行。", "请绕行。")}, "text"),
        ({"title": ("请勿前往", "")}, "text"),
        ({"valid_until": NOW}, "ends-too-soon"),
    ],
)
def test_nothing_unsound_goes_to_approval(more: dict[str, object], expected: str, writer: User) -> None:
    statement = draft_statement(a_draft(**more), by=writer, at=NOW)
    with pytest.raises(StatementRefusedError) as refused:
        submit_statement(statement, by=writer, at=NOW)
    assert obstacle(refused) == expected
    assert PublicStatement.objects.get().submitted_at is None


def test_one_alone_releases_an_instruction_with_a_reason_and_another_ratifies_it(
    writer: User, chief: User
) -> None:
    statement = submitted(writer, "leave")
    with pytest.raises(StatementRefusedError) as refused:
        release_alone(statement, reason=" ", by=writer, at=NOW)
    assert obstacle(refused) == "no-reason"
    out = release_alone(statement, reason="凌晨只有一人值班", by=writer, at=NOW)
    assert out.ratify_by == NOW + HOUR
    with pytest.raises(StatementRefusedError) as refused:
        ratify_statement(out, by=writer, at=NOW + MINUTE)
    assert obstacle(refused) == "same-person"
    assert ratify_statement(out, by=chief, at=NOW + MINUTE).ratified_by == chief


def test_an_instruction_nobody_ratified_stays_until_its_own_end(writer: User) -> None:
    out = release_alone(submitted(writer, "leave"), reason="夜间", by=writer, at=NOW)
    assert state_of(out, NOW + 5 * HOUR) == "released"


def test_facts_are_never_released_alone(writer: User) -> None:
    with pytest.raises(StatementRefusedError) as refused:
        release_alone(submitted(writer, "facts"), reason="夜间", by=writer, at=NOW)
    assert obstacle(refused) == "no-emergency"


def test_nothing_released_is_edited_a_correction_takes_its_place(writer: User, chief: User) -> None:
    first = released(writer, chief)
    with pytest.raises(StatementRefusedError) as refused:
        change_statement(first, a_draft(title=("别的", "Other")), by=writer, at=NOW)
    assert obstacle(refused) == "not-open"
    clear = draft_statement(a_draft("all-clear"), by=writer, at=NOW + HOUR, replaces=first)
    assert [row.pk for row in shown(NOW + HOUR).instructions] == [first.pk]
    submit_statement(clear, by=writer, at=NOW + HOUR)
    release_statement(clear, by=chief, at=NOW + HOUR)
    seen = shown(NOW + HOUR)
    assert [row.pk for row in seen.instructions] == [clear.pk]
    assert [row.pk for row in seen.past] == [first.pk]
    assert state_of(PublicStatement.objects.get(pk=first.pk), NOW + HOUR) == "replaced"


def test_a_statement_is_corrected_by_one_draft_at_a_time(writer: User, chief: User) -> None:
    first = released(writer, chief)
    one = draft_statement(a_draft(), by=writer, at=NOW, replaces=first)
    with pytest.raises(StatementRefusedError):
        draft_statement(a_draft(), by=writer, at=NOW, replaces=first)
    discard_statement(one, by=writer, at=NOW)
    assert draft_statement(a_draft(), by=writer, at=NOW, replaces=first).replaces == first


def test_what_is_withdrawn_leaves_the_page_at_once_and_its_message_too(writer: User, chief: User) -> None:
    first = released(writer, chief)
    before = newest_change()
    withdraw_statement(first, reason="写错了地点", by=writer, at=NOW + HOUR)
    assert newest_change() == before + 1
    seen = shown(NOW + HOUR)
    assert (seen.instructions, [row.pk for row in seen.past]) == ((), [first.pk])
    assert seen.changed_at == NOW + HOUR
    assert [row.type for row in public_messages()] == ["Cancel"]
    assert PublicMessage.objects.count() == 2


def test_the_public_page_forgets_after_a_week(writer: User, chief: User) -> None:
    out = released(writer, chief)
    assert [row.pk for row in shown(out.valid_until + 7 * DAY - MINUTE).past] == [out.pk]
    assert shown(out.valid_until + 7 * DAY).past == ()


def test_what_changes_next_is_known_beforehand(writer: User, chief: User) -> None:
    out = released(writer, chief)
    assert shown(NOW).until == out.valid_until
    assert shown(out.valid_until).until == out.valid_until + 7 * DAY


def test_each_release_goes_out_as_a_signed_public_message_in_both_languages(
    writer: User, chief: User
) -> None:
    statement = released(writer, chief)
    row = PublicMessage.objects.get()
    taken = receive(bytes(row.content))
    assert isinstance(taken, Received), taken
    alert = taken.alert
    assert (alert.scope, alert.status, alert.message_type) == ("Public", "Actual", "Alert")
    zh, en = alert.infos
    assert (zh.headline, en.headline) == (statement.title_zh, statement.title_en)
    assert (zh.instruction, en.instruction) == (statement.body_zh, statement.body_en)
    assert zh.response_types == ("Avoid",)
    assert zh.expires == statement.valid_until
    assert zh.areas[0].description == "中山路一带"
    assert zh.areas[0].circles[0].radius_km == pytest.approx(0.5)
    assert zh.parameters == ()
    assert verdict(bytes(row.content)).state == "valid"


def test_correction_and_withdrawal_name_the_messages_before_them(writer: User, chief: User) -> None:
    first = released(writer, chief)
    second = draft_statement(a_draft(), by=writer, at=NOW + HOUR, replaces=first)
    submit_statement(second, by=writer, at=NOW + HOUR)
    release_statement(second, by=chief, at=NOW + HOUR)
    withdraw_statement(second, reason="误发", by=chief, at=NOW + 2 * HOUR)
    received = [receive(bytes(row.content)) for row in PublicMessage.objects.order_by("sent")]
    alerts = [one.alert for one in received if isinstance(one, Received)]
    assert [one.message_type for one in alerts] == ["Alert", "Update", "Cancel"]
    assert [one.identifier for one in alerts[2].references or ()] == [one.identifier for one in alerts[:2]]
    assert "误发" not in bytes(PublicMessage.objects.get(type="Cancel").content).decode()


def test_facts_go_out_as_a_description_without_an_instruction(
    writer: User, lawyer: User, chief: User
) -> None:
    statement = submitted(writer, "facts", area=Area(city=True))
    approve_statement(statement, by=lawyer, at=NOW)
    release_statement(statement, by=chief, at=NOW)
    taken = receive(bytes(PublicMessage.objects.get().content))
    assert isinstance(taken, Received)
    assert (taken.alert.infos[0].description, taken.alert.infos[0].instruction) == (statement.body_zh, None)


def test_every_step_stands_in_the_journal_with_its_reason(writer: User, chief: User) -> None:
    withdraw_statement(released(writer, chief), reason="误发", by=chief, at=NOW)
    entries = list(Entry.objects.filter(subject_kind="public-statement").order_by("at", "pk"))
    assert sorted(entry.action for entry in entries) == [
        "draft-statement", "release-statement", "submit-statement", "withdraw-statement"
    ]  # fmt: skip
    assert next(entry.reason for entry in entries if entry.action == "withdraw-statement") == "误发"


def test_the_office_holds_its_role_over_the_city_and_a_district_over_its_own_places() -> None:
    a_place("E-1", district="990102", at=START)
    a_place("W-1", district="990103", at=START)
    city, district = GrantFacts("city-office"), GrantFacts("city-office", district="990102")
    own, both = Area(places=frozenset({"E-1"})), Area(places=frozenset({"E-1", "W-1"}))
    assert may_take([city], "office", "city", Area(city=True), NOW)
    assert may_take([district], "office", "area", own, NOW)
    assert not may_take([district], "office", "city", own, NOW)
    assert not may_take([district], "office", "area", both, NOW)
    assert not may_take([district], "office", "area", Area(city=True), NOW)
    assert not may_take([district], "office", "area", Area(circles=(Circle(0.0, 0.0, 9.0),)), NOW)


def test_other_roles_are_held_by_the_liaisons_of_departments_with_that_role() -> None:
    a_department("D-PS", role="public-safety")
    a_department("D-ED", role="education")
    police = GrantFacts("department-liaison", department="D-PS")
    school = GrantFacts("department-liaison", department="D-ED")
    area = Area(city=True)
    assert may_take([police], "public-safety", "area", area, NOW)
    assert not may_take([school], "public-safety", "area", area, NOW)
    assert not may_take([GrantFacts("city-office")], "public-safety", "area", area, NOW)
    assert not may_take([police], "office", "area", area, NOW)


def test_public_texts_have_both_languages() -> None:
    assert all(isinstance(item.title, Text) and item.title.zh and item.title.en for item in CHECKLIST)
