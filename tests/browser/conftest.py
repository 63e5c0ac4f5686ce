"""Journeys: the real server on a demo city of its own, and real Chromium in front of it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Response, sync_playwright

from patrol_phone import ground, phone_with, town  # noqa: F401  (fixtures of the journeys with a guard's phone)

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 120
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--no-first-run",
    "--no-pings",
    "--metrics-recording-only",
]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


@dataclass(frozen=True, slots=True)
class Site:
    """A running Anlan with the demo city."""

    address: str
    data: Path
    schemes: Path
    accounts: tuple[dict[str, str], ...]

    def account(self, role: str) -> dict[str, str]:
        """The demo account of a role."""
        for account in self.accounts:
            if account["role"] == role:
                return account
        raise LookupError(f"the demo city has no account with the role {role!r}")


# ---- the server --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for all journeys, started the way people start it."""
    if address := os.environ.get("ANLAN_TEST_SITE"):
        data, schemes = Path(os.environ["ANLAN_DATA"]), Path(os.environ["ANLAN_SCHEMES"])
        yield Site(address.rstrip("/"), data, schemes, _accounts(data))
        return
    data = tmp_path_factory.mktemp("site")
    schemes = Path(shutil.copytree(ROOT / "schemes", tmp_path_factory.mktemp("schemes") / "schemes"))
    port = _free_port()
    log = data / "serve.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*_anlan(), "serve", "--data", str(data), "--port", str(port)],
            cwd=ROOT,
            env={**_environment(), "ANLAN_SCHEMES": str(schemes)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        _wait_until_announced(server, log)
        yield Site(f"http://localhost:{port}", data, schemes, _accounts(data))
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _anlan() -> list[str]:
    return [sys.executable, "-m", "anlan.management.cli"]


def _environment() -> dict[str, str]:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT / "src")}
    for name in ("ANLAN_DATABASE_URL", "ANLAN_DATA"):
        environment.pop(name, None)
    return environment


def _accounts(data: Path) -> tuple[dict[str, str], ...]:
    return tuple(answer_of(data, "demo", "accounts"))


def answer_of(data: Path, *command: str) -> Any:
    """What a command of `anlan` answers about the site's data; one that answers no (1) has answered."""
    outcome = subprocess.run(
        [*_anlan(), "--data", str(data), *command, "--json"],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode in {0, 1}, outcome.stderr
    return json.loads(outcome.stdout)


@pytest.fixture
def ask(site: Site) -> Callable[..., Any]:
    """`ask("gaps")`: the command line's answer about the same data, so that a journey can choose its place."""
    return lambda *command: answer_of(site.data, *command)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_announced(server: subprocess.Popen[bytes], log: Path) -> None:
    """The server prints its address once it answers."""
    for _ in range(READY_WITHIN_S * 5):
        if re.search(r"https?://localhost:\d+/", log.read_text("utf-8", "replace")):
            return
        try:
            server.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"the server did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}", pytrace=False)


# ---- the browser -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The Chromium of this machine; nothing is downloaded."""
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    program = os.environ.get("ANLAN_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.skip("Chromium is not installed")
    browser = playwright.chromium.launch(executable_path=program, headless=True, args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


class Watch:
    """Collects what must not happen on any page: errors, server faults, requests to other sites."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.faults: list[str] = []
        self._address = address
        context.on("weberror", lambda fault: self.faults.append(f"error on the page: {fault.error}"))
        context.on("console", self._console)
        context.on("response", self._response)
        context.route(re.compile(r"^(?!data:|blob:)"), self._only_our_site)

    def _console(self, message: Any) -> None:
        # Chromium also logs every answer above 399; which of those are faults is decided in _response.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _response(self, response: Response) -> None:
        is_missing_file = response.status >= 400 and "/static/" in response.url
        if response.status >= 500 or is_missing_file:
            self.faults.append(f"{response.status} {response.request.method} {response.url}")

    def _only_our_site(self, route: Any) -> None:
        host = urlsplit(route.request.url).hostname
        if host == urlsplit(self._address).hostname:  # the stream of incidents lies at another port of it
            route.continue_()
            return
        self.faults.append(f"request to another site: {route.request.url}")
        route.abort()


class OpenPage:
    """Opens pages, each in a context of its own, and remembers what went wrong on them."""

    def __init__(self, site: Site, chromium: Browser) -> None:
        self._site = site
        self._chromium = chromium
        self._opened: list[tuple[BrowserContext, Watch]] = []

    def __call__(
        self,
        path: str = "/",
        *,
        language: str = "zh-hans",
        role: str = "",
        phone: bool = False,
        dark: bool = False,
    ) -> Page:
        """A page after the visit to `path`, signed in with the demo account of `role`."""
        context = self._chromium.new_context(
            **(PHONE if phone else DESKTOP),
            base_url=self._site.address,
            locale="zh-CN" if language == "zh-hans" else "en-GB",
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        self._opened.append((context, Watch(context, self._site.address)))
        set_language(context, self._site, language)
        page = context.new_page()
        if role:
            sign_in(page, self._site.account(role))
        page.goto(path)
        return page

    def expect(self, pattern: str) -> None:
        """Forget faults that a journey provokes on purpose."""
        for _context, watch in self._opened:
            watch.faults = [fault for fault in watch.faults if not re.search(pattern, fault)]

    def close(self) -> list[str]:
        """Close everything; what is left of the faults."""
        for context, _watch in self._opened:
            context.close()
        return [fault for _context, watch in self._opened for fault in watch.faults]


@pytest.fixture
def open_page(site: Site, chromium: Browser) -> Iterator[OpenPage]:
    """`open_page("/", language="en", role="guard", phone=True)`; any fault on a page fails the test."""
    opener = OpenPage(site, chromium)
    yield opener
    faults = opener.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def desktop(open_page: OpenPage) -> Page:
    """A page of 1280 px, signed out, in Chinese."""
    return open_page()


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """A page of a phone's size with touch, signed out, in Chinese."""
    return open_page(phone=True)


def set_language(context: BrowserContext, site: Site, language: str) -> None:
    """Choose the language the way the page's own switch remembers it."""
    context.add_cookies([{"name": "language", "value": language, "url": site.address}])


def sign_in(page: Page, account: dict[str, str]) -> None:
    """Sign in through the form."""
    page.goto("/sign-in/")
    page.locator("#id_username").fill(account["username"])
    page.locator("#id_password").fill(account["password"])
    page.locator("#id_password").press("Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """What axe-core finds wrong with a page under WCAG 2.2, levels A and AA."""

    def find(page: Page) -> list[str]:
        page.add_script_tag(url="/static/vendor/axe/axe.min.js")
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = page.evaluate("tags => axe.run({runOnly: tags})", tags)
        return [
            f"{rule['id']} ({rule['impact']}): {rule['help']}\n  "
            + "\n  ".join(n["html"][:200] for n in rule["nodes"])
            for rule in found["violations"]
        ]

    return find


@pytest.fixture
def sound(site: Site, violations: Callable[[Page], list[str]]) -> Callable[[Page], None]:
    """Holds a page, in both languages, against what axe-core knows; the page is left in its own language."""

    def check(page: Page) -> None:
        before = page.locator("html").get_attribute("lang") or ""
        for language in ("en", "zh-hans") if before.lower().startswith("zh") else ("zh-hans", "en"):
            set_language(page.context, site, language)
            page.reload()
            assert violations(page) == [], f"{page.url} in {language}"

    return check
