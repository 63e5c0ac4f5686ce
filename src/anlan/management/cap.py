"""`anlan cap`: whether messages of the Common Alerting Protocol can be used, and whether we lose nothing of them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from cryptography import x509

from anlan.links.cap.comparison import round_trip
from anlan.links.cap.document import MOST_BYTES
from anlan.links.cap.message import Received, Refused, receive
from anlan.links.cap.problems import Problem
from anlan.links.cap.signatures import State, signature_remark, verdict
from anlan.management.output import as_json, in_terminal_language, write_json
from anlan.management.terminal import both, refuse

_SIGNATURE_WORDS: dict[State, tuple[str, str]] = {
    "none": ("未签名", "not signed"),
    "valid": ("签名有效", "signature valid"),
    "invalid": ("签名无效", "signature invalid"),
    "unsupported": ("签名无法核验", "signature cannot be verified"),
}


@click.group()
def cap() -> None:
    """Messages of the Common Alerting Protocol 1.2.  通用警报协议消息。"""


@cap.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--certificate",
    "certificates",
    multiple=True,
    type=click.Path(path_type=Path),
    help="信任的证书（PEM）  a certificate to trust (PEM)",
)
@as_json
def check(files: tuple[Path, ...], certificates: tuple[Path, ...], as_json: bool) -> None:
    """Check the structure of messages and all beyond it, and verify their signatures.  检查消息及其签名。"""
    trusted = _certificates(certificates)
    found: list[dict[str, Any]] = []
    for file in files:
        data = _read(file)
        outcome, signature = receive(data), verdict(data, trusted)
        reasons = outcome.reasons if isinstance(outcome, Refused) else ()
        told = signature_remark(signature)
        remarks = outcome.remarks if told is None else (*outcome.remarks, told)
        found.append(
            {
                "file": str(file),
                "valid": isinstance(outcome, Received),
                "problems": [_plain(problem) for problem in reasons],
                "remarks": [_plain(problem) for problem in remarks],
                "signature": signature.state,
                "trusted": signature.trusted,
                "signers": [one.signer for one in signature.signatures if one.state == "valid"],
            }
        )
        if not as_json:
            _show(file, outcome, remarks, signature.state)
    if as_json:
        write_json(found)
    raise SystemExit(0 if all(one["valid"] and one["signature"] != "invalid" for one in found) else 1)


@cap.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@as_json
def roundtrip(file: Path, as_json: bool) -> None:
    """Read a message, write it anew, and compare the two.  读入再写出，比较是否一致。"""
    outcome = receive(_read(file))
    if isinstance(outcome, Refused):
        if not as_json:
            _show_problems(outcome.reasons)
        reason = outcome.reasons[0]
        refuse(
            f"{file} 未被接受：{reason.message.zh}（anlan cap check 列出全部原因）",
            f"{file} is not accepted: {reason.message.en} (anlan cap check lists all reasons)",
        )
    differences = round_trip(outcome)
    if as_json:
        write_json(
            {
                "same": not differences,
                "differences": [
                    {"xpath": one.path, "before": one.before, "after": one.after} for one in differences
                ],
            }
        )
    elif differences:
        for one in differences:
            click.echo(in_terminal_language(one.words))
    else:
        click.echo(both("一致", "the same"))
    raise SystemExit(1 if differences else 0)


@cap.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@as_json
def take(files: tuple[Path, ...], as_json: bool) -> None:
    """Take messages in; actual alerts become signals.  接收消息，实际警报转为线索。

    The same message twice is one. Status 1 if one is refused.
    """
    contents = [(file, _read(file)) for file in files]
    _open_tables()
    from anlan.management.cap_room import take_messages

    take_messages(contents, as_json=as_json)


@cap.command()
@click.option("--rotate", is_flag=True, help="先更换签名密钥  replace the signing key first")
def certificate(rotate: bool) -> None:
    """Print our certificate with its fingerprint.  显示本系统证书及指纹。

    Give it to those who receive our messages by a way they trust. With --rotate the key is replaced at once;
    the old certificate is kept, so that older messages can still be verified.
    """
    _open_tables()
    from anlan.management.cap_room import show_certificate

    show_certificate(rotate=rotate)


def _open_tables() -> None:
    """Checking files needs no tables; taking them in does."""
    from anlan.management.cli import prepare_tables, start_django

    start_django()
    prepare_tables()


def _read(file: Path) -> bytes:
    """The file, as far as it is looked at: one byte more than is accepted is enough to refuse it."""
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        refuse(f"无法读取 {file}：{error.strerror}", f"{file} cannot be read: {error.strerror}")


def _certificates(files: Sequence[Path]) -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    for file in files:
        try:
            found += x509.load_pem_x509_certificates(_read(file))
        except ValueError:
            refuse(f"{file} 不是 PEM 证书。", f"{file} is no certificate in PEM.")
    return found


def _plain(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "xpath": problem.path,
        "line": problem.line,
        "message": {"zh": problem.message.zh, "en": problem.message.en},
        "mend": {"zh": problem.mend.zh, "en": problem.mend.en},
    }


def _show(file: Path, outcome: Received | Refused, remarks: Sequence[Problem], signature: State) -> None:
    accepted = isinstance(outcome, Received)
    zh, en = ("接受", "accepted") if accepted else ("拒收", "refused")
    if accepted and remarks:
        zh, en = f"接受，{len(remarks)} 条提示", f"accepted with {len(remarks)} remarks"
    signature_zh, signature_en = _SIGNATURE_WORDS[signature]
    click.echo(f"{file}: {both(f'{zh}，{signature_zh}', f'{en}, {signature_en}')}")
    if isinstance(outcome, Refused):
        _show_problems(outcome.reasons)
    _show_problems(remarks)


def _show_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        mark = "·" if problem.is_remark else "✗"
        where = f"{problem.line or '-'} {problem.path}".rstrip()
        click.echo(f"  {mark} {where} [{problem.code}] {in_terminal_language(problem.message)}")
        click.echo(f"      → {in_terminal_language(problem.mend)}")
