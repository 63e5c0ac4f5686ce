"""The shell: language, appearance, navigation, error pages, headers, and the parts every page is made of."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone, translation

from anlan.engine.access import Role
from anlan.models import Grant, PostureChange, User
from anlan.web import errors, middleware, navigation
from anlan.web.templatetags import icons

pytestmark = pytest.mark.django_db
WEB = Path(icons.__file__).resolve().parent.parent
SignIn = Callable[..., Client]


@pytest.fixture
def signed_in() -> SignIn:
    """A client for a new member of staff with the given roles for the whole city."""

    def sign_in(*roles: Role) -> Client:
        now = timezone.now()
        name = f"{'-'.join(roles)}-{User.objects.count()}"
        user = User.objects.create_user(name, "secret-1234", name="陈安", created_at=now)
        for role in roles:
            Grant.objects.create(user=user, role=role, valid_from=now - timedelta(days=1))
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


# ---- language and appearance ---------------------------------------------------------------------


def test_the_first_visit_is_in_chinese_whatever_the_browser_prefers(signed_in: SignIn) -> None:
    page = signed_in("administrator").get("/style/", headers={"Accept-Language": "en-GB"})
    assert page.headers["Content-Language"] == "zh-Hans"
    assert '<html lang="zh-Hans"' in page.content.decode()


def test_one_click_changes_the_language_and_stays_on_the_page(signed_in: SignIn) -> None:
    client = signed_in("administrator")
    answer = client.post("/language/", {"language": "en", "next": "/style/?a=1"})
    assert answer.headers["Location"] == "/style/?a=1"
    page = client.get("/style/")
    assert '<html lang="en"' in page.content.decode()
    assert "Not evidenced" in page.content.decode()


def test_the_language_switch_does_not_lead_to_foreign_sites(signed_in: SignIn) -> None:
    answer = signed_in("administrator").post("/language/", {"language": "en", "next": "//evil.example/"})
    assert answer.headers["Location"] == "/"


def test_an_unknown_language_in_the_cookie_is_ignored() -> None:
    client = Client()
    client.cookies["language"] = 'xx"><script>'
    assert client.get("/no-such-page/").headers["Content-Language"] == "zh-Hans"


def test_the_dark_theme_is_in_the_first_byte_of_the_page(signed_in: SignIn) -> None:
    client = signed_in("administrator")
    client.post("/theme/", {"theme": "dark", "next": "/style/"})
    assert 'data-bs-theme="dark"' in client.get("/style/").content.decode()[:400]


def test_an_unknown_theme_is_not_remembered(signed_in: SignIn) -> None:
    answer = signed_in("administrator").post("/theme/", {"theme": "pink", "next": "/"})
    assert "theme" not in answer.cookies


# ---- navigation -----------------------------------------------------------------------------------


def labels(client: Client) -> list[str]:
    """The navigation as a person reads it, in English."""
    client.cookies["language"] = "en"
    page = client.get("/no-such-page/").content.decode()
    side = page.split('class="sidebar-nav"')[1].split("</nav>")[0]
    return [found.strip() for found in re.findall(r"<span>([^<]+)</span>\s*</a>", side)]


def test_the_navigation_shows_only_what_the_role_may_open(signed_in: SignIn) -> None:
    assert "People and roles" in labels(signed_in("auditor"))
    assert "Settings" not in labels(signed_in("auditor"))
    assert "Settings" in labels(signed_in("administrator"))


def test_a_guard_sees_neither_people_nor_the_journal(signed_in: SignIn) -> None:
    assert not {"People and roles", "Journal", "Settings"} & set(labels(signed_in("guard")))


def test_somebody_without_a_session_gets_no_navigation() -> None:
    page = Client().get("/no-such-page/").content.decode()
    assert "sidebar-nav" not in page
    assert "bottom-nav" not in page


def test_the_page_one_is_on_is_marked(signed_in: SignIn) -> None:
    page = signed_in("administrator").get("/people/").content.decode()
    marked = re.findall(r'href="([^"]+)"\s+aria-current="page"', page)
    assert set(marked) == {"/people/"}


def test_the_style_sheet_is_for_the_administrator_only(signed_in: SignIn) -> None:
    assert signed_in("administrator").get("/style/").status_code == 200
    assert signed_in("city-office").get("/style/").status_code == 403
    assert Client().get("/style/").status_code == 403


def test_the_highest_level_in_force_for_the_city_is_shown() -> None:
    now = timezone.now()
    for level, start, end in (("blue", 5, None), ("orange", 3, None), ("red", 9, 8)):
        PostureChange.objects.create(
            level=level,
            start=now - timedelta(hours=start),
            end=None if end is None else now - timedelta(hours=end),
            recorded_at=now,
        )
    assert navigation.postures(now) == ("orange", "")


@pytest.mark.parametrize(("in_city", "expected"), [("blue", ("blue", "red")), ("red", ("red", ""))])
def test_a_higher_level_in_a_part_of_the_city_is_shown_beside_the_citys(
    in_city: str, expected: tuple[str, str]
) -> None:
    now = timezone.now()
    PostureChange.objects.create(level=in_city, start=now - timedelta(hours=2), recorded_at=now)
    PostureChange.objects.create(
        level="red", start=now - timedelta(hours=1), recorded_at=now, area={"kinds": ["mall"]}
    )
    assert navigation.postures(now) == expected


def test_who_sees_the_board_is_told_of_a_level_in_parts_and_a_guard_is_not(signed_in: SignIn) -> None:
    now = timezone.now()
    PostureChange.objects.create(
        level="red", start=now - timedelta(hours=1), recorded_at=now, area={"kinds": ["mall"]}
    )
    assert "posture-part" in signed_in("city-office").get("/account/").content.decode()
    assert "posture-part" not in signed_in("guard").get("/account/").content.decode()


# ---- error pages and headers ------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("status", sorted(errors.PROBLEMS))
def test_each_error_page_says_what_happened_and_what_to_do(status: int, language: str) -> None:
    request = RequestFactory().get("/x/")
    request.META["anlan.trace"] = "0123456789abcdef"
    with translation.override(language):
        answer = errors.error_page(request, status)
        said = errors.PROBLEMS[status]
        expected = [str(said.title), str(said.what), str(said.next), "0123456789abcdef"]
    assert answer.status_code == status
    for sentence in expected:
        assert sentence in answer.content.decode()


def test_the_error_page_of_the_server_needs_no_database(
    django_assert_num_queries: Callable[[int], object],
) -> None:
    with django_assert_num_queries(0):
        assert errors.server_error(RequestFactory().get("/")).status_code == 500


def test_an_error_in_a_view_gives_a_page_and_no_traceback(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("administrator")
    client.raise_request_exception = False

    def fail(_request: HttpRequest) -> str:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("anlan.web.shell.examples", fail)
    page = client.get("/style/")
    assert page.status_code == 500
    assert "secret detail" not in page.content.decode()
    assert page.headers["X-Request-ID"] in page.content.decode()


def test_a_missing_security_cookie_is_explained() -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["language"] = "en"
    page = client.post("/language/", {"language": "en"})
    assert page.status_code == 403
    assert "This form has expired" in page.content.decode()


def test_a_wrong_method_gets_a_page_and_keeps_its_allow_header(signed_in: SignIn) -> None:
    page = signed_in("administrator").get("/language/")
    assert page.status_code == 405
    assert page.headers["Allow"] == "POST"
    assert "error-page" in page.content.decode()


def test_the_api_answers_for_itself() -> None:
    bare = middleware.headers(lambda _request: HttpResponseNotAllowed(["GET"]))
    request = RequestFactory().delete("/api/v1/places")
    assert bare(request).content == b""


def test_an_error_for_htmx_is_a_sentence_and_not_a_page() -> None:
    request = RequestFactory().get("/x/", headers={"HX-Request": "true"})
    answer = errors.error_page(request, 429)
    assert answer.headers["X-Anlan-Error"] == "1"
    assert "<" not in answer.content.decode()


def test_pages_of_signed_in_people_are_not_cached_but_a_view_may_decide(signed_in: SignIn) -> None:
    assert "no-store" in signed_in("administrator").get("/style/").headers["Cache-Control"]

    def live(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Cache-Control": "private, no-cache"})

    request = RequestFactory().get("/board/live/")
    request.user = User(username="a")
    assert middleware.headers(live)(request).headers["Cache-Control"] == "private, no-cache"


def test_a_request_id_from_outside_is_taken_only_if_it_is_harmless() -> None:
    client = Client()
    assert (
        client.get("/healthz", headers={"X-Request-ID": "abc-12345678"}).headers["X-Request-ID"]
        == "abc-12345678"
    )
    assert (
        client.get("/healthz", headers={"X-Request-ID": "a b\tc<script>"}).headers["X-Request-ID"]
        != "a b\tc<script>"
    )


def test_no_page_of_the_shell_breaks_its_own_content_security_policy(signed_in: SignIn) -> None:
    page = signed_in("administrator").get("/style/")
    html = page.content.decode()
    assert not re.search(r"<[^>]+\sstyle=", html)
    assert "<style" not in html
    assert not re.search(r"<[^>]+\son\w+=", html)
    inline = re.findall(r"<script(?![^>]*\ssrc=)([^>]*)>", html)
    assert all('type="application/json"' in attributes for attributes in inline)
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


# ---- the base map -----------------------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[bytes]:
    """A file in place of the base map."""
    content = bytes(range(256)) * 8
    (tmp_path / "basemap.pmtiles").write_bytes(content)
    with override_settings(BASEMAP=tmp_path / "basemap.pmtiles"):
        yield content


def test_the_map_gets_the_part_it_asks_for(signed_in: SignIn, archive: bytes) -> None:
    answer = signed_in("guard").get("/basemap.pmtiles", headers={"Range": "bytes=100-299"})
    assert answer.status_code == 206
    assert answer.content == archive[100:300]
    assert answer.headers["Content-Range"] == f"bytes 100-299/{len(archive)}"


def test_a_part_outside_the_map_is_refused(signed_in: SignIn, archive: bytes) -> None:
    answer = signed_in("guard").get("/basemap.pmtiles", headers={"Range": f"bytes={len(archive)}-"})
    assert answer.status_code == 416


def test_the_map_is_not_sent_again_while_it_is_the_same(signed_in: SignIn, archive: bytes) -> None:
    client = signed_in("guard")
    tag = client.get("/basemap.pmtiles", headers={"Range": "bytes=0-9"}).headers["ETag"]
    assert client.get("/basemap.pmtiles", headers={"If-None-Match": tag}).status_code == 304


def test_without_a_base_map_pages_do_not_ask_for_one(signed_in: SignIn) -> None:
    client = signed_in("administrator")
    assert client.get("/basemap.pmtiles").status_code == 404
    assert "data-basemap" not in client.get("/style/").content.decode()


def test_the_base_map_is_for_those_who_have_signed_in(archive: bytes) -> None:
    assert Client().get("/basemap.pmtiles").status_code == 302
