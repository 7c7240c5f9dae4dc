"""Map of a PDF font from codes to texts (ToUnicode): read, and written with other texts.

A row of it has a code and its text, or the first and the last of some codes and either the text of the first, of which
the others count on, or a list with one text for each.
"""

import re
from collections.abc import Callable, Iterator

_BLOCK = re.compile(rb"begin(?P<kind>bfchar|bfrange)\b(?P<rows>.*?)end(?P=kind)", re.DOTALL)
_CHAR = re.compile(rb"(?P<code><[^<>]*>\s*)<(?P<text>[^<>]*)>")
_RANGE = re.compile(
    rb"(?P<codes><(?P<first>[^<>]*)>\s*<(?P<last>[^<>]*)>\s*)(?:<(?P<text>[^<>]*)>|\[(?P<texts>[^\[\]]*)\])"
)
_TEXT = re.compile(rb"<([^<>]*)>")
_BYTE = 0xFF
CMAP = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Known def /CMapType 2 def\n"
    b"1 begincodespacerange <%(low)s> <%(high)s> endcodespacerange\n%(rows)s\nendcmap end end"
)


def texts_by_code(written: bytes, last: int = _BYTE) -> dict[int, str]:
    """The text of each code up to the last; as it is, those of one byte."""
    found: dict[int, str] = {}
    for block in _BLOCK.finditer(written):
        if block["kind"] == b"bfchar":
            for row in _CHAR.finditer(block["rows"]):
                found[int(row["code"].strip(b"<> \t\r\n"), 16)] = decoded(row["text"])
            continue
        for row in _RANGE.finditer(block["rows"]):
            codes = range(int(row["first"], 16), min(int(row["last"], 16), last) + 1)
            if row["texts"] is not None:
                found.update(zip(codes, map(decoded, _TEXT.findall(row["texts"])), strict=False))
            elif text := decoded(row["text"]):
                found.update((code, text[:-1] + chr(ord(text[-1]) + step)) for step, code in enumerate(codes))
    return found


def texts_of(written: bytes) -> Iterator[str]:
    """The texts of a map, those of codes among them."""
    for block in _BLOCK.finditer(written):
        yield from (decoded(text) for text in _TEXT.findall(block["rows"]))


def with_texts(written: bytes, mend: Callable[[bytes], bytes], mend_range: Callable[[re.Match[bytes]], bytes]) -> bytes:
    """The map with other texts.

    Args:
        written: the map.
        mend: the text, in brackets, for one that is given without them.
        mend_range: a row anew that has the text of its first code only, of its groups codes, first, last and text.
    """

    def mend_row(row: re.Match[bytes]) -> bytes:
        if row["texts"] is None:
            return mend_range(row)
        return row["codes"] + b"[" + _TEXT.sub(lambda one: mend(one[1]), row["texts"]) + b"]"

    def mend_block(block: re.Match[bytes]) -> bytes:
        if block["kind"] == b"bfchar":
            rows = _CHAR.sub(lambda row: row["code"] + mend(row["text"]), block["rows"])
        else:
            rows = _RANGE.sub(mend_row, block["rows"])
        return b"begin" + block["kind"] + rows + b"end" + block["kind"]

    return _BLOCK.sub(mend_block, written)


def mapped(texts: dict[int, str], digits: int) -> bytes:
    """A map from codes of so many hexadecimal digits to these texts."""
    rows = [b"<%0*X> %s" % (digits, code, encoded(text)) for code, text in sorted(texts.items())]
    blocks = (rows[at : at + 100] for at in range(0, len(rows), 100))
    told = b"\n".join(b"%d beginbfchar\n%s\nendbfchar" % (len(block), b"\n".join(block)) for block in blocks)
    return CMAP % {b"low": b"0" * digits, b"high": b"F" * digits, b"rows": told}


def decoded(text: bytes) -> str:
    """A text of a map without its brackets; "" of what is none."""
    digits = b"".join(text.split())
    try:
        return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")
    except ValueError:
        return ""


def encoded(text: str) -> bytes:
    """A text as a map has it, in brackets."""
    return b"<" + text.encode("utf-16-be", "surrogatepass").hex().upper().encode("ascii") + b">"
