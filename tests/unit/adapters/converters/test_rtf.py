"""RTF: struck, raised, hidden and deleted text, notes and symbols say in markdown what the file shows."""

import pytest

from pipeline_core.adapters.converters import office
from pipeline_core.adapters.converters.rtf import rewrite_rtf
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted


def converted(body: str, *, keep_hidden: bool = False) -> Converted:
    fonts = r"{\fonttbl{\f0 Times;}{\f1\fcharset2 Symbol;}}"
    data = rf"{{\rtf1\ansi\deff0{fonts}{{\pard {body}\par}}}}".encode()
    return office.convert(Source(data, "a.rtf", filetypes.RTF), ConvertOptions(max_pages=9, keep_hidden=keep_hidden))


PARAGRAPHS = {
    "power": (r"makes 10{\super 7} bags", "makes 10⁷ bags"),
    "index": (r"H\sub 2\nosupersub O", "H₂O"),
    "moved up": (r"$4,000\up6 3\up0  each", "$4,000³ each"),
    "struck": (r"is {\strike $310} $290", "is ~~$310~~ $290"),
    "sign": (r"> 40 % of all", r"\> 40 % of all"),
    "minus": (r"- 15 \'b0C is", r"\- 15 °C is"),
    "deleted": (r"{\deleted gone }kept {\revised new}", "kept new"),
    "symbol": (r"{\f1 m} is small", "μ is small"),
    "note": (r"is $5{\footnote {\super 1} Only if.} here", "is $5[^1] here\n\n[^1]: Only if."),
    "comment": (r"a fee{\*\annotation mend} of $5", "a fee of $5"),
    "unicode": (r"10\super\u8364?7\nosupersub  x", "10€⁷ x"),
}


@pytest.mark.parametrize("case", PARAGRAPHS)
def test_paragraphs_say_what_the_file_shows(case: str) -> None:
    body, markdown = PARAGRAPHS[case]
    assert converted(body).markdown.strip() == markdown


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("hidden", [r"{\v secret}", r"\v secret\v0 "])
def test_hidden_text_is_left_out_unless_asked_for_and_always_named(hidden: str, keep: bool) -> None:
    result = converted(f"seen {hidden} end", keep_hidden=keep)
    assert ("secret" in result.markdown) is keep
    assert [finding.code for finding in result.findings] == ["hidden_content"]


@pytest.mark.parametrize(
    "data", [b"", b"{", b"}}}", b"\\", b"\\bin9999 x", b"{\\rtf1 \\u", b"{\\super \xff}", b"{\\f1 m"]
)
def test_anything_is_taken(data: bytes) -> None:
    rewrite_rtf(data, "a.rtf", keep_hidden=False)
