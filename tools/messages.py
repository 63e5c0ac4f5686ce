"""The catalogue of messages: collected from the sources, filled in, checked, compiled, without gettext tools.

English is the msgid itself. The Chinese catalogue is sorted and carries no line numbers and no dates, so that
two branches merge without conflict.

    python tools/messages.py update            collect: new messages in, unused ones out
    python tools/messages.py fill FILE.json    update, then set translations from {"English": "中文"}
    python tools/messages.py missing           list what lacks a translation (exit status 1)
    python tools/messages.py compile           write the .mo files
"""

from __future__ import annotations

import argparse
import fcntl
import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "anlan"
CATALOGUE = SOURCES / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
METADATA = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "MIME-Version": "1.0",
    "Language": "zh_Hans",
    "Plural-Forms": "nplurals=1; plural=0;",
}
# Babel's notation: which arguments are message, plural and (c) context.
_ONE, _TWO = (1,), (1, 2)
_WITH_CONTEXT, _TWO_WITH_CONTEXT = ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), _ONE),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), _TWO),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), _WITH_CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), _TWO_WITH_CONTEXT),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*[\d.]*[a-zA-Z]|%[sd]|(?<!\{)\{(\w*)[^{}]*\}(?!\})")


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """One message as it stands in a source."""

    text: str
    context: str = ""
    plural: str = ""


# ---- collecting --------------------------------------------------------------------------------


def messages_in(path: Path) -> Iterator[Message]:
    """Every message of one Python file or template."""
    source = path.read_text("utf-8")
    if path.suffix != ".py":
        # What is left of a template is read as one bracketed expression, so that indentation is no matter.
        lines = (line.strip() for line in templatize(source, origin=str(path)).splitlines())
        source = "(\n" + "\n".join(lines) + "\n)\n"
    found = extract(
        "python", io.BytesIO(source.encode("utf-8")), keywords=KEYWORDS, options={"encoding": "utf-8"}
    )
    for _line, text, _comments, context in found:
        first, plural = (text[0], text[1]) if isinstance(text, tuple) else (text, "")
        if first:
            yield Message(first, context or "", plural or "")


def source_files() -> list[Path]:
    """Python files and templates that may hold messages."""
    chosen = [
        *SOURCES.rglob("*.py"),
        *SOURCES.glob("**/templates/**/*.html"),
        *SOURCES.glob("**/templates/**/*.txt"),
    ]
    return sorted(path for path in chosen if "migrations" not in path.parts)


def collect() -> list[Message]:
    """All messages, one per text and context; a plural form wins over none."""
    found: dict[tuple[str, str], Message] = {}
    for path in source_files():
        try:
            for message in messages_in(path):
                key = (message.context, message.text)
                if key not in found or (message.plural and not found[key].plural):
                    found[key] = message
        except (SyntaxError, UnicodeDecodeError) as error:
            raise SystemExit(f"{path.relative_to(ROOT)}: {error}") from error
    return sorted(found.values())


# ---- the catalogue -----------------------------------------------------------------------------


def read_catalogue() -> polib.POFile:
    """The catalogue as it is, or an empty one."""
    if CATALOGUE.exists():
        return polib.pofile(str(CATALOGUE), encoding="utf-8")
    return polib.POFile()


def write_catalogue(entries: list[polib.POEntry]) -> None:
    """Write the catalogue and its compiled form, each in one step."""
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = dict(METADATA)
    catalogue.extend(sorted(entries, key=lambda entry: (entry.msgid, entry.msgctxt or "")))
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    fresh = CATALOGUE.with_suffix(".po.new")
    catalogue.save(str(fresh))
    fresh.replace(CATALOGUE)
    compile_catalogues()


def compile_catalogues() -> None:
    """Write a .mo file beside every .po file."""
    for path in sorted(SOURCES.glob("locale/*/LC_MESSAGES/*.po")):
        fresh = path.with_suffix(".mo.new")
        polib.pofile(str(path), encoding="utf-8").save_as_mofile(str(fresh))
        fresh.replace(path.with_suffix(".mo"))


def merged() -> list[polib.POEntry]:
    """One entry for every message of the sources, with the translation the catalogue has for it."""
    known = {(entry.msgctxt or "", entry.msgid): entry for entry in read_catalogue() if not entry.obsolete}
    entries = []
    for message in collect():
        old = known.get((message.context, message.text))
        entry = polib.POEntry(msgid=message.text, msgctxt=message.context or None)
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = {0: _translation(old) if old else ""}
        else:
            entry.msgstr = _translation(old) if old else ""
        if old is not None and old.fuzzy:
            entry.flags.append("fuzzy")
        entries.append(entry)
    return entries


def _translation(entry: polib.POEntry) -> str:
    if entry.msgid_plural or entry.msgstr_plural:
        return str(next(iter(entry.msgstr_plural.values()), ""))
    return str(entry.msgstr)


def _set_translation(entry: polib.POEntry, text: str) -> None:
    if entry.msgid_plural:
        entry.msgstr_plural = {0: text}
    else:
        entry.msgstr = text
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]


def _key(entry: polib.POEntry) -> str:
    """How a file of translations names a message: its text, with a context as `context|text`."""
    return f"{entry.msgctxt}|{entry.msgid}" if entry.msgctxt else str(entry.msgid)


def _placeholders(text: str) -> set[str]:
    return {found.group(1) or found.group(2) or found.group(0) for found in _PLACEHOLDER.finditer(text)}


def wrong_with(entry: polib.POEntry) -> str:
    """What is wrong with an entry's translation; empty when nothing is."""
    translation = _translation(entry)
    if not translation:
        return "untranslated"
    if entry.fuzzy:
        return "fuzzy"
    wanted = _placeholders(entry.msgid_plural or entry.msgid)
    has = _placeholders(translation)
    if wanted != has:
        return f"placeholders differ: {sorted(wanted)} and {sorted(has)}"
    if entry.msgid.startswith("\n") != translation.startswith("\n"):
        return "only one of the two begins with a line break"
    return ""


# ---- commands ----------------------------------------------------------------------------------


def update() -> int:
    """Collect anew."""
    entries = merged()
    write_catalogue(entries)
    open_ones = sum(1 for entry in entries if wrong_with(entry))
    print(f"{len(entries)} messages, {open_ones} to translate or mend")
    return 0


def fill(path: Path) -> int:
    """Collect anew and set the translations that a file gives."""
    try:
        given = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 2
    if not isinstance(given, dict) or not all(isinstance(text, str) for text in given.values()):
        print(f'{path}: not of the form {{"English": "中文"}}', file=sys.stderr)
        return 2
    entries = merged()
    by_key = {_key(entry): entry for entry in entries}
    for key, text in given.items():
        if key in by_key:
            _set_translation(by_key[key], text)
    write_catalogue(entries)
    unused = sorted(set(given) - set(by_key))
    wrong = {key: wrong_with(by_key[key]) for key in given if key in by_key and wrong_with(by_key[key])}
    print(f"{len(given) - len(unused)} set; {sum(1 for entry in entries if wrong_with(entry))} still open")
    for key in unused:
        print(f"in no source, not kept: {key!r}", file=sys.stderr)
    for key, reason in wrong.items():
        print(f"{key!r}: {reason}", file=sys.stderr)
    return 1 if unused or wrong else 0


def missing() -> int:
    """List what is not translated, or wrongly."""
    found = {_key(entry): wrong_with(entry) for entry in merged() if wrong_with(entry)}
    print(json.dumps(found, ensure_ascii=False, indent=1))
    return 1 if found else 0


def main() -> int:
    """Read the command and carry it out while nobody else changes the catalogue."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("update", "missing", "compile"):
        commands.add_parser(name)
    commands.add_parser("fill").add_argument("file", type=Path)
    given = parser.parse_args()
    with Path(__file__).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if given.command == "fill":
            return fill(given.file)
        if given.command == "compile":
            compile_catalogues()
            return 0
        return update() if given.command == "update" else missing()


if __name__ == "__main__":
    sys.exit(main())
