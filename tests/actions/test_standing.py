"""The projection of the latest evidence, kept in step record by record, is what a rebuild makes of the evidence."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.builders import a_department, a_place, some_evidence

from anlan.actions.duties import strike_evidence
from anlan.actions.place_parts import add_checkpoint
from anlan.actions.standing import note_evidence, rebuild_standing
from anlan.models import Evidence, Standing
from anlan.queries.standing import latest_marks

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
RULES = ("monthly-inspection", "mobile-patrol")
records = st.tuples(
    st.integers(0, 2), st.sampled_from(RULES), st.integers(0, 2), st.integers(0, 5), st.sampled_from([None, 3.0, 40.0])
)  # fmt: skip
"""Which subject, which rule, which checkpoint (0: none), how many hours ago, what quantity."""
deeds = st.lists(st.one_of(records, st.integers(0, 20)), max_size=14)
"""Records one after the other, late ones among them, and numbers of records to be struck."""


def rows() -> list[dict[str, Any]]:
    return list(Standing.objects.order_by("key").values(
        "key", "scheme", "rule", "place", "department", "checkpoint", "effective_s", "expires_s", "quantity", "evidence"
    ))  # fmt: skip


class StandingIsWhatARebuildMakes(TestCase):
    """A class because hypothesis rolls the database back between its examples only so."""

    def setUp(self) -> None:
        self.subjects = [a_place("P-1"), a_place("P-2"), a_department("D-1")]
        self.points = {
            place: [
                add_checkpoint(place, code=code, name_zh="点", name_en="", by=None, at=NOW) for code in "AB"
            ]
            for place in self.subjects[:2]
        }

    @settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
    @given(deeds)
    def test_after_any_records_and_strikes(self, done: list[Any]) -> None:
        recorded: list[Evidence] = []
        for deed in done:
            if isinstance(deed, tuple):
                subject, rule, point, hours, quantity = deed
                whose = self.subjects[subject]
                points = [None, *self.points.get(whose, [None, None])]
                fields = {"checkpoint": points[point], "quantity": quantity}
                at = NOW - timedelta(hours=hours)
                recorded.append(some_evidence(whose, at=at, rule=rule, kind="scan", **fields))
            elif deed < len(recorded):
                strike_evidence(recorded[deed], by=None, at=NOW, reason="误录")
        kept = rows()
        assert rebuild_standing(at=NOW) == len(kept)
        assert rows() == kept
        note_evidence(Evidence.objects.filter(strike__isnull=True), at=NOW)
        assert rows() == kept


@pytest.mark.django_db
def test_the_latest_as_of_a_moment_is_what_stood_then() -> None:
    place = a_place()
    first = some_evidence(place, at=NOW - timedelta(days=2))
    wrong = some_evidence(place, at=NOW - timedelta(days=1))
    strike_evidence(wrong, by=None, at=NOW, reason="误录")

    def latest(at: datetime, known_at: datetime | None) -> list[str]:
        return [mark.id for mark in latest_marks(Q(place=place), at, known_at)]

    assert latest(NOW, None) == [str(first.pk)]
    assert latest(NOW, NOW - timedelta(hours=1)) == [str(wrong.pk)]
    assert latest(NOW - timedelta(days=3), None) == []
