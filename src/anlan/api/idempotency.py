"""Doing once what is asked twice: the same key with the same content gets the same answer."""

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from ninja import Header
from pydantic import BaseModel

from anlan.api.problems import ProblemError
from anlan.api.tokens import Asker
from anlan.models import IdempotencyKey

Key = Annotated[
    str | None,
    Header(
        None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=120,
        pattern=r"^[\x21-\x7e]+$",
        description="made by the sender; kept for at least 7 days",
    ),
]


def once(
    request: HttpRequest,
    asker: Asker,
    key: str | None,
    body: BaseModel,
    act: Callable[[], tuple[int, BaseModel]],
) -> HttpResponse:
    """Act and answer; with a key, a second time answer the same without acting again."""
    if key is None:
        with transaction.atomic():
            status, answer = act()
        return json_answer(status, answer.model_dump(mode="json"))
    status, content = remembered(asker, key, body_digest(request, body), act)
    return json_answer(status, content)


def remembered(
    asker: Asker, key: str, sha256: str, act: Callable[[], tuple[int, BaseModel]]
) -> tuple[int, dict[str, Any]]:
    """The answer to the first request with this key; acting only if there was none.

    A second request at the same moment waits for the first one's transaction at the unique key.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = IdempotencyKey.objects.create(
                    user=asker.user, key=key, body_sha256=sha256, status=0, answer={}, at=asker.at
                )
        except IntegrityError:
            before = IdempotencyKey.objects.get(user=asker.user, key=key)
            if before.body_sha256 != sha256:
                raise ProblemError("idempotency-key-reused") from None
            return before.status, before.answer
        status, answer = act()
        row.status, row.answer = status, answer.model_dump(mode="json")
        row.save(update_fields=["status", "answer"])
        return row.status, row.answer


def body_digest(request: HttpRequest, body: BaseModel) -> str:
    """What makes two requests the same: method, address and content, however it was spelt."""
    content = json.dumps(body.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(f"{request.method} {request.path}\n{content}".encode()).hexdigest()


def json_answer(status: int, content: Any) -> HttpResponse:
    """A body as JSON, in UTF-8."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    return HttpResponse(text, status=status, content_type="application/json; charset=utf-8")
