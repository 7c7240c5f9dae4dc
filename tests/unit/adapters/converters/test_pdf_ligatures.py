"""Ligatures of scripts that are read from right to left come out as their letters, in order."""

import io

import pikepdf
import pypdfium2
import pytest

from pipeline_core.adapters.converters import pdf
from pipeline_core.adapters.converters.pdf_ligatures import with_whole_ligatures
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes

_LETTERS = {"B": "خ", "C": "ل", "D": "س", "E": "م", "F": "ف", "G": "ی"}


def _pdf(drawn: str, letters: str) -> bytes:
    """One line, drawn from left to right by a font with these sections of letters."""
    file = pikepdf.new()
    page = file.add_blank_page(page_size=(300, 100))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    single = "\n".join(f"<{ord(code):02X}> <{ord(text):04X}>" for code, text in _LETTERS.items())
    font.ToUnicode = file.make_stream(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(_LETTERS)} beginbfchar\n{single}\nendbfchar\n{letters}\nendcmap end end".encode()
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    page.Contents = file.make_stream(f"BT /F 20 Tf 20 40 Td ({drawn}) Tj ET".encode())
    output = io.BytesIO()
    file.save(output)
    return output.getvalue()


def _text(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as document:
        return document[0].get_textpage().get_text_range()


@pytest.mark.parametrize(
    ("drawn", "letters", "word"),
    [
        ("CAB", "1 beginbfchar <41> <06440627> endbfchar", "خلال"),
        ("EAD", "1 beginbfchar <41><0644 0627> endbfchar", "سلام"),
        ("EAD", "1 beginbfrange <41> <41> [<06440627>] endbfrange", "سلام"),
        ("EAD", "1 beginbfrange <41> <41> <06440627> endbfrange", "سلام"),
        ("EID", "1 beginbfrange <48> <49> [<0041> <06440623>] endbfrange", "سلأم"),
        # a range counts on in letters, of which the form of the next is not the next one
        ("EID", "1 beginbfrange <48> <49> <06440622> endbfrange", "سلأم"),
        # no form in Unicode
        ("CAB", "1 beginbfchar <41> <0644062706450645> endbfchar", "خلاممل"),
    ],
)
def test_letters_of_a_ligature_are_in_order(drawn: str, letters: str, word: str) -> None:
    data = _pdf(drawn, letters)

    assert _text(data) != word
    assert _text(with_whole_ligatures(data)) == word


@pytest.mark.parametrize(
    "data",
    [
        _pdf("BCD", "1 beginbfchar <41> <00660069> endbfchar"),  # the ligature “fi”
        _pdf("BCD", "1 beginbfchar <41> <0644> endbfchar"),
        b"%PDF-1.4 nothing more",
        b"",
    ],
)
def test_a_file_without_any_stays_as_it_is(data: bytes) -> None:
    assert with_whole_ligatures(data) is data


def test_a_converted_file_has_them_in_order() -> None:
    data = _pdf("CAB", "1 beginbfchar <41> <06440627> endbfchar")

    converted = pdf.convert(Source(data, "arabic.pdf", filetypes.detect(data, "arabic.pdf")), ConvertOptions(10))

    assert "خلال" in converted.markdown
    assert any("خلال" in run.text for run in converted.page_words[1])
