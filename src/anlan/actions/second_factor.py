"""The second step of signing in: codes of an authenticator app, and recovery codes for when the phone is lost.

Keys and codes are kept by allauth.mfa, encrypted with the installation's secret. A code of the app works once:
the counter of the last one is kept, so that a code seen over a shoulder opens nothing.
"""

import base64
import hashlib
from datetime import datetime

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.models import User


class EncryptingAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # its base has no types
    """Keeps keys encrypted, so that a copy of the database alone opens no account."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode("ascii")).decode()


def is_enabled(user: User) -> bool:
    """Whether this person signs in with a second step."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def new_key() -> str:
    """A fresh key for an authenticator app (base32)."""
    return str(totp.generate_totp_secret())


def key_address(user: User, key: str) -> str:
    """The otpauth address that an authenticator app reads from the picture."""
    return str(EncryptingAdapter().build_totp_url(user, key))


def key_fits(key: str, code: str) -> bool:
    """Whether the app shows the right code for a key that is not enabled yet."""
    return bool(totp.validate_totp_code(key, _digits(code)))


@transaction.atomic
def enable(user: User, key: str, *, by: User | None, at: datetime) -> list[str]:
    """Ask for a code from now on; returns the recovery codes, to be shown once."""
    Authenticator.objects.filter(user=user).delete()
    totp.TOTP.activate(user, key)
    codes = [str(code) for code in RecoveryCodes.activate(user).generate_codes()]
    journal.write(Change("enable-second-factor", "person", str(user.pk), user.username), by=by, at=at)
    return codes


@transaction.atomic
def disable(user: User, *, by: User | None, at: datetime) -> None:
    """The password alone is enough again."""
    if Authenticator.objects.filter(user=user).delete()[0]:
        journal.write(Change("disable-second-factor", "person", str(user.pk), user.username), by=by, at=at)


@transaction.atomic
def renew_recovery_codes(user: User, *, by: User | None, at: datetime) -> list[str]:
    """New recovery codes in place of the old ones; returned to be shown once."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes = [str(code) for code in RecoveryCodes.activate(user).generate_codes()]
    journal.write(Change("renew-recovery-codes", "person", str(user.pk), user.username), by=by, at=at)
    return codes


def recovery_codes_left(user: User) -> int:
    """How many recovery codes have not been used."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(row.wrap().get_unused_codes()) if row else 0


@transaction.atomic
def accepts(user: User, code: str, *, at: datetime) -> bool:
    """Whether a code of the app or a recovery code opens the account; either works once."""
    rows = Authenticator.objects.select_for_update().filter(user=user)
    try:
        for row in rows:
            if row.type == Authenticator.Type.TOTP:
                taken = _take_app_code(row, _digits(code))
            else:
                taken = row.type == Authenticator.Type.RECOVERY_CODES and bool(
                    row.wrap().validate_code(_digits(code))
                )
            if taken:
                Authenticator.objects.filter(pk=row.pk).update(last_used_at=at)
                return True
    except InvalidToken:
        return False
    return False


def _take_app_code(row: Authenticator, code: str) -> bool:
    key = decrypt(row.data["secret"])
    for counter in totp.yield_hotp_counters_from_time():
        fits = totp.format_hotp_value(totp.hotp_value(key, counter)) == code
        if fits and counter > row.data.get("last_counter", -1):
            row.data["last_counter"] = counter
            row.save(update_fields=["data"])
            return True
    return False


def _digits(code: str) -> str:
    """The digits of what was typed; spaces and full-width figures are forgiven."""
    return "".join(str(int(character)) for character in code if character.isdecimal())


def _fernet() -> Fernet:
    key = hashlib.sha256(b"anlan second factor " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
