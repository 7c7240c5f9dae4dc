"""The characters of a text file whose encoding nobody told us."""

import codecs
import re

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r"))
_HIGH_BYTES = bytes(range(0x80, 0x100))
_SAMPLE_BYTES = 1 << 16
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")


def decode_text(data: bytes) -> str | None:
    """The characters of a text file without its byte order mark, or None for binary data.

    Tries, in order: the byte order mark, UTF-16 without one, UTF-8 (a few broken bytes become U+FFFD),
    Windows-1252, and charset-normalizer's guess. A NUL among single bytes, or more than one control
    character in a hundred, means binary.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    if b"\0" in data:
        return _utf16_without_mark(data)
    if (len(data) - len(data.translate(None, _CONTROL_BYTES))) * 100 > len(data):
        return None
    text = _decoded(data, "utf-8")
    return text if text is not None else _eight_bit(data)


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _utf16_without_mark(data: bytes) -> str | None:
    even, odd = data[0:_SAMPLE_BYTES:2], data[1:_SAMPLE_BYTES:2]
    for high, low, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if high.count(0) * 2 > len(high) and low.count(0) == 0:
            text = _decoded(data, encoding)
            return text if text is not None and _is_clean(text) else None
    return None


def _is_clean(text: str) -> bool:
    return len(_CONTROL_CHARACTERS.findall(text)) * 100 <= len(text)


def _eight_bit(data: bytes) -> str | None:
    repaired = data.decode("utf-8", errors="replace")
    broken = repaired.count("\ufffd")
    valid = sum(character > "\x7f" for character in repaired) - broken
    if valid > 10 * broken:
        return repaired
    high = len(data) - len(data.translate(None, _HIGH_BYTES))
    # Western text is mostly ASCII; in Cyrillic, Greek or Japanese 8-bit text most letters are high bytes.
    western = _decoded(data, "cp1252") if high * 4 <= len(data) else None
    return western if western is not None else _guessed(data)


def _guessed(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    sample = data[:_SAMPLE_BYTES]
    if len(data) > len(sample) and b"\n" in sample:
        sample = sample[: sample.rindex(b"\n") + 1]  # not in the middle of a character
    best = from_bytes(sample).best()
    return None if best is None else _decoded(data, best.encoding)


def damage_of_text(data: bytes) -> str | None:
    """What keeps the bytes from being read as text if they nearly are: NUL bytes, half a character; else None."""
    for mark, encoding in _BYTE_ORDER_MARKS[1:]:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, errors="replace")
            return (
                f"begins like {encoding[:6].upper()} text but ends in the middle of a character"
                if (text.count("\ufffd") == 1 and text.endswith("\ufffd"))
                else None
            )
    nul = data.count(0)
    if nul == len(data):
        return "has nothing but NUL bytes"
    if nul and nul * 2 < len(data) and decode_text(data.replace(b"\0", b"")) is not None:
        return f"is text with {nul:,} NUL byte{'s' if nul > 1 else ''} in it"
    return None
