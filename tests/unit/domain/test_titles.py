"""What a document is called."""

import pytest

from pipeline_core.domain.titles import title_of


@pytest.mark.parametrize(
    ("markdown", "declared", "title"),
    [
        ("# House *rules*\n\nText.", "Declared", "House rules"),
        ("Intro\n\n# House rules #\n", None, "House rules"),
        ("House rules\n===========\n\nText.", "Declared", "House rules"),
        ("---\ntitle: \"The rules\"\ndate: x\n---\n# Part 1\n", None, "The rules"),
        ("```\n# a comment\n```\n\n# Rules\n", None, "Rules"),
        ("~~~sh\n# a comment\n", None, "lease"),
        # the first level goes before what the file declares, that before the other levels
        ("## Part 1\n\n# Rules\n", "Declared", "Rules"),
        ("## Part 1\n", "Lease of the hall", "Lease of the hall"),
        ("## Part 1\n", None, "Part 1"),
        ("Part 1\n------\n", None, "Part 1"),
        # what programs declare when nobody gave a title
        ("Text.", "Microsoft Word - Lease of the hall", "Lease of the hall"),
        ("Text.", "Microsoft Word - lease_v3.docx", "lease"),
        ("Text.", "PowerPoint Presentation", "lease"),
        ("Text.", "Untitled-1", "lease"),
        ("Text.", "Document1", "lease"),
        ("Text.", "  ", "lease"),
        ("Text.", None, "lease"),
        ("", None, "lease"),
    ],
)  # fmt: skip
def test_the_title_of_a_document(markdown: str, declared: str | None, title: str) -> None:
    assert title_of(markdown, declared, "lease.pdf") == title


def test_a_title_is_one_line_of_bounded_length() -> None:
    assert title_of("# " + "word " * 200, None, "x.md").startswith("word word")
    assert len(title_of("# " + "word " * 200, None, "x.md")) == 300
