"""People and roles: who works with Anlan, what they were granted, what they signed in with."""

from datetime import datetime, time, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth import password_validation
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.actions import accounts, second_factor
from anlan.actions.accounts import LastAdministratorError
from anlan.actions.codes import CodeTakenError
from anlan.links.list_sheets import Value
from anlan.models import ApiToken, Device, Grant, User
from anlan.queries.people import (
    PeopleFilter,
    Person,
    found_people,
    guards_only,
    held_grants,
    list_people,
    open_sessions,
    open_tokens,
    people_rows,
)
from anlan.queries.reach import people_within
from anlan.web import access, clock
from anlan.web.list_columns import Column, columns_of
from anlan.web.list_tools import list_file, list_tools, selected
from anlan.web.people_forms import GrantForm, NewPersonForm, PeopleSearch, PersonForm
from anlan.web.people_words import ROLE_CHOICES, ROLE_NOTES, GrantRow, grant_rows, session_rows
from anlan.web.shell import page
from anlan.web.templatetags.times import exact
from anlan.web.undo import undoable

COLUMNS = (
    Column("name", gettext_lazy("Name"), fixed=True),
    Column("username", gettext_lazy("User name"), exported=True),
    Column("roles", gettext_lazy("Roles")),
    Column("second-step", gettext_lazy("Second step")),
    Column("last-day", gettext_lazy("Last day")),
    Column("last-seen", gettext_lazy("Last seen")),
    Column("since", gettext_lazy("Account since"), standard=False),
)


@access.needs("see-people")
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The list of people; guards by name only for whoever manages people."""
    form = PeopleSearch(request.GET)
    shown, at = people_shown(request), clock.now()
    rows, after = list_people(shown, wanted_people(form), at, after=request.GET.get("after", ""))
    context = {
        "title": _("People and roles"),
        "subtitle": _("Who works with Anlan and what each may see and do"),
        "form": form,
        "tools": list_tools(request, "people", COLUMNS, exports="people-export"),
        "rows": _with_grants(rows, at),
        "after": after,
        "unnamed_guards": 0
        if access.allowed(request, "manage-people")
        else guards_only().filter(is_active=True).count(),
        "may_manage": access.allowed(request, "manage-people"),
    }
    return page(request, "people/people.html", context, results="people/_results.html")


@access.needs("see-people")
@require_safe
def people_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All people of the filter as a file, with the columns of the list."""
    at = clock.now()
    found = found_people(people_shown(request), wanted_people(PeopleSearch(request.GET)), at)
    rows = _with_grants(people_rows(list(selected(request, found, "username"))), at)

    def cells(row: tuple[Person, list[GrantRow]]) -> dict[str, Value]:
        person, grants = row
        user, seen = person.user, person.last_seen_at
        return {
            "name": user.name or user.username,
            "username": user.username,
            "roles": "; ".join(f"{each.role} ({each.scope or each.scope_kind})" for each in grants),
            "second-step": _("turned on") if person.second_step else _("turned off"),
            "last-day": user.expires_on.isoformat() if user.expires_on else "",
            "last-seen": exact(seen) if seen else "",
            "since": exact(user.created_at),
        }

    return list_file(form, "people", columns_of(request.GET, COLUMNS), rows, cells)


def wanted_people(form: PeopleSearch) -> PeopleFilter:
    """The filter that the fields state."""
    chosen = form.cleaned_data if form.is_valid() else {}
    return PeopleFilter(chosen.get("q", ""), chosen.get("role", ""), bool(chosen.get("closed")))


def _with_grants(rows: list[Person], at: datetime) -> list[tuple[Person, list[GrantRow]]]:
    words = {
        row.grant.pk: row for row in grant_rows([grant for person in rows for grant in person.grants], at)
    }
    return [(person, [words[grant.pk] for grant in person.grants]) for person in rows]


@access.needs("see-people")
@require_safe
def person(request: HttpRequest, username: str) -> HttpResponse:
    """One person: grants, sessions, devices, tokens."""
    return _person_page(request, _person(request, username), GrantForm())


@access.needs("manage-people")
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    """A new account; the role is granted on the next page."""
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by = access.user_of(request)
        try:
            made = accounts.create_person(**form.cleaned_data, by=by, at=clock.now())
        except CodeTakenError:
            form.add_error("username", _("Somebody has this user name already."))
        else:
            messages.success(request, _("The account exists. Now grant a role: until then it opens nothing."))
            return HttpResponseRedirect(reverse("person", args=[made.username]) + "#grant")
    context = {"title": _("New person"), "crumbs": _crumbs(), "form": form}
    return page(request, "people/person_form.html", context, status=422 if form.errors else 200)


@access.needs("manage-people")
@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request: HttpRequest, username: str) -> HttpResponse:
    """Change the name, e-mail or last day."""
    user = _person(request, username)
    initial = {"name": user.name, "email": user.email, "expires_on": user.expires_on}
    form = PersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        accounts.change_person(user, form.cleaned_data, by=access.user_of(request), at=clock.now())
        messages.success(request, _("Saved."))
        return _to(user)
    context = {"title": _("Change the account"), "crumbs": _crumbs(user), "form": form, "person": user}
    return page(request, "people/person_form.html", context, status=422 if form.errors else 200)


@access.needs("manage-people")
@sensitive_post_parameters("password")
@require_POST
def person_password(request: HttpRequest, username: str) -> HttpResponse:
    """A new password for somebody who forgot theirs; all their sessions end."""
    user = _person(request, username)
    password = request.POST.get("password", "")
    try:
        password_validation.validate_password(password, user)
    except forms.ValidationError as error:
        return _person_page(request, user, GrantForm(), password_errors=error.messages, status=422)
    accounts.set_password(user, password, by=access.user_of(request), at=clock.now())
    messages.success(
        request, _("The new password holds from now on; all sessions of this person have ended.")
    )
    return _to(user)


@access.needs("manage-people")
@require_POST
def person_second_step_off(request: HttpRequest, username: str) -> HttpResponse:
    """Turn the second step off for somebody who lost the phone and the recovery codes."""
    user = _person(request, username)
    second_factor.disable(user, by=access.user_of(request), at=clock.now())
    messages.success(request, _("The second step is off for this person."))
    return _to(user)


@access.needs("manage-people")
@require_POST
def person_deactivate(request: HttpRequest, username: str) -> HttpResponse:
    """Close an account: everything it opened closes at once."""
    user = _person(request, username)
    try:
        accounts.deactivate(
            user, by=access.user_of(request), at=clock.now(), reason=request.POST.get("reason", "")[:500]
        )
        messages.success(request, _("The account is closed; its sessions and tokens have ended."))
    except LastAdministratorError:
        messages.error(request, _last_administrator())
    return _to(user)


@access.needs("manage-people")
@require_POST
def person_reactivate(request: HttpRequest, username: str) -> HttpResponse:
    """Open a closed account again."""
    user = _person(request, username)
    if user.is_active:
        messages.info(request, _("The account is open already."))
        return _to(user)
    accounts.reactivate(user, by=access.user_of(request), at=clock.now())
    undoable(request, _("The account is open again."), "account-opened", person=str(user.pk))
    return _to(user)


@access.needs("manage-people")
@require_POST
def person_sessions_end(request: HttpRequest, username: str) -> HttpResponse:
    """End all sessions of somebody at once."""
    user = _person(request, username)
    accounts.end_sessions(user, by=access.user_of(request), at=clock.now())
    messages.success(request, _("All sessions of this person have ended."))
    return _to(user)


@access.needs("manage-people")
@require_POST
def grant_give(request: HttpRequest, username: str) -> HttpResponse:
    """Grant a role."""
    user, at = _person(request, username), clock.now()
    form = GrantForm(request.POST)
    if not form.is_valid():
        return _person_page(request, user, form, status=422)
    until = form.cleaned_data["until"]
    given = accounts.give_role(
        user,
        form.cleaned_data["role"],
        scope=form.scope(),
        valid_until=datetime.combine(until + timedelta(days=1), time(), at.tzinfo) if until else None,
        by=access.user_of(request),
        at=at,
    )
    words = _("The role is granted and holds from now on.")
    undoable(request, words, "grant-given", grant=str(given.pk))
    return _to(user)


@access.needs("manage-people")
@require_POST
def grant_end(request: HttpRequest, username: str, grant_id: UUID) -> HttpResponse:
    """End a grant now."""
    user = _person(request, username)
    grant = Grant.objects.filter(pk=grant_id, user=user).first()
    if grant is None:
        raise Http404
    at = clock.now()
    if grant.valid_until is not None and grant.valid_until <= at:
        messages.info(request, _("This grant has ended already."))
        return _to(user)
    try:
        accounts.end_role(grant, by=access.user_of(request), at=at)
        until = grant.valid_until.isoformat() if grant.valid_until else None
        undoable(request, _("The grant has ended."), "grant-ended", grant=str(grant.pk), until=until)
    except LastAdministratorError:
        messages.error(request, _last_administrator())
    return _to(user)


@access.needs("manage-people")
@require_POST
def person_token_revoke(request: HttpRequest, username: str, token_id: UUID) -> HttpResponse:
    """Revoke somebody's token."""
    token = ApiToken.objects.filter(pk=token_id, user=_person(request, username)).first()
    if token is None:
        raise Http404
    accounts.revoke_token(token, by=access.user_of(request), at=clock.now())
    messages.success(request, _("The token opens nothing any more."))
    return _to(token.user)


@access.needs("manage-people")
@require_POST
def device_end(request: HttpRequest, username: str, device_id: UUID) -> HttpResponse:
    """End the enrolment of somebody's phone."""
    device = Device.objects.filter(pk=device_id, user=_person(request, username)).first()
    if device is None:
        raise Http404
    accounts.end_device(device, by=access.user_of(request), at=clock.now())
    messages.success(request, _("The device is no longer enrolled."))
    return _to(device.user)


def people_shown(request: HttpRequest) -> QuerySet[User]:
    """People the asker may see: within reach, and guards only if the asker manages people."""
    found = people_within(access.request_reach(request, "see-people"), User.objects.all())
    return (
        found
        if access.allowed(request, "manage-people")
        else found.exclude(pk__in=guards_only().values("pk"))
    )


def _person(request: HttpRequest, username: str) -> User:
    user = people_shown(request).filter(username=username).first()
    if user is None:
        raise Http404
    return user


def _person_page(
    request: HttpRequest,
    user: User,
    form: GrantForm,
    *,
    password_errors: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    at = clock.now()
    context = {
        "title": user.name or user.username,
        "subtitle": user.username,
        "crumbs": _crumbs(),
        "person": user,
        "expired": user.expires_on is not None and user.expires_on < timezone.localdate(at),
        "grants": grant_rows(held_grants(user), at),
        "second_step": second_factor.is_enabled(user),
        "sessions": session_rows(open_sessions(user, at)),
        "tokens": open_tokens(user, at),
        "devices": user.devices.order_by("-enrolled_at"),
        "may_manage": access.allowed(request, "manage-people"),
        "form": form,
        "role_notes": [(name, ROLE_NOTES[role]) for role, name in ROLE_CHOICES],
        "password_errors": password_errors or [],
    }
    return page(request, "people/person.html", context, status=status)


def _last_administrator() -> str:
    return _("This is the last administrator. Grant the role to somebody else first; nothing was changed.")


def _to(user: User) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("person", args=[user.username]))


def _crumbs(user: User | None = None) -> list[tuple[str, str]]:
    crumbs = [(_("People and roles"), reverse("people"))]
    return [*crumbs, (str(user), reverse("person", args=[user.username]))] if user else crumbs


addresses = [
    path("people/", people, name="people"),
    path("people/export.<str:form>", people_export, name="people-export"),
    path("people/new/", person_new, name="person-new"),
    path("people/<str:username>/", person, name="person"),
    path("people/<str:username>/edit/", person_edit, name="person-edit"),
    path("people/<str:username>/password/", person_password, name="person-password"),
    path("people/<str:username>/second-step/off/", person_second_step_off, name="person-second-step-off"),
    path("people/<str:username>/deactivate/", person_deactivate, name="person-deactivate"),
    path("people/<str:username>/reactivate/", person_reactivate, name="person-reactivate"),
    path("people/<str:username>/sessions/end/", person_sessions_end, name="person-sessions-end"),
    path("people/<str:username>/grants/", grant_give, name="grant-give"),
    path("people/<str:username>/grants/<uuid:grant_id>/end/", grant_end, name="grant-end"),
    path(
        "people/<str:username>/tokens/<uuid:token_id>/revoke/",
        person_token_revoke,
        name="person-token-revoke",
    ),
    path("people/<str:username>/devices/<uuid:device_id>/end/", device_end, name="device-end"),
]
