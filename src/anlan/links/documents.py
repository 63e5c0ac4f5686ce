"""Formal documents as PDF, set by typst from templates in `typst/`; what people typed reaches them as data only."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pylopdf_fonts_zh_cn
import typst

from anlan.engine.policy import Language
from anlan.links.codes import qr_svg

_TEMPLATES = Path(__file__).parent / "typst"


@dataclass(frozen=True, slots=True)
class NoticeFinding:
    """One finding on a notice: what was looked at, what was wrong, on what basis, until when it is to be put right."""

    number: str
    item: str
    observed: str
    basis: str
    asked: str
    deadline: date


@dataclass(frozen=True, slots=True)
class NoticeData:
    """All that a rectification notice says, in the language in which it is to be written."""

    number: str
    city: str
    issuer: str
    place_name: str
    place_code: str
    place_address: str
    operator: str
    receiver_name: str
    receiver_phone: str
    inspected_at: datetime
    inspectors: tuple[str, ...]
    findings: tuple[NoticeFinding, ...]
    deadline: date
    issued_on: date
    record_url: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class CheckpointLabel:
    """What one label at a checkpoint says; `mark` tells an old label from the one that replaced it."""

    address: str
    name: str
    second: str
    typed: str
    mark: str


@dataclass(frozen=True, slots=True)
class LabelSheet:
    """A sheet of labels for one place, in the words of the language in which it is printed."""

    title: str
    place: str
    type_words: str
    notice: str
    footer: str
    labels: tuple[CheckpointLabel, ...]
    printed_on: date


@dataclass(frozen=True, slots=True)
class CardSheetStep:
    """A step on a printed card: what to do, by when, whom to ring, and the points of the place that it needs."""

    number: int
    words: str
    within: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    points: tuple[str, ...] = ()
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class CardSheet:
    """An action card as it is printed, in the words of one language; `address` leads back to its version."""

    role: str
    title: str
    place: str
    version: str
    address: str
    never_title: str
    never: tuple[str, ...]
    steps: tuple[CardSheetStep, ...]
    footer: str
    printed_on: date


@dataclass(frozen=True, slots=True)
class FormBox:
    """A numbered box of a form: pairs of facts, lines of text (with mm left blank to write in), or a table."""

    kind: Literal["facts", "text", "table"]
    label: str
    pairs: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    blank: int = 0
    header: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentForm:
    """A form of an incident in the words of one language; `exercise` is said on top of it, if it is one."""

    number: str
    title: str
    incident: str
    exercise: str
    boxes: tuple[FormBox, ...]
    nothing: str
    footer: str
    address: str
    printed_on: date
    wide: bool = False


def incident_form(form: IncidentForm, language: Language) -> bytes:
    """The form in A4; the code leads to the incident."""
    data = {name: value for name, value in asdict(form).items() if name != "printed_on"}
    data |= {"code": qr_svg(form.address), "language": language}
    return _set(_TEMPLATES / "incident-form.typ", data, form.printed_on)


def action_card(sheet: CardSheet, language: Language) -> bytes:
    """The card in A6, as many sides as it needs; the code leads to the page that tells whether it is outdated."""
    data = {name: value for name, value in asdict(sheet).items() if name != "printed_on"}
    data |= {"code": qr_svg(sheet.address), "language": language}
    return _set(_TEMPLATES / "action-card.typ", data, sheet.printed_on)


def checkpoint_labels(sheet: LabelSheet) -> bytes:
    """The labels as A4 pages, eight on each, to cut along the dashes."""
    data = {
        **{name: words for name, words in asdict(sheet).items() if name not in ("labels", "printed_on")},
        "labels": [{**asdict(label), "code": qr_svg(label.address)} for label in sheet.labels],
    }
    return _set(_TEMPLATES / "checkpoint-labels.typ", data, sheet.printed_on)


def rectification_notice(notice: NoticeData, language: Language) -> bytes:
    """The notice as an A4 PDF (整改通知书), with a code that leads back to the record."""
    data = {
        **asdict(notice),
        "inspected_at": _moment(notice.inspected_at, language),
        "deadline": _day(notice.deadline, language),
        "issued_on": _day(notice.issued_on, language),
        "findings": [
            {**asdict(finding), "deadline": finding.deadline.isoformat()} for finding in notice.findings
        ],
        "code": qr_svg(notice.record_url),
    }
    return _set(_TEMPLATES / f"rectification-notice.{language}.typ", data, notice.issued_on)


def _set(template: Path, data: Mapping[str, Any], on: date) -> bytes:
    """Set one template with its data, for archives (PDF/A-2b) where that is possible; same data, same bytes.

    A letter that no font of ours has (an emoji, a very rare character) rules PDF/A out; it is then shown as a box.
    """
    try:
        return _compiled(template, data, on, "a-2b")
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        return _compiled(template, data, on, "1.7")


def _compiled(template: Path, data: Mapping[str, Any], on: date, standard: Literal["a-2b", "1.7"]) -> bytes:
    made = typst.compile(
        template,
        root=_TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        format="pdf",
        pdf_standards=standard,
        timestamp=datetime(on.year, on.month, on.day, tzinfo=UTC),
    )
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single document")
    return made


@cache
def _fonts() -> typst.Fonts:
    """Noto Sans SC and Noto Serif SC from their package, so that no system font is needed."""
    folder = Path(pylopdf_fonts_zh_cn.__file__).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])


def _day(day: date, language: Language) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh" else f"{day.day} {day:%B %Y}"


def _moment(moment: datetime, language: Language) -> str:
    return f"{_day(moment.date(), language)}{'' if language == 'zh' else ', '}{moment:%H:%M}"
