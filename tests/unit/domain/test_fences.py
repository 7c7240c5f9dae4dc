import time
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.fences import fences, spans_within
from pipeline_core.domain.ids import ChunkId
from pipeline_core.domain.text import strip_markdown
from pipeline_core.domain.titles import title_of
from pipeline_core.stages.chunk_inputs import chunk_inputs


def fenced(text: str) -> list[str]:
    return [text[fence.start : fence.end] for fence in fences(text)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\n```\ncode\n```\nb\n", ["```\ncode\n```\n"]),
        # a list's mark or a quote's on the fence's own line
        ("- ```py\n  # x\n  ```\n\n# Head\n", ["- ```py\n  # x\n  ```\n"]),
        ("12) ~~~\n    # x\n    ~~~\nend", ["12) ~~~\n    # x\n    ~~~\n"]),
        ("> ```\n> # x\n> ```\nend", ["> ```\n> # x\n> ```\n"]),
        ("> - ```\n>   # x\n>   ```\n> end", ["> - ```\n>   # x\n>   ```\n"]),
        ("- - ```\n    # x\n    ```\nend", ["- - ```\n    # x\n    ```\n"]),
        # the end of what a fence is in ends it
        ("- ```\n  # x\n\n# Head\n", ["- ```\n  # x\n\n"]),
        ("> ```\n> # x\n\n# Head\n", ["> ```\n> # x\n"]),
        ("1. a\n\n   ```\n   x\n2. b\n```\ny\n```\n", ["   ```\n   x\n", "```\ny\n```\n"]),
        # a fence ends with one of its kind that is as long
        ("````\n```\n# x\n````\nend", ["````\n```\n# x\n````\n"]),
        ("```\n~~~\n`````\nend", ["```\n~~~\n`````\n"]),
        ("~~~ a`b\n# x\n~~~ no\n~~~\nend", ["~~~ a`b\n# x\n~~~ no\n~~~\n"]),
        ("```\n# x", ["```\n# x"]),
        # never closed
        ("```\n# x\n\n# Head\n\n~~~ y\n \nz\n", ["```\n# x\n", "~~~ y\n"]),
        ("```\n# x\n\n- ~~~\n  y\n\nz", ["```\n# x\n", "- ~~~\n  y\n\n"]),
        ("```\r\n# x\r\n```\r\ny", ["```\r\n# x\r\n```\r\n"]),
        # no fences: a code span, code by indentation, too short, within a comment
        ("```a``` b\n# x", []),
        ("``\n# x", []),
        ("<!--\n```\n-->\n# x\n", []),
        ("a\n    ```\nb", []),
        # indented too far
        ("- a\n\n      ```\n      x\n      ```\nb", ["      ```\n      x\n      ```\n"]),
        ("    ```\n# x", ["    ```\n"]),
        # an item far to the right within a list
        ("1. a\n    ```\n    x\n    ```\nb", ["    ```\n    x\n    ```\n"]),
        ("\t- ```\n# x", []),
    ],
)
def test_fences_are_those_of_commonmark(text: str, code: list[str]) -> None:
    assert fenced(text) == code


@pytest.mark.parametrize(
    ("text", "code", "is_closed", "is_inside"),
    [
        ("```\n# x\n```", "# x\n", True, False),
        ("```\n# x", "# x\n", False, False),
        ("```", "", False, False),
        ("> - ```\n>   x\n>    y\n", "x\n y\n", False, True),
    ],
)
def test_what_is_known_of_a_fence(text: str, code: str, *, is_closed: bool, is_inside: bool) -> None:
    [fence] = fences(text)
    assert (fence.code, fence.is_closed, fence.is_inside) == (code, is_closed, is_inside)


def test_spans_are_counted_from_where_they_are_looked_for() -> None:
    text = "a\n```\nb\n```\nc\n```\nd\n```\n"
    assert spans_within(fences(text), 4, 16) == ((0, 8), (10, 12))
    assert spans_within(fences(text), 12, 14) == ()


@given(st.text(alphabet="`~ ->1.\n\r#x\t", max_size=200))
def test_fences_are_whole_lines_in_order(text: str) -> None:
    found = fences(text)
    assert all(fence.start == 0 or text[fence.start - 1] in "\n\r" for fence in found)
    assert all(fence.end == len(text) or text[fence.end - 1] in "\n\r" for fence in found)
    assert all(one.end <= two.start for one, two in pairwise(found))


@pytest.mark.parametrize(
    "text", ["- ```\n" * 20_000, "> " * 50_000 + "```\n", "> ```\n" * 20_000, "`" * 100_000, "``` a\n\n" * 20_000]
)
def test_many_marks_are_read_in_time(text: str) -> None:
    started = time.process_time()
    fences(text)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("- ```\n  *a* <b>\n  ```\n\n*b*", "*a* <b> b"),
        ("> ~~~\n> ~~a~~ # b\n\n~~c~~ d", "~~a~~ # b d"),
        ("```sh\n# x\n```", "# x"),
    ],
)
def test_code_is_said_as_it_is(markdown: str, said: str) -> None:
    assert strip_markdown(markdown) == said


def test_a_comment_in_code_is_no_title() -> None:
    assert title_of("- ```\n  # fetch\n  ```\n\n# Guide\n", None, "a.md") == "Guide"
    assert title_of("1. ```\n   # fetch\n\n# Guide\n", None, "a.md") == "Guide"


def test_a_chunk_is_told_where_the_document_has_code() -> None:
    """A block cut by the end of a chunk goes on in the next; a list that ended with its chunk takes its code along."""
    texts = ["```\na\n", "b\n```\nc", "- ```\n  d", "# E\n\nf"]
    markdown = texts[0] + texts[1] + "\n\n" + texts[2] + "\n\n" + texts[3]
    chunks = [
        Chunk(
            chunk_id=ChunkId(UUID(int=at)),
            ordinal=at,
            text=text,
            heading_path=(),
            page_from=1,
            page_to=1,
            char_from=markdown.index(text),
            char_to=markdown.index(text) + len(text),
            token_count=1,
            content_sha256="",
        )
        for at, text in enumerate(texts)
    ]
    assert [chunk.code for chunk in chunk_inputs(chunks, 0)] == [((0, 6),), ((0, 6),), ((0, 9),), ()]
