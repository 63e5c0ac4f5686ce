"""The building's own certificate authority."""

import datetime
import ipaddress
import stat
from pathlib import Path

from cryptography import x509

from anlan.management.certificates import RENEW_BEFORE_DAYS, SERVER_DAYS, Certificate, ready_certificate

AT = datetime.datetime(2026, 3, 1, 8, tzinfo=datetime.UTC)
NAMES = ("192.0.2.10", "anlan.local", "localhost")


def make(folder: Path, *, names: tuple[str, ...] = NAMES, days_later: int = 0) -> Certificate:
    return ready_certificate(folder, names=names, at=AT + datetime.timedelta(days=days_later))


def test_the_server_is_vouched_for_by_the_authority_on_the_phone(tmp_path: Path) -> None:
    made = make(tmp_path)
    server = x509.load_pem_x509_certificates(made.certificate.read_bytes())[0]
    authority = x509.load_pem_x509_certificate(made.authority.read_bytes())
    server.verify_directly_issued_by(authority)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == {"anlan.local", "localhost"}
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("192.0.2.10")]


def test_phones_accept_how_long_it_is_valid(tmp_path: Path) -> None:
    server = x509.load_pem_x509_certificates(make(tmp_path).certificate.read_bytes())[0]
    assert server.not_valid_after_utc - server.not_valid_before_utc <= datetime.timedelta(days=398)


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    make(tmp_path)
    keys = sorted(tmp_path.glob("*.key"))
    assert [key.name for key in keys] == ["authority.key", "server.key"]
    assert all(stat.S_IMODE(key.stat().st_mode) == 0o600 for key in keys)


def test_a_second_start_keeps_both_certificates(tmp_path: Path) -> None:
    first = make(tmp_path).certificate.read_bytes()
    assert make(tmp_path, days_later=1).certificate.read_bytes() == first


def test_a_new_address_or_a_near_end_makes_a_new_server_certificate_under_the_same_authority(
    tmp_path: Path,
) -> None:
    before = make(tmp_path)
    first = before.certificate.read_bytes()
    moved = make(tmp_path, names=(*NAMES, "192.0.2.11"))
    second = moved.certificate.read_bytes()
    renewed = make(tmp_path, days_later=SERVER_DAYS - RENEW_BEFORE_DAYS + 1)
    assert first != second != renewed.certificate.read_bytes()
    assert before.fingerprint == moved.fingerprint == renewed.fingerprint
