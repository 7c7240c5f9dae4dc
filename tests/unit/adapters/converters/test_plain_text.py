"""Plain text: what people type as marks stays, signs of the text are kept from being read as such."""

import pytest

from pipeline_core.adapters.converters.text import as_markdown
from pipeline_core.domain.text import strip_markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("> 40 % of all", r"\> 40 % of all"),
        (">= 5 bar", r"\>= 5 bar"),
        ("- 15 °C is", r"\- 15 °C is"),
        ("+ 3 %", r"\+ 3 %"),
        ("# 5 of the row", r"\# 5 of the row"),
        ("12. May is the last day", r"12\. May is the last day"),
        ("Set the <delay> to 20", r"Set the \<delay> to 20"),
        ("x\n\n> 3 bar\n", "x\n\n\\> 3 bar\n"),
        ("1. > 3 bar\n2. dry", "1. \\> 3 bar\n2. dry"),
    ],
)
def test_signs_get_a_backslash(text: str, markdown: str) -> None:
    assert as_markdown(text) == markdown


@pytest.mark.parametrize(
    "text",
    [
        "- item\n- other",
        "* star",
        "1. one\n2. two\n3. three",
        "# Heading",
        "Title\n=====",
        "> as she wrote",
        "| a | b |\n|---|---|",
        "*a* _b_ [c](d) ~~old~~ a < b",
        "\\\\server\\share <",
        "```\n<a> - 3\n> 4\n```",
        "a\r\vb",
    ],
)
def test_what_is_typed_as_marks_stays(text: str) -> None:
    assert as_markdown(text) == text


@pytest.mark.parametrize(
    "text",
    ["The method __init__ is called once.", "Write &amp; for an ampersand.", "Both __enter__ and __exit__ are needed."],
)
def test_names_and_entities_keep_their_characters(text: str) -> None:
    assert strip_markdown(as_markdown(text)) == text
