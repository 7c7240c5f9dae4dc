"""PDF pages in scripts that are read from right to left, drawn as programs draw them: word by word at its place."""

import io
from collections.abc import Iterable, Sequence

import pikepdf

from pipeline_core.adapters.converters.to_unicode import mapped, texts_by_code
from pipeline_core.domain.layout import reads_leftwards

_SIZE = 10.0
_WIDTH = 5.0
"""Of each letter and of the space between words, in points."""
_FIRST = 0x21
_DAMMA = "\u064f"

Text = tuple[float, float, str]
"""Where a line begins on the right or the left, its height, and its words as they stand from left to right."""


def pdf(
    *texts: Text, lines: Iterable[tuple[float, float, float, float]] = (), from_left: bool = False, also: str = ""
) -> bytes:
    """One page with these lines of text, each letter of a word in its own order, and these drawn lines.

    Its font has the letters of the text, and ``also`` these.
    """
    chars = {char for *_, said in texts for char in said} | set(also)
    codes = {char: _FIRST + at for at, char in enumerate(sorted(chars - {" "}))}
    file = pikepdf.new()
    page = file.add_blank_page(page_size=(600, 800))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=_font(file, codes)))
    drawn = [f"BT /F {_SIZE} Tf {x} {y} Td <{code}> Tj ET" for x, y, code in _words(texts, codes, from_left)]
    drawn += [f"{x1} {y1} m {x2} {y2} l S" for x1, y1, x2, y2 in lines]
    page.Contents = file.make_stream("\n".join(drawn).encode())
    output = io.BytesIO()
    file.save(output)
    return output.getvalue()


def as_browsers_write(*texts: Text, marked: str = "", untold: str = "") -> bytes:
    """A page whose letters browsers would draw: each a piece that says what it is, beside what the font's map says.

    ``marked`` have a vowel mark that is drawn before them, a little above; of ``untold`` the map says nothing.
    """
    told = pdf(*texts, also=_DAMMA)
    with pikepdf.open(io.BytesIO(told)) as file:
        page = file.pages[0]
        font = page.Resources.Font.F
        codes = {char: code for code, char in texts_by_code(font.ToUnicode.read_bytes()).items()}
        font.ToUnicode = file.make_stream(mapped({code: char for char, code in codes.items() if char not in untold}, 2))
        drawn = [_pieces(x, y, code, {code: char for char, code in codes.items()}, marked, codes[_DAMMA])
                 for x, y, code in _words(texts, codes, from_left=False)]  # fmt: skip
        page.Contents = file.make_stream("\n".join(drawn).encode())
        output = io.BytesIO()
        file.save(output)
    return output.getvalue()


def _pieces(x: float, y: float, word: str, letters: dict[int, str], marked: str, damma: int) -> str:
    drawn = [f"BT /F {_SIZE} Tf {x} {y} Td"]
    behind = 0.0  # the place from which the next one is told
    for at, code in enumerate(word[at : at + 2] for at in range(0, len(word), 2)):
        letter = letters[int(code, 16)]
        if not reads_leftwards(letter):
            drawn.append(f"<{code}> Tj")
            continue
        said, mark = letter, ""
        if letter in marked:
            said, mark = letter + _DAMMA, f"{_WIDTH * at - behind} 3 Td <{damma:02X}> Tj 0 -3 Td "
            behind = _WIDTH * at
        text = said.encode("utf-16-be").hex().upper()
        drawn.append(f"/Span<</ActualText <FEFF{text}> >> BDC\n{mark}<{code}> Tj\nEMC")
    return "\n".join([*drawn, "ET"])


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
