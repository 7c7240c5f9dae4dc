"""Parts and versions of a download (RFC 9110, sections 13 and 14)."""

import re

from fastapi import HTTPException

_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last; None where the whole file is to be sent.

    Several ranges, and units other than bytes, are answered with the whole file, as the RFC allows.

    Raises:
        HTTPException: 416, the range begins after the end.
    """
    match = _RANGE.fullmatch((header or "").strip().replace(" ", ""))
    if match is None or match.group(1) == match.group(2) == "":
        return None
    first, last = match.groups()
    if first == "":
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < int(first):
            return None
    if start >= size or start >= end:
        raise HTTPException(416, f"The file has {size:,} bytes.", headers={"Content-Range": f"bytes */{size}"})
    return start, end


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Return whether ``If-None-Match`` names this version, by the weak comparison of section 13.1.2."""
    named = {one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")}
    return etag in named or "*" in named


def is_of(if_range: str | None, etag: str) -> bool:
    """Return whether a range may be sent: ``If-Range`` is absent or names this version strongly (section 13.1.5)."""
    return if_range is None or if_range.strip() == etag


def content_range(start: int, end: int, size: int) -> str:
    """The header's value for the bytes from ``start`` to before ``end``."""
    return f"bytes {start}-{end - 1}/{size}"
