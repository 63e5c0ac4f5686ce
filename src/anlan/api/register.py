"""Districts, departments and operators."""

from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel

from anlan.api.inputs import Code, DistrictCode, Flag, Search, Time, Word
from anlan.api.paging import Paged, page_of
from anlan.api.subjects import department_for
from anlan.api.tokens import asker_of, needs
from anlan.models import Department, District, Operator
from anlan.queries.reach import departments_within

router = Router(tags=["register"])


class DistrictOut(BaseModel):
    """A district by its GB/T 2260 code."""

    code: str
    name_zh: str
    name_en: str
    parent: str | None


class DistrictPage(BaseModel):
    items: list[DistrictOut]
    next: str | None


class DepartmentOut(BaseModel):
    """A public body with duties of its own."""

    code: str
    name_zh: str
    name_en: str
    role: str
    trade: bool
    district: str | None
    registered_at: Time
    closed_at: Time | None


class DepartmentPage(BaseModel):
    items: list[DepartmentOut]
    next: str | None


class OperatorOut(BaseModel):
    """An organisation that runs places."""

    code: str
    name_zh: str
    name_en: str


class OperatorPage(BaseModel):
    items: list[OperatorOut]
    next: str | None


class DistrictFilters(Paged):
    parent: DistrictCode | None = None


class DepartmentFilters(Paged):
    district: DistrictCode | None = None
    role: Word | None = None
    q: Search = ""
    closed: Flag = False


class OperatorFilters(Paged):
    q: Search = ""


@router.get("/districts", response=DistrictPage, auth=needs("see-places"))
def districts(request: HttpRequest, asked: Query[DistrictFilters]) -> DistrictPage:
    """Districts in the order of their codes."""
    rows = District.objects.all()
    if asked.parent is not None:
        rows = rows.filter(parent=asked.parent)
    found, following = page_of(rows, ["code"], asked, request)
    items = [
        DistrictOut(code=row.code, name_zh=row.name_zh, name_en=row.name_en, parent=row.parent_id)
        for row in found
    ]
    return DistrictPage(items=items, next=following)


@router.get("/departments", response=DepartmentPage, auth=needs("see-departments"))
def departments(request: HttpRequest, asked: Query[DepartmentFilters]) -> DepartmentPage:
    """Departments within reach, in the order of their codes."""
    rows = departments_within(asker_of(request).reach("see-departments"), Department.objects.all())
    if asked.district is not None:
        rows = rows.filter(district=asked.district)
    if asked.role is not None:
        rows = rows.filter(role=asked.role)
    if asked.q:
        rows = rows.filter(Q(name_zh__icontains=asked.q) | Q(name_en__icontains=asked.q))
    if not asked.closed:
        rows = rows.filter(closed_at__isnull=True)
    found, following = page_of(rows, ["code"], asked, request)
    return DepartmentPage(items=[_department(row) for row in found], next=following)


@router.get("/departments/{code}", response=DepartmentOut, auth=needs("see-departments"))
def department(request: HttpRequest, code: Code) -> DepartmentOut:
    """One department."""
    return _department(department_for(asker_of(request), code))


@router.get("/operators", response=OperatorPage, auth=needs("see-departments"))
def operators(request: HttpRequest, asked: Query[OperatorFilters]) -> OperatorPage:
    """Operators in the order of their codes."""
    rows = Operator.objects.all()
    if asked.q:
        rows = rows.filter(Q(name_zh__icontains=asked.q) | Q(name_en__icontains=asked.q))
    found, following = page_of(rows, ["code"], asked, request)
    items = [OperatorOut(code=row.code, name_zh=row.name_zh, name_en=row.name_en) for row in found]
    return OperatorPage(items=items, next=following)


def _department(row: Department) -> DepartmentOut:
    return DepartmentOut(
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        role=row.role,
        trade=row.trade,
        district=row.district_id,
        registered_at=row.registered_at,
        closed_at=row.closed_at,
    )
