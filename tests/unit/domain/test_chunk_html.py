"""Chunks as HTML: quotes are marked at their offsets, and nothing that a document says is active."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain.chunk_html import as_written, marked_html
from pipeline_core.domain.source_words import Place

_TAGS = {"p", "em", "strong", "s", "code", "pre", "ul", "ol", "li", "blockquote", "br", "hr", "table", "thead", "tbody",
         "tr", "th", "td", "span", "mark"}  # fmt: skip
_ELEMENT = re.compile(r"<(/?)([a-z]+)((?: [a-z]+=\"[^\"<>]*\")*)>")


def places(text: str, *quotes: str) -> list[Place]:
    return [Place(text.index(quote), text.index(quote) + len(quote)) for quote in quotes]


def harmless(rendered: str) -> bool:
    """Whether it has only elements that do nothing, with a class, a title or a number."""
    rest = _ELEMENT.sub("", rendered)
    names = {match[2] for match in _ELEMENT.finditer(rendered)}
    attributes = {name for match in _ELEMENT.finditer(rendered) for name in re.findall(r" ([a-z]+)=", match[3])}
    return "<" not in rest and names <= _TAGS and attributes <= {"class", "title", "start"}


@pytest.mark.parametrize(
    ("text", "quote", "html"),
    [
        ("The boiler is red.", "boiler is", "<p>The <mark>boiler is</mark> red.</p>\n"),
        ("# Boiler\n\nIt is **red**.", "# Boiler", '<p class="heading level-1"><mark>Boiler</mark></p>\n'),
        ("It is **very red** now.", "**very red** now", "<strong><mark>very red</mark></strong><mark> now</mark>."),
        ("- one\n- two\n", "- two", "<li><mark>two</mark></li>"),
        ("1. one\n2. two\n", "2. two", "<li><mark>two</mark></li>"),
        ("| a | b |\n|---|--:|\n| 1 | 2 |\n", "| 1 | 2 |",
         '<tr><td><mark>1</mark></td>\n<td class="to-right"><mark>2</mark></td>\n</tr>'),
        ("a [link](https://example.org) b", "[link](https://example.org)",
         '<span class="link" title="https://example.org"><mark>link</mark></span>'),
        ("use `x < 1` here", "`x < 1` here", "<code><mark>x &lt; 1</mark></code><mark> here</mark>"),
        # the text's own characters of the kind that stand for marks mean nothing
        ("a \U000f0000 b \U000f0001 c", "b", "<mark>b</mark>"),
    ],
    ids=["words", "heading", "strong", "item", "number", "row", "link", "code", "private"],
)  # fmt: skip
def test_a_quote_is_marked_at_its_offsets(text: str, quote: str, html: str) -> None:
    assert html in marked_html(text, places(text, quote))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> <img src=x onerror=alert(1)>",
        '<div hx-get="/evil" hx-trigger="load">x</div>',
        '[a](javascript:alert(1)) [b](data:text/html,x) [c](https://example.org/"onmouseover=alert(1))',
        '![picture](https://example.org/track.png "title")',
        "<https://example.org/a> https://example.org/b",
        "```html onload=alert(1)\n<script>alert(1)</script>\n```",
        '| a" style=x | <b>b</b> |\n|:--|--:|\n| <i>1</i> | ![x](y) |',
        "<mark>forged</mark> &lt;mark&gt;forged&lt;/mark&gt;",
        "<!-- comment --> <style>*{}</style> <a href=x>y</a>",
    ],
    ids=["script", "htmx", "links", "image", "autolink", "fence", "table", "mark", "comment"],
)
def test_what_a_document_says_is_never_active(text: str) -> None:
    for start in range(0, len(text), 3):
        rendered = marked_html(text, [Place(start, min(len(text), start + 9))])
        assert harmless(rendered), rendered


def test_a_forged_mark_is_text() -> None:
    text = "<mark>forged</mark> true"
    assert marked_html(text, places(text, "true")).count("<mark>") == 1


@pytest.mark.parametrize("text", ["a **b** c", "x * y * z", "[a](b)c", "`` ` ``"])
def test_marks_never_change_what_is_rendered(text: str) -> None:
    """Where they would, the text is shown as it is written."""
    plain = marked_html(text, [])
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            shown = marked_html(text, [Place(start, end)])
            without = shown.replace("<mark>", "").replace("</mark>", "")
            assert without == plain or shown == as_written(text, [Place(start, end)])


@given(st.text("ab *_`[](){}<>|#-+.!&;:\"'\n\\~1\U000f0000\U000f0001", max_size=80), st.data())
def test_any_markdown_is_harmless_and_marked(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert harmless(marked_html(text, [Place(start, end)] if end > start else []))
