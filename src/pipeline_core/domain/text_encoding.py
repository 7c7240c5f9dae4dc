"""The characters of a text file whose encoding nobody told us."""

import codecs
import re

from pipeline_core.domain.encoding_guess import Decoded, decoded, guess_encoding

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r"))
_SAMPLE_BYTES = 1 << 16
# ISO 2022: escape sequences between characters of seven bits.
_SHIFTED = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp_2"))
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")


def decode_text(data: bytes) -> str | None:
    """The characters of a text file without its byte order mark, or None for binary data: see ``read_text``."""
    found = read_text(data)
    return None if found is None else found.text


def read_text(data: bytes) -> Decoded | None:
    """The characters of a text file without its byte order mark, and their encoding; None for binary data.

    Tries, in order: the byte order mark, UTF-16 and UTF-32 without one, ISO 2022, UTF-8 (a few broken bytes become
    U+FFFD), and a guess by language. A NUL among single bytes, or more than one control character in a hundred,
    means binary.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            text = decoded(data[len(mark) :], encoding)
            return None if text is None else Decoded(text, encoding)
    if b"\0" in data:
        return _wide_without_mark(data)
    for mark, encoding in _SHIFTED:
        if mark in data and (text := decoded(data, encoding)) is not None:
            return Decoded(text, encoding)
    if (len(data) - len(data.translate(None, _CONTROL_BYTES))) * 100 > len(data):
        return None
    text = decoded(data, "utf-8")
    return Decoded(text, "utf-8") if text is not None else _eight_bit(data)


def _wide_without_mark(data: bytes) -> Decoded | None:
    """Text of two or four bytes a character, by where its zeros are."""
    for encoding, width, at in (("utf-32-le", 4, 3), ("utf-32-be", 4, 0), ("utf-16-le", 2, 1), ("utf-16-be", 2, 0)):
        sample = data[:_SAMPLE_BYTES]
        zeros = [sample[offset::width].count(0) * 10 for offset in range(width)]
        lengths = [len(sample[offset::width]) for offset in range(width)]
        low = width - 1 if at == 0 else 0
        is_wide = zeros[at] > 5 * lengths[at] and zeros[low] == 0 if width == 2 else zeros[at] == 10 * lengths[at]
        if is_wide and (text := decoded(data, encoding)) is not None and _is_clean(text):
            return Decoded(text, encoding)
    return None


def _is_clean(text: str) -> bool:
    return len(_CONTROL_CHARACTERS.findall(text)) * 100 <= len(text)


def _eight_bit(data: bytes) -> Decoded | None:
    repaired = data.decode("utf-8", errors="replace")
    broken = repaired.count("\ufffd")
    valid = sum(character > "\x7f" for character in repaired) - broken
    if valid > 10 * broken:
        return Decoded(repaired, "utf-8")
    return guess_encoding(data)


def damage_of_text(data: bytes) -> str | None:
    """Returns the damage that keeps nearly readable bytes from being text: NUL bytes, half a character; else None."""
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
