"""When a message is tried again, given up, or put before a person."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engine import messages as rules
from anlan.engine.messages import Outcome

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def after(outcome: Outcome, *, tries: int = 1, repeatable: bool = False) -> rules.Next:
    return rules.after(outcome, tries=tries, repeatable=repeatable, at=AT, seed="a")


def test_what_was_taken_is_sent_and_never_due_again() -> None:
    assert after(Outcome("sent")) == rules.Next("sent", None)


def test_a_refusal_for_good_is_not_tried_again() -> None:
    assert after(Outcome("rejected", "rejected")).state == "dead"


def test_no_answer_goes_to_a_person_where_a_second_copy_would_be_read_twice() -> None:
    assert after(Outcome("unknown", "no-answer"), repeatable=False) == rules.Next("uncertain", None)
    assert after(Outcome("unknown", "no-answer"), repeatable=True).state == "failed"


def test_tries_come_to_an_end_within_a_few_hours() -> None:
    at, tries = AT, 1
    while (
        following := rules.after(Outcome("refused"), tries=tries, repeatable=False, at=at, seed="a")
    ).due_at:
        assert following.state == "failed"
        at, tries = following.due_at, tries + 1
    assert following.state == "dead"
    assert tries == rules.TRIES
    assert timedelta(minutes=30) < at - AT < timedelta(hours=4)


def test_the_first_repeat_comes_within_ten_seconds() -> None:
    assert timedelta(seconds=2) < rules.wait_after(1, seed="x") < timedelta(seconds=10)


def test_what_failed_together_does_not_come_back_together() -> None:
    waits = {rules.wait_after(4, seed=str(number)) for number in range(200)}
    assert len(waits) == 200
    assert max(waits) - min(waits) > 0.4 * min(waits)


@given(st.integers(1, 10_000), st.text())
def test_a_wait_is_the_same_for_the_same_seed_and_never_outgrows_its_limit(tries: int, seed: str) -> None:
    seed = seed.encode("utf-8", "ignore").decode()
    wait = rules.wait_after(tries, seed=seed)
    assert wait == rules.wait_after(tries, seed=seed)
    assert timedelta(0) < wait <= rules.LONGEST_WAIT * (1 + rules.JITTER)


def test_a_message_without_an_attempt_has_no_wait() -> None:
    with pytest.raises(ValueError, match="no attempt"):
        rules.wait_after(0, seed="a")


def test_a_lost_worker_leaves_email_to_a_person_and_webhooks_to_the_next_worker() -> None:
    assert rules.after_lost_worker(repeatable=False, tries=1, at=AT) == rules.Next("uncertain", None)
    assert rules.after_lost_worker(repeatable=True, tries=1, at=AT) == rules.Next("failed", AT)
    assert rules.after_lost_worker(repeatable=True, tries=rules.TRIES, at=AT).state == "dead"


def test_a_lease_outlasts_every_single_attempt() -> None:
    assert timedelta(seconds=2 * rules.ATTEMPT_S) <= rules.LEASE
