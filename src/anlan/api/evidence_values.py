"""Evidence as the API takes and gives it."""

from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from pydantic import BaseModel, Field, model_validator

from anlan.api.inputs import Code, Figure, Input, Instant, Line, Note, Optionally, OwnIdentifier, Time, Word
from anlan.models import Evidence


class AnswerIn(Input):
    """The answer to one item of an inspection."""

    passed: bool
    note: Annotated[Line, Field(max_length=1000)] = ""


class EvidenceIn(Input):
    """What was done, for one rule and one place or department. Sent twice with the same id it is recorded once."""

    id: Optionally[OwnIdentifier] = Field(default=None, description="a UUID of version 7 made by the sender")
    scheme: Word
    rule: Word
    kind: Optionally[Word] = Field(default=None, description="default: what the rule asks for")
    place: Optionally[Code] = None
    department: Optionally[Code] = None
    effective_at: Instant = Field(description="when it was done; not in the future")
    expires_at: Optionally[Instant] = Field(
        default=None, description="until when it holds, where it states that itself"
    )
    checkpoint: Optionally[Code] = Field(default=None, description="code of the checkpoint that was visited")
    post: Optionally[Code] = Field(default=None, description="code of the post it was done for")
    quantity: Optionally[Figure] = Field(default=None, description="how many, where the rule counts")
    note: Note = ""
    answers: Annotated[
        dict[Word, AnswerIn],
        Field(max_length=200, description="items of an inspection; failed ones open findings"),
    ] = {}

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if bool(self.place) == bool(self.department):
            raise ValueError(_("Name either a place or a department."))
        if self.expires_at is not None and self.expires_at <= self.effective_at:
            raise ValueError(_("It must expire after the time it is effective."))
        if self.department and (self.checkpoint or self.post):
            raise ValueError(_("Checkpoints and posts belong to places."))
        return self


class StrikeOut(BaseModel):
    """A record struck through: readable, not counted."""

    at: Time
    reason: str


class EvidenceOut(BaseModel):
    """A record that something was done. `recorded_at` is when Anlan learnt of it."""

    id: str
    scheme: str
    rule: str
    place: str | None
    department: str | None
    checkpoint: str | None
    post: str | None
    kind: str
    effective_at: Time
    recorded_at: Time
    expires_at: Time | None
    quantity: float | None
    answers: dict[str, Any]
    note: str
    by: str | None = Field(
        description="who recorded it; names of a place's own staff are shown at that place only"
    )
    attachments: int
    strike: StrikeOut | None


class EvidencePage(BaseModel):
    items: list[EvidenceOut]
    next: str | None


def evidence_out(row: Evidence, *, shows_name: bool, attachments: int = 0) -> EvidenceOut:
    """A record as it is given."""
    strike = getattr(row, "strike", None)
    return EvidenceOut(
        id=str(row.pk),
        scheme=row.scheme,
        rule=row.rule,
        place=row.place.code if row.place else None,
        department=row.department.code if row.department else None,
        checkpoint=row.checkpoint.code if row.checkpoint else None,
        post=row.post.code if row.post else None,
        kind=row.kind,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        expires_at=row.expires_at,
        quantity=row.quantity,
        answers=row.answers,
        note=row.note,
        by=row.by.name if row.by and shows_name else None,
        attachments=attachments,
        strike=StrikeOut(at=strike.at, reason=strike.reason) if strike else None,
    )
