"""Districts and the districts they are part of."""

from collections.abc import Mapping

from anlan.models import District


def with_parts(code: str) -> frozenset[str]:
    """A district, its parts, and theirs; one read."""
    parents = dict(District.objects.values_list("code", "parent_id"))
    found = {code}
    while True:
        more = {part for part, parent in parents.items() if parent in found} - found
        if not more:
            return frozenset(found)
        found |= more


def chain_above(code: str, parents: Mapping[str, str | None]) -> list[str]:
    """The districts that a district is part of, nearest first."""
    found: list[str] = []
    above = parents.get(code)
    while above and above != code and above not in found:
        found.append(above)
        above = parents.get(above)
    return found
