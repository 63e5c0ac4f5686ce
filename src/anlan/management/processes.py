"""A few child processes held together: started, watched, started again, stopped."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from anlan.management.terminal import tell

PR_SET_PDEATHSIG = 1
RESTARTS = 3
RESTART_WINDOW_S = 60.0
STOP_WITHIN_S = 10.0


@dataclass(slots=True)
class Child:
    """One process that should be running, and when it was started; without one that may fail the others go on."""

    name: str
    command: Sequence[str]
    may_fail: bool = False
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)


def end_with_parent() -> None:
    """On Linux a child is told to stop even when its parent is killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Group:
    """Children that live and end together; Ctrl-C and SIGTERM reach them through `stop`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._children: list[Child] = []
        self._stopping = False

    def heed_signals(self) -> None:
        """Turn Ctrl-C and SIGTERM into an orderly stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    @property
    def stopping(self) -> bool:
        """Whether somebody asked for the end."""
        return self._stopping

    def start(self, name: str, command: Sequence[str], *, may_fail: bool = False) -> None:
        """Start one more child."""
        child = Child(name, command, may_fail)
        self._children.append(child)
        self._launch(child)

    def _launch(self, child: Child) -> None:
        child.starts.append(time.monotonic())
        child.process = subprocess.Popen(
            child.command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )

    def died(self) -> Child | None:
        """The first child that is not running any more."""
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                return child
        return None

    def wait_until(self, ready: Callable[[], bool], *, at_most_s: float) -> bool:
        """Wait for an answer; False when a child died, time ran out or somebody asked for the end."""
        end = time.monotonic() + at_most_s
        while time.monotonic() < end and not self._stopping:
            if self.died() is not None:
                return False
            if ready():
                return True
            time.sleep(0.1)
        return False

    def watch(self) -> bool:
        """Keep the children running; True after an asked-for end, False when one keeps dying."""
        while not self._stopping:
            child = self.died()
            if child is not None and not self._stopping:
                code = child.process.returncode if child.process is not None else 0
                recent = [start for start in child.starts if start > time.monotonic() - RESTART_WINDOW_S]
                if len(recent) > RESTARTS and child.may_fail:
                    tell(
                        f"{child.name} 反复退出（{code}），不再启动；其余照常。",
                        f"{child.name} keeps ending ({code}) and is left out; the others go on.",
                    )
                    self._children.remove(child)
                    continue
                if len(recent) > RESTARTS:
                    tell(
                        f"{child.name} 反复退出（{code}），停止。",
                        f"{child.name} keeps ending ({code}); stopping.",
                    )
                    return False
                tell(
                    f"{child.name} 意外退出（{code}），重新启动。",
                    f"{child.name} ended ({code}); starting it again.",
                )
                self._launch(child)
            time.sleep(0.3)
        return True

    def stop(self) -> None:
        """Ask every child to end, and end what does not."""
        for child in self._children:
            self._signal(child, signal.SIGTERM)
        end = time.monotonic() + STOP_WITHIN_S
        for child in self._children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                tell(f"{child.name} 未及时退出，强制结束。", f"{child.name} did not end in time; killed.")
            self._signal_all(child, signal.SIGKILL)
            child.process.wait()

    @staticmethod
    def _signal(child: Child, number: signal.Signals) -> None:
        if child.process is not None and child.process.poll() is None:
            child.process.send_signal(number)

    @staticmethod
    def _signal_all(child: Child, number: signal.Signals) -> None:
        """Reach also what the child has started itself."""
        if child.process is not None:
            try:
                os.killpg(child.process.pid, number)
            except (ProcessLookupError, PermissionError):
                return
