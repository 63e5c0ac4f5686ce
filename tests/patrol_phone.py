"""A guard's phone for journeys: a browser with a phone's screen and camera, and the place whose rounds it walks."""

import contextlib
import io
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from anlan.links.codes import qr_png
from patrol_towns import Ground, Town, a_ground, a_server

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

    def load(self, shows: str = "start") -> None:
        """Open the page and wait until the phone has kept it."""
        self.open()
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        expect(self.page.locator(f"#{shows}")).to_be_visible()

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
