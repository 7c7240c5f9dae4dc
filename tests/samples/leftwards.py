"""PDF pages in scripts that are read from right to left, drawn as programs draw them: word by word at its place."""

import io
from collections.abc import Iterable, Sequence

import pikepdf

from pipeline_core.domain.layout import reads_leftwards

_SIZE = 10.0
_WIDTH = 5.0
"""Of each letter and of the space between words, in points."""
_FIRST = 0x21

Text = tuple[float, float, str]
"""Where a line begins on the right or the left, its height, and its words as they stand from left to right."""


def pdf(*texts: Text, lines: Iterable[tuple[float, float, float, float]] = (), from_left: bool = False) -> bytes:
    """One page with these lines of text, each letter of a word in its own order, and these drawn lines."""
    codes = {char: _FIRST + at for at, char in enumerate(sorted({char for *_, said in texts for char in said} - {" "}))}
    file = pikepdf.new()
    page = file.add_blank_page(page_size=(600, 800))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=_font(file, codes)))
    drawn = [f"BT /F {_SIZE} Tf {x} {y} Td <{code}> Tj ET" for x, y, code in _words(texts, codes, from_left)]
    drawn += [f"{x1} {y1} m {x2} {y2} l S" for x1, y1, x2, y2 in lines]
    page.Contents = file.make_stream("\n".join(drawn).encode())
    output = io.BytesIO()
    file.save(output)
    return output.getvalue()


def _words(texts: Sequence[Text], codes: dict[str, int], from_left: bool) -> Iterable[tuple[float, float, str]]:
    for edge, y, said in texts:
        x = edge if from_left else edge - _WIDTH * len(said)
        for word in said.split(" "):
            letters = word[::-1] if reads_leftwards(word) else word
            yield x, y, "".join(f"{codes[char]:02X}" for char in letters)
            x += _WIDTH * (len(word) + 1)


def _font(file: pikepdf.Pdf, codes: dict[str, int]) -> pikepdf.Dictionary:
    single = "\n".join(f"<{code:02X}> <{ord(char):04X}>" for char, code in codes.items())
    letters = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{single}\nendbfchar\nendcmap end end"
    )
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Courier,
        FirstChar=_FIRST,
        LastChar=_FIRST + len(codes) - 1,
        Widths=[_WIDTH * 100] * len(codes),
        ToUnicode=file.make_stream(letters.encode()),
    )
