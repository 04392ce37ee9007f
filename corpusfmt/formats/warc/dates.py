"""Dates for records: the date in the metadata of a document as WARC-Date to the second, or none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

#: The date of records whose documents have none.
EPOCH: Final = b"1970-01-01T00:00:00Z"
_DATE: Final = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?)?"
    r" ?(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
#: Seconds since 1970, or thousandths of them: as many digits as the years from 1973 to 5138 have.
_SECONDS: Final = re.compile(r"([0-9]{9,11})(?:[0-9]{3})?")
_BASIC: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T?([0-9]{2})([0-9]{2})([0-9]{2})Z?)?")


def moment(text: str) -> bytes | None:
    """Return an ISO 8601 date, or seconds since 1970 (9 to 11 digits), as WARC-Date (clause 5.4); else None.

    What is left out is the first there is: a year is its first second. A time without a zone is taken as UTC.
    Readers want seconds; the metadata keeps the date as it is.
    """
    from datetime import UTC, datetime, timedelta

    text = text.strip()
    try:
        basic = _BASIC.fullmatch(text)
        if basic is not None:
            year, month, day, hour, minute, second = [int(part or 0) for part in basic.groups()]
            return _spelled(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
        seconds = _SECONDS.fullmatch(text)
        if seconds is not None:
            return _spelled(datetime.fromtimestamp(int(seconds[1]), UTC))
        match = _DATE.fullmatch(text)
        if match is None:
            return None
        year, month, day, hour, minute, second = [int(part or 0) for part in match.groups()[:6]]
        found = datetime(year, month or 1, day or 1, hour, minute, second, tzinfo=UTC)
        zone = match[8] or "Z"
        if zone != "Z":
            digits = zone[1:].replace(":", "")
            offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            found = found - offset if zone[0] == "+" else found + offset
    except (ValueError, OverflowError, OSError):
        return None
    return _spelled(found, f".{match[7]}" if match[7] else "")


def instant(text: str) -> bytes | None:
    """Return a date that a user gave: as :func:`moment`, and ``@N`` is N seconds since 1970."""
    from datetime import UTC, datetime

    if not re.fullmatch(r"@[0-9]{1,11}", text):
        return moment(text)
    try:
        return _spelled(datetime.fromtimestamp(int(text[1:]), UTC))
    except (ValueError, OverflowError, OSError):  # pragma: no cover: some systems count to the year 3000 only
        return None


def _spelled(date: datetime, fraction: str = "") -> bytes:
    return f"{date.year:04d}-{date:%m-%dT%H:%M:%S}{fraction}Z".encode()
