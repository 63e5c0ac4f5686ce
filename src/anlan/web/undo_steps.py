"""How each act that can be taken back is taken back. Nothing is erased: the way back is an act of its own."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.actions import accounts, desk
from anlan.actions.accounts import LastAdministratorError, Scope
from anlan.actions.duties import give_waiver, withdraw_waiver
from anlan.actions.responsibility import assign_findings, set_departments
from anlan.actions.schemes import withdraw_local_value
from anlan.models import (
    Department,
    Entry,
    Finding,
    Grant,
    LocalValue,
    Operator,
    Place,
    SavedView,
    User,
    Waiver,
)
from anlan.queries.reach import findings_within, within
from anlan.web import access, clock


class NothingToUndoError(Exception):
    """Things are no longer as the act had left them."""


def _view(request: HttpRequest, page: str, name: str, query: str, columns: list[str]) -> str:
    user = access.user_of(request)
    if SavedView.objects.filter(user=user, page=page, name=name).exists():
        raise NothingToUndoError
    try:
        desk.save_view(user, page=page, name=name, query=query, columns=columns, at=clock.now())
    except desk.TooManyViewsError as error:
        raise NothingToUndoError from error
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


def _local_value_set(request: HttpRequest, value: str) -> str:
    if not access.request_reach(request, "set-local-values").everywhere:
        raise PermissionDenied
    row = LocalValue.objects.select_related("place").filter(pk=value, withdrawn_at=None).first()
    if row is None:
        raise NothingToUndoError
    withdraw_local_value(row, by=access.user_of(request), at=clock.now(), reason=_("Undone"))
    return _("Our value is withdrawn; the figure of the scheme holds again.")


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
    rows = findings_within(
        access.request_reach(request, "assign-findings"),
        Finding.objects.filter(pk__in={*departments, *operators}),
    )
    wanted: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for row in rows:
        key, department, operator = str(row.pk), str(row.department_id or ""), str(row.operator_id or "")
        department_before, department_left = departments.get(key, (department, department))
        operator_before, operator_left = operators.get(key, (operator, operator))
        if (department, operator) == (department_left or "", operator_left or ""):
            wanted[department_before or "", operator_before or ""].append(row)
    count = 0
    for (department, operator), some in wanted.items():
        changed = assign_findings(
            some,
            department=Department.objects.filter(pk=department).first() if department else None,
            operator=Operator.objects.filter(pk=operator).first() if operator else None,
            by=access.user_of(request),
            at=clock.now(),
            reason=_("Undone"),
        )
        count += len(changed)
    if not count:
        raise NothingToUndoError
    return _rows_back(count)


def _people_last_day(request: HttpRequest, at: str) -> str:
    access.require(request, "manage-people")
    pairs = _journalled(request, "change-person", "expires_on", at)
    count = 0
    for user in User.objects.filter(pk__in=pairs):
        before, after = pairs[str(user.pk)]
        if (user.expires_on.isoformat() if user.expires_on else None) == after:
            day = datetime.fromisoformat(before).date() if before else None
            accounts.change_person(user, {"expires_on": day}, by=access.user_of(request), at=clock.now())
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
    "local-value-set": _local_value_set,
    "places-department": _places_department,
    "findings-assigned": _findings_assigned,
    "people-last-day": _people_last_day,
}
