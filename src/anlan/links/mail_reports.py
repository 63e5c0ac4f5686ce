"""Reading a report that came by e-mail: its words, when it was sent, from which domain, and its files."""

import email
import email.policy
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from typing import Final

from anlan.engine.policy import Text
from anlan.links.files import CONTENT_TYPES, MEGABYTE, FileProblem, extension_of

LARGEST_MAIL_BYTES: Final = 40 * MEGABYTE
MOST_FILES: Final = 12
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_FIELD = re.compile(
    r"^\s*(?P<name>place|kind|urgency|reliability|场所|类别|紧急程度|可靠性)\s*[:：]\s*(?P<value>\S.{0,80}?)\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_NAMES: Final = {"场所": "place", "类别": "kind", "紧急程度": "urgency", "可靠性": "reliability"}


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file of an e-mail, of a kind that is taken."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MailReport:
    """What an e-mail reports. Of the sender only the domain is read: a name or an address is a person's.

    `stated` are lines of the text such as "Place: P-0001"; `left_out` counts files of other kinds. `key` is the same
    for the same e-mail.
    """

    key: str
    domain: str
    words: str
    sent_at: datetime | None
    stated: dict[str, str]
    files: tuple[MailFile, ...]
    left_out: int


def read_mail(content: bytes) -> MailReport | FileProblem:
    """An e-mail (RFC 5322) as a report, or why it is none."""
    if len(content) > LARGEST_MAIL_BYTES:
        most = LARGEST_MAIL_BYTES // MEGABYTE
        return FileProblem(
            Text(
                zh=f"邮件超过 {most} MB，未接收。", en=f"The e-mail has more than {most} MB and is not taken."
            )
        )
    message = email.message_from_bytes(content, policy=email.policy.default)
    if not (message["From"] or message["Subject"]):
        return FileProblem(
            Text(
                zh="这不是邮件文件。请给出含 From、Subject 的 .eml 文件。",
                en="This is no e-mail. Give an .eml file that has From and Subject.",
            )
        )
    try:
        text = _text_of(message)
        files, left_out = _files_of(message)
        subject, sender = str(message["Subject"] or ""), str(message["From"] or "")
        identifier = str(message["Message-ID"] or "").strip()
    except (LookupError, ValueError, AttributeError, TypeError, IndexError):
        return FileProblem(
            Text(
                zh="邮件已损坏，无法读取。请让发送方重发。",
                en="The e-mail is damaged and cannot be read. Ask for it to be sent again.",
            )
        )
    whole = f"{subject.strip()}\n{text.strip()}".strip()
    return MailReport(
        key=f"mail:{identifier or hashlib.sha256(content).hexdigest()}",
        domain=parseaddr(sender)[1].rpartition("@")[2].lower()[:160],
        words=whole,
        sent_at=_sent(message),
        stated={_name(found): found["value"] for found in _FIELD.finditer(text)},
        files=files,
        left_out=left_out,
    )


def _name(found: re.Match[str]) -> str:
    name = found["name"].lower()
    return _NAMES.get(name, name)


def _text_of(message: EmailMessage) -> str:
    """The plain text; of an e-mail that has only HTML what is left without its tags."""
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    text = str(body.get_content())
    if body.get_content_subtype() == "html":
        import html

        text = html.unescape(_TAG.sub(" ", text))
    lines = (" ".join(line.split()) for line in text.replace("\r", "").split("\n"))
    kept = "\n".join(lines)
    return re.sub(r"\n{3,}", "\n\n", "".join(each for each in kept if each == "\n" or each.isprintable()))


def _files_of(message: EmailMessage) -> tuple[tuple[MailFile, ...], int]:
    files: list[MailFile] = []
    left_out = 0
    for part in message.iter_attachments():
        name = part.get_filename() or ""
        content = part.get_payload(decode=True)
        if extension_of(name) in CONTENT_TYPES and isinstance(content, bytes) and len(files) < MOST_FILES:
            files.append(MailFile(name, content))
        else:
            left_out += 1
    return tuple(files), left_out


def _sent(message: EmailMessage) -> datetime | None:
    try:
        sent = parsedate_to_datetime(str(message["Date"]))
    except (ValueError, TypeError):
        return None
    return sent if sent.tzinfo is not None else sent.replace(tzinfo=UTC)
