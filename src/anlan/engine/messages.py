"""What becomes of a message: the states of its sending, when it is tried again, what a lost worker leaves behind."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

Channel = Literal["email", "sms", "webhook", "webpush", "wecom", "dingtalk", "feishu"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)

State = Literal["waiting", "sending", "sent", "failed", "dead", "uncertain"]
STATES: tuple[State, ...] = get_args(State)
"""`failed` is tried again, `dead` is not; of an `uncertain` one nobody knows whether it went out."""

DUE: frozenset[State] = frozenset({"waiting", "failed"})
"""The states from which a worker takes a message up."""

ASKING: frozenset[State] = frozenset({"dead", "uncertain"})
"""The states in which a person has to decide."""

Result = Literal["sent", "refused", "rejected", "unknown"]
"""How an attempt ended: taken; not taken now; never going to be taken; begun, and no answer."""

Fault = Literal[
    "",
    "no-connection",
    "no-answer",
    "refused",
    "rejected",
    "bad-address",
    "address-not-allowed",
    "not-configured",
    "worker-lost",
    "given-up",
    "withdrawn",
]

TRIES = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
FACTOR = 3
JITTER = 0.25
"""A wait is up to this part longer or shorter, so that what failed together does not come back together."""

LEASE = timedelta(seconds=60)
"""How long a worker holds what it took up; longer than any one attempt may take (`ATTEMPT_S`)."""

ATTEMPT_S = 20.0
"""After so many seconds an attempt is broken off."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended, and the other side's own words."""

    result: Result
    fault: Fault = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """The state after an attempt, and when it is due again (None: not by itself)."""

    state: State
    due_at: datetime | None


def after(outcome: Outcome, *, tries: int, repeatable: bool, at: datetime, seed: str) -> Next:
    """What follows an attempt, the `tries`-th.

    Where a second copy is dropped by the receiver (`repeatable`), an attempt without an answer is made again; elsewhere
    a person decides, because a warning sent twice to a telephone looks like a second warning.
    """
    match outcome.result:
        case "sent":
            return Next("sent", None)
        case "rejected":
            return Next("dead", None)
        case "unknown" if not repeatable:
            return Next("uncertain", None)
        case _ if tries >= TRIES:
            return Next("dead", None)
        case _:
            return Next("failed", at + wait_after(tries, seed=seed))


def after_lost_worker(*, repeatable: bool, tries: int, at: datetime) -> Next:
    """What follows when a worker vanished between the mark before sending and the answer."""
    if not repeatable:
        return Next("uncertain", None)
    return Next("dead", None) if tries >= TRIES else Next("failed", at)


def wait_after(tries: int, *, seed: str) -> timedelta:
    """How long to wait after the `tries`-th attempt: each wait FACTOR times the last, shaken by the seed.

    Raises ValueError for fewer than one attempt.
    """
    if tries < 1:
        raise ValueError("no attempt has been made")
    plain = min(FIRST_WAIT * float(FACTOR ** min(tries - 1, 20)), LONGEST_WAIT)
    drawn = int.from_bytes(hashlib.sha256(f"{seed}/{tries}".encode()).digest()[:8], "big") / 2**64
    return plain * (1 + JITTER * (2 * drawn - 1))
