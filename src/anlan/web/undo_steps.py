"""How each act that can be taken back is taken back. Nothing is erased: the way back is an act of its own."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.actions import accounts, desk
from anlan.actions.accounts import LastAdministratorError, Scope
from anlan.actions.duties import give_waiver, withdraw_waiver
from anlan.actions.responsibility import assign_findings, set_departments
from anlan.models import Department, Entry, Finding, Grant, Operator, Place, SavedView, User, Waiver
from anlan.queries.reach import findings_within, within
from anlan.web import access, clock


class NothingToUndoError(Exception):
    """Things are no longer as the act had left them."""


def _view(request: HttpRequest, page: str, name: str, query: str, columns: list[str]) -> str:
    user = access.user_of(request)
    if SavedView.objects.filter(user=user, page=page, name=name).exists():
        raise NothingToUndoError
    desk.save_view(user, page=page, name=name, query=query, columns=columns, at=clock.now())
    return _("The view “%(name)s” is back.") % {"name": name}


def _waiver_given(request: HttpRequest, waiver: str) -> str:
    row = _waiver(request, waiver, withdrawn=False)
    withdraw_waiver(row, by=access.user_of(request), at=clock.now(), reason=_("Undone"))
    return _("The waiver is withdrawn.")


def _waiver_withdrawn(request: HttpRequest, waiver: str) -> str:
    row = _waiver(request, waiver, withdrawn=True)
    again = Waiver.objects.filter(
        scheme=row.scheme,
        rule=row.rule,
        place=row.place,
        department=row.department,
        start=row.start,
        end=row.end,
        withdrawn_at=None,
    )
    if again.exists():
        raise NothingToUndoError
    give_waiver(
        scheme=row.scheme,
        rule=row.rule,
        start=row.start,
        end=row.end,
        reason=row.reason,
        by=access.user_of(request),
        at=clock.now(),
        place=row.place,
        department=row.department,
    )
    return _("The waiver holds again.")


def _waiver(request: HttpRequest, waiver: str, *, withdrawn: bool) -> Waiver:
    row = Waiver.objects.filter(pk=waiver).select_related("place", "department").first()
    if row is None or (row.withdrawn_at is not None) != withdrawn:
        raise NothingToUndoError
    access.require(request, "give-waivers", row.place or row.department)
    return row


def _grant_ended(request: HttpRequest, grant: str, until: str | None) -> str:
    access.require(request, "manage-people")
    row = Grant.objects.filter(pk=grant).select_related("user").first()
    at = clock.now()
    if row is None or row.valid_until is None or row.valid_until > at or not row.user.is_active:
        raise NothingToUndoError
    again = Grant.objects.filter(
        user=row.user,
        role=row.role,
        district_code=row.district_code,
        department_code=row.department_code,
        place_code=row.place_code,
        valid_from__gte=row.valid_until,
    )
    if again.exists():
        raise NothingToUndoError
    accounts.give_role(
        row.user,
        row.role,  # type: ignore[arg-type]  # kept as text, one of the roles
        scope=Scope(row.district_code, row.department_code, row.place_code),
        valid_until=datetime.fromisoformat(until) if until else None,
        by=access.user_of(request),
        at=at,
    )
    return _("The role is granted again and holds from now on.")


def _grant_given(request: HttpRequest, grant: str) -> str:
    access.require(request, "manage-people")
    row = Grant.objects.filter(pk=grant).first()
    if row is None or (row.valid_until is not None and row.valid_until <= clock.now()):
        raise NothingToUndoError
    try:
        accounts.end_role(row, by=access.user_of(request), at=clock.now(), reason=_("Undone"))
    except LastAdministratorError as error:
        raise NothingToUndoError from error
    return _("The grant has ended.")


def _account_opened(request: HttpRequest, person: str) -> str:
    access.require(request, "manage-people")
    user = User.objects.filter(pk=person, is_active=True).first()
    if user is None:
        raise NothingToUndoError
    try:
        accounts.deactivate(user, by=access.user_of(request), at=clock.now(), reason=_("Undone"))
    except LastAdministratorError as error:
        raise NothingToUndoError from error
    return _("The account is closed; its sessions and tokens have ended.")


def _places_department(request: HttpRequest, at: str) -> str:
    pairs = _journalled(request, "change-place", "department", at)
    rows = within(access.request_reach(request, "edit-places"), Place.objects.filter(pk__in=pairs))
    known = Department.objects.in_bulk([before for before, _after in pairs.values() if before])
    by_key = {str(key): department for key, department in known.items()}
    wanted = {
        row: by_key.get(before or "")
        for row in rows
        for before, after in [pairs[str(row.pk)]]
        if str(row.department_id or "") == (after or "")
    }
    changed = set_departments(wanted, by=access.user_of(request), at=clock.now(), reason=_("Undone"))
    if not changed:
        raise NothingToUndoError
    return _rows_back(len(changed))


def _findings_assigned(request: HttpRequest, at: str) -> str:
    departments = _journalled(request, "assign-finding", "department", at)
    operators = _journalled(request, "assign-finding", "operator", at)
    keys = {*departments, *operators}
    rows = findings_within(
        access.request_reach(request, "see-findings"),
        Finding.objects.filter(pk__in=keys).select_related("place__department"),
    )
    count = 0
    with transaction.atomic():
        for row in rows:
            access.require(request, "assign-findings")
            was = departments.get(str(row.pk), (None, None))
            by_whom = operators.get(str(row.pk), (None, None))
            if str(row.department_id or "") != (was[1] or ""):
                continue
            count += len(
                assign_findings(
                    [row],
                    department=Department.objects.filter(pk=was[0]).first() if was[0] else None,
                    operator=Operator.objects.filter(pk=by_whom[0]).first() if by_whom[0] else None,
                    by=access.user_of(request),
                    at=clock.now(),
                    reason=_("Undone"),
                )
            )
    if not count:
        raise NothingToUndoError
    return _rows_back(count)


def _people_last_day(request: HttpRequest, at: str) -> str:
    access.require(request, "manage-people")
    pairs = _journalled(request, "change-person", "expires_on", at)
    count = 0
    with transaction.atomic():
        for user in User.objects.filter(pk__in=pairs):
            before, after = pairs[str(user.pk)]
            if (user.expires_on.isoformat() if user.expires_on else None) == after:
                day = datetime.fromisoformat(before).date() if before else None
                by = access.user_of(request)
                accounts.change_person(user, {"expires_on": day}, by=by, at=clock.now())
                count += 1
    if not count:
        raise NothingToUndoError
    return _rows_back(count)


def _journalled(
    request: HttpRequest, action: str, field: str, at: str
) -> dict[str, tuple[str | None, str | None]]:
    """What one step of this person changed, by the id of each row: the value before and after."""
    rows = Entry.objects.filter(by=access.user_of(request), action=action, at=datetime.fromisoformat(at))
    return {row.subject_id: tuple(row.changes[field]) for row in rows if field in row.changes}


def _rows_back(count: int) -> str:
    words = ngettext("%(count)d row is as before.", "%(count)d rows are as before.", count)
    return words % {"count": count}


STEPS: dict[str, Callable[..., str]] = {
    "view": _view,
    "waiver-given": _waiver_given,
    "waiver-withdrawn": _waiver_withdrawn,
    "grant-ended": _grant_ended,
    "grant-given": _grant_given,
    "account-opened": _account_opened,
    "places-department": _places_department,
    "findings-assigned": _findings_assigned,
    "people-last-day": _people_last_day,
}
