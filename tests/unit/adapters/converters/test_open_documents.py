"""OpenDocument texts: struck, raised, hidden text, notes and comments say in markdown what the file shows."""

import pytest

from pipeline_core.adapters.converters import office
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted
from tests.samples.office import open_document

STYLES = {
    "Up": 'style:text-position="super 58%"',
    "Down": 'style:text-position="-33% 58%"',
    "Gone": 'style:text-line-through-style="solid"',
    "Line": 'style:text-underline-style="solid"',
    "Quiet": 'text:display="none"',
    "White": 'fo:color="#ffffff"',
    "Sign": 'fo:color="#ffffff" fo:background-color="#000000"',
}


def converted(body: str, *, keep_hidden: bool = False) -> Converted:
    source = Source(open_document("text", body, STYLES), "a.odt", filetypes.ODT)
    return office.convert(source, ConvertOptions(max_pages=9, keep_hidden=keep_hidden))


def codes(result: Converted) -> list[str]:
    return [finding.code for finding in result.findings]


def span(style: str, text: str) -> str:
    return f'<text:span text:style-name="{style}">{text}</text:span>'


PARAGRAPHS = {
    "power": (f"makes 10{span('Up', '7')} bags", "makes 10⁷ bags"),
    "index": (f"H{span('Down', '2')}O", "H₂O"),
    "struck": (f"is {span('Gone', '$310')} $290", "is ~~$310~~ $290"),
    "underlined": (f"is {span('Line', '$310')} now", "is $310 now"),
    "sign": ("&gt; 40 % of all", r"\> 40 % of all"),
    "minus": ("- 15 °C is", r"\- 15 °C is"),
    "tag": ("Set &lt;delay&gt; now", r"Set \<delay> now"),
    "white on black": (f"a {span('Sign', 'b')}", "a b"),
    "comment": ("a fee<office:annotation><text:p>mend</text:p></office:annotation> of $5", "a fee of $5"),
}


@pytest.mark.parametrize("case", PARAGRAPHS)
def test_paragraphs_say_what_the_file_shows(case: str) -> None:
    body, markdown = PARAGRAPHS[case]
    assert converted(f"<text:p>{body}</text:p>").markdown.strip() == markdown


HIDDEN = {
    "span": f"<text:p>a {span('Quiet', 'secret')}</text:p>",
    "paragraph": '<text:p text:style-name="Quiet">secret</text:p>',
    "white": f"<text:p>a {span('White', 'secret')}</text:p>",
    "section": '<text:section text:display="none"><text:p>secret</text:p></text:section>',
}


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("case", HIDDEN)
def test_hidden_text_is_left_out_unless_asked_for_and_always_named(case: str, keep: bool) -> None:
    result = converted(f"<text:p>seen</text:p>{HIDDEN[case]}", keep_hidden=keep)
    assert ("secret" in result.markdown) is keep
    assert codes(result) == ["hidden_content"]


def test_notes_and_comments() -> None:
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        "<text:note-body><text:p>Only if locked.</text:p></text:note-body></text:note>"
    )
    result = converted(f"<text:p>Worth $7,000{note} each.</text:p>")
    assert result.markdown.strip() == "Worth $7,000[^1] each.\n\n[^1]: Only if locked."
    commented = converted(f"<text:p>{PARAGRAPHS['comment'][0]}</text:p>")
    assert codes(commented) == ["comments_left_out"]
