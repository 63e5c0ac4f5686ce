"""Accounts: people made, changed and closed, what they are granted, their tokens and their sessions."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from anlan.actions import journal
from anlan.actions.codes import CodeTakenError, new_codes_in_turn
from anlan.actions.journal import Change
from anlan.actions.turns import take_turn
from anlan.engine.access import Role
from anlan.models import ApiToken, Device, Entry, Grant, SignIn, User
from anlan.queries.people import administrators, in_force

TOKEN_PREFIX = "anlan_"  # noqa: S105  (a mark by which leaked tokens are found, not a secret)


_ADMINISTRATORS = "administrators"
"""The turn of those who might leave the installation without one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """For what a role is granted: a district, a department or a place by its code; none of them is the whole city."""

    district: str = ""
    department: str = ""
    place: str = ""

    def __post_init__(self) -> None:
        if sum(map(bool, (self.district, self.department, self.place))) > 1:
            raise ValueError(
                "a grant is for one district, one department or one place, not for several at once"
            )


class LastAdministratorError(ValueError):
    """Nobody could manage the installation any more."""


# ---- people ------------------------------------------------------------------------------------


@transaction.atomic
def create_person(
    *,
    username: str,
    name: str,
    password: str | None,
    by: User | None,
    at: datetime,
    email: str = "",
    language: str = "",
    expires_on: date | None = None,
) -> User:
    """A new member of staff, who may do nothing until a role is granted; a user name is given once."""
    new_codes_in_turn("people")
    if User.objects.filter(username__iexact=username).exists():
        raise CodeTakenError(username)
    user = User.objects.create_user(
        username, password, name=name, email=email, language=language, expires_on=expires_on, created_at=at
    )
    journal.write(_entry("create-person", user, {"username": [None, username]}), by=by, at=at)
    return user


@transaction.atomic
def change_person(user: User, values: Mapping[str, Any], *, by: User | None, at: datetime) -> User:
    """Change the name, e-mail, language or last day of an account."""
    user = User.objects.select_for_update().get(pk=user.pk)
    changes = {
        field: [getattr(user, field), value]
        for field, value in values.items()
        if getattr(user, field) != value
    }
    if changes:
        for field, (_before, value) in changes.items():
            setattr(user, field, value)
        user.save(update_fields=list(changes))
        said = {field: pair for field, pair in changes.items() if field not in {"email", "name"}}
        said |= {field: [None, None] for field in changes if field in {"email", "name"}}
        journal.write(_entry("change-person", user, said), by=by, at=at)
    return user


@transaction.atomic
def set_password(user: User, password: str, *, by: User | None, at: datetime, keep_session: str = "") -> User:
    """A new password; every other session of this person ends."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.set_password(password)
    user.save(update_fields=["password"])
    _close_sessions(user.sign_ins.exclude(session_key=keep_session))
    journal.write(_entry("change-password", user, {}), by=by, at=at)
    return user


@transaction.atomic
def deactivate(user: User, *, by: User | None, at: datetime, reason: str = "") -> User:
    """Close an account: sessions, tokens and devices end at once; what was recorded stays."""
    take_turn(_ADMINISTRATORS)
    user = User.objects.select_for_update().get(pk=user.pk)
    _keep_an_administrator(at, without=administrators(at).filter(pk=user.pk))
    user.is_active = False
    user.save(update_fields=["is_active"])
    _close_sessions(user.sign_ins.all())
    ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=at)
    Device.objects.filter(user=user, ended_at__isnull=True).update(ended_at=at)
    user.pushes.all().delete()
    journal.write(
        _entry("deactivate-person", user, {"is_active": [True, False]}, reason=reason), by=by, at=at
    )
    return user


@transaction.atomic
def reactivate(user: User, *, by: User | None, at: datetime) -> User:
    """Open a closed account again; its tokens stay revoked."""
    user = User.objects.select_for_update().get(pk=user.pk)
    user.is_active = True
    user.save(update_fields=["is_active"])
    journal.write(_entry("reactivate-person", user, {"is_active": [False, True]}), by=by, at=at)
    return user


# ---- roles -------------------------------------------------------------------------------------


@transaction.atomic
def give_role(
    user: User,
    role: Role,
    *,
    by: User | None,
    at: datetime,
    scope: Scope = Scope(),
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> Grant:
    """Grant a role for the city, or for one district, department or place, from `valid_from` to `valid_until`."""
    grant = Grant.objects.create(
        user=user,
        role=role,
        district_code=scope.district,
        department_code=scope.department,
        place_code=scope.place,
        valid_from=valid_from or at,
        valid_until=valid_until,
        given_by=by,
    )
    changes = {
        "role": [None, role],
        "scope": [None, scope.district or scope.department or scope.place or "city"],
        "valid_from": [None, grant.valid_from],
        "valid_until": [None, valid_until],
    }
    journal.write(_entry("give-role", user, changes, place_code=scope.place), by=by, at=at)
    return grant


@transaction.atomic
def end_role(grant: Grant, *, by: User | None, at: datetime, reason: str = "") -> Grant:
    """The grant holds no longer, from this moment on."""
    take_turn(_ADMINISTRATORS)
    grant = Grant.objects.select_for_update(of=("self",)).select_related("user").get(pk=grant.pk)
    if grant.valid_until is not None and grant.valid_until <= at:
        return grant
    if grant.role == "administrator":
        others = Grant.objects.filter(role="administrator", user=grant.user).exclude(pk=grant.pk)
        if not in_force(others, at).exists():
            _keep_an_administrator(at, without=administrators(at).filter(pk=grant.user.pk))
    before = grant.valid_until
    grant.valid_until = max(at, grant.valid_from)
    grant.save(update_fields=["valid_until"])
    changes = {"role": [grant.role, None], "valid_until": [before, grant.valid_until]}
    journal.write(
        _entry("end-role", grant.user, changes, place_code=grant.place_code, reason=reason), by=by, at=at
    )
    return grant


# ---- tokens and devices ------------------------------------------------------------------------


@transaction.atomic
def create_token(
    user: User, *, name: str, may_write: bool, expires_at: datetime, by: User | None, at: datetime
) -> tuple[ApiToken, str]:
    """A token for machines and its secret, which is shown once: only the SHA-256 digest is kept."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        digest=digest_of(secret),
        may_write=may_write,
        created_at=at,
        expires_at=expires_at,
    )
    changes = {"token": [None, name], "may_write": [None, may_write], "expires_at": [None, expires_at]}
    journal.write(_entry("create-token", user, changes), by=by, at=at)
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User | None, at: datetime) -> ApiToken:
    """The token opens nothing any more."""
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        journal.write(_entry("revoke-token", token.user, {"token": [token.name, None]}), by=by, at=at)
    return token


@transaction.atomic
def end_device(device: Device, *, by: User | None, at: datetime) -> Device:
    """The phone or tablet is no longer enrolled."""
    if device.ended_at is None:
        device.ended_at = at
        device.save(update_fields=["ended_at"])
        journal.write(_entry("end-device", device.user, {"device": [device.label, None]}), by=by, at=at)
    return device


def digest_of(secret: str) -> str:
    """The SHA-256 digest under which a token is kept; its 256 random bits need no salt."""
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()


# ---- sessions ----------------------------------------------------------------------------------


@transaction.atomic
def open_session(user: User, *, session_key: str, browser: str, at: datetime) -> SignIn:
    """Somebody signed in."""
    sign_in, _is_new = SignIn.objects.update_or_create(
        session_key=session_key,
        defaults={"user": user, "browser": browser[:120], "at": at, "last_seen_at": at},
    )
    journal.write(_entry("sign-in", user, {}), by=user, at=at)
    return sign_in


@transaction.atomic
def end_sessions(user: User, *, by: User | None, at: datetime, keep_session: str = "") -> int:
    """End all sessions of a person at once, except one of them."""
    ended = _close_sessions(user.sign_ins.exclude(session_key=keep_session))
    journal.write(_entry("end-sessions", user, {"sessions": [ended, 0]}), by=by, at=at)
    return ended


@transaction.atomic
def sign_out(user: User, *, session_key: str, at: datetime) -> None:
    """Somebody signed out."""
    SignIn.objects.filter(session_key=session_key).delete()
    journal.write(_entry("sign-out", user, {}), by=user, at=at)


def seen(session_key: str, *, at: datetime) -> None:
    """The session is in use; no change of state that the journal would hold."""
    SignIn.objects.filter(session_key=session_key).update(last_seen_at=at)


def move_session(before: str, after: str) -> None:
    """The same session under a new key."""
    SignIn.objects.filter(session_key=before).update(session_key=after)


def lock_out(username: str, *, at: datetime, lasting: timedelta) -> None:
    """Too many failed sign-ins in a row, journalled once for each lock; the name may be nobody's."""
    user = User.objects.filter(username=username).first()
    subject_id = str(user.pk) if user else ""
    label = user.username if user else ""
    entries = Entry.objects.filter(action="lock-out", subject_kind="person", subject_id=subject_id)
    if not entries.filter(at__gt=at - lasting).exists():
        journal.write(Change("lock-out", "person", subject_id, label), by=None, at=at)


def _close_sessions(sign_ins: QuerySet[SignIn]) -> int:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    ended = list(sign_ins)
    for sign_in in ended:
        store(sign_in.session_key).delete()
        sign_in.delete()
    return len(ended)


def _keep_an_administrator(at: datetime, *, without: QuerySet[User]) -> None:
    if without.exists() and not administrators(at).exclude(pk__in=without.values("pk")).exists():
        raise LastAdministratorError


def _entry(
    action: str, user: User, changes: Mapping[str, object], *, place_code: str = "", reason: str = ""
) -> Change:
    return Change(
        action=action,
        subject_kind="person",
        subject_id=str(user.pk),
        subject_label=user.username,
        place_code=place_code,
        changes=changes,
        reason=reason,
    )
