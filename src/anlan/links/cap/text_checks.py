"""Texts: markup where words should be, damaged characters, and one language under the name of another.

Markup in what people read is a remark, because publishers do send it and the words can be read; in a note, a name or a
code it is refused, because machines compare those.
"""

import re
from collections.abc import Iterator

from anlan.links.cap.alert import Alert, Info, NamedValue
from anlan.links.cap.problems import Problem, refusal, remark

_SUSPICIOUS = re.compile("[<&\ufffd\x80-\x9f]")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>", re.ASCII)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,24});", re.ASCII)
_DAMAGED = re.compile("[\ufffd\x80-\x84\x86-\x9f]")  # U+0085 is a line break on some machines
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_LETTER = re.compile(r"[^\W\d_]")
_HAN_LANGUAGES = ("zh", "cmn", "yue", "nan", "wuu", "hak", "ja", "ko")


def text_problems(alert: Alert) -> list[Problem]:
    """Markup and damaged characters, wherever there is text."""
    found: list[Problem] = []
    for name, text, is_prose in _texts_of_head(alert):
        if text and _SUSPICIOUS.search(text):
            found += _markup(text, f"/alert[1]/{name}", is_prose=is_prose)
    for number, code in enumerate(alert.codes, 1):
        if _SUSPICIOUS.search(code):
            found += _markup(code, f"/alert[1]/code[{number}]", is_prose=False)
    for number, info in enumerate(alert.infos, 1):
        found += _of_info(info, f"/alert[1]/info[{number}]")
    return found


def language_problems(alert: Alert) -> Iterator[Problem]:
    """Words that do not fit their language, and words that were not translated."""
    for number, info in enumerate(alert.infos, 1):
        if not _fits(info):
            yield remark("LANGUAGE_MIX", f"/alert[1]/info[{number}]/language[1]", language=info.spoken)
    if len(alert.infos) < 2:
        return
    for name, attribute, is_refused in (
        ("event", "event", False),
        ("headline", "headline", False),
        ("description", "description", True),
        ("instruction", "instruction", True),
    ):
        said: dict[str, str] = {}
        for number, info in enumerate(alert.infos, 1):
            text = (getattr(info, attribute) or "").strip()
            if not _LETTER.search(text):
                continue
            first = said.setdefault(text, info.spoken)
            if _family(first) != _family(info.spoken):
                problem = refusal if is_refused else remark
                yield problem(
                    "SAME_TEXT_DIFFERENT_LANGUAGE",
                    f"/alert[1]/info[{number}]/{name}[1]",
                    name=name,
                    first=first,
                    second=info.spoken,
                )


def _texts_of_head(alert: Alert) -> tuple[tuple[str, str | None, bool], ...]:
    return (
        ("source[1]", alert.source, False),
        ("restriction[1]", alert.restriction, False),
        ("addresses[1]", alert.addresses, True),
        ("note[1]", alert.note, False),
        ("incidents[1]", alert.incidents, False),
    )


def _of_info(info: Info, path: str) -> list[Problem]:
    found: list[Problem] = []
    for name, text in (
        ("event", info.event),
        ("audience", info.audience),
        ("senderName", info.sender_name),
        ("headline", info.headline),
        ("description", info.description),
        ("instruction", info.instruction),
        ("contact", info.contact),
    ):
        if text and _SUSPICIOUS.search(text):
            found += _markup(text, f"{path}/{name}[1]", is_prose=True)
    found += _of_pairs(info.event_codes, f"{path}/eventCode", is_prose=False)
    found += _of_pairs(info.parameters, f"{path}/parameter", is_prose=True)
    for number, resource in enumerate(info.resources, 1):
        if _SUSPICIOUS.search(resource.description):
            found += _markup(
                resource.description, f"{path}/resource[{number}]/resourceDesc[1]", is_prose=True
            )
    for number, area in enumerate(info.areas, 1):
        if _SUSPICIOUS.search(area.description):
            found += _markup(area.description, f"{path}/area[{number}]/areaDesc[1]", is_prose=True)
        found += _of_pairs(area.geocodes, f"{path}/area[{number}]/geocode", is_prose=False)
    return found


def _of_pairs(pairs: tuple[NamedValue, ...], path: str, *, is_prose: bool) -> list[Problem]:
    found: list[Problem] = []
    for number, pair in enumerate(pairs, 1):
        if _SUSPICIOUS.search(pair.name):
            found += _markup(pair.name, f"{path}[{number}]/valueName[1]", is_prose=False)
        if _SUSPICIOUS.search(pair.value):
            found += _markup(pair.value, f"{path}[{number}]/value[1]", is_prose=is_prose)
    return found


def _markup(text: str, path: str, *, is_prose: bool) -> Iterator[Problem]:
    name = path.rpartition("/")[2].partition("[")[0]
    if tag := _TAG.search(text):
        problem = remark if is_prose else refusal
        yield problem("TEXT_CONTAINS_HTML_TAGS", path, name=name, tag=tag[0][:40])
    if entity := _ENTITY.search(text):
        yield remark("TEXT_CONTAINS_HTML_ENTITIES", path, name=name, entity=entity[0])
    if _DAMAGED.search(text):
        yield remark("DAMAGED_TEXT", path, name=name)


def _fits(info: Info) -> bool:
    """Whether the words can be in the language that is named, judged by Chinese characters alone."""
    words = f"{info.headline or ''} {info.description or ''} {info.instruction or ''}"
    has_han = _HAN.search(words) is not None
    family = _family(info.spoken)
    if family in ("zh", "cmn"):
        return has_han or not _LETTER.search(words)
    if not has_han or family in _HAN_LANGUAGES or info.language is None:
        return True
    return len(_HAN.findall(words)) * 2 < len(_LETTER.findall(words))


def _family(language: str) -> str:
    return language.partition("-")[0].lower()
