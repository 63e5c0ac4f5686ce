"""Districts and the districts they are part of."""

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
