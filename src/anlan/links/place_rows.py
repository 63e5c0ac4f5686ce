"""Places as rows: what a sheet's row becomes when it is understood, and what an export is written from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from anlan.engine.policy import FactValue, Text
from anlan.links.coordinates import Datum, Position
from anlan.links.sheet_columns import COLUMN_IDS, DeclaredFact


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What may stand in a sheet: kinds of place, districts by code, declared facts."""

    kinds: Mapping[str, Text]
    districts: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, DeclaredFact] = field(default_factory=dict)

    @property
    def further_facts(self) -> Mapping[str, DeclaredFact]:
        """Declared facts that have no column of their own in the register."""
        return {identifier: fact for identifier, fact in self.facts.items() if identifier not in COLUMN_IDS}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with how and when it was found."""

    value: int | float
    method: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class GivenPosition:
    """Coordinates as they stood in the sheet."""

    longitude: float
    latitude: float
    datum: Datum


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place of the register, read from a sheet or about to be written to one; empty texts mean not given."""

    name_zh: str
    name_en: str
    kind: str
    code: str = ""
    district: str = ""
    address: str = ""
    operator: str = ""
    position: Position | None = None
    given_position: GivenPosition | None = None
    area_m2: Figure | None = None
    daily_visitors: Figure | None = None
    peak_present: Figure | None = None
    critical_facility: bool | None = None
    public_service: bool | None = None
    receiver_name: str = ""
    receiver_phone: str = ""
    receiver_email: str = ""
    deputy_name: str = ""
    deputy_phone: str = ""
    deputy_email: str = ""
    opening_hours: str = ""
    source: str = ""
    source_id: str = ""
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    row: int | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """One mistake: the row as Excel numbers it, the column's index (None for the row as a whole), and what to do."""

    row: int
    column: int | None
    header: str
    value: str
    message: Text


@dataclass(frozen=True, slots=True)
class PlaceRows:
    """The rows that can be imported, and the mistakes of those that cannot."""

    places: tuple[PlaceRow, ...]
    errors: tuple[RowError, ...]

    @property
    def wrong_rows(self) -> tuple[int, ...]:
        return tuple(sorted({error.row for error in self.errors}))
