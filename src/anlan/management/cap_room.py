"""What `anlan cap` does with the messages and keys of this installation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone

from anlan.actions.cap_keys import own_key, own_sender, rotate_key
from anlan.actions.cap_taking import take_cap
from anlan.actions.signals import signal_code
from anlan.engine.policy import Text
from anlan.management.output import in_terminal_language, write_json
from anlan.management.terminal import both, tell
from anlan.models import CapMessage


def take_messages(files: Sequence[tuple[Path, bytes]], *, as_json: bool) -> None:
    """Take messages in and say what became of each; status 1 if one is refused."""
    rows: list[dict[str, Any]] = []
    for file, data in files:
        taken = take_cap(data, source="command", by=None, at=timezone.now())
        rows.append(_row(file, taken.message, is_new=taken.is_new))
        if not as_json:
            _show(file, taken.message, is_new=taken.is_new)
    if as_json:
        write_json(rows)
    raise SystemExit(1 if any(row["outcome"] == "refused" for row in rows) else 0)


def show_certificate(*, rotate: bool) -> None:
    """Print the certificate that verifies our messages, after replacing the key if that is asked for."""
    at = timezone.now()
    key = rotate_key(by=None, at=at) if rotate else own_key(at=at)
    if rotate:
        tell("已更换签名密钥。", "the signing key is replaced.")
    click.echo(f"# {both('发送方', 'sender')}: {own_sender()}")
    click.echo(f"# SHA-256: {key.sha256}")
    click.echo(key.certificate.public_bytes(Encoding.PEM).decode(), nl=False)


def _row(file: Path, row: CapMessage, *, is_new: bool) -> dict[str, Any]:
    problems = [{**one, "xpath": one["path"]} for one in row.problems]
    for one in problems:
        del one["path"]
    kept = [(one.pop("is_remark"), one) for one in problems]
    return {
        "file": str(file),
        "outcome": row.outcome,
        "is_new": is_new,
        "problems": [one for is_remark, one in kept if not is_remark],
        "remarks": [one for is_remark, one in kept if is_remark],
        "signature": row.signature,
        "trusted": row.trusted,
        "signal": signal_code(row.signal) if row.signal else None,
    }


def _show(file: Path, row: CapMessage, *, is_new: bool) -> None:
    zh, en = ("接受", "accepted") if row.outcome == "accepted" else ("拒收", "refused")
    if not is_new:
        zh, en = f"{zh}（先前已收到）", f"{en} (had come before)"
    if row.signal:
        code = signal_code(row.signal)
        zh, en = f"{zh}，线索 {code}", f"{en}, signal {code}"
    click.echo(f"{file}: {both(zh, en)}")
    for one in row.problems:
        mark = "·" if one["is_remark"] else "✗"
        where = f"{one['line'] or '-'} {one['path']}".rstrip()
        click.echo(f"  {mark} {where} [{one['code']}] {in_terminal_language(Text(**one['message']))}")
        click.echo(f"      → {in_terminal_language(Text(**one['mend']))}")
