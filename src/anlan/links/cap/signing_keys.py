"""The key that signs this installation's messages: made when first asked for, readable by its owner only, replaceable.

Key and certificate lie in one file, so that no moment has one without the other. The certificate is our own; those who
receive messages are given it once by a way they trust, and pin it. Certificates of replaced keys are kept (their keys
are not), so that older messages can still be verified.
"""

import base64
import contextlib
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALID_DAYS = 3650
_FILE, _RETIRED = "cap-signing.pem", "cap-retired-*.crt"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A loaded key, and the certificate that goes out with each message."""

    key: xmlsec.Key
    certificate: x509.Certificate
    certificate_text: str
    """The certificate as it stands in a message, base 64 without line breaks."""

    @property
    def sha256(self) -> str:
        """What one reads out to compare certificates."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def signing_key(folder: Path, *, name: str, at: datetime) -> SigningKey:
    """The key of this folder; `name` (of the city or office) is written into the certificate of a new one."""
    path = folder / _FILE
    if not path.exists():
        _write_first(path, _made(name, at))
    if path.stat().st_mode & 0o077:  # restored from an archive, say
        path.chmod(0o600)
    return _loaded(path, path.stat().st_mtime_ns)


def rotate(folder: Path, *, name: str, at: datetime) -> SigningKey:
    """A new key from now on; of the old one only the certificate stays. Give the new one out before you do this."""
    path = folder / _FILE
    if path.exists():
        old = _loaded(path, path.stat().st_mtime_ns).certificate
        mark = old.fingerprint(hashes.SHA256()).hex()[:16]
        (folder / _RETIRED.replace("*", mark)).write_bytes(old.public_bytes(serialization.Encoding.PEM))
    fresh = _written_beside(path, _made(name, at))
    fresh.replace(path)
    return signing_key(folder, name=name, at=at)


def own_certificates(folder: Path) -> tuple[x509.Certificate, ...]:
    """Certificates that this installation has signed with, the present one first."""
    path = folder / _FILE
    present = [_loaded(path, path.stat().st_mtime_ns).certificate] if path.exists() else []
    retired = [x509.load_pem_x509_certificate(one.read_bytes()) for one in sorted(folder.glob(_RETIRED))]
    return (*present, *retired)


@lru_cache(maxsize=8)
def _loaded(path: Path, _changed: int) -> SigningKey:
    """Read once for each change of the file."""
    pem = path.read_bytes()
    certificate = x509.load_pem_x509_certificate(pem)
    text = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode("ascii")
    return SigningKey(xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem), certificate, text)


def _made(name: str, at: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64] or "Anlan")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=VALID_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_ONLY_SIGNS, critical=True)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)


_ONLY_SIGNS = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _write_first(path: Path, pem: bytes) -> None:
    """Put the file there unless another process was first; then theirs is the key."""
    fresh = _written_beside(path, pem)
    with contextlib.suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()


def _written_beside(path: Path, pem: bytes) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return fresh
