"""The guard's page in WebKitGTK, the engine of phones' Safari as far as it runs on a server: the way through, once."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patrol_towns import Town, a_ground, a_server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning"),
]


@pytest.fixture
def screen() -> Iterator[str]:
    """A screen that nobody looks at; the server chooses a free number and says it."""
    if shutil.which("WebKitWebDriver") is None or shutil.which("Xvfb") is None:
        pytest.skip("WebKitGTK is not installed")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "420x900x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as said:
            yield f":{said.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def safari(screen: str, tmp_path: Path) -> Iterator[Any]:
    """A WebKitGTK browser driven by its own driver."""
    from selenium import webdriver
    from selenium.webdriver.webkitgtk.options import Options
    from selenium.webdriver.webkitgtk.service import Service

    environment = {
        **os.environ, "DISPLAY": screen, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"), "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        "WEBKIT_DISABLE_COMPOSITING_MODE": "1", "LIBGL_ALWAYS_SOFTWARE": "1", "GDK_BACKEND": "x11",
    }  # fmt: skip
    options = Options()
    for folder in sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser")):
        options.binary_location = str(folder)
        options.add_argument("--automation")
    service = Service(shutil.which("WebKitWebDriver"), env=environment)
    driver = webdriver.WebKitGTK(options=options, service=service)
    driver.set_script_timeout(30)
    yield driver
    driver.quit()


def until(driver: Any, script: str, within_s: float = 40) -> Any:
    """What a script answers as soon as it answers something."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if answer := driver.execute_script(f"return {script}"):
            return answer
        time.sleep(0.3)
    pytest.fail(f"in vain: {script}\n{driver.execute_script('return document.body.innerText')[:500]}")


def text(driver: Any, name: str) -> str:
    return str(driver.execute_script(f"return document.getElementById({name!r}).innerText"))


def press(driver: Any, name: str) -> None:
    driver.execute_script(f"document.getElementById({name!r}).click()")


def type_code(driver: Any, code: str) -> None:
    press(driver, "open-type")
    driver.execute_script(f"document.getElementById('typed').value = {code!r}")
    driver.execute_script("document.getElementById('type-form').requestSubmit()")


def test_a_round_goes_on_through_a_server_that_is_away_and_arrives_once(tmp_path: Path, safari: Any) -> None:
    data = tmp_path / "town"
    data.mkdir()
    ground = a_ground(data)
    with a_server(ground, data) as town:
        safari.get(f"{town.address}/sign-in/?next=/patrol/")
        safari.find_element("id", "id_username").send_keys("walker")
        safari.find_element("id", "id_password").send_keys(town.password)
        safari.execute_script("document.getElementById('id_password').form.requestSubmit()")
        until(safari, "document.body.dataset.ready")
        assert (
            until(safari, "navigator.serviceWorker && navigator.serviceWorker.controller && 'kept'") == "kept"
        )
        press(safari, "start")
        until(safari, "document.getElementById('count-sent').innerText === '1'")
    walked = _without_server(safari, town)
    assert safari.execute_script("return document.getElementById('count-waiting').innerText") == "2"
    with a_server(ground, data, port=int(town.address.rsplit(":", 1)[1])):
        safari.refresh()
        until(safari, "document.getElementById('count-sent').innerText === '3'")
        assert text(safari, "count-waiting") == "0"
        assert [visit["checkpoint"] for visit in town.visits()] == walked


def _without_server(driver: Any, town: Town) -> list[str]:
    """Two legs while no server answers, the page loaded again between them."""
    walked = []
    for number in (1, 2):
        driver.refresh()
        until(
            driver,
            "!document.getElementById('screen-walk').hidden && document.getElementById('leg-name').innerText",
        )
        walked.append(text(driver, "leg-name"))
        type_code(driver, town.typed[walked[-1]])
        until(driver, f"document.getElementById('count-waiting').innerText === '{number}'")
    return walked
