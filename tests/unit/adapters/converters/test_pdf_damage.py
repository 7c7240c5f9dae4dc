"""A bit that flipped in a PDF after it was made is found and stops the document."""

import io
import random

import pikepdf
import pytest

from pipeline_core.adapters.converters.pdf_damage import Damage, damage
from pipeline_core.domain.findings import Severity
from tests.samples.pdfs import encrypted, pdf, prose, scan, text

WHOLE = pdf(text("Lease", *prose(8)), scan, text("Second", *prose(12)))


def compressed(data: bytes) -> bytes:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        document.save(output, recompress_flate=True, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)
    return output.getvalue()


def content(data: bytes, page: int) -> tuple[int, int]:
    """Where the content of a page lies in the file."""
    with pikepdf.open(io.BytesIO(data)) as document:
        raw = document.pages[page].obj.Contents.read_raw_bytes()
    start = data.index(raw)
    return start, start + len(raw)


@pytest.mark.parametrize("data", [WHOLE, compressed(WHOLE), encrypted(WHOLE, ""), b"%PDF-1.7\nnothing"])
def test_a_whole_file_has_no_damage(data: bytes) -> None:
    assert damage(data) == Damage()
    assert not list(damage(data).findings())


@pytest.mark.parametrize("data", [WHOLE, compressed(WHOLE)], ids=["as text", "as bytes"])
@pytest.mark.parametrize("seed", range(8))
def test_a_flipped_bit_is_found_on_its_page(data: bytes, seed: int) -> None:
    start, end = content(data, 2)
    flipped = bytearray(data)
    chance = random.Random(seed)
    flipped[chance.randrange(start + 2, end - 2)] ^= 1 << chance.randrange(3)
    found = damage(bytes(flipped))
    assert found == Damage(pages=(3,))
    [finding] = found.findings()
    assert (finding.code, finding.severity) == ("damaged_parts", Severity.CRITICAL)


def test_what_was_overwritten_is_found() -> None:
    data = compressed(WHOLE)
    start, end = content(data, 0)
    assert damage(data[: start + 40] + bytes(end - start - 40) + data[end:]) == Damage(pages=(1,))
