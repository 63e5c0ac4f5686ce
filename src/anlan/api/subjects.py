"""The places and departments that requests name, as far as the asker's grants reach."""

from anlan.api.problems import ProblemError
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
