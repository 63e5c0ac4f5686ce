"""What is missing now: gaps and their summary."""

from ninja import Router

router = Router(tags=["board"])
