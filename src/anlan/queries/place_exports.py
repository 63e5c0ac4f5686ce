"""Places as the rows that exports are written from; what an export holds, an import reads again unchanged."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from anlan.engine.policy import FactValue, Scheme, Text
from anlan.links.coordinates import Position
from anlan.links.place_rows import Figure, PlaceRow, Vocabulary
from anlan.links.sheet_columns import DeclaredFact
from anlan.models import District, Place, PlaceFact
from anlan.queries.vocabulary import Words

_BATCH = 500


def export_vocabulary(known: Words) -> Vocabulary:
    """Kinds, districts and declared facts as sheets name them."""
    return Vocabulary(
        kinds={kind: term.title for kind, term in known.kinds.items()},
        districts=dict(District.objects.values_list("code", "name_zh")),
        facts={
            fact: DeclaredFact(
                title=declared.title,
                type=declared.type,
                terms=_terms(fact, declared.values, known.schemes) if declared.values else None,
                unit=declared.unit,
            )
            for fact, declared in known.facts.items()
        },
    )


def exported_places(keys: Sequence[UUID], *, with_receivers: bool) -> Iterator[PlaceRow]:
    """Places in this order as rows; receivers only for those who may see them."""
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        places = Place.objects.select_related("operator").in_bulk(batch)
        measured: dict[tuple[UUID, str], PlaceFact] = {
            (fact.place_id, fact.fact): fact
            for fact in PlaceFact.objects.filter(place__in=batch).order_by("valid_from", "recorded_at")
        }
        for key in batch:
            if key in places:
                yield _row(places[key], measured, with_receivers=with_receivers)


def _row(place: Place, measured: Mapping[tuple[UUID, str], PlaceFact], *, with_receivers: bool) -> PlaceRow:
    has_position = place.longitude is not None and place.latitude is not None
    return PlaceRow(
        name_zh=place.name_zh,
        name_en=place.name_en,
        kind=place.kind,
        code=place.code,
        district=place.district_id or "",
        address=place.address,
        operator=place.operator.name_zh if place.operator else "",
        position=Position(place.longitude or 0, place.latitude or 0) if has_position else None,
        area_m2=_figure(place, "area_m2", measured),
        daily_visitors=_figure(place, "daily_visitors", measured),
        peak_present=_figure(place, "peak_present", measured),
        critical_facility=place.critical_facility,
        public_service=place.public_service,
        receiver_name=place.receiver_name if with_receivers else "",
        receiver_phone=place.receiver_phone if with_receivers else "",
        receiver_email=place.receiver_email if with_receivers else "",
        deputy_name=place.deputy_name if with_receivers else "",
        deputy_phone=place.deputy_phone if with_receivers else "",
        deputy_email=place.deputy_email if with_receivers else "",
        opening_hours=place.hours,
        source=place.source,
        source_id=place.source_id,
        facts=_facts(place),
    )


def _figure(place: Place, fact: str, measured: Mapping[tuple[UUID, str], PlaceFact]) -> Figure | None:
    value = getattr(place, fact)
    if value is None:
        return None
    row = measured.get((place.pk, fact))
    whole = int(value) if float(value).is_integer() else value
    return Figure(whole, row.method if row else "", row.measured_on if row else None)


def _facts(place: Place) -> dict[str, FactValue]:
    return dict(place.facts)


def _terms(fact: str, values: Sequence[str], schemes: Sequence[Scheme]) -> dict[str, Text]:
    titled: dict[str, Text] = {value: Text(value, value) for value in values}
    for scheme in schemes:
        for value, term in scheme.terms.get(fact, {}).items():
            titled[value] = term.title
    return titled
