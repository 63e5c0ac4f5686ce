"""A guard's shift on a phone: without network, through kills and dropped answers, on one phone after another."""

import contextlib
import io
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, Route, expect

from anlan.links.codes import qr_png
from patrol_towns import Ground, Town, a_ground, a_server

pytestmark = pytest.mark.browser
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
]
CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
SCREEN: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


# ---- the place and the phone -------------------------------------------------------------------


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """The place, made once."""
    return a_ground(tmp_path_factory.mktemp("ground"))


@pytest.fixture
def town(ground: Ground, tmp_path: Path) -> Iterator[Town]:
    """A patrolled place nobody has walked yet, and its server."""
    data = tmp_path / "town"
    ground.copied(data)
    with a_server(ground, data) as made:
        yield made


class Phone:
    """A browser with a phone's screen, a camera that sees one code, and a store that outlives it."""

    def __init__(self, playwright: Playwright, town: Town, folder: Path, sees: str = "") -> None:
        self.town = town
        self._playwright = playwright
        self._folder = folder / "phone"
        self._sees = folder / "camera.mjpeg"
        if sees:
            self._sees.write_bytes(_film(f"{town.address}/c/{town.tokens[sees]}/"))
        self.context: BrowserContext
        self.switch_on()

    def switch_on(self) -> None:
        names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
        program = os.environ.get("ANLAN_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
        if program is None:
            pytest.skip("Chromium is not installed")
        flags = [*FLAGS, *CAMERA]
        if self._sees.exists():
            flags.append(f"--use-file-for-fake-video-capture={self._sees}")
        self.context = self._playwright.chromium.launch_persistent_context(
            str(self._folder), executable_path=program, headless=True, args=flags,
            **SCREEN, base_url=self.town.address, locale="zh-CN", timezone_id="Asia/Shanghai",
            permissions=["camera"],
        )  # fmt: skip
        self.context.set_default_timeout(15_000)
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()

    def kill(self) -> None:
        """As when the battery is pulled: no page is told."""
        ours = [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and str(self._folder).encode() in _command_of(entry)
        ]
        for process in ours:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        with contextlib.suppress(Exception):
            self.context.close()

    def cut(self) -> None:
        self.context.set_offline(True)

    def sign_in(self, username: str) -> None:
        self.page.goto("/sign-in/")
        self.page.locator("#id_username").fill(username)
        self.page.locator("#id_password").fill(self.town.password)
        self.page.locator("#id_password").press("Enter")
        self.page.wait_for_url(lambda address: "/sign-in" not in address)

    def sign_out(self) -> None:
        """As the button does, with all that the server then asks the browser to clear."""
        self.page.goto("/account/")
        token = "document.querySelector('meta[name=csrf-token]').content"
        post = f"fetch('/sign-out/', {{method: 'POST', headers: {{'X-CSRFToken': {token}}}}}).then((one) => one.ok)"
        assert self.page.evaluate(post)

    def open(self) -> Page:
        self.page.goto("/patrol/")
        self.page.locator("body[data-ready]").wait_for()
        return self.page

    def load(self) -> None:
        """Open the page and wait until the phone has kept it."""
        self.open()
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        expect(self.page.locator("#start")).to_be_visible()

    def begin(self) -> None:
        self.page.locator("#start").tap()
        expect(self.page.locator("#screen-walk")).to_be_visible()

    def leg(self) -> str:
        return self.page.locator("#leg-name").inner_text()

    def type_code(self, name: str) -> None:
        self.page.locator("#open-type").tap()
        self.page.locator("#typed").fill(self.town.typed[name])
        self.page.locator("#type-form [type=submit]").tap()
        expect(self.page.locator("#said")).to_contain_text(f"已记录：{name}")

    def waiting(self) -> int:
        return int(self.page.locator("#count-waiting").inner_text())


def _command_of(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def _film(content: str) -> bytes:
    """Two frames of a code on a wall, as a camera's film."""
    from PIL import Image

    code = Image.open(io.BytesIO(qr_png(content))).convert("L").resize((360, 360))
    frame = Image.new("L", (640, 480), 200)
    frame.paste(code, (140, 60))
    written = io.BytesIO()
    frame.convert("RGB").save(written, "JPEG", quality=90)
    return written.getvalue() * 2


@pytest.fixture
def phone_with(playwright: Playwright, town: Town, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    """`phone_with(sees="南门")`: a phone, closed at the end."""
    phones: list[Phone] = []

    def make(sees: str = "", name: str = "one") -> Phone:
        folder = tmp_path / name
        folder.mkdir()
        phones.append(Phone(playwright, town, folder, sees))
        return phones[-1]

    yield make
    for phone in phones:
        with contextlib.suppress(Exception):
            phone.context.close()


# ---- journeys ----------------------------------------------------------------------------------


def test_a_shift_of_twelve_walked_without_network_through_a_kill_is_recorded_once(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with(sees="南门")
    phone.sign_in("walker")
    phone.load()
    phone.cut()
    phone.begin()
    walked: list[str] = []
    expected = phone.leg()
    phone.page.locator("#open-scan").tap()
    expect(phone.page.locator("#said")).to_contain_text("已记录：南门")
    walked.append("南门")
    if expected != "南门":
        assert phone.leg() == expected, "a scan elsewhere counts and leaves the next leg as it is"
    while len(walked) < 6:
        walked.append(phone.leg())
        phone.type_code(walked[-1])
    assert phone.waiting() == 7
    assert town.visits() == []

    phone.kill()
    phone.switch_on()
    phone.cut()
    phone.page.goto("/patrol/")
    expect(phone.page.locator("#screen-walk")).to_be_visible()
    expect(phone.page.locator("#count-waiting")).to_have_text("7")
    while len(walked) < 12:
        leg = phone.leg()
        assert leg not in walked, "what was walked before the kill is not asked again"
        walked.append(leg)
        phone.type_code(leg)
    phone.page.reload()
    expect(phone.page.locator("#count-waiting")).to_have_text("13")
    assert town.visits() == []

    phone.context.set_offline(False)
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    expect(phone.page.locator("#count-sent")).to_have_text("13")
    visits = town.visits()
    assert sorted(visit["checkpoint"] for visit in visits) == sorted(town.typed)
    assert [visit["checkpoint"] for visit in visits] == walked
    assert [visit["way"] for visit in visits] == ["qr", *["typed"] * 11]
    assert {visit["guard"] for visit in visits} == {"walker"}
    assert town.ask("visits")["evidence"] == 12


def test_the_map_under_the_checkpoints_is_kept_for_a_shift_without_network(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.cut()
    phone.begin()
    sketch = phone.page.locator("#sketch")
    expect(sketch.locator("path.ground-building")).to_have_count(1)
    expect(sketch.locator("path.ground-street")).to_have_count(1)
    expect(sketch.locator("path.ground-road")).to_have_count(0)
    expect(sketch.locator(".sign")).to_have_text(leg := phone.leg())
    expect(phone.page.locator("#map-credit")).to_have_text("制图者")
    assert sketch.locator(".dot-done").count() == 0
    phone.type_code(leg)
    expect(sketch.locator(".dot-done")).to_have_count(1)
    expect(sketch.locator(".sign")).to_have_text(phone.leg())
    phone.page.reload()
    expect(sketch.locator("path.ground-building")).to_have_count(1)


def test_an_answer_that_is_lost_on_the_way_leaves_one_record(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    lost: list[int] = []
    bad_line = [True]

    def lose(route: Route) -> None:
        if not bad_line[0]:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    phone.context.route("**/patrol/sync/", lose)
    phone.begin()
    phone.type_code(leg := phone.leg())
    expect(phone.page.locator("#network")).to_be_visible()
    assert set(lost) == {200}, "the server took them and said so, and nobody heard it"
    assert phone.waiting() == 2
    assert [visit["checkpoint"] for visit in town.visits()] == [leg]
    bad_line[0] = False
    phone.page.locator("#send-now").tap()
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    assert [visit["checkpoint"] for visit in town.visits()] == [leg]
    assert town.ask("visits")["walks"] == 1


WINDOW = """async () => {
  const { next } = await import("/static/anlan/js/patrol/legs.js");
  const work = await import("/static/anlan/js/patrol/work.js");
  const { walk } = await work.context();
  const leg = next(walk.bundle, walk.beat, work.levelOf(walk), await work.visitsOf(walk), Date.now());
  return { level: work.levelOf(walk), kind: leg.kind, minutes: (leg.end - leg.start) / 60000 };
}"""


def test_red_in_the_middle_of_a_shift_shortens_the_interval_and_the_plan_follows(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.begin()
    phone.type_code(phone.leg())
    before = phone.page.evaluate(WINDOW)
    assert before["level"] == "normal"
    assert before["kind"] == "leg", "a plan was drawn"
    town.ask("red")
    phone.type_code(phone.leg())
    expect(phone.page.locator("#level")).to_have_text("红色")
    after = phone.page.evaluate(WINDOW)
    assert after["level"] == "red"
    assert after["kind"] == "leg", "the plan for red was on the phone"
    assert after["minutes"] <= before["minutes"] / 2
    phone.type_code(phone.leg())
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    assert len(town.visits()) == 3


def test_told_by_radio_the_phone_walks_the_plan_of_that_level_without_network(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.cut()
    phone.begin()
    calm = phone.page.evaluate(WINDOW)
    phone.page.locator("#level").tap()
    phone.page.locator("[data-level=red]").tap()
    expect(phone.page.locator("#level")).to_have_text("红色")
    raised = phone.page.evaluate(WINDOW)
    assert raised["level"] == "red"
    assert raised["minutes"] <= calm["minutes"] / 2


def test_records_of_one_guard_are_sent_as_theirs_when_another_signs_in_on_the_phone(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    bad_line = [True]
    phone.context.route("**/patrol/sync/", lambda route: route.abort() if bad_line[0] else route.continue_())
    phone.begin()
    phone.type_code(phone.leg())
    assert phone.waiting() == 2
    phone.sign_out()
    phone.sign_in("second")
    phone.open()
    expect(phone.page.locator("#start")).to_be_visible()
    expect(phone.page.locator("#count-waiting")).to_have_text("2")
    phone.page.locator("#open-more").tap()
    expect(phone.page.locator("#others")).to_contain_text("2")
    phone.page.locator("#dialog-more [data-close]").tap()
    bad_line[0] = False
    phone.page.locator("#send-now").tap()
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    assert {visit["guard"] for visit in town.visits()} == {"walker"}


def test_two_tabs_keep_one_round_and_number_its_visits_once(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    second = phone.context.new_page()
    second.goto("/patrol/")
    expect(second.locator("#start")).to_be_visible()
    phone.begin()
    expect(second.locator("#screen-walk")).to_be_visible()
    first_page, phone.page = phone.page, second
    phone.type_code(phone.leg())
    phone.page = first_page
    expect(phone.page.locator("#count-sent")).to_have_text("2")
    phone.type_code(phone.leg())
    expect(phone.page.locator("#count-sent")).to_have_text("3")
    assert town.ask("visits")["walks"] == 1
    assert len({visit["checkpoint"] for visit in town.visits()}) == 2


def test_a_shift_ends_early_with_a_reason_and_not_silently_while_records_wait(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.cut()
    phone.begin()
    missed = phone.leg()
    phone.page.locator("#open-missed").tap()
    phone.page.locator("#missed-form [value=locked]").tap()
    phone.page.locator("#missed-form [type=submit]").tap()
    expect(phone.page.locator("#said")).to_contain_text(missed)
    assert phone.leg() != missed
    phone.page.locator("#open-help").tap()
    phone.page.locator("#help-now").tap()
    expect(phone.page.locator("#help-state")).to_contain_text("请立即打电话")
    expect(phone.page.locator("#help-phone")).to_have_attribute("href", "tel:000-5550-0000")
    expect(phone.page.locator("#help-now")).to_be_hidden()
    phone.page.locator("#dialog-help [data-close]").tap()
    phone.page.locator("#open-end").tap()
    expect(phone.page.locator("#end-unsent")).to_contain_text("3 条记录尚未送达")
    phone.page.locator("#end-form [type=submit]").tap()
    expect(phone.page.locator("#end-wrong")).to_have_text("请选择原因。")
    with phone.page.expect_download() as saved:
        phone.page.locator("#end-save").tap()
    kept = json.loads(Path(saved.value.path()).read_text("utf-8"))
    assert [record["kind"] for record in kept["records"]] == ["walk", "visit", "help"]
    phone.page.locator("#end-form [value=unwell]").tap()
    phone.page.locator("#end-form [type=submit]").tap()
    expect(phone.page.locator("#screen-start")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    found = town.ask("visits")
    assert [visit["kind"] for visit in found["visits"]] == ["missed"]
    assert (found["ended"], found["help"]) == (1, 1)


def test_the_rescue_file_brings_the_records_of_a_broken_phone_in_on_another(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    old = phone_with(name="old")
    old.sign_in("walker")
    old.load()
    old.cut()
    old.begin()
    old.type_code(leg := old.leg())
    old.page.locator("#open-more").tap()
    with old.page.expect_download() as saved:
        old.page.locator("#save").tap()
    new = phone_with(name="new")
    new.sign_in("walker")
    new.load()
    new.page.locator("#open-more").tap()
    new.page.locator("#take").set_input_files(str(saved.value.path()))
    expect(new.page.locator("#count-sent")).to_have_text("2")
    assert [visit["checkpoint"] for visit in town.visits()] == [leg]


def test_photo_and_note_follow_the_scan_they_belong_to(phone_with: Callable[..., Phone], town: Town) -> None:
    from PIL import Image

    written = io.BytesIO()
    Image.new("RGB", (2400, 1800), "teal").save(written, "JPEG")
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.begin()
    phone.type_code(phone.leg())
    photo = {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}
    phone.page.locator("#photo").set_input_files(photo)  # type: ignore[arg-type]
    phone.page.locator("#open-note").tap()
    phone.page.locator("#note").fill("疏散门闭门器松动")
    phone.page.locator("#note-form [type=submit]").tap()
    expect(phone.page.locator("#count-sent")).to_have_text("3")
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    [kept] = [file for file in (town.data / "files").rglob("*") if file.is_file()]
    assert Image.open(kept).size == (1600, 1200)


def test_a_call_for_help_says_what_became_of_it_and_is_not_repeated_by_accident(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.begin()
    phone.type_code(scanned := phone.leg())
    following = phone.leg()
    phone.page.locator("#open-help").tap()
    expect(phone.page.locator("#help-where")).to_contain_text(f"上次扫码：{scanned}")
    expect(phone.page.locator("#help-where")).to_contain_text(f"下一站：{following}")
    phone.page.locator("#help-now").tap()
    state = phone.page.locator("#help-state")
    expect(state).to_contain_text("尚无人接处")
    expect(phone.page.locator("#help-now")).to_be_hidden()
    expect(phone.page.locator("#help-yes")).to_be_hidden()
    phone.page.locator("#dialog-help [data-close]").tap()
    expect(phone.page.locator("#call-line")).to_be_visible()
    phone.page.reload()
    expect(phone.page.locator("#call-line")).to_contain_text("尚无人接处")
    phone.page.locator("#open-help").tap()
    expect(phone.page.locator("#help-now")).to_be_hidden()
    town.ask("answer")
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    expect(state).to_contain_text("值班室已接处")
    assert town.ask("visits")["help"] == 1
    phone.page.locator("#help-again").tap()
    phone.page.locator("#help-no").tap()
    phone.page.locator("#help-again").tap()
    phone.page.locator("#help-yes").tap()
    expect(state).to_contain_text("尚无人接处")
    assert town.ask("visits")["help"] == 2


def test_what_another_round_has_covered_is_not_asked_again_once_there_is_network(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.begin()
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    covered = phone.leg()
    other = phone_with(name="two")
    other.sign_in("second")
    other.load()
    other.begin()
    other.type_code(covered)
    expect(other.page.locator("#count-waiting")).to_have_text("0")
    phone.cut()
    assert phone.leg() == covered, "without network the phone cannot know"
    phone.context.set_offline(False)
    expect(phone.page.locator("#others-walked")).to_contain_text(covered)
    assert phone.leg() != covered
    expect(phone.page.locator("#others-unknown")).to_be_hidden()
    phone.page.clock.install()
    phone.page.goto("/patrol/")
    phone.cut()
    phone.page.clock.fast_forward(200_000)
    expect(phone.page.locator("#others-unknown")).to_contain_text("可能已有人巡过")


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_is_sound_in_both_languages_by_day_and_night(
    phone_with: Callable[..., Phone], violations: Callable[[Page], list[str]], dark: bool
) -> None:
    phone = phone_with()
    phone.page.emulate_media(color_scheme="dark" if dark else "light")
    phone.sign_in("walker")
    phone.load()
    for language in ("zh-Hans", "en"):
        expect(phone.page.locator("html")).to_have_attribute("lang", language)
        assert violations(phone.page) == []
        if phone.page.locator("#start").is_visible():
            phone.begin()
            assert violations(phone.page) == []
        for opener in ("open-type", "open-missed", "open-help", "open-end", "level", "open-more"):
            phone.page.locator(f"#{opener}").tap()
            assert violations(phone.page) == [], opener
            phone.page.locator("dialog[open] [data-close]").tap()
        small = phone.page.evaluate(
            """() => [...document.querySelectorAll("button, a, select, label.act")]
              .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 48)
              .map((one) => one.id || one.textContent.trim())"""
        )
        assert small == []
        phone.page.locator("#open-more").tap()
        phone.page.locator("#switch-language").tap()
        phone.page.locator("body[data-ready]").wait_for()
