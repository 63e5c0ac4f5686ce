"""What a person says about an imported place that may be one already known; nothing is merged by itself."""

from anlan.queries.place_matching import Match, RegisterIndex

SKIP, AS_NEW, UPDATE = "skip", "new", "update:"
"""Leave it out, take it as a new place, or `update:` and the code of the place that it is."""


def decided(found: Match, choice: str, index: RegisterIndex) -> str | None:
    """The code to register a place under; "" leaves it out, None waits for a person."""
    if not found.doubts:
        return found.code
    if choice == AS_NEW:
        return found.code
    if choice == SKIP:
        return ""
    code = choice.removeprefix(UPDATE)
    offered = {doubt.code for doubt in found.doubts if doubt.row is None}
    return code if choice.startswith(UPDATE) and code in offered and code in index.places else None
