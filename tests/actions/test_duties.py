"""Recording evidence, striking it, and what follows: findings, waivers, the projection."""

import uuid
from datetime import datetime, timedelta

import pytest
from tests.builders import LONG_AGO, a_place, a_user, some_evidence

from anlan.actions.duties import (
    Answer,
    EvidenceDraft,
    FutureTimeError,
    close_finding,
    give_waiver,
    record_evidence,
    strike_evidence,
    withdraw_waiver,
)
from anlan.actions.standing import rebuild_standing
from anlan.models import Entry, Evidence, Finding, Place, Standing, Waiver

pytestmark = pytest.mark.django_db
NOW = LONG_AGO + timedelta(days=30)


def draft(place: Place, effective_at: datetime, **fields: object) -> EvidenceDraft:
    values: dict[str, object] = {
        "scheme": "city-plan-2026",
        "rule": "mobile-patrol",
        "kind": "scan",
        "effective_at": effective_at,
        "place": place,
    }
    return EvidenceDraft(**(values | fields))  # type: ignore[arg-type]  # a table of fields, checked by the test


def standing_rows() -> list[tuple[str, float, float | None, float | None, uuid.UUID]]:
    return list(
        Standing.objects.order_by("key").values_list(
            "key", "effective_s", "expires_s", "quantity", "evidence"
        )
    )


def test_sending_the_same_evidence_twice_records_it_once() -> None:
    place = a_place()
    identifier = uuid.uuid4()
    first = record_evidence(draft(place, NOW, id=identifier), rule=None, by=None, at=NOW)
    again = record_evidence(draft(place, NOW, id=identifier), rule=None, by=None, at=NOW + timedelta(hours=1))
    assert first == again
    assert Evidence.objects.count() == 1
    assert Entry.objects.filter(action="record-evidence").count() == 1


def test_evidence_from_the_future_is_refused_but_a_fast_clock_is_not() -> None:
    place = a_place()
    with pytest.raises(FutureTimeError):
        record_evidence(draft(place, NOW + timedelta(hours=1)), rule=None, by=None, at=NOW)
    fast = record_evidence(draft(place, NOW + timedelta(minutes=2)), rule=None, by=None, at=NOW)
    assert fast.effective_at == NOW


def test_an_old_record_arriving_late_does_not_push_the_latest_aside() -> None:
    place = a_place()
    latest = some_evidence(place, at=NOW)
    record_evidence(
        draft(place, NOW - timedelta(days=3), rule="monthly-inspection", kind="attestation"),
        rule=None,
        by=None,
        at=NOW + timedelta(days=1),
    )
    assert Standing.objects.get().evidence == latest


def test_striking_brings_the_record_before_back() -> None:
    place = a_place()
    earlier = some_evidence(place, at=NOW - timedelta(days=1))
    wrong = some_evidence(place, at=NOW)
    strike_evidence(wrong, by=a_user(), at=NOW, reason="录错场所")
    assert Standing.objects.get().evidence == earlier
    assert Evidence.objects.filter(pk=wrong.pk).exists()
    assert wrong.strike.reason == "录错场所"


def test_striking_the_only_record_leaves_nothing_standing() -> None:
    wrong = some_evidence(a_place(), at=NOW)
    strike_evidence(wrong, by=None, at=NOW, reason="误录")
    assert not Standing.objects.exists()


def test_the_rebuilt_projection_is_identical_to_the_kept_one() -> None:
    places = [a_place(), a_place()]
    records = [
        some_evidence(place, at=NOW - timedelta(hours=hours), rule=rule)
        for place in places
        for hours in (5, 1, 3)
        for rule in ("monthly-inspection", "fixed-post")
    ]
    strike_evidence(records[2], by=None, at=NOW, reason="误录")
    kept = standing_rows()
    assert rebuild_standing(at=NOW) == 4
    assert standing_rows() == kept


def test_a_failed_item_opens_a_finding_for_the_operator_and_only_evidence_closes_it() -> None:
    place = a_place(operator="某物业公司")
    answers = {"alarm": Answer(passed=False, note="不响"), "lights": Answer(passed=True)}
    inspection = draft(place, NOW, rule="monthly-inspection", kind="inspection", answers=answers)
    record_evidence(inspection, rule=None, by=None, at=NOW)
    finding = Finding.objects.get()
    assert (finding.item, finding.note, finding.operator) == ("alarm", "不响", place.operator)
    assert finding.deadline > NOW
    closed = close_finding(finding, note="已换新", attachments=[], effective_at=NOW, by=None, at=NOW)
    assert closed.closed_by is not None
    assert closed.closed_by.kind == "re-inspection"


def test_striking_the_re_inspection_opens_the_finding_again() -> None:
    place = a_place()
    answers = {"alarm": Answer(passed=False)}
    record_evidence(
        draft(place, NOW, rule="monthly-inspection", kind="inspection", answers=answers),
        rule=None,
        by=None,
        at=NOW,
    )
    finding = close_finding(Finding.objects.get(), note="", attachments=[], effective_at=NOW, by=None, at=NOW)
    assert finding.closed_by is not None
    strike_evidence(finding.closed_by, by=None, at=NOW, reason="未实际复查")
    assert Finding.objects.get().closed_at is None


def test_findings_are_numbered_within_the_year() -> None:
    place = a_place()
    answers = {"alarm": Answer(passed=False), "doors": Answer(passed=False)}
    for day in (0, 1):
        record_evidence(
            draft(
                place,
                NOW + timedelta(days=day),
                rule="monthly-inspection",
                kind="inspection",
                answers=answers,
            ),
            rule=None,
            by=None,
            at=NOW + timedelta(days=day),
        )
    assert sorted(Finding.objects.values_list("year", "number")) == [
        (2026, number) for number in (1, 2, 3, 4)
    ]


def test_a_withdrawn_waiver_is_kept_and_journalled() -> None:
    place = a_place()
    waiver = give_waiver(
        scheme="city-plan-2026", rule="mobile-patrol", start=NOW, end=NOW + timedelta(days=2), reason="装修停业",
        by=a_user(), at=NOW, place=place,
    )  # fmt: skip
    withdraw_waiver(waiver, by=None, at=NOW + timedelta(days=1), reason="提前复业")
    assert Waiver.objects.get().withdrawn_at is not None
    assert list(Entry.objects.filter(subject_kind="waiver").values_list("action", flat=True)) == [
        "give-waiver",
        "withdraw-waiver",
    ]
