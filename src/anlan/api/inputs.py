"""What the API takes: strict values with bounds, each refusal in words that say how to mend it."""

import math
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import CoreSchema

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199
GREATEST: Final = 1e12
"""No figure of a city is larger; what is, is a slip of the keyboard."""

LINE: Final = r"^[^\x00-\x1f\x7f]*$"
PARAGRAPH: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
CODE: Final = r"^[A-Za-z0-9一-鿿][A-Za-z0-9一-鿿._:-]*$"
WORD: Final = r"^[A-Za-z0-9][A-Za-z0-9._#-]*$"
FACT: Final = r"^[a-z][a-z0-9_]*$"
_UUID: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_UUID7: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_TIME: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?([Zz]|[+-]\d{2}(:?\d{2})?)?", re.ASCII
)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Input(BaseModel):
    """A body: no field but those named, no value of another type, no NaN and no infinity."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Filters(BaseModel):
    """The parameters of a list; they arrive as text."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class _Absent:
    """Turns "this or null" into "this, or left out": null says nothing that leaving it out does not say."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: Any = handler(source)
        inner: CoreSchema = schema["schema"]
        return inner


Value = TypeVar("Value")
Optionally = Annotated[Value | None, _Absent()]
"""A field that may be left out; give it the default None."""


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError(_("This must not be blank."))
    return value.strip()


def read_instant(value: Any) -> datetime:
    """A time with its offset, in UTC; ValueError says how to write it."""
    if isinstance(value, datetime):
        found = value
    else:
        if not isinstance(value, str) or not _TIME.fullmatch(value):
            if isinstance(value, str) and re.search(r"\d \d{2}:?\d{2}$", value):
                raise ValueError(_("In an address write the + of the offset as %2B."))
            raise ValueError(_("Write a time like 2026-07-01T08:00:00+08:00."))
        try:
            found = datetime.fromisoformat(value.upper().replace(",", "."))
        except ValueError:
            raise ValueError(_("There is no such time; write it like 2026-07-01T08:00:00+08:00.")) from None
    if found.tzinfo is None:
        raise ValueError(_("This time lacks its offset; write it like 2026-07-01T08:00:00+08:00."))
    if not FIRST_YEAR < found.year < LAST_YEAR:
        raise ValueError(_("The year must be between %(first)d and %(last)d.") % _YEARS)
    return found.astimezone(UTC)


_YEARS: Final = {"first": FIRST_YEAR + 1, "last": LAST_YEAR - 1}


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError(_("Write a date like 2026-07-01."))
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise ValueError(_("There is no such day; write it like 2026-07-01.")) from None
    if not FIRST_YEAR < found.year < LAST_YEAR:
        raise ValueError(_("The year must be between %(first)d and %(last)d.") % _YEARS)
    return found


def _identifier(value: Any) -> UUID:
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str) or not re.fullmatch(_UUID, value):
        raise ValueError(_("Write an id in small letters, like 0192f0c1-2b3c-7def-8123-456789abcdef."))
    return UUID(value)


def _own_identifier(value: Any) -> UUID:
    if isinstance(value, str) and re.fullmatch(_UUID, value) and not re.fullmatch(_UUID7, value):
        raise ValueError(_("An id made by the sender must be a UUID of version 7."))
    return _identifier(value)


def _fact_value(value: Any) -> bool | int | float | str | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(_("This must be a finite number."))
        if abs(value) > GREATEST:
            raise ValueError(_("This figure is too large."))
        return value
    if isinstance(value, str) and len(value) <= 200 and re.fullmatch(LINE[1:-1], value):
        return _unicode(value)
    raise ValueError(_("A fact is a number, true or false, a line of text of up to 200 characters, or null."))


def _unicode(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(_("This text is not valid Unicode.")) from None
    return value


def _whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
        return int(value)
    raise ValueError(_("This must be a whole number."))


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise ValueError(_("This must be true or false."))


def _local(value: datetime) -> str:
    return timezone.localtime(value, timezone.get_default_timezone()).isoformat()


Code = Annotated[str, Field(min_length=1, max_length=64, pattern=CODE)]
DistrictCode = Annotated[str, Field(min_length=1, max_length=12, pattern=r"^[0-9A-Za-z]+$")]
Word = Annotated[str, Field(min_length=1, max_length=64, pattern=WORD)]
FactId = Annotated[str, Field(min_length=1, max_length=64, pattern=FACT)]
Search = Annotated[str, Field(max_length=100, pattern=LINE)]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=LINE), AfterValidator(_not_blank)]
Line = Annotated[str, Field(max_length=200, pattern=LINE)]
Reason = Annotated[str, Field(min_length=1, max_length=1000, pattern=PARAGRAPH), AfterValidator(_not_blank)]
Note = Annotated[str, Field(max_length=4000, pattern=PARAGRAPH)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Figure = Annotated[float, Field(ge=0, le=GREATEST, allow_inf_nan=False)]
Instant = Annotated[
    datetime,
    BeforeValidator(read_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-07-01T08:00:00+08:00"]}),
]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-07-01"]}),
]
Identifier = Annotated[
    UUID, BeforeValidator(_identifier), WithJsonSchema({"type": "string", "format": "uuid", "pattern": _UUID})
]
OwnIdentifier = Annotated[
    UUID,
    BeforeValidator(_own_identifier),
    WithJsonSchema({"type": "string", "format": "uuid", "pattern": _UUID7}),
]
FactIn = Annotated[
    Any,
    BeforeValidator(_fact_value),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "boolean"},
                {"type": "number", "minimum": -GREATEST, "maximum": GREATEST},
                {"type": "string", "maxLength": 200, "pattern": LINE},
                {"type": "null"},
            ]
        }
    ),
]
Whole = Annotated[int, BeforeValidator(_whole)]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
Time = Annotated[
    datetime,
    PlainSerializer(_local, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A time that is answered: in the city's time zone, with its offset, to the microsecond."""


class Reasoned(Input):
    """Why a record is closed, struck through, ended or taken back."""

    reason: Reason
