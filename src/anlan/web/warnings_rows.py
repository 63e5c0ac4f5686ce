"""A warning as lists and strips show it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.http import HttpRequest

from anlan.engine.policy import Level, Text
from anlan.engine.warnings import State, clocks_at, end_of, is_unratified, state_at
from anlan.models import WarningNotice
from anlan.queries.duties import basis
from anlan.queries.vocabulary import Words
from anlan.queries.warnings_shown import codes_reached, outside
from anlan.web import access
from anlan.web.warnings_words import Said, area_words, category_words, issuer_of, matters_of, state_words


@dataclass(frozen=True, slots=True)
class WarningRow:
    """A warning as lists show it; `ends_soon` asks for its extension."""

    notice: WarningNotice
    state: State
    area: str
    places: int
    acknowledged: int
    late: int
    unratified: bool
    end: datetime
    ends_soon: bool

    @property
    def matters(self) -> Text:
        return matters_of(self.notice)

    @property
    def issuer(self) -> Text:
        return issuer_of(self.notice)

    @property
    def category(self) -> Said:
        return category_words(self.notice.category)

    @property
    def badge(self) -> tuple[Said, str, str]:
        return state_words(self.state)


def warning_row(notice: WarningNotice, known: Words, at: datetime) -> WarningRow:
    """How a warning stands, in words; `acknowledged` is counted by whoever asked for it."""
    replaced = WarningNotice.objects.filter(replaces=notice, issued_at__isnull=False).exists()
    state, end = state_at(notice, at, replaced=replaced), end_of(notice)
    places, acknowledged = notice.place_count or 0, cast("int", getattr(notice, "acknowledged", 0))
    late = 0
    if notice.issued_at is not None:
        clocks = clocks_at(basis(), notice.issued_at)
        over = min(at, end) >= clocks.deadline(cast("Level", notice.level), notice.issued_at)
        late = max(places - acknowledged, 0) if over else 0
    return WarningRow(
        notice=notice,
        state=state,
        area=" · ".join(area_words(notice.area, notice.tiers, known)),
        places=places,
        acknowledged=acknowledged,
        late=late,
        unratified=is_unratified(notice, at),
        end=end,
        ends_soon=state == "in-force" and end - clocks_at(basis(), at).ask_before <= at,
    )


def may_issue_at(request: HttpRequest, codes: Collection[str]) -> bool:
    """Whether every one of these places is the asker's to warn."""
    if not access.allowed(request, "issue-warnings"):
        return False
    return not outside(codes, codes_reached(access.request_reach(request, "issue-warnings")))
