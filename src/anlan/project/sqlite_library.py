"""Put the bundled SQLite in place of the system's where that is too old to be trusted.

SQLite before 3.51.3 can corrupt a database in WAL mode when two connections write (the WAL-reset fault), which
is what a web server and a worker do. Import this module before anything imports `sqlite3`.
"""

import sqlite3
import sys
from importlib import import_module

SAFE_VERSION = (3, 51, 3)


def use_bundled_sqlite() -> None:
    """Replace `sqlite3` by `pysqlite3` when the system's library is older than SAFE_VERSION."""
    if sqlite3.sqlite_version_info >= SAFE_VERSION:
        return
    try:
        bundled = import_module("pysqlite3")
    except ImportError:
        return
    sys.modules["sqlite3"] = bundled
    sys.modules["sqlite3.dbapi2"] = import_module("pysqlite3.dbapi2")


use_bundled_sqlite()
