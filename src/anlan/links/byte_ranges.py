"""Parts of a file that a browser asks for by HTTP Range (RFC 9110, section 14), as map archives need."""

import re
from dataclasses import dataclass
from pathlib import Path

_SINGLE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes from `start` (in) to `stop` (out) of a file of `size` bytes."""

    start: int
    stop: int
    size: int

    @property
    def content_range(self) -> str:
        """The value of the Content-Range header of a 206 answer."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """The range asked for lies outside the file: answer 416 with this Content-Range."""

    size: int

    @property
    def content_range(self) -> str:
        return f"bytes */{self.size}"


def byte_range(header: str | None, size: int) -> ByteRange | Unsatisfiable | None:
    """The range that a Range header asks for, None for the whole file.

    Several ranges at once, other units and malformed headers are answered with the whole file, as the RFC allows.
    """
    found = _SINGLE.fullmatch(header.strip()) if header else None
    if not found or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    return ByteRange(start, stop, size) if start < stop else Unsatisfiable(size)


def read_range(path: Path, wanted: ByteRange) -> bytes:
    """The bytes themselves; a file that has become shorter meanwhile gives fewer."""
    with path.open("rb") as file:
        file.seek(wanted.start)
        return file.read(wanted.stop - wanted.start)
