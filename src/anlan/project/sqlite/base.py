"""Django's SQLite backend, whose write transactions wait in one fair line.

SQLite's own busy handler polls, so under load some writers starve (99th percentile near a second). A lock in the
process and one on a file beside the database, taken around the outermost transaction, keep the throughput and make
the wait fair.
"""

import fcntl
import os
import threading
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.features import DatabaseFeatures as SQLiteFeatures

from anlan.project.sqlite_library import SAFE_VERSION

_LINE = threading.Lock()


class DatabaseFeatures(SQLiteFeatures):
    """What this SQLite can do beyond the oldest one that Django supports."""

    max_query_params = 32766


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that queues before it begins a transaction and leaves the queue when that ends."""

    features_class = DatabaseFeatures

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lock_file: int | None = None
        self._queued = False

    @property
    def _django(self) -> Any:
        """Django's own methods, whose underscored names the type stubs leave out."""
        return super()

    def get_new_connection(self, conn_params: Any) -> Any:
        if self.Database.sqlite_version_info < SAFE_VERSION:
            found = self.Database.sqlite_version
            msg = f"SQLite {found} can corrupt databases; install the package pysqlite3 or SQLite >= 3.51.3."
            raise ImproperlyConfigured(msg)
        return super().get_new_connection(conn_params)

    def _start_transaction_under_autocommit(self) -> None:
        try:
            self._enter_line()
            self._django._start_transaction_under_autocommit()
        except BaseException:
            self._leave_line()
            raise

    def _commit(self) -> None:
        try:
            self._django._commit()
        finally:
            self._leave_line()

    def _rollback(self) -> None:
        try:
            self._django._rollback()
        finally:
            self._leave_line()

    def _close(self) -> None:
        try:
            self._django._close()
        finally:
            self._leave_line()
            if self._lock_file is not None:
                os.close(self._lock_file)
                self._lock_file = None

    def _enter_line(self) -> None:
        if self._queued or self.is_in_memory_db():
            return
        _LINE.acquire()
        self._queued = True
        if self._lock_file is None:
            path = f"{self.settings_dict['NAME']}-writers"
            self._lock_file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock_file, fcntl.LOCK_EX)

    def _leave_line(self) -> None:
        if not self._queued:
            return
        self._queued = False
        try:
            if self._lock_file is not None:
                fcntl.flock(self._lock_file, fcntl.LOCK_UN)
        finally:
            _LINE.release()
