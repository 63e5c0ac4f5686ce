"""Signals: taken in once, without numbers of persons, triaged by a person, erased when their time is over."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from PIL import Image

from anlan.actions import signals as acts
from anlan.actions.attachments import Upload, keep_photo, path_of
from anlan.actions.duties import FutureTimeError
from anlan.actions.signal_erasure import erase_signals
from anlan.actions.signals import SignalDraft, receive_signal
from anlan.engine.access import GrantFacts, reach
from anlan.engine.free_text import MASK
from anlan.models import Attachment, District, Entry, Signal
from anlan.models.ids import new_id
from anlan.queries.signals import SignalFilter, all_signals, counts_of_signals, one_signal
from builders import a_department, a_district, a_place, a_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)


def a_signal(*, key="", at=NOW, by=None, **stated):
    draft = {
        "kind": "suspicious-object",
        "observed": "北门外有一只无人看管的纸箱",
        "reliability": "B",
        "urgency": "hours",
        "channel": "form",
        "observed_at": at,
        "organisation": "滨江中心物业",
    } | stated
    return receive_signal(SignalDraft(**draft), by=by, at=at, key=key)


def a_photo() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(written, "JPEG")
    return written.getvalue()


def everywhere():
    return reach([GrantFacts("city-office")], "see-signals")


def test_numbers_that_lead_to_a_person_are_nowhere_in_the_database() -> None:
    a_signal(
        observed="纸箱上写13800138000和11010519491231002X，旁停京A12345",
        organisation="物业 13900139000",
        place=a_place("P-1"),
    )
    row = Signal.objects.get()
    acts.dismiss_signal(row, reason="已联系13800138000核实", by=None, at=NOW)
    row.refresh_from_db()
    assert row.observed == f"纸箱上写{MASK}和{MASK}，旁停{MASK}"
    assert row.organisation == f"物业 {MASK}"
    assert row.reason == f"已联系{MASK}核实"
    assert row.masked == {"telephone": 2, "identity-number": 1, "plate": 1}
    told = str(list(Entry.objects.values()))
    assert not any(number in told for number in ("138001", "139001", "1101051949", "京A"))


def test_the_same_key_gives_the_same_signal_and_another_key_another() -> None:
    first = a_signal(key="mail:1")
    assert a_signal(key="mail:1", observed="同一封邮件又来一次").pk == first.pk
    assert a_signal(key="mail:2").pk != first.pk
    assert Signal.objects.count() == 2
    assert Entry.objects.filter(action="receive-signal").count() == 2


def test_signals_are_numbered_from_one_each_year() -> None:
    numbers = [a_signal(at=at) for at in (NOW, NOW, NOW + timedelta(days=365))]
    assert [(each.year, each.number) for each in numbers] == [(2026, 1), (2026, 2), (2027, 1)]


def test_what_is_to_be_observed_yet_is_refused() -> None:
    with pytest.raises(FutureTimeError):
        a_signal(observed_at=NOW + timedelta(hours=1))
    assert not Signal.objects.exists()


def test_a_point_is_put_into_the_district_whose_boundary_holds_it() -> None:
    a_district("990101")
    square = [[116.0, 39.0], [117.0, 39.0], [117.0, 40.0], [116.0, 40.0], [116.0, 39.0]]
    District.objects.filter(pk="990101").update(boundary={"type": "Polygon", "coordinates": [square]})
    inside = a_signal(longitude=116.5, latitude=39.5, radius_m=300)
    outside = a_signal(longitude=118.5, latitude=39.5, radius_m=300)
    assert (inside.district_id, inside.radius_m) == ("990101", 300)
    assert outside.district_id is None


def test_a_signal_without_any_place_is_taken_all_the_same() -> None:
    assert a_signal(channel="e-mail").place is None


def test_a_signal_is_triaged_once_and_each_step_is_in_the_journal() -> None:
    officer = a_user("city-office")
    signal = a_signal(place=a_place("P-1"))
    acts.raise_signal(signal, reason="两处同时出现", by=officer, at=NOW)
    with pytest.raises(acts.SignalTriagedError):
        acts.dismiss_signal(signal, reason="重复", by=officer, at=NOW)
    warning = new_id()
    acts.name_warning(signal, warning, by=officer, at=NOW)
    signal.refresh_from_db()
    assert (signal.outcome, signal.warning, signal.triaged_by) == ("raised", warning, officer)
    told = Entry.objects.filter(subject_id=str(signal.pk)).order_by("id")
    assert [entry.action for entry in told] == ["receive-signal", "raise-signal", "raise-signal"]
    assert {entry.place_code for entry in told} == {"P-1"}


def test_a_triage_can_be_taken_back_unless_a_warning_rests_on_it() -> None:
    signal, other = a_signal(), a_signal()
    acts.dismiss_signal(signal, reason="误报", by=None, at=NOW)
    acts.reopen_signal(signal, reason="又有新情况", by=None, at=NOW)
    signal.refresh_from_db()
    assert (signal.outcome, signal.reason, signal.triaged_at) == ("", "", None)
    acts.raise_signal(other, reason="属实", by=None, at=NOW, warning=new_id())
    with pytest.raises(acts.SignalNotTriagedError):
        acts.reopen_signal(other, reason="撤回", by=None, at=NOW)
    with pytest.raises(acts.SignalNotTriagedError):
        acts.reopen_signal(signal, reason="再撤回", by=None, at=NOW)


def test_links_lead_to_one_head_and_never_round_in_a_circle() -> None:
    first, second, third = a_signal(), a_signal(), a_signal()
    acts.link_signal(first, second, reason="同一纸箱", by=None, at=NOW)
    acts.link_signal(second, third, reason="同一纸箱", by=None, at=NOW)
    assert set(Signal.objects.filter(linked_to=third)) == {first, second}
    with pytest.raises(acts.LinkedToItselfError):
        acts.link_signal(third, first, reason="同一纸箱", by=None, at=NOW)


def test_the_database_itself_refuses_a_half_point_and_two_areas() -> None:
    place = a_place("P-1", district="990101")
    signal = a_signal(place=place)
    for wrong in ({"longitude": 116.0}, {"district": "990101"}, {"outcome": "linked"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Signal.objects.filter(pk=signal.pk).update(**wrong)


def test_a_grant_reaches_its_district_or_department_and_a_place_only_what_it_reported() -> None:
    place = a_place("P-1", district="990101", department="D-1")
    a_district("990102")
    manager, stranger = a_user("venue-manager", place="P-1"), a_user(None)
    at_place = a_signal(place=place)
    own = a_signal(place=place, by=manager)
    elsewhere = a_signal(district=District.objects.get(pk="990102"))
    from_department = a_signal(department=a_department("D-2"), organisation="")
    nowhere = a_signal()

    def seen(user, **grant):
        facts = GrantFacts("city-office", **grant) if grant else None
        far = reach([facts] if facts else [], "see-signals")
        return set(all_signals(far, user, SignalFilter(state="any")))

    assert seen(stranger, district="990101") == {at_place, own}
    assert seen(stranger, district="990102") == {elsewhere}
    assert seen(stranger, department="D-1") == {at_place, own}
    assert seen(stranger, department="D-2") == {from_department}
    assert seen(manager, place="P-1") == {own}
    assert seen(stranger) == set()
    assert one_signal(everywhere(), stranger, nowhere.pk) == nowhere


def test_counts_and_filters_agree() -> None:
    officer = a_user("city-office")
    dismissed = a_signal(kind="drone")
    a_signal(kind="drone")
    a_signal(kind="weather", urgency="now")
    acts.dismiss_signal(dismissed, reason="已核实为航拍", by=None, at=NOW)
    counts = counts_of_signals(everywhere(), officer, SignalFilter(kind="drone"))
    assert (counts.open, counts.dismissed, counts.any) == (1, 1, 2)
    found = all_signals(everywhere(), officer, SignalFilter(state="any", text="SG-2026-0001"))
    assert list(found) == [dismissed]


def test_after_its_time_words_and_files_are_gone_and_the_count_stays() -> None:
    user = a_user("city-office")
    photo = keep_photo(Upload("13800138000纸箱.jpg", a_photo()), by=user, at=NOW)
    assert isinstance(photo, Attachment)
    old = a_signal(attachments=[photo])
    assert old.attachments.get().name == f"{MASK}纸箱.jpg"
    acts.dismiss_signal(old, reason="误报", by=None, at=NOW)
    late = NOW + timedelta(days=settings.SIGNAL_TEXT_DAYS)
    young = a_signal(at=late - timedelta(days=1))
    assert erase_signals(at=late).signals == 0
    done = erase_signals(at=late + timedelta(seconds=1))
    assert (done.signals, done.files) == (1, 1)
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.observed, old.reason, old.attachments.count()) == ("", "", 0)
    assert (old.attachment_count, old.outcome, old.kind) == (1, "dismissed", "suspicious-object")
    assert young.observed
    assert not path_of(photo.sha256).exists()
    assert not Attachment.objects.filter(pk=photo.pk).exists()
    assert erase_signals(at=late + timedelta(seconds=2)).signals == 0


def test_a_file_that_another_record_has_is_not_erased_with_the_signal() -> None:
    user = a_user("city-office")
    first, second = (keep_photo(Upload(name, a_photo()), by=user, at=NOW) for name in ("a.jpg", "b.jpg"))
    assert isinstance(first, Attachment)
    assert isinstance(second, Attachment)
    assert first.sha256 == second.sha256
    a_signal(attachments=[first])
    a_signal(attachments=[second], at=NOW + timedelta(days=100))
    erase_signals(at=NOW + timedelta(days=settings.SIGNAL_TEXT_DAYS + 1))
    assert path_of(second.sha256).exists()
