"""Messages are found wherever Django would look them up."""

from pathlib import Path

import polib
import pytest

import messages
from messages import Message


def found_in(folder: Path, name: str, source: str) -> list[Message]:
    path = folder / name
    path.write_text(source, "utf-8")
    return list(messages.messages_in(path))


def test_python_messages_are_found_with_context_and_plural(tmp_path: Path) -> None:
    source = (
        'a = _("One"\n      " two")\n'
        'b = ngettext("%(n)d gap", "%(n)d gaps", 3)\n'
        'c = pgettext_lazy("month", "May")\n'
        'd = npgettext("state", "one due", "%(n)d due", 2)\n'
    )
    assert found_in(tmp_path, "a.py", source) == [
        Message("One two"),
        Message("%(n)d gap", plural="%(n)d gaps"),
        Message("May", context="month"),
        Message("one due", context="state", plural="%(n)d due"),
    ]


def test_template_messages_are_found_as_django_will_ask_for_them(tmp_path: Path) -> None:
    source = (
        "  <p title=\"{% translate \"It's a place\" %}\">{{ _('Hello') }} don't (</p>\n"
        "      {% blocktranslate count n=places|length trimmed %}\n"
        "        {{ n }} place\n   {% plural %}\n        {{ n }} places\n  {% endblocktranslate %}\n"
        '{% blocktranslate with a=b trimmed context "verb" %}Open {{ a }} at 50%{% endblocktranslate %}\n'
        '{{ name|default:_("none yet") }} {% comment %}{% translate "not me" %}{% endcomment %}\n'
    )
    assert found_in(tmp_path, "a.html", source) == [
        Message("It's a place"),
        Message("Hello"),
        Message("%(n)s place", plural="%(n)s places"),
        Message("Open %(a)s at 50%%", context="verb"),
        Message("none yet"),
    ]


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("%(n)s of %(total)s", "共 %(total)s 项"),
        ("Place {code}", "场所 {name}"),
        ("%(name)s", ""),
    ],
)
def test_a_translation_that_loses_a_placeholder_is_named(text: str, translation: str) -> None:
    assert messages.wrong_with(polib.POEntry(msgid=text, msgstr=translation))


@pytest.mark.parametrize(
    ("text", "translation"),
    [("%(n)s of %(total)s", "%(total)s 项中的 %(n)s 项"), ("{n} places at 50%%", "50%% 处有 {n} 个场所")],
)
def test_a_translation_may_put_placeholders_in_another_order(text: str, translation: str) -> None:
    assert messages.wrong_with(polib.POEntry(msgid=text, msgstr=translation)) == ""


def test_a_singular_without_the_number_still_needs_it_in_chinese() -> None:
    entry = polib.POEntry(msgid="one place", msgid_plural="%(n)d places", msgstr_plural={0: "%(n)d 个场所"})
    assert messages.wrong_with(entry) == ""
    entry.msgstr_plural = {0: "一个场所"}
    assert messages.wrong_with(entry)
