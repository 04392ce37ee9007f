"""Dates for records: whatever a document's metadata has, as WARC-Date to the second, or not at all."""

from __future__ import annotations

import re
from typing import Final

#: The date of records whose documents have none.
EPOCH: Final = b"1970-01-01T00:00:00Z"
_DATE: Final = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?)?"
    r" ?(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
_SECONDS: Final = re.compile(r"[0-9]{5,11}")


def moment(text: str) -> bytes | None:
    """Return an ISO 8601 date, or seconds since 1970, as WARC-Date (clause 5.4); None when it is neither.

    What is left out is the first there is: a year is its first second. A time without a zone is taken as UTC.
    Readers want seconds; the metadata keeps the date as it is.
    """
    from datetime import UTC, datetime, timedelta

    try:
        if _SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        match = _DATE.fullmatch(text.strip())
        if match is None:
            return None
        year, month, day, hour, minute, second = [int(part or 0) for part in match.groups()[:6]]
        found = datetime(year, month or 1, day or 1, hour, minute, second, tzinfo=UTC)
        zone = match[8] or "Z"
        if zone != "Z":
            digits = zone[1:].replace(":", "")
            offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            found = found - offset if zone[0] == "+" else found + offset
    except (ValueError, OverflowError):
        return None
    fraction = f".{match[7]}" if match[7] else ""
    return f"{found.year:04d}-{found:%m-%dT%H:%M:%S}{fraction}Z".encode()
