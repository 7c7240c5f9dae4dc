"""Text of a PDF page that is turned: whole pages, margins, stamps and watermarks at any angle.

The parser leaves turned text out of a page's markdown, or scrambles it. A page whose text is mostly turned is read
turned back; what stands on a page at another angle than most of it is read by itself, line by line.
"""

import io
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pikepdf
from liteparse.types import ParsedPage, TextItem

from pipeline_core.adapters.converters.squashed import squash

_LEVEL = 2.5  # degrees off a right angle that are none: a scan that was laid in crookedly
_SLANTED = (8.0, 26.0)  # degrees of letters that are slanted, not turned


@dataclass(frozen=True, slots=True)
class Angles:
    """The angle that most text of a page stands at, and the others that some of it does; degrees clockwise."""

    main: int
    others: tuple[int, ...]


def angles(page: ParsedPage) -> Angles:
    letters: Counter[int] = Counter()
    for item in page.text_items:
        letters[angle(item)] += len(squash(item.text))
    if not any(letters.values()):
        return Angles(0, ())
    main = max(letters, key=lambda one: (letters[one], one == 0))
    return Angles(main, tuple(sorted(one for one in letters if one != main and letters[one])))


def angle(item: TextItem) -> int:
    """Degrees clockwise that the text is turned by, whole ones; slanted letters are not turned."""
    rotation = item.rotation % 360
    right = round(rotation / 90) * 90
    if abs(rotation - right) <= _LEVEL:
        return right % 360
    return 0 if _is_slanted(item, min(rotation, 360 - rotation)) else round(rotation) % 360


def _is_slanted(item: TextItem, off: float) -> bool:
    """An italic made by slanting says that it is turned; but its box is no higher than a line of its length."""
    if not _SLANTED[0] < off < _SLANTED[1]:
        return False
    if len(item.text) < 5:
        return item.height < 26
    return item.height < 0.6 * item.width * math.tan(math.radians(off))


def turned_copies(data: bytes, wanted: Sequence[tuple[int, int]]) -> bytes:
    """A PDF with a page for each (page number, angle), turned so that the text at that angle is upright."""
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as source, pikepdf.new() as copies:
        for number, _ in wanted:
            copies.pages.append(source.pages[number - 1])
        # a page that is wanted twice is copied once: turned only when all are there
        for page, (_, degrees) in zip(copies.pages, wanted, strict=True):
            if degrees:  # else it stays as it is, with its links
                page.contents_coalesce()
                _turn(copies, page, degrees)
        copies.save(output)
    return output.getvalue()


def _turn(pdf: pikepdf.Pdf, page: pikepdf.Page, degrees: int) -> None:
    """Turn the content about the middle of the page, and make the page large enough to show all of it."""
    left, bottom, right, top = map(float, page.cropbox)
    shown = int(page.get("/Rotate", 0)) % 360
    turn = math.radians(degrees - shown)
    cosine, sine = math.cos(turn), math.sin(turn)
    x, y = (left + right) / 2, (bottom + top) / 2
    e, f = x - cosine * x + sine * y, y - sine * x - cosine * y
    half = math.hypot(right - left, top - bottom) / 2
    matrix = f"q {cosine:.6f} {sine:.6f} {-sine:.6f} {cosine:.6f} {e:.4f} {f:.4f} cm"
    page.contents_add(pikepdf.Stream(pdf, matrix.encode()), prepend=True)
    page.contents_add(pikepdf.Stream(pdf, b"Q"))
    page.obj.MediaBox = page.obj.CropBox = pikepdf.Array([x - half, y - half, x + half, y + half])
    page.obj.Rotate = 0
    for key in ("/Annots", "/TrimBox", "/BleedBox", "/ArtBox"):
        if key in page.obj:
            del page.obj[key]


def upright(page: ParsedPage) -> Iterator[TextItem]:
    return (item for item in page.text_items if angle(item) == 0)
