"""The places and departments that requests name, as far as the asker's grants reach."""

from django.utils.translation import gettext as _

from anlan.api.problems import ProblemError, invalid
from anlan.api.tokens import Asker
from anlan.engine import access as rules
from anlan.engine.access import Action, Target
from anlan.models import Department, Place
from anlan.queries.reach import departments_within, within


def place_for(asker: Asker, code: str, action: Action = "see-places") -> Place:
    """A place by its code: 404 when the asker may not see it, 403 when they may see it but not do this."""
    places = Place.objects.select_related("district", "department", "operator")
    place = within(asker.reach("see-places"), places).filter(code=code).first()
    if place is None:
        raise ProblemError("not-found")
    if not rules.may(asker.grants, action, target_of(place)):
        raise ProblemError("refused")
    return place


def locked_place(asker: Asker, code: str, action: Action) -> Place:
    """The same, held until the transaction ends so that nobody changes it meanwhile."""
    place_for(asker, code, action)
    return Place.objects.select_for_update(of=("self",)).select_related("department").get(code=code)


def named_subject(
    asker: Asker, action: Action, place: str | None, department: str | None
) -> tuple[Place | None, Department | None]:
    """The place or department that a body names; one that is not there is a wrong value of the body."""
    try:
        if place:
            return place_for(asker, place, action), None
        return None, department_for(asker, department or "", action)
    except ProblemError as problem:
        if problem.code != "not-found":
            raise
        pointer = "#/place" if place else "#/department"
        raise invalid(_("There is none with this code within your grants."), pointer=pointer) from None


def department_for(asker: Asker, code: str, action: Action = "see-departments") -> Department:
    """A department by its code, as for places."""
    department = departments_within(asker.reach(action), Department.objects.all()).filter(code=code).first()
    if department is None:
        raise ProblemError("not-found")
    return department


def target_of(place: Place) -> Target:
    """A place as the rules of access see it."""
    department = place.department.code if place.department else ""
    return Target(district=place.district_id or "", department=department, place=place.code)
