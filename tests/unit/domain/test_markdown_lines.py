"""What a line of markdown is by its first signs."""

import pytest

from pipeline_core.domain.markdown_lines import NO_PARAGRAPH, heading_of, headings_with_underlined


@pytest.mark.parametrize(
    ("line", "level", "title"),
    [
        ("# House rules", 1, "House rules"),
        ("   ### *Quiet* hours  ", 3, "*Quiet* hours"),
        ("## Fees ##", 2, "Fees"),
        ("## C#", 2, "C#"),
        ("##", 2, ""),
        ("# ##", 1, ""),
        ("## Fees\r\n", 2, "Fees"),
    ],
)
def test_a_heading_by_its_marks(line: str, level: int, title: str) -> None:
    found = heading_of(line)
    assert found is not None
    assert (found.level, found.title) == (level, title)
    assert line[found.title_start :].startswith(title)


@pytest.mark.parametrize("line", ["#hashtag", "####### Seven", "    # code", "> # quoted", "Text # 1", ""])
def test_no_heading(line: str) -> None:
    assert heading_of(line) is None


def test_headings_are_found_where_they_stand_the_underlined_ones_too() -> None:
    text = "Lease\n=====\n\nText.\n\n## Rent ##\nBlank\n\n##\n\nEnd\n---\n"
    found = headings_with_underlined(text)
    assert [(one.level, one.title) for one in found] == [(1, "Lease"), (2, "Rent"), (2, "End")]
    assert [text[one.title_start :][: len(one.title)] for one in found] == ["Lease", "Rent", "End"]


@pytest.mark.parametrize(
    "line", ["# Rent", "| a | b |", "```sh", "~~~", "<div>", "> said", "- one", "12. two", "б) три", "(3) x"]
)
def test_other_blocks_begin_no_paragraph(line: str) -> None:
    assert NO_PARAGRAPH.match(line)


@pytest.mark.parametrize("line", ["Rent is due.", "#1 of them", "1.5 m", "(see below)"])
def test_paragraphs(line: str) -> None:
    assert NO_PARAGRAPH.match(line) is None
