"""Uploaded files: allowed kinds are known by their extension and by their first bytes, and both must agree."""

import hashlib
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from anlan.engine.policy import Text

MEGABYTE = 1_000_000
LARGEST_DOCUMENT_BYTES = 20 * MEGABYTE
_LARGEST_UNPACKED_BYTES = 200 * MEGABYTE
_MOST_ENTRIES = 2_000
_CHUNK = 1 << 20
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

CONTENT_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "png": "image/png",
}
_SAME_EXTENSION = {"jpeg": "jpg", "jpe": "jpg"}
_MAGIC: Mapping[str, bytes] = {
    "pdf": b"%PDF-",
    "docx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
    "jpg": b"\xff\xd8\xff",
    "png": b"\x89PNG\r\n\x1a\n",
}
_MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}


_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(NotImplementedError, RuntimeError, EOFError, OSError, ValueError, KeyError, IndexError),
)
"""What unpacking a damaged or locked package may raise."""


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Why a file is not taken and how to mend it."""

    message: Text


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """An accepted document, as it is to be stored."""

    extension: str
    content_type: str
    size: int
    sha256: str


def check_document(
    content: bytes, filename: str, largest_bytes: int = LARGEST_DOCUMENT_BYTES
) -> DocumentFile | FileProblem:
    """Whether an uploaded document may be kept: pdf, docx, xlsx, jpg or png, of a bearable size."""
    extension = extension_of(filename)
    if extension not in CONTENT_TYPES:
        return FileProblem(
            Text(
                zh=f"不接受“{extension or filename}”类型的文件。请上传 PDF、DOCX、XLSX、JPG 或 PNG。",
                en=f"Files of kind “{extension or filename}” are not taken. Give a PDF, DOCX, XLSX, JPG or PNG.",
            )
        )
    problem = check_size(content, largest_bytes) or _check_magic(content, extension)
    if problem is None and extension in _MAIN_PART:
        problem = check_package(content, _MAIN_PART[extension])
    if problem:
        return problem
    return DocumentFile(
        extension, CONTENT_TYPES[extension], len(content), hashlib.sha256(content).hexdigest()
    )


def extension_of(filename: str) -> str:
    """The extension in lower case without its dot, `jpeg` as `jpg`."""
    extension = PurePath(filename.replace("\\", "/")).suffix.removeprefix(".").lower()
    return _SAME_EXTENSION.get(extension, extension)


def check_size(content: bytes, largest_bytes: int) -> FileProblem | None:
    """Refuse empty and oversized files."""
    if not content:
        return FileProblem(Text(zh="文件是空的，请重新选择。", en="The file is empty. Choose another one."))
    if len(content) > largest_bytes:
        size, most = len(content) / MEGABYTE, largest_bytes / MEGABYTE
        return FileProblem(
            Text(
                zh=f"文件有 {size:.1f} MB，超过上限 {most:.0f} MB。请压缩或拆分后再上传。",
                en=f"The file has {size:.1f} MB, more than the {most:.0f} MB allowed. Make it smaller or split it.",
            )
        )
    return None


def check_package(content: bytes, main_part: str) -> FileProblem | None:
    """Refuse Office files that are broken, hold no `main_part`, or unpack to far more than they weigh.

    Every entry is unpacked once and counted, so a header that lies about sizes is found out.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if len(entries) > _MOST_ENTRIES or unpacked > _LARGEST_UNPACKED_BYTES:
                return FileProblem(
                    Text(
                        zh="文件解压后过大，已拒绝。请只保留需要的工作表和内容，另存后再上传。",
                        en="The file unpacks to more than is allowed. Keep only what is needed and save it anew.",
                    )
                )
            if main_part not in package.namelist():
                return _not_what_it_says("xlsx" if main_part.startswith("xl") else "docx")
            for entry in entries:
                with package.open(entry) as part:
                    while part.read(_CHUNK):
                        pass
    except _DAMAGED:
        return FileProblem(
            Text(
                zh="文件已损坏或设有密码，无法打开。请用 Excel、Word 或 WPS 打开后另存一份再上传。",
                en="The file is damaged or locked by a password. Open it in its program, save a fresh copy and retry.",
            )
        )
    return None


def _check_magic(content: bytes, extension: str) -> FileProblem | None:
    if content.startswith(_MAGIC[extension]):
        return None
    if extension in _MAIN_PART and content.startswith(_OLD_OFFICE):
        return FileProblem(
            Text(
                zh=f"这是旧版或加密的 Office 文件。请去掉密码，另存为 .{extension} 后再上传。",
                en=f"This is an old or encrypted Office file. Remove its password, save it as .{extension} and retry.",
            )
        )
    return _not_what_it_says(extension)


def _not_what_it_says(extension: str) -> FileProblem:
    return FileProblem(
        Text(
            zh=f"文件内容与扩展名“{extension}”不符。请检查是否选错文件，或用原程序另存后再上传。",
            en=f"The content does not match the extension “{extension}”. Choose the right file or save it anew.",
        )
    )
