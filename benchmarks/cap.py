"""Messages of the Common Alerting Protocol on one core: read and fully checked, made and signed, verified.

Peers: capvalidator checks the schema alone (it reads the schema anew each time); lxml with the published schema alone
is the floor under our own reader; signxml signs and verifies with the same key and algorithms (P-256, SHA-256). The
messages and the schema are those of the data set (ANLAN_TEST_DATA); without it, one message of ours is taken. Peers
that are not installed (requirements/bench.txt) are left out. Seconds are those of the processor: the figure is for a
core.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

import shapely
import signxml
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from anlan.engine.policy import Text
from anlan.links.cap.composing import CityWarning, WarningArea, city_alert, message
from anlan.links.cap.message import Received, receive
from anlan.links.cap.signatures import verdict
from anlan.links.cap.signing_keys import signing_key
from anlan.links.cap.writing import written
from benchmarks.measuring import ROOT, peak_mb, tell

Answer = TypeVar("Answer")
RUNS, SIGNED = 7, 500
DATA = Path(os.environ.get("ANLAN_TEST_DATA") or ROOT.parent / "shared" / "data") / "cap"
AT = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)


def run() -> list[dict[str, Any]]:
    """The job's figures; raises SystemExit where a message is refused or a signature does not hold."""
    messages = real_messages() or [written(city_alert(a_warning()))] * 80
    return [_reading(messages), *_signing()]


def timed(call: Callable[[], Answer], *, runs: int) -> tuple[float, Answer]:
    """The median of the processor's seconds that a call takes, and its last answer."""
    spent = []
    for _run in range(runs):
        started = time.process_time()
        answer = call()
        spent.append(time.process_time() - started)
    return statistics.median(spent), answer


def real_messages() -> list[bytes]:
    """The valid messages of the data set, as they came in."""
    return [path.read_bytes() for path in sorted((DATA / "valid-1.2").rglob("*")) if path.is_file()]


def a_warning() -> CityWarning:
    """An orange warning in two languages for a square of the city."""
    return CityWarning(
        identifier="990100-2026-0007",
        sender="office@lanwan.example",
        sent=AT,
        message_type="Alert",
        level="orange",
        event=Text("人群拥挤", "Crowding"),
        headline=Text("滨江广场橙色预警", "Orange warning for Riverside Square"),
        description=Text(
            "滨江广场人流超过上限，四个入口已关闭。" * 6, "Riverside Square is over its limit. " * 8
        ),
        instruction=Text(
            "请勿前往，已在场者听从现场人员引导离开。", "Stay away. If you are there, follow the guards."
        ),
        sender_name=Text("蓝湾市", "Lanwan City"),
        areas=(WarningArea(Text("滨江广场", "Riverside Square"), shapely.Point(121.47, 31.23).buffer(0.01)),),
        response_types=("Avoid",),
        expires=AT + timedelta(hours=4),
    )


def _reading(messages: list[bytes]) -> dict[str, Any]:
    refused = [data[:80] for data in messages if not isinstance(receive(data), Received)]
    if refused:
        raise SystemExit(f"refused: {refused}")
    ours_s, _ = timed(lambda: [receive(data) for data in messages], runs=RUNS)
    size = sum(map(len, messages)) // len(messages)
    tell(f"read and checked: {len(messages) / ours_s:,.0f} a second, {size} bytes each")
    peers = []
    if (published := DATA / "CAP-v1.2.xsd").exists():
        schema = etree.XMLSchema(etree.parse(published))
        floor_s, _ = timed(lambda: [schema.validate(etree.fromstring(data)) for data in messages], runs=RUNS)
        tell(f"lxml with the schema alone: {len(messages) / floor_s:,.0f} a second")
        peers.append(("lxml, schema alone", "lxml", floor_s))
    if _installed("capvalidator"):
        peers.append(("capvalidator, schema alone", "capvalidator", _capvalidator(messages)))
    return _row(f"{len(messages)} messages read and checked", ours_s, peers)


def _signing() -> list[dict[str, Any]]:
    alert = city_alert(a_warning())
    with tempfile.TemporaryDirectory() as folder:
        key = signing_key(Path(folder), name="Lanwan City", at=AT)
        pem = (Path(folder) / "cap-signing.pem").read_bytes()
    ours = message(alert, key)
    if verdict(ours, [key.certificate]).trusted is not True:
        raise SystemExit("our signature does not hold")
    sign_s, _ = timed(lambda: [message(alert, key) for _ in range(SIGNED)], runs=RUNS)
    verify_s, _ = timed(lambda: [verdict(ours, [key.certificate]) for _ in range(SIGNED)], runs=RUNS)
    tell(
        f"made, checked and signed: {SIGNED / sign_s:,.0f} a second; verified: {SIGNED / verify_s:,.0f} a second"
    )
    signer = signxml.XMLSigner(signature_algorithm="ecdsa-sha256", digest_algorithm="sha256")
    loaded = load_pem_private_key(pem, password=None)
    text, fewer = written(alert), SIGNED // 5
    their_sign_s, _ = timed(
        lambda: [
            signer.sign(etree.fromstring(text), key=loaded, cert=[key.certificate]) for _ in range(fewer)
        ],
        runs=3,
    )
    verifier = signxml.XMLVerifier()
    their_verify_s, _ = timed(
        lambda: [verifier.verify(ours, x509_cert=key.certificate) for _ in range(fewer)], runs=3
    )
    scale = SIGNED / fewer
    size = f"{SIGNED} messages of {len(ours)} bytes"
    return [
        _row(
            f"{size} made, checked, signed", sign_s, [("signxml, signing", "signxml", their_sign_s * scale)]
        ),
        _row(f"{size} verified", verify_s, [("signxml", "signxml", their_verify_s * scale)]),
    ]


def _row(size: str, ours_s: float, peers: Iterable[tuple[str, str, float]]) -> dict[str, Any]:
    return {
        "job": "cap",
        "size": size,
        "ours_s": round(ours_s, 5),
        "peers": [
            {
                "name": words,
                "version": version(name),
                "seconds": round(seconds, 5),
                "ratio": round(seconds / ours_s, 1),
            }
            for words, name, seconds in peers
        ],
        "memory_mb": round(peak_mb()),
    }


def _capvalidator(messages: list[bytes]) -> float:
    import capvalidator

    seconds, results = timed(lambda: [capvalidator.check_schema(data) for data in messages], runs=3)
    if not all(result.passed for result in results):
        raise SystemExit("capvalidator refuses what we accept")
    return seconds


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        tell(f"{name} is not installed and is left out")
        return False
    return True


if __name__ == "__main__":
    json.dump(run(), sys.stdout)
