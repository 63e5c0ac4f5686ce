"""E-mail by SMTP: one connection for many messages, and an exact answer to "did it go out?"."""

import contextlib
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Literal

from anlan.engine.messages import ATTEMPT_S, Outcome
from anlan.links.notify import Note

Security = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The operator's mail server; its address is the operator's own word, so it may lie in a private network."""

    host: str
    sender: str
    port: int = 465
    security: Security = "tls"
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(slots=True)
class Email:
    """Sends by one mail server. A mail server does not drop copies, so what got no answer goes to a person."""

    mailbox: Mailbox
    through: str = "smtp"
    repeatable: bool = False
    _line: smtplib.SMTP | None = None

    def send(self, note: Note) -> Outcome:
        try:
            message = mail(self.mailbox, note)
        except (ValueError, HeaderParseError, IndexError) as error:
            return Outcome("rejected", "bad-address", str(error))
        try:
            line = self._ready()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Outcome("refused", "no-connection", _said(error))
        return self._handed_over(line, note.address, message)

    def close(self) -> None:
        """Say goodbye, if there is anybody to say it to."""
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                line.quit()
            line.close()

    def _handed_over(self, line: smtplib.SMTP, address: str, message: EmailMessage) -> Outcome:
        """Sender and receiver first: until the server has asked for the text, nothing can have gone out."""
        is_text = False
        try:
            for step in (_sender(self.mailbox, line), lambda: line.rcpt(address)):
                code, words = step()
                if code not in (250, 251):
                    self._reset(line)
                    return _refused(code, words)
            is_text = True
            code, words = line.data(message.as_bytes(policy=SMTP))
        except smtplib.SMTPDataError as error:  # the text was not asked for
            self._reset(line)
            return _refused(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            if is_text:
                return Outcome("unknown", "no-answer", _said(error))
            return Outcome("refused", "no-connection", _said(error))
        return Outcome("sent", "", f"{code} {_words(words)}") if code == 250 else _refused(code, words)

    def _ready(self) -> smtplib.SMTP:
        """A connection that answers; a new one where there is none, or the old one fell silent."""
        if self._line is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if self._line.noop()[0] == 250:
                    return self._line
            self.close()
        box = self.mailbox
        context = ssl.create_default_context()
        line: smtplib.SMTP
        if box.security == "tls":
            line = smtplib.SMTP_SSL(box.host, box.port, timeout=ATTEMPT_S / 2, context=context)
        else:
            line = smtplib.SMTP(box.host, box.port, timeout=ATTEMPT_S / 2)
        self._line = line
        if box.security == "starttls":
            line.starttls(context=context)
        line.ehlo_or_helo_if_needed()
        if box.username:
            line.login(box.username, box.password)
        return line

    def _reset(self, line: smtplib.SMTP) -> None:
        """Forget the letter begun; where that fails the next one gets a new connection."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            if line.rset()[0] == 250:
                return
        self.close()


def mail(mailbox: Mailbox, note: Note) -> EmailMessage:
    """The letter; its Message-ID is made of the message's id, so that a second copy can be told."""
    name, sender = parseaddr(mailbox.sender)
    if any(char in note.address for char in "\r\n<>,; ") or "@" not in note.address:
        raise ValueError("not an address")
    user, _at, domain = note.address.rpartition("@")
    message = EmailMessage()
    message["From"] = Address(name, addr_spec=sender)
    message["To"] = Address("", user, domain)
    message["Subject"] = " ".join(note.heading.split())
    message["Date"] = format_datetime(note.at)
    message["Message-ID"] = f"<{note.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(note.words + "\n", charset="utf-8", cte="base64")
    return message


def _sender(mailbox: Mailbox, line: smtplib.SMTP) -> Callable[[], tuple[int, bytes]]:
    return lambda: line.mail(parseaddr(mailbox.sender)[1])


def _refused(code: int, words: bytes | str) -> Outcome:
    """By RFC 5321 a code of 5xx is for good, one of 4xx for now."""
    answer = f"{code} {_words(words)}"
    if code >= 500:
        return Outcome("rejected", "rejected", answer)
    return Outcome("refused", "refused", answer)


def _words(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
