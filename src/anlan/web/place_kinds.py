"""Kinds of place as the choices of a form."""

from django.utils.translation import gettext as _

from anlan.queries.vocabulary import Words
from anlan.web.templatetags.words import say


def kinds_by_group(known: Words) -> list[tuple[str, list[tuple[str, str]]]]:
    """Kinds of place under the headings of their groups, as choices."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for kind, term in known.kinds.items():
        grouped.setdefault(term.group, []).append((kind, say(term.title)))
    return [
        (say(known.groups[group].title) if group in known.groups else _("Other"), kinds)
        for group, kinds in grouped.items()
    ]
