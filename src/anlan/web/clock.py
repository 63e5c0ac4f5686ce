"""The clock that pages read; everything below them is told the time."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """This moment, aware, in the city's time zone."""
    return timezone.localtime(timezone.now(), timezone.get_default_timezone())


def today() -> date:
    """Today in the city's time zone."""
    return now().date()
