"""A certificate authority of one's own, for phones in the building (`--tls`)."""

from __future__ import annotations

import datetime
import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
# Phones refuse certificates valid for longer than 825 days, even from an authority one trusts oneself.
SERVER_DAYS = 397
RENEW_BEFORE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files the server uses, the authority to install on phones, and the names they are good for."""

    certificate: Path
    key: Path
    authority: Path
    fingerprint: str
    names: tuple[str, ...]


def local_names() -> tuple[str, ...]:
    """Names and addresses by which this machine can be reached in the building."""
    names = {"localhost", "127.0.0.1", socket.gethostname(), f"{socket.gethostname().split('.')[0]}.local"}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket sends nothing; it only asks which of our addresses would be used.
            probe.connect(("192.0.2.1", 9))
            names.add(probe.getsockname()[0])
        except OSError:
            pass
    return tuple(sorted(names))


def ready_certificate(folder: Path, *, names: tuple[str, ...], at: datetime.datetime) -> Certificate:
    """Make the authority once, and a server certificate whenever names changed or the old one runs out."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority_key, authority = _authority(folder, at=at)
    certificate_path, key_path = folder / "server.pem", folder / "server.key"
    if not _is_good(certificate_path, key_path, authority, names=names, at=at):
        _make_server(certificate_path, key_path, authority_key, authority, names=names, at=at)
    return Certificate(
        certificate_path,
        key_path,
        folder / "authority.crt",
        authority.fingerprint(hashes.SHA256()).hex(":").upper(),
        names,
    )


def _authority(folder: Path, *, at: datetime.datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    certificate_path, key_path = folder / "authority.crt", folder / "authority.key"
    if certificate_path.exists() and key_path.exists():
        key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
        certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        if isinstance(key, ec.EllipticCurvePrivateKey) and certificate.not_valid_after_utc > at:
            return key, certificate
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Anlan {socket.gethostname()}")])
    certificate = (
        _draft(name, name, key.public_key(), at=at, days=AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_path, key)
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return key, certificate


def _make_server(
    certificate_path: Path,
    key_path: Path,
    authority_key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    *,
    names: tuple[str, ...],
    at: datetime.datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Anlan")])
    certificate = (
        _draft(subject, authority.subject, key.public_key(), at=at, days=SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_key_usage(certificates=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(key_path, key)
    chain = [certificate, authority]
    certificate_path.write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain))


def _is_good(
    certificate_path: Path,
    key_path: Path,
    authority: x509.Certificate,
    *,
    names: tuple[str, ...],
    at: datetime.datetime,
) -> bool:
    if not certificate_path.exists() or not key_path.exists():
        return False
    certificate = x509.load_pem_x509_certificates(certificate_path.read_bytes())[0]
    alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    known = {str(one.value) for one in alternatives}
    soon = at + datetime.timedelta(days=RENEW_BEFORE_DAYS)
    return (
        certificate.not_valid_after_utc > soon
        and certificate.issuer == authority.subject
        and _is_signed_by(certificate, authority)
        and set(names) <= known
    )


def _is_signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001  any failure means the same: make a new one
        return False
    return True


def _draft(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, at: datetime.datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - datetime.timedelta(days=1))
        .not_valid_after(at + datetime.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
