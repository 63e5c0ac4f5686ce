"""Signals on pages: reporting, what is masked, who sees which, triage, the list and its files."""

import io
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from anlan.actions.signals import SignalDraft, receive_signal
from anlan.engine.free_text import MASK
from anlan.models import Attachment, Entry, FormDraft, Signal
from anlan.models.ids import new_id
from builders import a_department, a_district, a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def place():
    adopt_plan()
    return a_place("P-1", district="990101", department="D-1", name_zh="滨江中心商场")


@pytest.fixture
def office(place):
    return signed_in(Client(), a_user("city-office"))


def entries(**more):
    return {
        "id": str(new_id()),
        "kind": "suspicious-object",
        "where": "place",
        "place": "P-1",
        "observed": "北门外有一只无人看管的纸箱",
        "urgency": "now",
        "reliability": "B",
        "department": "",
        "organisation": "商场保安岗",
    } | more


def a_signal(by=None, **more):
    draft = {
        "kind": "drone", "observed": "车站上空有无人机", "reliability": "C", "urgency": "hours", "channel": "form",
        "observed_at": NOW, "organisation": "车站",
    } | more  # fmt: skip
    return receive_signal(SignalDraft(**draft), by=by, at=NOW)


def a_photo(name="13800138000.jpg"):
    written = io.BytesIO()
    picture = Image.new("RGB", (60, 40), "teal")
    exif = picture.getexif()
    exif[0x010F] = "CameraMaker"
    exif.get_ifd(0x8825)[1] = "N"
    picture.save(written, "JPEG", exif=exif)
    return SimpleUploadedFile(name, written.getvalue(), "image/jpeg")


def test_a_report_leads_to_its_page_with_numbers_of_persons_masked(office):
    answer = office.post(
        reverse("signal-new"), entries(observed="纸箱上写13800138000", photos=[a_photo()]), follow=True
    )
    signal = Signal.objects.get()
    page = answer.content.decode()
    assert signal.observed == f"纸箱上写{MASK}"
    assert MASK in page
    assert "13800138000" not in page
    kept = Attachment.objects.get()
    assert kept.name == f"{MASK}.jpg"
    content = b"".join(office.get(reverse("attachment", args=[kept.pk])).streaming_content)
    assert b"CameraMaker" not in content
    assert not Image.open(io.BytesIO(content)).getexif()


def test_the_same_form_sent_twice_is_one_signal(office):
    sent = entries()
    for _time in range(2):
        assert office.post(reverse("signal-new"), sent).status_code == 302
    assert Signal.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"place": ""}, "place"),
        ({"place": "P-9"}, "place"),
        ({"where": "point"}, "longitude"),
        ({"where": "point", "longitude": "190", "latitude": "30"}, "longitude"),
        ({"where": "district"}, "district"),
        ({"organisation": " "}, "organisation"),
        ({"kind": "person"}, "kind"),
        ({"urgency": ""}, "urgency"),
        ({"observed": ""}, "observed"),
        ({"observed_at": "2199-01-01T00:00"}, "observed_at"),
    ],
)
def test_a_report_that_lacks_something_comes_back_and_says_where(office, wrong, field):
    answer = office.post(reverse("signal-new"), entries(**wrong))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field} or field == "longitude"
    assert field in answer.context["form"].errors
    assert not Signal.objects.exists()


def test_a_point_a_district_and_a_department_are_taken_as_chosen(office):
    code = a_department("D-7").code
    office.post(
        reverse("signal-new"),
        entries(
            where="point",
            longitude="116.4",
            latitude="39.9",
            radius_m="500",
            department=code,
            organisation="x",
        ),
    )
    office.post(reverse("signal-new"), entries(where="district", district="990101"))
    point, district = Signal.objects.order_by("number")
    assert (point.longitude, point.latitude, point.radius_m, point.place) == (116.4, 39.9, 500, None)
    assert (point.department.code, point.organisation) == (code, "")
    assert (district.district_id, district.place, district.longitude) == ("990101", None, None)


def test_a_venue_reports_about_its_own_place_alone_and_sees_what_it_reported(place):
    a_place("P-2", name_zh="江北车站")
    manager = a_user("venue-manager", place="P-1")
    client = signed_in(Client(), manager)
    assert client.post(reverse("signal-new"), entries(place="P-2")).status_code == 422
    assert client.post(reverse("signal-new"), entries(where="district", district="990101")).status_code == 422
    client.post(reverse("signal-new"), entries())
    secret = a_signal(place=place)
    own = Signal.objects.get(by=manager)
    listed = client.get(reverse("signals")).content.decode()
    assert reverse("signal", args=[own.pk]) in listed
    assert reverse("signal", args=[secret.pk]) not in listed
    assert client.get(reverse("signal", args=[own.pk])).status_code == 200
    assert client.get(reverse("signal", args=[secret.pk])).status_code == 404
    assert client.post(reverse("signal-triage", args=[own.pk]), {"outcome": "dismiss"}).status_code == 403


def test_a_district_office_triages_its_district_and_not_another(place):
    officer = signed_in(Client(), a_user("city-office", district="990101"))
    elsewhere = a_signal(district=a_district("990102"))
    here = a_signal(place=place)
    sent = {"outcome": "dismiss", "reason": "已核实"}
    assert officer.post(reverse("signal-triage", args=[elsewhere.pk]), sent).status_code == 404
    assert officer.post(reverse("signal-triage", args=[here.pk]), sent).status_code == 302
    here.refresh_from_db()
    assert here.outcome == "dismissed"


def test_a_triage_needs_a_reason_and_a_link_its_target(office):
    first, second = a_signal(), a_signal()
    address = reverse("signal-triage", args=[first.pk])
    assert office.post(address, {"outcome": "raise", "reason": ""}).status_code == 422
    assert office.post(address, {"outcome": "link", "reason": "同一架"}).status_code == 422
    assert (
        office.post(address, {"outcome": "link", "other": str(first.pk), "reason": "同一架"}).status_code
        == 422
    )
    assert (
        office.post(address, {"outcome": "link", "other": str(second.pk), "reason": "同一架"}).status_code
        == 302
    )
    first.refresh_from_db()
    assert first.linked_to == second
    assert (
        reverse("signal", args=[first.pk]) in office.get(reverse("signal", args=[second.pk])).content.decode()
    )
    again = office.post(address, {"outcome": "dismiss", "reason": "晚了"}, follow=True)
    first.refresh_from_db()
    assert first.outcome == "linked"
    assert again.status_code == 200
    office.post(reverse("signal-reopen", args=[first.pk]), {"reason": "不是同一架，联系13800138000"})
    first.refresh_from_db()
    assert first.outcome == ""
    assert "13800138000" not in str(list(Entry.objects.values()))


def test_a_draft_on_the_server_holds_no_number_of_a_person(office):
    sent = {
        "address": reverse("signal-new"),
        "fields": [
            ["observed", "箱上写13800138000"],
            ["organisation", "物业11010519491231002X"],
            ["place", "P-1"],
        ],
    }
    answer = office.post(reverse("draft"), json.dumps(sent), content_type="application/json")
    assert answer.status_code == 200
    kept = dict(FormDraft.objects.get().fields)
    assert kept == {"observed": f"箱上写{MASK}", "organisation": f"物业{MASK}", "place": "P-1"}


def test_the_form_carries_what_the_page_needs_to_warn_at_once(office):
    page = office.get(reverse("signal-new")).content.decode()
    assert page.count("data-free-text=") == 2
    assert 'id="free-text-patterns"' in page
    assert "gb11643" in page


def test_places_are_offered_by_name_within_reach(place):
    a_place("P-2", name_zh="江北车站")
    office = signed_in(Client(), a_user("city-office"))
    manager = signed_in(Client(), a_user("venue-manager", place="P-1"))
    address = f"{reverse('signal-places')}?{urlencode({'place': '车站'})}"
    assert 'value="P-2"' in office.get(address).content.decode()
    assert "P-2" not in manager.get(address).content.decode()


def test_the_list_filters_and_its_file_hold_the_same(office, place):
    drone, vehicle = a_signal(place=place), a_signal(kind="vehicle", urgency="days", observed="可疑货车")
    query = {"kind": "vehicle", "state": "any"}
    page = office.get(reverse("signals"), query).content.decode()
    assert reverse("signal", args=[vehicle.pk]) in page
    assert reverse("signal", args=[drone.pk]) not in page
    written = b"".join(office.get(reverse("signals-export", args=["csv"]), query).streaming_content).decode()
    assert "可疑货车" in written
    assert "车站上空有无人机" not in written
    for filters in (
        {"district": "990101"},
        {"q": "滨江"},
        {"q": "SG-2026-0001", "state": "any"},
        {"q": "P-1"},
    ):
        assert reverse("signal", args=[drone.pk]) in office.get(reverse("signals"), filters).content.decode()


def test_an_empty_list_says_what_comes_here(office):
    assert "没有情况报告" in office.get(reverse("signals")).content.decode()


def test_a_file_of_a_signal_is_only_for_those_who_see_the_signal(office, place):
    office.post(reverse("signal-new"), entries(photos=[a_photo("box.jpg")]))
    address = reverse("attachment", args=[Attachment.objects.get().pk])
    assert office.get(address).status_code == 200
    for user in (a_user("venue-manager", place="P-1"), a_user("inspector", district="990102")):
        assert signed_in(Client(), user).get(address).status_code == 404


def test_after_its_time_the_page_says_that_the_words_are_erased(office):
    from anlan.actions.signal_erasure import erase_signals

    signal = a_signal()
    erase_signals(at=NOW + timedelta(days=1), days=0)
    page = office.get(reverse("signal", args=[signal.pk])).content.decode()
    assert "保存期已满" in page
    assert "车站上空" not in page


def test_several_signals_are_dismissed_with_one_reason_and_each_may_be_taken_back(office):
    first, second, triaged = (a_signal() for _number in range(3))
    office.post(reverse("signal-triage", args=[triaged.pk]), {"outcome": "dismiss", "reason": "误报"})
    sent = {"act": "dismiss", "row": [str(row.pk) for row in (first, second, triaged)]}
    asked = office.post(reverse("signals-bulk"), sent).content.decode()
    assert "已有人研判" in asked
    assert Signal.objects.filter(outcome="").count() == 2
    office.post(reverse("signals-bulk"), sent | {"sure": "yes", "reason": "演练，见13800138000"})
    assert set(Signal.objects.values_list("outcome", "reason")) == {
        ("dismissed", "误报"),
        ("dismissed", f"演练，见{MASK}"),
    }
    office.post(reverse("signal-reopen", args=[first.pk]), {"reason": "再核"})
    assert Signal.objects.get(outcome="").pk == first.pk


def test_several_signals_are_linked_to_one_and_the_one_itself_is_left_out(office):
    rows = [a_signal() for _number in range(3)]
    sent = {"act": "link", "row": [str(row.pk) for row in rows], "sure": "yes", "reason": "同一情况"}
    answer = office.post(reverse("signals-bulk"), sent | {"other": str(rows[0].pk)})
    assert answer.status_code == 200, "the one that stays is named"
    rows[0].refresh_from_db()
    assert rows[0].outcome == ""
    assert list(rows[0].linked.values_list("outcome", flat=True)) == ["linked", "linked"]
    assert office.post(reverse("signals-bulk"), sent).status_code == 422


def test_the_acts_are_not_offered_to_who_only_reports(place):
    inspector = signed_in(Client(), a_user("inspector"))
    row = a_signal(place=place)
    assert inspector.get(reverse("signals")).context["tools"].bulk == []
    sent = {"act": "dismiss", "row": [str(row.pk)], "sure": "yes", "reason": "x"}
    assert inspector.post(reverse("signals-bulk"), sent).status_code in (403, 404)
