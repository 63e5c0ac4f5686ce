"""The shell: language, appearance, navigation, error pages, headers, and the parts every page is made of."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template import Context, Template
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone, translation

from anlan.engine.access import Role
from anlan.engine.policy import Citation, Text
from anlan.models import Grant, PostureChange, User
from anlan.web import errors, middleware, navigation
from anlan.web.templatetags import icons, looks, times, words, yearpicture

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


def render(source: str, **context: object) -> str:
    """A template as a page would draw it."""
    request = RequestFactory().get("/places/?district=990101&q=")
    return Template(source).render(Context({"request": request, **context}))


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
    assert navigation.posture(now) == "orange"


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


# ---- parts ------------------------------------------------------------------------------------------


def test_every_icon_that_is_named_exists() -> None:
    named = {look.icon for table in (looks.STATES, looks.CITATIONS, looks.TIERS) for look in table.values()}
    named |= {look.icon for look in looks.POSTURES.values()} | {
        problem.icon for problem in errors.PROBLEMS.values()
    }
    named |= {entry.icon for entry in (*navigation.ENTRIES, *navigation.ACCOUNT_ENTRIES)}
    for template in (WEB / "templates").rglob("*.html"):
        named |= set(re.findall(r'{%\s*icon "([^"]+)"', template.read_text("utf-8")))
        named |= set(re.findall(r'\bicon="([^"]+)"', template.read_text("utf-8")))
    if not icons.ICONS.is_dir():
        pytest.skip("browser libraries are not installed")
    assert sorted(name for name in named if not icons.exists(name)) == []


def test_an_icon_name_from_data_cannot_read_other_files() -> None:
    assert "<path" in icons.icon("../../../../../etc/passwd")
    assert not icons.exists("../outline/clock")


@pytest.mark.parametrize("state", list(looks.STATES))
def test_a_state_is_never_colour_alone(state: str) -> None:
    for compact in (False, True):
        html = words.state(state, compact=compact)
        assert "<svg" in html
        assert str(looks.STATES[state].words) in html


def test_levels_carry_their_numeral() -> None:
    assert "Ⅰ" in words.posture("red")
    assert "Ⅳ" in words.posture("blue")


def test_words_from_data_are_escaped_everywhere() -> None:
    evil = "<script>alert(1)</script>"
    drawn = render(
        "{% badge w %}{% tier w %}{% cite label='law' source=w %}{% stat w w note=w %}{% empty w w %}"
        "{% definitions pairs %}{% card title=w %}{{ w }}{% endcard %}{% file_card w %}{% state 'due' text=w %}"
        "{% timeline events %}{% reasons reasons_given %}{% tabs items %}{% progress 1 2 label=w %}",
        w=evil,
        pairs=[(evil, evil)],
        events=[{"at": timezone.now(), "title": evil, "text": evil, "by": evil}],
        reasons_given=[evil],
        items=[{"label": evil, "url": "#"}],
    )
    assert "<script" not in drawn
    assert "&lt;script" in drawn


def test_a_text_speaks_the_readers_language() -> None:
    text = Text(zh="一类场所", en="Tier 1 place")
    with translation.override("en"):
        assert words.say(text) == "Tier 1 place"
    with translation.override("zh-hans"):
        assert words.say(text) == "一类场所"
        assert words.say({"en": "only English"}) == "only English"


def test_a_citation_shows_its_kind_source_and_clause() -> None:
    with translation.override("en"):
        html = words.cite(Citation("law", "31", "消防法"))
    assert "cite-law" in html
    assert re.sub(r"<[^>]+>", " ", html).split() == ["Law", "消防法", "31"]


def test_times_are_in_city_time_and_say_another_zone() -> None:
    at = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
    with timezone.override("Asia/Shanghai"):
        assert times.exact(at) == "2026-11-23 19:30"
    with timezone.override("Europe/London"):
        assert times.exact(at) == "2026-11-23 11:30 UTC+0"
    with timezone.override("Asia/Kolkata"):
        assert times.exact(at) == "2026-11-23 17:00 UTC+5:30"


def test_relative_time_keeps_the_exact_one() -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    with translation.override("en"), timezone.override("Asia/Shanghai"):
        html = times.ago(now - timedelta(minutes=26), now)
        assert "26 minutes ago" in html
        assert 'title="2026-11-23 19:34"' in html
        assert "in 2 hours" in times.ago(now + timedelta(hours=2), now)
    with translation.override("zh-hans"):
        assert times.relative(now - timedelta(minutes=26), now) == "26 分钟前"


def test_figures_have_thousands_apart_and_a_dash_for_nothing() -> None:
    assert times.figure(12500) == "12,500"
    assert times.figure(12.25) == "12.2"
    assert times.figure(None) == "—"
    assert times.share(934, 1000) == "93.4%"
    assert times.share(3, 0) == "—"


def test_a_stacked_bar_fills_the_whole_and_puts_the_worst_first() -> None:
    parts = yearpicture.parts_of([("recorded", 3), ("overdue", 1), ("cut", 0), ("not-evidenced", 1)])
    assert [part.state for part in parts] == ["not-evidenced", "overdue", "recorded"]
    assert sum(part.width for part in parts) == pytest.approx(100, abs=0.01)
    assert parts[-1].start + parts[-1].width == pytest.approx(100, abs=0.01)


def test_the_year_picture_has_a_cell_for_each_day_and_the_same_as_a_table() -> None:
    first = date(2026, 1, 1)
    days = [
        yearpicture.Day(first + timedelta(days=n), "overdue" if n == 40 else "recorded") for n in range(365)
    ]
    drawn = render("{% year_picture days id='y' %}", days=days)
    assert drawn.count('class="day"') == 365
    assert "2026-02-10" in drawn
    states, months = yearpicture.by_month(days)
    assert states == ("overdue", "recorded")
    assert months[1] == ("2026-02", [1, 27])
    assert sum(sum(counts) for _month, counts in months) == 365


def test_the_picture_without_days_says_so() -> None:
    with translation.override("en"):
        assert "nothing was owed" in render("{% year_picture days %}", days=[])


def test_the_next_page_keeps_the_filter() -> None:
    drawn = render("{% pager next='abc=' shown=20 %}")
    assert 'href="/places/?district=990101&amp;q=&amp;after=abc%3D"' in drawn


def test_a_chart_carries_its_figures_as_a_table() -> None:
    spec = {"kind": "bars", "categories": ["临江区"], "series": [{"state": "overdue", "values": [1234]}]}
    with translation.override("en"):
        drawn = render("{% chart spec 'c' title='Gaps' %}", spec=spec)
    assert '<th scope="row">临江区</th>' in drawn
    assert "1,234" in drawn
    assert "Overdue" in drawn


def test_a_field_with_an_error_is_tied_to_it() -> None:
    from anlan.web.style_examples import ExampleForm

    form = ExampleForm({"visitors": "-3"})
    drawn = render("{% form_errors form %}{% field form.visitors unit='/d' %}", form=form)
    assert 'aria-invalid="true"' in drawn
    assert 'href="#id_visitors"' in drawn
    described = re.search(r'name="visitors"[^>]*aria-describedby="([^"]+)"', drawn)
    assert described is None or all(f'id="{name}"' in drawn for name in described.group(1).split())
    assert 'id="id_visitors_error"' in drawn


@override_settings(ALLOWED_HOSTS=["testserver"])
def test_a_print_leads_back_to_the_record() -> None:
    assert "http://testserver/places/" in render("{% print_code %}")


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


def test_a_citation_names_its_law_in_the_words_of_the_scheme() -> None:
    from types import SimpleNamespace

    scheme = SimpleNamespace(
        terms={"sources": {"fire-law": SimpleNamespace(title=Text("消防法", "Fire Law"))}}
    )
    with translation.override("zh-hans"):
        html = words.cite(Citation("law", "31", "fire-law"), scheme=scheme)
    assert "消防法" in html
    assert "fire-law" not in html
