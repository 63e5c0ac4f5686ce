"""Whether a file that comes with a message can be had, and is the one that is described."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator

from anlan.links.cap.alert import Resource
from anlan.links.cap.problems import Problem, refusal, remark

_SCHEME = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.\-]*:", re.ASCII)
_BLANKS = re.compile(r"\s+")


def resource_problems(resource: Resource, path: str) -> Iterator[Problem]:
    """Every problem of one resource."""
    for name, value in (("resourceDesc", resource.description), ("mimeType", resource.mime_type)):
        if not value.strip():
            yield remark("EMPTY_ELEMENT", f"{path}/{name}[1]", name=name)
    if resource.size is not None and resource.size < 0:
        need, need_en = "文件大小不能为负", "a size is not negative"
        yield refusal(
            "INVALID_VALUE", f"{path}/size[1]", name="size", value=resource.size, need=need, need_en=need_en
        )
    if resource.content is not None:
        yield from _content(resource, path)
    elif resource.uri and not _SCHEME.match(resource.uri):
        yield refusal("RELATIVE_URI_MISSING_DEREF_URI", f"{path}/uri[1]", value=resource.uri)


def content_of(resource: Resource) -> bytes | None:
    """The file that is embedded, none if there is none or it cannot be read."""
    bare = _BLANKS.sub("", resource.content or "")
    try:
        return base64.b64decode(bare, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _content(resource: Resource, path: str) -> Iterator[Problem]:
    content = content_of(resource)
    if content is None:
        yield refusal("INVALID_DEREF_URI", f"{path}/derefUri[1]")
        return
    if resource.size is not None and resource.size != len(content):
        yield remark("RESOURCE_MISMATCH", f"{path}/size[1]", name="size")
    # CAP names SHA-1 for the digest; it is compared, not trusted.
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if resource.digest and resource.digest.strip().lower() != digest:
        yield remark("RESOURCE_MISMATCH", f"{path}/digest[1]", name="digest")
