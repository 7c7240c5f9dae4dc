"""Parts of a PDF whose bytes are not what was once written: readers show what is left of them without a word.

Compressed parts carry a checksum, so that a single flipped bit in them is found. What readers make of such a part is
cut off, or other letters than the author's.
"""

import base64
import binascii
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf

from pipeline_core.adapters.converters.pdf_file import by_qpdf
from pipeline_core.adapters.converters.pdf_findings import ranges
from pipeline_core.domain.findings import Finding, Severity

_MOST_BYTES = 300_000_000
"""Unpacked, of all parts together: a bomb is not blown up here."""
_STEP = 1 << 20
_DEFLATE_ONLY = -15  # without the two bytes before it and the checksum behind it


@dataclass(frozen=True, slots=True)
class Damage:
    """``pages`` are those whose own content is damaged; ``others`` counts the fonts and further parts that are."""

    pages: tuple[int, ...] = ()
    others: int = 0

    def findings(self) -> Iterator[Finding]:
        if not self.pages and not self.others:
            return
        named = f"the content of pages {ranges(self.pages).replace(',', ', ')}" if self.pages else ""
        fonts = f"{self.others} fonts or other parts" if self.others else ""
        yield Finding(
            "damaged_parts",
            Severity.CRITICAL,
            f"The PDF was changed or cut by accident after it was made: {' and '.join(filter(None, (named, fonts)))} "
            "do not match their checksums. Text may be missing or have wrong letters. Get the file again from where "
            "it came from.",
            {"pages": list(self.pages), "others": self.others},
        )


def damage(data: bytes) -> Damage:
    """Find the damage of the file; none for a file that cannot be opened or is encrypted."""
    return by_qpdf(data, _damage, Damage())


def _damage(pdf: pikepdf.Pdf) -> Damage:
    damaged = set() if pdf.is_encrypted else {one.objgen for one in _damaged(pdf)}
    pages, contents = _pages_with(pdf, damaged) if damaged else ([], set())
    return Damage(tuple(pages), len(damaged - contents))


def _damaged(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Stream]:
    left = _MOST_BYTES
    for part in pdf.objects:
        if not isinstance(part, pikepdf.Stream) or part.get("/Subtype") == "/Image":
            continue
        filters = part.get("/Filter")
        names = [str(one) for one in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
        if names[-1] != "/FlateDecode":
            continue
        length = _unpacked(part.read_raw_bytes(), names[:-1], left)
        if length is None:
            yield part
        else:
            left -= length
        if left <= 0:
            return


def _unpacked(raw: bytes, wrapped: Sequence[str], most: int) -> int | None:
    """Return the length of the decompressed part, up to ``most``; None: it is damaged."""
    try:
        for name in wrapped:
            if name == "/ASCII85Decode":
                raw = base64.a85decode(raw.strip().removesuffix(b"~>").removeprefix(b"<~"))
            elif name == "/ASCIIHexDecode":
                raw = binascii.unhexlify(b"".join(raw.rstrip(b"> \r\n").split()))
            else:
                return 0
        return _inflated(raw, most)
    except (zlib.error, ValueError):
        return None


def _inflated(raw: bytes, most: int) -> int | None:
    inflate = zlib.decompressobj(_DEFLATE_ONLY)
    checksum, length = 1, 0
    rest = raw[2:]
    while not inflate.eof:
        piece = inflate.decompress(rest, _STEP)
        rest = inflate.unconsumed_tail
        checksum, length = zlib.adler32(piece, checksum), length + len(piece)
        if length > most:
            return length
        if not piece and not rest:
            return None  # cut off
    stored = inflate.unused_data[:4]
    return length if len(stored) < 4 or int.from_bytes(stored, "big") == checksum else None


def _pages_with(pdf: pikepdf.Pdf, damaged: set[tuple[int, int]]) -> tuple[list[int], set[tuple[int, int]]]:
    """Numbers of the pages whose content is damaged, and which of the damaged parts are content of pages."""
    pages, contents = [], set()
    for number, page in enumerate(pdf.pages, start=1):
        content: Any = page.obj.get("/Contents", [])
        parts = [*content] if isinstance(content, pikepdf.Array) else [content]
        found = {part.objgen for part in parts if isinstance(part, pikepdf.Stream)} & damaged
        if found:
            pages.append(number)
            contents |= found
    return pages, contents
