"""Photograph every page in both languages, at three widths, light and dark, and report what is wrong with it.

    python tools/pictures.py --base http://127.0.0.1:8000           all pages
    python tools/pictures.py --only places --lang zh --width 390 --theme dark

One Chromium, one signed-in context for each role, language, theme and width. For each picture: horizontal
overflow, console errors, violations of the content security policy, and what axe-core finds. Pages may name steps
that are taken first, such as sending a form with mistakes. Pictures land in pictures/ (git-ignored).
Without --base a server is started on a free port. Data as for ./run: ANLAN_DATA, default data/.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Response, sync_playwright
from playwright.sync_api import Page as Tab

import chromium
from pictures_pages import PAGES, Page, Step
from pictures_subjects import subjects

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "pictures"
AXE = ROOT / "src/anlan/web/static/vendor/axe/axe.min.js"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
WIDTHS = {390: 844, 1280: 800, 1920: 1080}
THEMES = ("light", "dark")
OVERFLOW = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > room + 1)
    .slice(0, 4).map((e) => e.tagName.toLowerCase() + '.' + String(e.className.baseVal ?? e.className).split(' ')[0]);
}"""
IS_DRAWN = """() => [...document.querySelectorAll('[data-map]')].every((map) => map.dataset.ready
    || !map.querySelector('[data-map-notice]').hidden)
  && !document.querySelector('.trend-waiting')
  && [...document.querySelectorAll('[data-chart]')].every((chart) => chart.querySelector('svg'))"""
RUN_AXE = """async () => (await axe.run(document, {resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})).violations.map((v) =>
  v.id + ' (' + v.impact + '): ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | '))"""


@dataclass(slots=True)
class Shooting:
    """One run: where, as whom, and what was found."""

    base: str
    sessions: dict[str, str]
    browser: Browser
    with_axe: bool
    findings: list[str] = field(default_factory=list)
    taken: int = 0
    contexts: dict[tuple[str, str, int, str], BrowserContext | None] = field(default_factory=dict)


# ---- accounts and server ------------------------------------------------------------------------


def sessions() -> dict[str, str]:
    """A session for one person of each role, opened in the database that the server reads."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.project.settings")
    django.setup()
    from django.conf import settings
    from django.test import Client

    from anlan.engine.access import ROLES
    from anlan.models import User

    keys: dict[str, str] = {}
    for role in ROLES:
        people = User.objects.filter(is_active=True, grants__role=role, grants__valid_until=None)
        user = people.order_by("created_at", "username").first()
        if user is not None:
            client = Client()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            keys[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return keys


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A server of our own on a free port, stopped afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    process = subprocess.Popen([*command, "anlan.project.wsgi:application"], cwd=ROOT)
    base = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(100):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{base}/healthz", timeout=2):
                break
            time.sleep(0.2)
        yield base
    finally:
        process.terminate()
        process.wait(timeout=10)


# ---- photographing ------------------------------------------------------------------------------


def context_for(
    shooting: Shooting, role: str, language: str, width: int, theme: str
) -> BrowserContext | None:
    """A browser context of that role, language, width and theme; signed in once for each role."""
    key = (role, language, width, theme)
    if key in shooting.contexts:
        return shooting.contexts[key]
    session = shooting.sessions.get(role, "")
    if role and not session:
        shooting.contexts[key] = None
        return None
    phone = width < 600
    context = shooting.browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        locale="zh-CN" if language == "zh" else "en-GB",
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        has_touch=phone,
        is_mobile=phone,
    )
    host = urlsplit(shooting.base).hostname or "127.0.0.1"
    cookies = {"language": LANGUAGES[language], "theme": theme, "session": session}
    context.add_cookies(
        [
            {"name": name, "value": value, "domain": host, "path": "/"}
            for name, value in cookies.items()
            if value
        ]
    )
    shooting.contexts[key] = context
    return context


FIRST = {
    "{place}": ("/places/", "tr[data-place]", "data-place"),
    "{evidence}": ("/evidence/?kind=inspection", "tbody th a", "href"),
    "{finding}": ("/findings/", "tbody th a", "href"),
    "{department}": ("/departments/", "main a[href^='/departments/']:not([href='/departments/'])", "href"),
    "{department-why}": ("{department}", "a[href*='/why/']", "href"),
}
"""What stands for the first of a list in an address: the list, the element and its attribute."""


def filled(address: str, values: dict[str, str]) -> str:
    """An address with what stands for its marks."""
    for mark, value in values.items():
        address = address.replace(mark, value)
    return address


def first_of_lists(shooting: Shooting, pages: list[Page]) -> dict[str, str]:
    """The first place, record and finding, as far as an address needs them."""
    context = context_for(shooting, "city-office", "zh", 1280, "light")
    found: dict[str, str] = {}
    for name, (address, element, attribute) in FIRST.items():
        asked = (page.address.replace("{department-why}", "{department}{department-why}") for page in pages)
        if context is None or not any(name in address for address in asked):
            continue
        tab = context.new_page()
        tab.goto(shooting.base + filled(address, found))
        row = tab.query_selector(element)
        found[name] = (row.get_attribute(attribute) if row else "") or ""
        tab.close()
    return found


def shoot(
    shooting: Shooting, page: Page, values: dict[str, str], language: str, width: int, theme: str
) -> None:
    """One picture of one page, and what is wrong with it."""
    context = context_for(shooting, page.role, language, width, theme)
    name = f"{page.name}-{language}-{width}-{theme}"
    if context is None:
        shooting.findings.append(f"{name}: nobody here is {page.role}")
        return
    tab = context.new_page()
    said: list[str] = []
    answers: list[int] = []
    tab.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("response", lambda answer: answers.append(answer.status) if is_page(tab, answer) else None)
    try:
        if page.draws == "server-error":
            draw_server_error(tab)
        tab.goto(shooting.base + filled(page.address, values), wait_until="load")
        settle(tab)
        for step in page.steps:
            take(tab, step)
        if not answers or answers[-1] != page.status:
            said.append(f"status {answers[-1] if answers else 'none'}, not {page.status}")
        said.extend(f"wider than the screen: {element}" for element in tab.evaluate(OVERFLOW))
        if not page.steps:
            tab.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
        if shooting.with_axe:
            said.extend(f"axe: {finding}" for finding in axe(tab))
        target = PICTURES / page.name / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        tab.screenshot(path=target, full_page=not page.wall, animations="disabled")
        shooting.taken += 1
    except Error as error:
        said.append(str(error).splitlines()[0])
    finally:
        tab.close()
    expected = f"{page.status} (" if page.status >= 400 else "\0"
    shooting.findings.extend(f"{name}: {line}" for line in dict.fromkeys(said) if expected not in line)


def is_page(tab: Tab, answer: Response) -> bool:
    """Whether an answer is the page itself, not a picture or a part of it."""
    return (
        answer.request.is_navigation_request()
        and answer.frame == tab.main_frame
        and answer.status // 100 != 3
    )


def take(tab: Tab, step: Step) -> None:
    """One step on the page before its picture."""
    if step.do == "fill":
        tab.locator(step.where).first.fill(step.value)
    elif step.do == "click":
        tab.locator(step.where).first.click()
    elif step.do == "forget-cookie":
        tab.context.clear_cookies(name=step.value)
    elif step.do == "reload":
        tab.reload(wait_until="load")
    elif step.do == "wait":
        tab.locator(step.where).first.wait_for()
    else:
        form = tab.locator(step.where).first
        with tab.expect_navigation(wait_until="load"):
            form.evaluate("(form) => { form.noValidate = true; form.requestSubmit(); }")
    settle(tab)


def draw_server_error(tab: Tab) -> None:
    """Answer the address with the page that a mistake of the server shows; nothing is made to fail for it."""
    from django.test import RequestFactory

    from anlan.web.errors import server_error

    request = RequestFactory().get("/")
    request.META["anlan.trace"] = "0f9d3c5e7a1b4c2d8e6f0a1b2c3d4e5f"
    page = server_error(request).content
    tab.route(
        "**/pictures/server-error/",
        lambda route: route.fulfill(status=500, body=page, content_type="text/html"),
    )


def settle(tab: Tab) -> None:
    """Wait for maps and charts to be drawn, and for the network to be quiet.

    The page's policy forbids `wait_for_function`, which evaluates text inside the page; so we ask from outside.
    """
    with contextlib.suppress(Error):
        tab.wait_for_load_state("networkidle", timeout=5000)
    for _attempt in range(60):
        if tab.evaluate(IS_DRAWN):
            break
        tab.wait_for_timeout(100)
    if tab.query_selector("[data-map]"):
        tab.wait_for_timeout(700)


def axe(tab: Tab) -> list[str]:
    """What axe-core finds. It is loaded through the debugger, so that the page's policy stays as it is."""
    tab.evaluate(AXE.read_text("utf-8") + "\n;undefined")
    found: list[str] = tab.evaluate(RUN_AXE)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", default="", help="address of a running server")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="pages whose name begins so"
    )
    parser.add_argument("--lang", choices=sorted(LANGUAGES), action="append")
    parser.add_argument("--width", type=int, choices=sorted(WIDTHS), action="append")
    parser.add_argument("--theme", choices=THEMES, action="append")
    parser.add_argument("--no-axe", action="store_true")
    choice = parser.parse_args()
    pages = [
        page for page in PAGES if not choice.only or any(page.name.startswith(only) for only in choice.only)
    ]
    if not pages:
        parser.error(f"no such page; there are: {', '.join(page.name for page in PAGES)}")
    if missing := chromium.prepare():
        parser.error(missing)
    opened = sessions()
    known = subjects(page.address for page in pages)
    running = contextlib.nullcontext(choice.base.rstrip("/")) if choice.base else server()
    with running as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.program(),
            args=["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox"],
        )
        shooting = Shooting(base, opened, browser, with_axe=not choice.no_axe and AXE.exists())
        values = known | first_of_lists(shooting, pages)
        for language in choice.lang or sorted(LANGUAGES, reverse=True):
            for width in choice.width or sorted(WIDTHS):
                for theme in choice.theme or THEMES:
                    for page in pages:
                        shoot(shooting, page, values, language, width, theme)
        browser.close()
    for line in shooting.findings:
        print(line)
    print(f"{shooting.taken} pictures in {PICTURES}, {len(shooting.findings)} findings")
    return 1 if shooting.findings else 0


if __name__ == "__main__":
    sys.exit(main())
