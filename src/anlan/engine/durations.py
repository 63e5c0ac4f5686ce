"""ISO 8601 durations as schemes write them (`PT2H`, `P30D`), and how they are said in both languages."""

from datetime import timedelta

import isodate

from anlan.engine.policy import Text

_DAYS_IN_YEAR = 365
_DAYS_IN_MONTH = 30
_UNITS = (
    (86400, "天", "day"),
    (3600, "小时", "hour"),
    (60, "分钟", "minute"),
    (1, "秒", "second"),
)


def duration_of(text: str) -> timedelta:
    """The duration that `text` writes; a year counts as 365 days and a month as 30. Raises ValueError."""
    if not any(character.isdecimal() for character in text):
        raise ValueError(text)
    try:
        duration = isodate.parse_duration(text.strip().upper())
    except (isodate.ISO8601Error, ValueError, ArithmeticError, TypeError) as error:
        raise ValueError(text) from error
    if isinstance(duration, timedelta):
        return duration
    if duration.years != int(duration.years) or duration.months != int(duration.months):
        raise ValueError(text)
    try:
        calendar_days = int(duration.years) * _DAYS_IN_YEAR + int(duration.months) * _DAYS_IN_MONTH
        total: timedelta = duration.tdelta + timedelta(days=calendar_days)
    except OverflowError as error:
        raise ValueError(text) from error
    return total


def duration_text(duration: timedelta) -> str:
    """The duration in ISO 8601, in days, hours, minutes and seconds."""
    return str(isodate.duration_isoformat(duration))


def duration_words(duration: timedelta) -> Text:
    """The duration in words: 2 小时 30 分钟, 2 hours 30 minutes."""
    rest = int(duration.total_seconds())
    if rest == 0:
        return Text(zh="0 分钟", en="0 minutes")
    zh: list[str] = []
    en: list[str] = []
    for seconds, zh_unit, en_unit in _UNITS:
        count, rest = divmod(rest, seconds)
        if count:
            zh.append(f"{count} {zh_unit}")
            en.append(f"{count} {en_unit}{'' if count == 1 else 's'}")
    return Text(zh=" ".join(zh), en=" ".join(en))
