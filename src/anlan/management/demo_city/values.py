"""The plain rows a demo city is made of; the loader turns them into the tables of the register and of duties."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Ring = tuple[tuple[float, float], ...]
Layer = Literal["road", "rail", "water", "green", "district"]
Level = Literal["normal", "blue", "yellow", "orange", "red"]


@dataclass(frozen=True, slots=True)
class DemoFeature:
    """One shape of the base map in WGS-84; `parts` are lines, or an outer ring and its holes."""

    layer: Layer
    kind: str
    name_zh: str
    name_en: str
    geometry: Literal["LineString", "Polygon"]
    parts: tuple[Ring, ...]
    bridge: bool = False
    code: str = ""

    def geojson(self) -> dict[str, object]:
        """The feature as GeoJSON, with its class, names and code as properties."""
        coordinates: object = self.parts if self.geometry == "Polygon" else self.parts[0]
        properties = {
            "class": self.kind,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "bridge": "yes" if self.bridge else "",
            "code": self.code,
        }
        return {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": self.geometry, "coordinates": coordinates},
        }


@dataclass(frozen=True, slots=True)
class DemoDistrict:
    """A district or county of the city; codes 9901xx are assigned to nobody."""

    code: str
    name_zh: str
    name_en: str
    outline: tuple[Ring, ...]
    centre: tuple[float, float]


@dataclass(frozen=True, slots=True)
class DemoDepartment:
    """A public body with its role in the plan; `trade` bodies answer for a field of places."""

    code: str
    name_zh: str
    name_en: str
    role: str
    trade: bool
    district: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class DemoOperator:
    """An organisation that runs places."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class DemoFigure:
    """A counted figure of a place, with how and when it was counted, holding from `start`."""

    fact: str
    value: float
    method: str
    counted_on: date
    start: date


@dataclass(frozen=True, slots=True)
class DemoZone:
    """A part of a place."""

    code: str
    name_zh: str
    name_en: str
    area_m2: float


@dataclass(frozen=True, slots=True)
class DemoPost:
    """A guarded post of a place."""

    code: str
    name_zh: str
    name_en: str
    kind: Literal["fixed", "mobile"]
    zone: str


@dataclass(frozen=True, slots=True)
class DemoCheckpoint:
    """A point walked on patrol; its code is printed on the tag and never changes."""

    code: str
    name_zh: str
    name_en: str
    zone: str
    coordinate: tuple[float, float]


@dataclass(frozen=True, slots=True)
class DemoReceiver:
    """The post that receives warnings for a place, with an invented name and a number nobody can dial."""

    post_zh: str
    post_en: str
    name_zh: str
    name_en: str
    phone: str


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A place of the register. `figures` may hold several values of one fact, each from its own day."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    district: str
    operator: str
    department: str
    coordinate: tuple[float, float]
    address_zh: str
    address_en: str
    registered: date
    critical_facility: bool
    flags: Mapping[str, bool]
    figures: tuple[DemoFigure, ...]
    opens: str
    closes: str
    receiver: DemoReceiver | None
    zones: tuple[DemoZone, ...] = ()
    posts: tuple[DemoPost, ...] = ()
    checkpoints: tuple[DemoCheckpoint, ...] = ()

    def figure(self, fact: str, on: date | None = None) -> float | None:
        """The latest value of a fact, or the one that held on a day; None where nobody has counted."""
        values = [each for each in self.figures if each.fact == fact and (on is None or each.start <= on)]
        return max(values, key=lambda each: each.start).value if values else None


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A person who signs in, for the demo only. `place`, `department`, `district` narrow what the role sees."""

    username: str
    password: str
    name_zh: str
    name_en: str
    role: str
    department: str = ""
    district: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class DemoEvidence:
    """Something recorded: for `place` a place's or a department's code, effective at one time, recorded at another."""

    key: int
    scheme: str
    rule: str
    place: str
    effective: datetime
    recorded: datetime
    by: str
    kind: str
    checkpoint: str = ""
    quantity: float | None = None
    note: str = ""
    failed_items: tuple[str, ...] = ()
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class DemoFinding:
    """A failed inspection item to be mended; closed only by the re-inspection named in `closed_by`."""

    code: str
    evidence: int
    scheme: str
    rule: str
    place: str
    item: str
    description_zh: str
    description_en: str
    responsible_operator: str
    responsible_department: str
    found: datetime
    deadline: datetime
    closed: datetime | None = None
    closed_by: int | None = None


@dataclass(frozen=True, slots=True)
class DemoWaiver:
    """A duty excused for a time, with who gave it and why."""

    scheme: str
    rule: str
    place: str
    start: datetime
    end: datetime
    reason_zh: str
    reason_en: str
    by: str


@dataclass(frozen=True, slots=True)
class DemoLocalValue:
    """A figure of a scheme that the city set otherwise; `place` empty means the whole city."""

    scheme: str
    parameter: str
    value: float
    reason_zh: str
    reason_en: str
    by: str
    start: date
    end: date | None
    place: str = ""


@dataclass(frozen=True, slots=True)
class DemoPosture:
    """A raised posture for some places; `places` empty means the whole city."""

    level: Level
    start: datetime
    end: datetime | None
    reason_zh: str
    reason_en: str
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoCity:
    """Everything the loader needs, in the order in which it may be written."""

    name_zh: str
    name_en: str
    code: str
    timezone: str
    today: date
    until: datetime
    districts: tuple[DemoDistrict, ...]
    features: tuple[DemoFeature, ...]
    departments: tuple[DemoDepartment, ...]
    operators: tuple[DemoOperator, ...]
    places: tuple[DemoPlace, ...]
    accounts: tuple[DemoAccount, ...]
    evidence: tuple[DemoEvidence, ...]
    findings: tuple[DemoFinding, ...]
    waivers: tuple[DemoWaiver, ...]
    local_values: tuple[DemoLocalValue, ...]
    postures: tuple[DemoPosture, ...]
