"""The parts that pages are made of: icons, badges, times, figures, pictures, fields."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.utils import timezone, translation

from anlan.engine.policy import Citation, Text
from anlan.web import errors, navigation
from anlan.web.templatetags import icons, looks, times, words, yearpicture

pytestmark = pytest.mark.django_db
WEB = Path(icons.__file__).resolve().parent.parent


def render(source: str, **context: object) -> str:
    """A template as a page would draw it."""
    request = RequestFactory().get("/places/?district=990101&q=")
    return Template(source).render(Context({"request": request, **context}))


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


def test_a_citation_names_its_law_in_the_words_of_the_scheme() -> None:
    from types import SimpleNamespace

    scheme = SimpleNamespace(
        terms={"sources": {"fire-law": SimpleNamespace(title=Text("消防法", "Fire Law"))}}
    )
    with translation.override("zh-hans"):
        html = words.cite(Citation("law", "31", "fire-law"), scheme=scheme)
    assert "消防法" in html
    assert "fire-law" not in html
