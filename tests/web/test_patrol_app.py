"""The guard's page and its addresses: what is handed out to whom, and what a phone may send."""

import hashlib
import io
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone
from PIL import Image
from shapely import LineString

from anlan.actions.attachments import path_of
from anlan.actions.patrol_codes import issue_codes, replace_code
from anlan.actions.patrol_review import close_call, refuse_visit
from anlan.actions.posture import raise_posture
from anlan.links.basemap import road_feature, write_basemap
from anlan.models import Device, HelpCall, Place, User, Visit, Walk
from anlan.models.ids import new_id
from anlan.web.patrol_app import sync
from anlan.web.patrol_app.offline import FILES, worker_text
from anlan.web.patrol_app.reading import MOST_RECORDS
from builders import a_user, signed_in
from patrol_builders import a_patrolled_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    place = a_patrolled_place(points=3)
    issue_codes(place, by=None, at=timezone.now())
    return place


@pytest.fixture
def guard(place: Place) -> User:
    return a_user("guard", place=place.code)


@pytest.fixture
def token(guard: User) -> str:
    """The token of the guard's phone, as the page enrols it."""
    answer = signed_in(Client(), guard).post("/patrol/device/")
    return str(answer.json()["token"])


def sent(token: str, *records: dict[str, Any], **more: Any) -> Any:
    """The answer to a batch from a phone whose clock is right."""
    body = {"sent_at": timezone.now().isoformat(), "records": list(records), **more}
    return post(token, json.dumps(body))


def post(token: str, body: str, address: str = "/patrol/sync/") -> Any:
    return Client().post(address, body, "application/json", headers={"Authorization": f"Device {token}"})


def walk_of(place: Place) -> dict[str, Any]:
    started = timezone.now() - timedelta(minutes=30)
    return {
        "kind": "walk",
        "id": str(new_id()),
        "place": place.code,
        "beat": "B1",
        "device_at": started.isoformat(),
    }


def visit_of(place: Place, walk: dict[str, Any], checkpoint: str = "C00") -> dict[str, Any]:
    token = place.checkpoints.get(code=checkpoint).codes.get().token
    return {
        "kind": "visit", "id": str(new_id()), "walk": walk["id"], "number": 1, "way": "qr",
        "code": f"https://anlan.example/c/{token}/", "device_at": timezone.now().isoformat(),
    }  # fmt: skip


# ---- what others walked, and calls -------------------------------------------------------------


def test_a_phone_is_told_what_other_rounds_scanned_and_not_what_it_scanned_itself(place, token):
    walk, other = walk_of(place), walk_of(place)
    second = a_user("guard", username="second", place=place.code)
    others_token = signed_in(Client(), second).post("/patrol/device/").json()["token"]
    sent(token, walk, visit_of(place, walk, "C00"))
    visit = visit_of(place, other, "C01")
    sent(others_token, other, visit)
    told = sent(token).json()["places"][place.code]["served"]
    assert [one["checkpoint"] for one in told] == ["C01"]
    assert [one["checkpoint"] for one in sent(others_token).json()["places"][place.code]["served"]] == ["C00"]
    refuse_visit(Visit.objects.get(pk=visit["id"]), words="nobody was there", by=None, at=timezone.now())
    assert sent(token).json()["places"][place.code]["served"] == [], "what does not count serves no window"


def test_a_phone_is_told_what_became_of_its_call_for_help(place, token):
    walk = walk_of(place)
    call = {**walk, "kind": "help", "id": str(new_id()), "walk": walk["id"], "checkpoint": "C01"}
    assert sent(token, walk).json()["places"][place.code]["call"] is None
    told = sent(token, call).json()["places"][place.code]["call"]
    assert told == {"id": call["id"], "taken_at": None, "closed_at": None}
    at = timezone.now()
    close_call(HelpCall.objects.get(), outcome="door held open", by=None, at=at)
    told = sent(token).json()["places"][place.code]["call"]
    assert (told["taken_at"], told["closed_at"]) == (at.isoformat(), at.isoformat())


def test_a_call_for_help_brings_the_beginning_of_its_own_round_along_and_no_other(place, token):
    walk, other = walk_of(place), walk_of(place)
    call = {**walk, "kind": "help", "id": str(new_id()), "walk": walk["id"], "seen": "C01"}
    call["seen_at"] = timezone.now().isoformat()
    assert post(token, json.dumps({"records": [other, call]}), "/patrol/help/").status_code == 400
    answer = post(token, json.dumps({"records": [walk, call]}), "/patrol/help/")
    assert [one["status"] for one in answer.json()["results"]] == ["recorded", "recorded"]
    kept = HelpCall.objects.select_related("walk", "last_checkpoint").get()
    assert str(kept.walk.pk) == walk["id"], "the control room sees whose round it is"
    assert kept.last_checkpoint.code == "C01"


# ---- rounds on two phones ----------------------------------------------------------------------


def test_a_phone_is_told_of_a_round_of_its_guard_on_another_phone_and_of_nobody_elses(place, guard, token):
    walk = walk_of(place)
    sent(token, walk, visit_of(place, walk, "C01"))
    [told] = signed_in(Client(), guard).get("/patrol/shift.json").json()["places"]
    [running] = told["running"]
    assert (running["id"], running["beat"], running["by_page"]) == (walk["id"], "B1", True)
    assert running["last"]["checkpoint"] == "C01"
    assert [one["checkpoint"] for one in told["served"]] == ["C01"]
    colleague = signed_in(Client(), a_user("guard", username="second", place=place.code))
    [told] = colleague.get("/patrol/shift.json").json()["places"]
    assert told["running"] == []


def test_each_phone_hears_of_its_own_round_also_when_it_was_ended_on_the_other(place, guard, token):
    second_token = signed_in(Client(), guard).post("/patrol/device/").json()["token"]
    first, second = walk_of(place), walk_of(place)
    sent(token, first, visit_of(place, first, "C00"))
    over = {**second, "kind": "end", "id": str(new_id()), "walk": first["id"], "reason": "carried-on"}
    sent(second_token, second, over, visit_of(place, second, "C01"))
    here = sent(second_token, walk=second["id"]).json()["places"][place.code]
    there = sent(token, walk=first["id"]).json()["places"][place.code]
    assert (here["round"]["id"], here["round"]["ended_at"]) == (second["id"], None)
    assert there["round"]["id"] == first["id"]
    assert there["round"]["ended_at"] is not None
    assert there["round"]["carried_on"]
    assert [one["checkpoint"] for one in here["served"]] == ["C00"]
    assert [one["checkpoint"] for one in there["served"]] == ["C01"]
    for nonsense in (7, "", "no id", str(new_id())):
        assert sent(second_token, walk=nonsense).json()["places"][place.code]["round"]["id"] == second["id"]


# ---- the map -----------------------------------------------------------------------------------


def test_the_map_of_a_place_is_sent_once_and_then_only_named(place, guard, settings, tmp_path):
    row = place.checkpoints.get(code="C00")
    lon, lat = row.longitude, row.latitude
    street = road_feature("residential", "", "", LineString([(lon - 0.001, lat), (lon + 0.001, lat)]))
    settings.BASEMAP = tmp_path / "basemap.pmtiles"
    client = signed_in(Client(), guard)

    def the_map(have=""):
        [answer] = client.get("/patrol/shift.json", {"have": have}).json()["places"]
        return answer["map"]

    assert the_map() is None, "no base map was loaded"
    assert write_basemap(settings.BASEMAP, [street], attribution="制图者") is not None
    first = the_map()
    assert [one["kind"] for one in first["drawing"]["strokes"]] == ["street"]
    assert first["drawing"]["credit"] == "制图者"
    assert the_map(have=f"another,{first['stamp']}") == {"stamp": first["stamp"]}
    row.longitude += 0.002
    row.save()
    assert the_map(have=first["stamp"])["stamp"] != first["stamp"], "a checkpoint moved"
    place.checkpoints.update(longitude=None, latitude=None)
    assert the_map() is None, "nobody knows where the checkpoints lie"


# ---- the page ----------------------------------------------------------------------------------


def test_the_page_that_phones_keep_names_nobody_and_no_place(place, guard):
    shells = [Client().get(f"/patrol/shell/{language}/").content.decode() for language in ("en", "zh-hans")]
    assert "Start the shift" in shells[0]
    assert "开始班次" in shells[1]
    for shell in shells:
        assert place.name_zh not in shell
        assert guard.name not in shell
        assert "csrf" not in shell.lower()


def test_the_page_says_what_a_scan_proves_and_what_it_cannot():
    shells = [Client().get(f"/patrol/shell/{language}/").content.decode() for language in ("en", "zh-hans")]
    assert "proves that a phone had this code before it" in shells[0]
    assert "does not prove that somebody looked around" in shells[0]
    assert "a mark alone has no consequence" in shells[0]
    assert "扫码只能证明" in shells[1]
    assert "不能证明有人查看了现场" in shells[1]


def test_only_this_page_may_compile_the_reader_of_codes(guard):
    client = signed_in(Client(), guard)
    assert "'wasm-unsafe-eval'" in client.get("/patrol/").headers["Content-Security-Policy"]
    assert "unsafe" not in client.get("/work/").headers["Content-Security-Policy"]


def test_the_worker_lists_every_file_that_the_page_and_its_scripts_load():
    shell = Client().get("/patrol/shell/en/").content.decode()
    loaded = set(re.findall(r'(?:src|href)="/static/([^"]+)"', shell))
    waiting = [name for name in loaded if name.startswith("anlan/js/patrol/")]
    while waiting:
        folder = waiting[-1].rsplit("/", 1)[0]
        source = Path(finders.find(waiting.pop())).read_text("utf-8")
        for name in re.findall(r'^import .*"(\.[^"]+)"', source, re.MULTILINE):
            path = f"{folder}/{name.removeprefix('./')}"
            while "/../" in path:
                path = re.sub(r"[^/]+/\.\./", "", path, count=1)
            if path not in loaded:
                loaded.add(path)
                waiting.append(path)
    assert set(FILES) == loaded | {"vendor/scan/zxing_reader.wasm"}


def test_the_workers_version_follows_its_files():
    assert re.match(r'self\.PATROL = \{"version": "[0-9a-f]{16}"', worker_text())
    answer = Client().get("/patrol/worker.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_phone_can_put_the_page_on_its_home_screen():
    manifest = Client().get("/patrol/manifest.webmanifest").json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == (
        "/patrol/",
        "/patrol/",
        "standalone",
    )


def test_the_shift_holds_digests_of_codes_and_no_code(place, guard):
    answer = signed_in(Client(), guard).get("/patrol/shift.json")
    [shown] = answer.json()["places"]
    assert len(shown["bundle"]["checkpoints"]) == 3
    assert len(shown["bundle"]["levels"]) == 5
    for code in place.checkpoints.get(code="C00").codes.all():
        text = answer.content.decode()
        assert code.token not in text
        assert code.typed not in text
        assert hashlib.sha256(code.token.encode()).hexdigest() in text


def test_an_enrolled_phones_token_is_kept_only_as_a_digest(token):
    device = Device.objects.get()
    assert device.digest == hashlib.sha256(token.encode()).hexdigest()
    assert not any(token in str(value) for value in vars(device).values())


# ---- what phones send --------------------------------------------------------------------------


def test_a_round_is_recorded_once_and_each_answer_tells_the_servers_time(place, token):
    walk = walk_of(place)
    visit = visit_of(place, walk)
    first = sent(token, walk, visit).json()
    again = sent(token, walk, visit).json()
    assert [one["status"] for one in first["results"]] == ["recorded", "recorded"]
    assert [one["status"] for one in again["results"]] == ["known", "known"]
    assert first["places"][place.code]["level"] == "normal"
    assert "server_time" in first
    assert (Walk.objects.count(), Visit.objects.count()) == (1, 1)


def test_a_phone_hears_of_a_raised_level_and_of_a_new_code_with_the_next_answer(place, token):
    walk = walk_of(place)
    before = sent(token, walk).json()["places"][place.code]
    raise_posture(
        "red", start=timezone.now(), end=None, reason="试验", by=None, at=timezone.now(), place=place
    )
    replace_code(place.checkpoints.get(code="C00"), reason="损坏", by=None, at=timezone.now())
    after = sent(token).json()["places"][place.code]
    assert (before["level"], after["level"]) == ("normal", "red")
    assert before["changed"] < after["changed"]


def test_a_record_that_cannot_be_read_holds_up_no_other(place, token):
    walk = walk_of(place)
    broken = {**visit_of(place, walk), "device_at": "yesterday"}
    answer = sent(token, walk, broken, visit_of(place, walk, "C01"), {"kind": "visit"}, 7)
    assert answer.status_code == 200
    statuses = [one["status"] for one in answer.json()["results"]]
    assert statuses == ["recorded", "unreadable", "recorded", "unreadable", "unreadable"]
    assert answer.json()["results"][1]["id"] == broken["id"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ('{"records": 3}', 400),
        ('{"records": [], "sent_at": NaN}', 400),
        ("[" * 100_000, 400),
        (json.dumps({"records": [{}] * (MOST_RECORDS + 1)}), 413),
        (json.dumps({"records": [{"note": "x" * 600_000}]}), 413),
    ],
)
def test_what_is_no_batch_is_answered_as_a_problem_and_changes_nothing(token, body, status):
    answer = post(token, body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert Walk.objects.count() == 0


@pytest.mark.parametrize("header", ["", "Device ", "Device wrong", "Bearer anlan-x", "Device \u00e9"])
def test_without_a_phones_token_nothing_is_taken(place, header):
    headers = {"Authorization": header} if header else {}
    for address in ("/patrol/sync/", "/patrol/help/"):
        answer = Client().post(address, "{}", "application/json", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["code"] == "invalid-token"


def test_a_phones_token_opens_no_page_and_no_api(place, token):
    headers = {"Authorization": f"Device {token}"}
    assert Client().get("/work/", headers=headers).status_code == 302
    assert Client().get("/patrol/shift.json", headers=headers).status_code == 302
    assert Client().get("/api/v1/places", headers=headers).status_code == 401


def test_signing_out_leaves_the_phone_enrolled(place, guard, token):
    client = signed_in(Client(), guard)
    client.post("/sign-out/")
    walk = walk_of(place)
    assert sent(token, walk).json()["results"][0]["status"] == "recorded"


def test_while_another_phones_batch_is_taken_the_next_is_asked_to_wait_and_help_is_not(place, token):
    walk = walk_of(place)
    call = {"kind": "help", "id": str(new_id()), "place": place.code, "device_at": timezone.now().isoformat()}
    with sync.ONE_AT_A_TIME:
        answer = sent(token, walk)
        helped = post(token, json.dumps({"records": [call]}), "/patrol/help/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert answer.json()["code"] == "too-many-requests"
    assert helped.json()["results"][0]["status"] == "recorded"
    assert sent(token, walk).json()["results"][0]["status"] == "recorded"


def test_help_is_taken_at_its_own_address_and_nothing_else_is(place, token):
    walk = walk_of(place)
    call = {"kind": "help", "id": str(new_id()), "place": place.code, "device_at": timezone.now().isoformat()}
    assert post(token, json.dumps({"records": [call]}), "/patrol/help/").status_code == 200
    assert post(token, json.dumps({"records": [walk]}), "/patrol/help/").status_code == 400
    assert HelpCall.objects.count() == 1
    assert Walk.objects.count() == 0


# ---- photos ------------------------------------------------------------------------------------


def a_photo(colour: str = "navy") -> bytes:
    """A photo with the camera's name and a position in it."""
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (640, 480), colour).save(written, "JPEG", exif=exif)
    return written.getvalue()


def put(token: str, visit: str, content: bytes, sha256: str = "") -> Any:
    name = sha256 or hashlib.sha256(content).hexdigest()
    headers = {"Authorization": f"Device {token}"}
    return Client().put(f"/patrol/photos/{name}/?visit={visit}", content, "image/jpeg", headers=headers)


def test_a_photo_comes_in_once_without_camera_position_or_name(place, token):
    walk = walk_of(place)
    visit = visit_of(place, walk)
    sent(token, walk, visit)
    content = a_photo()
    assert put(token, visit["id"], content).json()["status"] == "recorded"
    assert put(token, visit["id"], content).json()["status"] == "known"
    [photo] = Visit.objects.get().photos.all()
    assert photo.by is None
    assert list(Visit.objects.get().evidence.get().attachments.all()) == [photo]
    kept = Image.open(path_of(photo.sha256))
    assert dict(kept.getexif()) == {}
    assert kept.size == (640, 480)


def test_a_photo_that_broke_on_the_way_is_asked_for_again(place, token):
    walk = walk_of(place)
    visit = visit_of(place, walk)
    sent(token, walk, visit)
    content = a_photo()
    answer = put(token, visit["id"], content[:-100], hashlib.sha256(content).hexdigest())
    assert answer.status_code == 422
    assert put(token, visit["id"], b"no picture at all").status_code == 422
    assert Visit.objects.get().photos.count() == 0


def test_nobody_adds_a_photo_to_the_visit_of_another(place, token):
    walk = walk_of(place)
    visit = visit_of(place, walk)
    sent(token, walk, visit)
    other = signed_in(Client(), a_user("guard", place=place.code)).post("/patrol/device/").json()["token"]
    assert put(other, visit["id"], a_photo()).status_code == 404
    assert put(token, str(new_id()), a_photo()).status_code == 404
    assert put(token, "nonsense", a_photo()).status_code == 404
