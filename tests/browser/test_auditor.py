"""The auditor reads everything and changes nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_an_auditor_reads_and_cannot_write(
    open_page: Callable[..., Page], sound: Callable[[Page], None]
) -> None:
    page = open_page("/", role="auditor", language="en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Board")
    for address in ("/places/AL01-SC005/", "/findings/", "/evidence/", "/schemes/", "/journal/"):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for word in ("Record", "Edit", "New place", "Adopt", "Set our value", "Strike through"):
            expect(page.locator("main").get_by_role("link", name=word, exact=True)).to_have_count(0)
            expect(page.locator("main").get_by_role("button", name=word, exact=True)).to_have_count(0)
    sound(page)

    for address in (
        "/evidence/new/?place=AL01-SC005&scheme=city-plan-2026&rule=two-posts",
        "/places/AL01-SC005/edit/",
        "/schemes/city-plan-2026/figures/tier-1-visitors/",
        "/imports/",
        "/people/new/",
    ):
        refused = page.goto(address)
        assert refused is not None
        assert refused.status == 403
    expect(page.get_by_role("heading", level=1)).to_contain_text("role")

    # Nor by sending the form without having been given it.
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrf")
    sent = page.request.post(
        "/schemes/adopt/", form={"folder": "city-plan-2026"}, headers={"X-CSRFToken": token}
    )
    assert sent.status == 403
