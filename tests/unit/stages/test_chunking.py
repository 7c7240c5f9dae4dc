from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.documents import Page, PageMap
from pipeline_core.domain.errors import LedgerError
from pipeline_core.domain.ids import DocumentId, chunk_id_for, text_sha256
from pipeline_core.stages.chunking import CHUNKER, split

DOCUMENT = DocumentId(UUID(int=7))
VOCABULARY = ["policy", "covers", "the", "保険", "café", "e\u0301", "👩‍🚀", "$5,000", "**bold**", "`x`"]
WORDS = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=40)
BLOCKS = st.one_of(
    WORDS.map(" ".join),
    WORDS.map("\n".join),
    WORDS.map(lambda words: "\n".join(f"{'  ' * (i % 3)}- {word}" for i, word in enumerate(words))),
    WORDS.map(lambda words: "| a | b |\n|---|---|\n" + "\n".join(f"| {word} | 1 |" for word in words)),
    WORDS.map(lambda words: "```\n# not a heading\n" + "\n".join(words) + "\n```"),
    st.tuples(st.integers(1, 6), WORDS).map(lambda row: f"{'#' * row[0]} {' '.join(row[1][:6])}"),
    st.integers(50, 700).map("x".__mul__),
    st.integers(10, 90).map("👩‍👩‍👧 漢字".__mul__),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=80),
    st.just("   \n"),
)
DOCUMENTS = st.lists(BLOCKS, max_size=14).map("\n\n".join)


def cut(
    markdown: str,
    *,
    min_chars: int = 600,
    max_chars: int = 1600,
    overlap: int = 0,
    pages: PageMap | None = None,
) -> list[Chunk]:
    return split(
        markdown,
        pages or PageMap((Page(1, 0, len(markdown)),)),
        document_id=DOCUMENT,
        min_chars=min_chars,
        max_chars=max_chars,
        overlap_chars=overlap,
    )


@example("```" + "0" * 23 + "\n```\n\n" + "x" * 50 + "\n\n |" + "0" * 35, (30, 120, 10))
@settings(max_examples=300, deadline=None)
@given(
    markdown=DOCUMENTS,
    sizes=st.sampled_from([(600, 1600, 0), (600, 1600, 200), (100, 100, 0), (50, 100, 49), (30, 120, 10), (1, 100, 0)]),
)
def test_nothing_is_lost_and_every_chunk_is_a_slice(markdown: str, sizes: tuple[int, int, int]) -> None:
    min_chars, max_chars, overlap = sizes
    chunks = cut(markdown, min_chars=min_chars, max_chars=max_chars, overlap=overlap)

    covered = set()
    for chunk in chunks:
        assert markdown[chunk.char_from : chunk.char_to] == chunk.text
        assert chunk.text.strip()
        assert len(chunk.text) <= max_chars
        covered.update(range(chunk.char_from, chunk.char_to))
    assert all(i in covered for i, char in enumerate(markdown) if not char.isspace())
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    for one, following in pairwise(chunks):
        assert one.char_from < following.char_from
        assert one.char_to < following.char_to
        assert one.char_to - following.char_from <= overlap
    assert cut(markdown, min_chars=min_chars, max_chars=max_chars, overlap=overlap) == chunks


@pytest.mark.parametrize("markdown", ["", " \n\n\t\n", " " * 5000, "\n" * 5000])
def test_no_text_no_chunk(markdown: str) -> None:
    assert cut(markdown) == []


def test_a_chunk_is_identified_by_its_place_and_text() -> None:
    [chunk] = cut("# A\n\nText of ten tokens, more or less.")
    assert chunk.content_sha256 == text_sha256(chunk.text)
    assert chunk.chunk_id == chunk_id_for(DOCUMENT, CHUNKER, "1", 0, chunk.content_sha256)
    assert chunk.token_count == 10


# --- headings ------------------------------------------------------------------------------------------


def test_the_path_is_of_the_headings_above_the_first_character() -> None:
    long = "Word upon word. " * 50
    markdown = (
        f"Preamble. {long}\n\n# One\n\n{long}\n\n## **Two** `x` ##\n\n{long}\n\n### [Three](u)\n\n{long}"
        f"\n\n## Four\n\n{long}\n\n```\n# Fenced\n```\n\n# Five\n{long}\n    # code\n#hashtag\n"
    )
    paths = [chunk.heading_path for chunk in cut(markdown)]
    assert paths == [
        (), ("One",), ("One", "Two x"), ("One", "Two x", "Three"), ("One", "Four"), ("Five",),
    ]  # fmt: skip


def test_a_chunk_in_the_middle_of_a_section_has_the_path_of_the_section() -> None:
    chunks = cut("# Policy\n\n## Flood\n\n" + "Water is not covered at all. " * 200)
    assert len(chunks) > 3
    assert chunks[0].heading_path == ("Policy",)
    assert {chunk.heading_path for chunk in chunks[1:]} == {("Policy", "Flood")}


@pytest.mark.parametrize("body", [50, 500, 1590, 1600, 3000, 9000])
def test_a_heading_is_never_left_alone(body: int) -> None:
    section = ("Seven words stand in this short sentence. " * 300)[:body].strip()
    chunks = cut(f"# Title\n\n## Part\n\n{section}\n\n## Other\n\n{section}")
    assert all(chunk.text.splitlines()[-1].startswith("#") is False for chunk in chunks)
    assert chunks[0].text.startswith("# Title\n\n## Part\n\nSeven words")


def test_a_heading_without_text_stays_with_the_next_section() -> None:
    markdown = "# Part\n\n" + "A sentence of the first part. " * 40 + "\n\n# Empty\n\n## Full\n\n" + "More text. " * 80
    assert [chunk.heading_path for chunk in cut(markdown)] == [("Part",), ("Empty",)]


def test_headings_that_fill_a_chunk_are_cut_as_text() -> None:
    chunks = cut("\n\n".join(f"# Heading number {n}" for n in range(200)))
    assert "".join(chunk.text.replace("\n", "") for chunk in chunks) == "".join(
        f"# Heading number {n}" for n in range(200)
    )


# --- size, overlap, pages ------------------------------------------------------------------------------


def test_small_sections_are_joined_and_full_ones_are_not() -> None:
    small = "\n\n".join(f"## Small {n}\n\n" + "Few words here. " * 10 for n in range(40))
    sizes = [len(chunk.text) for chunk in cut(small)]
    assert min(sizes) >= 300
    assert 600 <= sum(sizes) / len(sizes) <= 1600
    full = "\n\n".join(f"## Full {n}\n\n" + "Many words here. " * 45 for n in range(10))
    assert len(cut(full)) == 10


@pytest.mark.parametrize("overlap", [1, 40, 300])
def test_where_a_section_is_cut_the_next_chunk_repeats_whole_words(overlap: int) -> None:
    words = " ".join(f"word{n}" for n in range(2000))
    chunks = cut(f"# H\n\n{words}", overlap=overlap)
    shared = [one.char_to - following.char_from for one, following in pairwise(chunks)]
    # nothing fits into one character: the blank between the chunks is what is left
    assert all(-1 <= count <= overlap for count in shared)
    assert min(shared) > overlap - 10
    assert all(chunk.text.startswith(("word", "# H")) for chunk in chunks)


def test_a_chunk_that_begins_with_a_heading_repeats_nothing() -> None:
    markdown = "\n\n".join(f"## S{n}\n\n" + "Many words here. " * 45 for n in range(4))
    assert [chunk.text[:2] for chunk in cut(markdown, overlap=100)] == ["##"] * 4


def test_text_without_blanks_is_cut_all_the_same() -> None:
    chunks = cut("保険は火災を補償する。" * 400, overlap=50)
    assert all(len(chunk.text) <= 1600 for chunk in chunks)
    assert {one.char_to - following.char_from for one, following in pairwise(chunks)} == {50}


def test_pages_are_those_of_the_first_and_last_character() -> None:
    markdown = "".join(f"Page {n} has some text of its own here.\n\n" for n in range(100))
    width = len(markdown) // 100
    pages = PageMap(tuple(Page(n + 1, n * width, (n + 1) * width) for n in range(100)))
    for chunk in cut(markdown, pages=pages):
        assert (chunk.page_from, chunk.page_to) == pages.span(chunk.char_from, chunk.char_to)
    assert cut(markdown, pages=pages)[-1].page_to > 90


def test_text_without_a_page_is_refused() -> None:
    with pytest.raises(LedgerError):
        cut("Text.", pages=PageMap(()))


# --- edits stay local ----------------------------------------------------------------------------------


def sections(paragraphs: list[str]) -> str:
    return "\n\n".join(f"## Section {n} of the manual\n\n{text}" for n, text in enumerate(paragraphs))


def changed_chunks(sizes: Sequence[int], at: int, size: int) -> int:
    """How many chunks are new after the paragraph got another text of this size."""
    paragraphs = [(f"Sentence {n} of this paragraph. " * 100)[:size] for n, size in enumerate(sizes)]
    before = {chunk.content_sha256 for chunk in cut(sections(paragraphs))}
    paragraphs[at] = ("Other words stand here now. " * 100)[:size]
    return len({chunk.content_sha256 for chunk in cut(sections(paragraphs))} - before)


@pytest.mark.parametrize("grown_by", [-150, 0, 30, 200, 500])
def test_an_edited_paragraph_changes_at_most_two_chunks(grown_by: int) -> None:
    sizes = [200 + 37 * n % 600 for n in range(30)]
    assert max(changed_chunks(sizes, at, sizes[at] + grown_by) for at in range(30)) <= 2


def test_whatever_the_sections_an_edit_hardly_ever_changes_more_than_two_chunks() -> None:
    random = Random(20240501)
    counts = []
    for _ in range(400):
        sizes = [random.randint(30, 900) for _ in range(30)]
        at = random.randrange(30)
        counts.append(changed_chunks(sizes, at, int(sizes[at] * random.uniform(0.7, 1.5))))
    assert sum(count > 2 for count in counts) <= 8
    assert max(counts) <= 4


def test_an_appended_paragraph_hardly_ever_changes_more_than_the_last_two_chunks() -> None:
    random = Random(20240502)
    counts = []
    for _ in range(400):
        sizes = [random.choice((30, random.randint(30, 900))) for _ in range(30)]
        markdown = sections([(f"Sentence {n} of this paragraph. " * 40)[:size] for n, size in enumerate(sizes)])
        before = {chunk.content_sha256 for chunk in cut(markdown)}
        after = [chunk.content_sha256 for chunk in cut(markdown + "\n\nOne more paragraph at the very end.")]
        kept = [checksum in before for checksum in after]
        counts.append(len(after) - (kept.index(False) if False in kept else len(after)))
    assert sum(count > 2 for count in counts) <= 8
    assert max(counts) <= 4
    assert min(counts) >= 1


def test_the_same_text_in_another_document_has_other_ids_and_the_same_hashes() -> None:
    markdown = sections(["Text. " * 100] * 3)
    other = split(
        markdown,
        PageMap((Page(1, 0, len(markdown)),)),
        document_id=DocumentId(UUID(int=8)),
        min_chars=600,
        max_chars=1600,
        overlap_chars=0,
    )
    ours = cut(markdown)
    assert {c.chunk_id for c in ours}.isdisjoint(c.chunk_id for c in other)
    assert [replace(c, chunk_id=o.chunk_id) for c, o in zip(ours, other, strict=True)] == other
