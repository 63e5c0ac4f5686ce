"""`anlan signals`: take reports in from e-mail files, and erase what has been kept long enough."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from django.utils import timezone

from anlan.actions.attachments import Upload, keep_document
from anlan.actions.signal_erasure import erase_signals
from anlan.actions.signals import SignalDraft, key_digest, receive_signal, signal_code
from anlan.engine import free_text
from anlan.links.files import FileProblem
from anlan.links.mail_reports import MailReport, read_mail
from anlan.management.output import as_json, in_terminal_language, write_json, write_table
from anlan.management.terminal import both, refuse, tell
from anlan.models import Attachment, Department, Place, Signal
from anlan.models.signals import RELIABILITIES, URGENCIES
from anlan.queries.vocabulary import words


@click.group()
def signals() -> None:
    """Reports about places and things.  情况报告。"""


@signals.command()
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--department", default="", metavar="CODE", help="来源部门代码  the department that reports")
@click.option("--place", default="", metavar="CODE", help="场所代码  the place it is about")
@click.option("--kind", default="other", help="类别（邮件未写明时）  kind, if the e-mail states none")
@click.option(
    "--reliability",
    type=click.Choice(RELIABILITIES),
    default="F",
    help="来源可靠性  reliability of the source",
)
@click.option("--urgency", type=click.Choice(URGENCIES), default="hours", help="紧急程度  urgency")
@as_json
def take(
    files: tuple[Path, ...],
    department: str,
    place: str,
    kind: str,
    reliability: str,
    urgency: str,
    as_json: bool,
) -> None:
    """Take in e-mails (.eml files, or one from standard input).  接收邮件。

    Only the sender's domain is kept. The same e-mail twice is one signal.
    """
    at = timezone.now()
    stated = {"kind": kind, "reliability": reliability, "urgency": urgency}
    if kind not in words(at).signals:
        refuse(f"没有类别“{kind}”。", f"There is no kind “{kind}”.")
    source = Department.objects.filter(code=department).first()
    if department and source is None:
        refuse(f"没有代码为“{department}”的部门。", f"There is no department “{department}”.")
    about = Place.objects.filter(code=place).first()
    if place and about is None:
        refuse(f"没有代码为“{place}”的场所。", f"There is no place “{place}”.")
    rows = [_taken(name, content, stated, source, about, at) for name, content in _contents(files)]
    if as_json:
        write_json({"signals": rows})
    else:
        columns = ("邮件 e-mail", "编号 number", "遮盖 masked", "文件 files", "说明 remark")
        cells = [
            [row["file"], row["number"], sum(row["masked"].values()), row["files"], row["remark"]]
            for row in rows
        ]
        write_table(both(f"收到 {len(rows)} 封", f"{len(rows)} e-mails"), columns, cells)
    raise SystemExit(1 if any(not row["number"] for row in rows) else 0)


@signals.command()
@click.option(
    "--days",
    type=click.IntRange(0, 36500),
    help="保存天数（默认按设置）  days to keep (default: the setting)",
)
@as_json
def erase(days: int | None, as_json: bool) -> None:
    """Erase words and files whose time is over; the worker does it daily.  清除到期的文字和附件。"""
    done = erase_signals(at=timezone.now(), days=days)
    if as_json:
        write_json(asdict(done))
    else:
        tell(
            f"已清除 {done.signals} 条情况报告的文字和 {done.files} 个文件。",
            f"erased the words of {done.signals} signals and {done.files} files.",
        )


def _contents(files: Sequence[Path]) -> list[tuple[str, bytes]]:
    if not files:
        return [("-", sys.stdin.buffer.read())]
    try:
        return [(str(file), file.read_bytes()) for file in files]
    except OSError as error:
        refuse(f"无法读取 {error.filename}。", f"Cannot read {error.filename}.")


def _taken(
    name: str,
    content: bytes,
    stated: dict[str, str],
    source: Department | None,
    about: Place | None,
    at: datetime,
) -> dict[str, Any]:
    """One e-mail as a signal; what the e-mail states about itself goes before the options."""
    row: dict[str, Any] = {"file": name, "number": "", "masked": {}, "files": 0, "remark": ""}
    mail = read_mail(content)
    if isinstance(mail, FileProblem):
        return row | {"remark": in_terminal_language(mail.message)}
    remarks = (
        [both(f"{mail.left_out} 个文件类型不接受", f"{mail.left_out} files left out")]
        if mail.left_out
        else []
    )
    attachments, problems = _kept(mail, at)
    place = Place.objects.filter(code=mail.stated.get("place", "")).first() or about
    if place is None:
        remarks.append(both("未写明场所", "no place stated"))
    signal = receive_signal(
        SignalDraft(
            kind=_known(mail, "kind", words(at).signals, stated),
            observed=mail.words,
            reliability=_known(mail, "reliability", RELIABILITIES, stated),
            urgency=_known(mail, "urgency", URGENCIES, stated),
            channel="e-mail",
            observed_at=min(mail.sent_at or at, at),
            department=source,
            organisation=mail.domain,
            place=place,
            attachments=attachments,
        ),
        by=None,
        at=at,
        key=mail.key,
    )
    return row | {
        "number": signal_code(signal),
        "masked": signal.masked,
        "files": signal.attachment_count,
        "remark": " ".join([*remarks, *problems]),
    }


def _kept(mail: MailReport, at: datetime) -> tuple[list[Attachment], list[str]]:
    """The files of an e-mail that was not taken in before."""
    if _is_known(mail):
        return [], []
    kept: list[Attachment] = []
    problems: list[str] = []
    for file in mail.files:
        upload = Upload(free_text.masked(file.name).text, file.content)
        one = keep_document(upload, by=None, at=at)
        if isinstance(one, FileProblem):
            problems.append(f"{upload.name}: {in_terminal_language(one.message)}")
        else:
            kept.append(one)
    return kept, problems


def _is_known(mail: MailReport) -> bool:
    return Signal.objects.filter(key_sha256=key_digest(mail.key)).exists()


def _known(mail: MailReport, name: str, known: Any, stated: dict[str, str]) -> str:
    """What the e-mail states, if it is a word that we know."""
    asked = mail.stated.get(name, "")
    return next((word for word in (asked, asked.upper(), asked.lower()) if word in known), stated[name])
