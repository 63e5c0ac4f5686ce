"""What may stand in a sheet of places: kinds and facts that the schemes declare, and districts."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q

from anlan.engine.policy import FactDeclaration, Scheme, Text
from anlan.links.place_rows import Vocabulary
from anlan.links.sheet_columns import DeclaredFact
from anlan.models import District
from anlan.queries.schemes import schemes_on_disk
from anlan.queries.vocabulary import words

_NOT_STATED = frozenset({"kind", "tier", "posture", "role", "trade", "trade_department"})
"""Facts that are derived, have a column of another name, or belong to departments."""


def sheet_vocabulary(at: datetime) -> Vocabulary:
    """Kinds, facts and districts of the city; while it has no scheme, those of the schemes that came with Anlan."""
    schemes = words(at).schemes or tuple(
        scheme for scheme, _problems, _folder in schemes_on_disk(settings.SCHEMES) if scheme
    )
    kinds: dict[str, Text] = {}
    facts: dict[str, DeclaredFact] = {}
    for scheme in schemes:
        for kind, term in scheme.places.items():
            kinds.setdefault(kind, term.title)
        for name, fact in scheme.facts.items():
            if name not in _NOT_STATED:
                facts.setdefault(name, _declared(fact, scheme))
    day = at.date()
    current = District.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_until=None) | Q(valid_until__gt=day)
    )
    districts = dict(current.order_by("code").values_list("code", "name_zh"))
    return Vocabulary(kinds=kinds, districts=districts, facts=facts)


def _declared(fact: FactDeclaration, scheme: Scheme) -> DeclaredFact:
    titles = scheme.terms.get(fact.id, {})
    terms = {value: titles[value].title if value in titles else Text(value, value) for value in fact.values}
    return DeclaredFact(title=fact.title, type=fact.type, terms=terms or None, unit=fact.unit)
