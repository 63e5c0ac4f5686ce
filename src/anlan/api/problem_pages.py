"""What each kind of problem means, at the address that its type names."""

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel

from anlan.api.inputs import Word
from anlan.api.problems import KINDS, TYPES, Kind, ProblemError

router = Router(tags=["problems"])


class KindOut(BaseModel):
    """One kind of problem, explained in the asker's language."""

    type: str
    code: str
    status: int
    title: str
    mend: str


@router.get("/problems", response=list[KindOut], auth=None)
def problem_kinds(request: HttpRequest) -> list[KindOut]:  # noqa: ARG001  (the router passes it)
    """All kinds of problem; open to everybody."""
    return [_described(kind) for kind in KINDS.values()]


@router.get("/problems/{code}", response=KindOut, auth=None)
def problem_kind(request: HttpRequest, code: Word) -> KindOut:  # noqa: ARG001  (the router passes it)
    """One kind of problem; open to everybody."""
    if code not in KINDS:
        raise ProblemError("not-found")
    return _described(KINDS[code])


def _described(kind: Kind) -> KindOut:
    return KindOut(
        type=TYPES + kind.code, code=kind.code, status=kind.status, title=str(kind.title), mend=str(kind.mend)
    )
