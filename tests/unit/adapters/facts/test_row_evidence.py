"""A row's evidence: the caption, the unit and the header that its statement is made of, then the row itself."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_core.adapters.facts.extractive import ExtractiveFactGenerator, extract
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.contiguity import Piece
from pipeline_core.domain.documents import Page, PageMap
from pipeline_core.domain.facts import (
    Around,
    Evidence,
    Fact,
    FactCandidate,
    Generated,
    MatchKind,
    Span,
    place_of,
    shown_quotes,
)
from pipeline_core.domain.ids import ChunkId, DocumentId, QuestionId, text_sha256
from pipeline_core.domain.regeneration import reconcile
from pipeline_core.domain.staging import StagedBefore, StagedQuestion
from pipeline_core.duplicates.reanchor import anchor_facts
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.stages.chunk_inputs import chunk_inputs
from pipeline_core.stages.chunking import split
from pipeline_core.stages.judging import judge, standing
from pipeline_core.stages.surroundings import Surroundings
from tests.support.growth import seconds_of

DOCUMENT = DocumentId(UUID(int=7))
GENERATOR = ExtractiveFactGenerator(5)
HEAD = "| Peril | Deductible | Limit |"


def found(markdown: str, pages: Sequence[int] = (0,), *, max_chars: int = 600, unit: str = "page") -> list[Fact]:
    """The facts of a document whose pages begin at the places, through the chunker, the generator and the proof."""
    ends = [*pages[1:], len(markdown)]
    page_map = PageMap(tuple(Page(n, *span) for n, span in enumerate(zip(pages, ends, strict=True), 1)), unit)
    chunks = split(markdown, page_map, document_id=DOCUMENT, min_chars=200, max_chars=max_chars, overlap_chars=0)
    surroundings = Surroundings(markdown)
    facts: list[Fact] = []
    for chunk, answer in zip(chunks, GENERATOR.generate(chunk_inputs(chunks, 0)), strict=True):
        assert isinstance(answer, Generated)
        again = Generated(tuple(FactCandidate.from_json(one.as_json()) for one in answer.candidates))
        result = judge(
            chunk, again, cached=False, prove=lambda _quote, start, _end: (page_map.page_shown(start), ()),
            echo_from=0.9, missing=(), surroundings=surroundings,
        )  # fmt: skip
        assert not result.refused
        facts += result.facts
    for fact in facts:
        for span in fact.evidence:
            assert markdown[span.char_from : span.char_to] == span.quote, fact.statement
    return facts


def quotes(fact: Fact) -> list[str]:
    return [span.quote for span in fact.evidence]


RULE = "|---|---|---|"
TWO = "| Flood | 500 | 10,000 |\n| Storm | 700 | 12,000 |\n"


@pytest.mark.parametrize(
    ("markdown", "evidence"),
    [
        (f"{HEAD}\n{RULE}\n{TWO}", [HEAD, "| Flood | 500 | 10,000 |"]),
        # the caption, the unit and the group of rows are said; the paragraph in between is not
        (
            f"Table 3: Deductibles of 2026\n\n(in thousands)\n\n{HEAD}\n{RULE}\n| **Wet** | | |\n{TWO}",
            ["Table 3: Deductibles of 2026", "(in thousands)", HEAD, "| **Wet** | | |", "| Flood | 500 | 10,000 |"],
        ),
        (
            f"# Schäden\n\nTabelle 2: Selbstbehalte 2026\n\nAngaben in Tausend Euro\n\n{HEAD}\n{RULE}\n{TWO}",
            ["Tabelle 2: Selbstbehalte 2026", "Angaben in Tausend Euro", HEAD, "| Flood | 500 | 10,000 |"],
        ),
        # a heading that says what the rows are of
        (f"## Franchises 2026\n\n{HEAD}\n{RULE}\n{TWO}", ["Franchises 2026", HEAD, "| Flood | 500 | 10,000 |"]),
        # a caption below
        (
            f"{HEAD}\n{RULE}\n{TWO}\nTable 3. Deductibles of 2026\n",
            ["Table 3. Deductibles of 2026", HEAD, "| Flood | 500 | 10,000 |"],
        ),
        # a header of two rows
        (
            f"| Plan | Rent | |\n{RULE}\n| | Summer | Winter |\n| Attic | $10 | $5 |\n| Cellar | $8 | $4 |\n",
            ["| Plan | Rent | |", "| | Summer | Winter |", "| Attic | $10 | $5 |"],
        ),
        # a quote's marks are none of the row's
        (f"> {HEAD}\n> {RULE}\n> | Flood | 500 | 10,000 |\n", [HEAD, "| Flood | 500 | 10,000 |"]),
    ],
)
def test_a_row_has_what_it_is_said_with_as_evidence(markdown: str, evidence: list[str]) -> None:
    facts = found(markdown)
    assert quotes(facts[0]) == evidence
    assert [span.quote for span in facts[0].own] == evidence[-1:]
    assert place_of(facts[0].evidence).quote == evidence[-1]


def test_rows_without_names_of_columns_have_themselves_alone() -> None:
    facts = found("|Contract number|LX-2204|\n|---|---|\n|Rent|$640 a month|\n|Deposit|$1,200|\n|Notice|90 days|\n")
    assert facts
    assert all(len(fact.evidence) == 1 for fact in facts)


def test_a_row_whose_name_stands_above_has_the_cell_that_names_it() -> None:
    facts = found(
        "| Line | Stop | Fare |\n|---|---|---|\n| Blue | North | $2 |\n| | South | $3 |\n| Red | East | $4 |\n"
    )
    [second] = [fact for fact in facts if "South" in fact.statement]
    assert quotes(second) == ["| Line | Stop | Fare |", "Blue", "| | South | $3 |"]


def test_of_equal_rows_each_stands_below_its_own_header() -> None:
    text = f"{HEAD}\n{RULE}\n{TWO}\nThe second year is another.\n\n{HEAD.replace('Limit', 'Excess')}\n{RULE}\n{TWO}"
    facts = found(text, max_chars=2000)
    floods = [fact for fact in facts if "Flood" in fact.statement]
    assert len(floods) == 2
    for fact in floods:
        header, row = fact.evidence[-2:]
        assert text[header.char_to : row.char_from] == f"\n{RULE}\n"


LONG = "".join(f"| Station {n} | {n * 7} | {n * 31} |\n" for n in range(100, 160))


def test_rows_of_a_later_chunk_point_at_the_header_where_it_stands() -> None:
    text = f"# Net\n\nTable 1: Stations of the net\n\n| Name | Trains | Riders |\n{RULE}\n{LONG}"
    facts = found(text)
    assert len(facts) == 60
    for fact in facts:
        assert [span.char_from for span in fact.evidence[:2]] == [text.index("Table 1"), text.index("| Name")]
        assert quotes(fact)[2].startswith("| Station")


def test_a_header_that_returns_counts_from_there_on() -> None:
    """On each page the table begins with its header again: the page of a row and that of its header are one."""
    part = f"| Name | Trains | Riders |\n{RULE}\n"
    halves = LONG.splitlines(keepends=True)
    text = f"{part}{''.join(halves[:30])}\n{part}{''.join(halves[30:])}"
    second = text.rindex("| Name")
    for fact in found(text, (0, second)):
        assert {span.page for span in fact.evidence} == {1 if fact.evidence[-1].char_from < second else 2}


def test_a_row_on_the_next_page_has_its_header_on_the_page_before() -> None:
    text = f"| Name | Trains | Riders |\n{RULE}\n{LONG}"
    turn = text.index("| Station 120")
    facts = found(text, (0, turn))
    assert [span.page for span in facts[-1].evidence] == [1, 2]
    assert facts[-1].evidence[0].quote == "| Name | Trains | Riders |"


@pytest.mark.parametrize("below", [False, True])
def test_a_caption_in_another_chunk_is_found_there(below: bool) -> None:
    table = f"| Name | Trains | Riders |\n{RULE}\n{LONG}"
    filler = "The net grew for many years, and more people came to it than were expected. " * 6
    caption = "Table 4: Stations of the net"
    text = f"# Net\n\n{filler}\n\n{table}\n{caption}\n" if below else f"# Net\n\n{filler}\n\n{caption}\n\n{table}"
    rows = [fact for fact in found(text) if fact.traits.get("row")]
    assert len(rows) == 60
    told = [fact for fact in rows if fact.statement.startswith("Stations of the net")]
    assert told
    assert all(fact.evidence[0].quote == caption for fact in told)


def test_a_heading_in_a_chunk_before_is_quoted_as_it_stands() -> None:
    filler = "The net grew for many years, and more people came to it than were expected. " * 6
    text = f"# The **net** of 2026 #\n\n{filler}\n\n{filler}\n\n| Name | Trains | Riders |\n{RULE}\n{LONG}"
    rows = [fact for fact in found(text) if fact.traits.get("row")]
    assert len(rows) == 60
    for fact in rows:
        assert fact.statement.startswith("The net of 2026: Station")
        assert quotes(fact)[:2] == ["The **net** of 2026", "| Name | Trains | Riders |"]
        assert fact.evidence[0].char_from == 2


WORDS = st.text("abdeiklmnoprstu", min_size=3, max_size=9).map(str.capitalize)
CELLS = st.one_of(WORDS, st.integers(1, 99_999).map(str), st.just(""))


@settings(max_examples=60, deadline=None)
@given(
    caption=st.one_of(st.none(), WORDS.map(lambda word: f"Table 2: {word} of 2026")),
    unit=st.sampled_from(["", "(in thousands)", "Angaben in Mio. €"]),
    head=st.lists(WORDS, min_size=2, max_size=5, unique=True),
    rows=st.lists(st.tuples(WORDS, st.lists(CELLS, min_size=4, max_size=4)), min_size=1, max_size=30),
    prose=st.lists(st.lists(WORDS, min_size=5, max_size=40).map(" ".join), max_size=3),
    mark=st.sampled_from(["", "> "]),
    max_chars=st.integers(200, 900),
)
def test_every_span_of_every_fact_is_exact_in_the_text(
    caption: str | None, unit: str, head: list[str], rows: list[tuple[str, list[str]]], prose: list[str], mark: str,
    max_chars: int,
) -> None:  # fmt: skip
    lines = [head, ["---"] * len(head), *([name, *cells][: len(head)] for name, cells in rows)]
    table = "\n".join(f"{mark}| {' | '.join(line)} |" for line in lines)
    parts = [*(f"{said}." for said in prose), *filter(None, [caption, unit]), table, "It ends here, as it began."]
    facts = found("\n\n".join(parts), max_chars=max_chars)  # which holds each span against the text
    for fact in facts:
        if fact.traits.get("header_certain"):
            assert any(all(name in quote for name in head) for quote in quotes(fact)[:-1])


def test_what_a_long_table_has_above_it_is_not_looked_for_again_for_each_row() -> None:
    """Each chunk looks through what was added since the one before: the time grows with the rows, not their square."""

    def look_around_each(rows: int) -> None:
        text = f"{HEAD}\n{RULE}\n" + "".join(f"| Peril {n} | {n} | {n * 3} |\n" for n in range(rows))
        surroundings, header = Surroundings(text), Around(HEAD)
        for start in range(len(HEAD) + 20, len(text), 30):
            chunk = Chunk(ChunkId(UUID(int=1)), 1, text[start : start + 30], (), 1, 1, start, start + 30, 9, "")
            [place] = surroundings.place([header], chunk) or ()
            assert place.char_from == 0

    few = seconds_of(lambda: look_around_each(1_000), least=0.002)
    assert seconds_of(lambda: look_around_each(16_000)) < 40 * few


# --- proved on the page ------------------------------------------------------------------------------------------


def evidence(quote: str, start: int = 100) -> Evidence:
    return Evidence(quote, start, start + len(quote), match=MatchKind.EXACT)


@pytest.mark.parametrize(
    ("page", "parts"),
    [
        ({"| Year | Teachers Public |"}, ["| Year | Teachers Public |"]),
        ({"Year", "Teachers Public"}, ["Year", "Teachers Public"]),
        ({"Year", "Teachers", "Public"}, ["Year", "Teachers", "Public"]),
    ],
)
def test_of_a_header_set_in_several_lines_each_part_is_proved(page: set[str], parts: list[str]) -> None:
    def prove(quote: str, _start: int, _end: int) -> tuple[int | None, tuple[Piece, ...]]:
        return 3, () if quote in page else (Piece(quote, 3, None),)

    proved = standing(evidence("| Year | Teachers Public |"), prove)
    assert [span.quote for span, _ in proved] == parts
    assert not any(pieces for _, pieces in proved)
    for span, _ in proved:
        assert "| Year | Teachers Public |"[span.char_from - 100 : span.char_to - 100] == span.quote
        assert span.page == 3


def test_a_word_of_a_header_that_its_page_does_not_have_is_told() -> None:
    def prove(quote: str, _start: int, _end: int) -> tuple[int | None, tuple[Piece, ...]]:
        return 3, () if quote == "Year" else (Piece(quote, 3, None),)

    proved = standing(evidence("| Year | Public |"), prove)
    assert [(span.quote, bool(pieces)) for span, pieces in proved] == [("Year", False), ("Public", True)]


def test_a_row_whose_caption_is_nowhere_is_refused() -> None:
    chunk = Chunk(ChunkId(UUID(int=1)), 1, "| Flood | 500 |", (), 1, 1, 0, 15, 9, "")
    candidate = FactCandidate(
        None, None, "Fees: Flood – 500", ("| Flood | 500 |",), {"row": 1.0}, 0, (Around("Table 1: Fees"),)
    )
    result = judge(
        chunk, Generated((candidate,)), cached=False, prove=lambda *_: (1, ()), echo_from=0.9, missing=(),
        surroundings=Surroundings("Of Table 1: Fees more below.\n\n| Flood | 500 |"),
    )  # fmt: skip
    assert (result.facts, result.refused) == ((), 1)


def test_where_there_is_room_for_one_of_them_the_row_is_shown_and_not_its_header() -> None:
    header, row = f"| Peril | {'Deductible ' * 20}|", "| Flood | 500 |"
    told = spans(f"{header}\n{row}", header, row)
    assert shown_quotes(told, 60) == "… | Flood | 500 |"
    assert shown_quotes(told, 400) == f"{header} … {row}"
    assert shown_quotes(spans("The policy covers: flood", "The policy covers:", "flood"), 12) == "The policy …"


# --- staged facts ------------------------------------------------------------------------------------------------


def spans(text: str, *parts: str) -> tuple[Span, ...]:
    return tuple(Span(part, text.index(part), text.index(part) + len(part), 1) for part in parts)


def test_a_row_finds_its_nearest_header_when_the_text_has_moved() -> None:
    part = f"{HEAD}\n{RULE}\n"
    text = f"{part}| Flood | 500 | 10 |\n"
    fact = StagedQuestion(
        QuestionId(UUID(int=3)), DOCUMENT, ChunkId(UUID(int=4)), None, None, "Flood – …",
        spans(text, HEAD, "| Flood | 500 | 10 |"), "exact", "test", "pending",
    )  # fmt: skip
    moved = f"A new beginning.\n\n{part}| Storm | 1 | 2 |\n\n{text}"
    at = moved.rindex(HEAD) - 1
    chunks = [
        Chunk(ChunkId(UUID(int=n)), n, moved[a:b], (), n + 1, n + 1, a, b, 1, text_sha256(moved[a:b]))
        for n, (a, b) in enumerate([(0, at), (at, moved.rindex("| Flood")), (moved.rindex("| Flood"), len(moved))])
    ]
    [anchor] = anchor_facts([fact], chunks)
    assert [span.char_from for span in anchor.evidence] == [moved.rindex(HEAD), moved.rindex("| Flood")]
    assert anchor.chunk_id == ChunkId(UUID(int=2))


ROW, OTHER = "| Flood | 500 | 10 |", "| Storm | 700 | 12 |"
SAID = "# After a storm\n\nWe come at once. We pay at once."


@pytest.mark.parametrize(
    ("text", "before", "now", "other"),
    [
        (f"{HEAD}\n{ROW}\n{OTHER}", [ROW], [HEAD, ROW], [HEAD, OTHER]),
        (f"{HEAD}\n{ROW}\n{OTHER}", [HEAD, ROW], [HEAD, ROW], [HEAD, OTHER]),
        # a heading comes behind what it names
        (
            SAID,
            ["We come at once.", "After a storm"],
            ["We come at once.", "After a storm"],
            ["We pay at once.", "After a storm"],
        ),
    ],
)
def test_a_decision_goes_to_the_row_and_not_to_another_under_its_header(
    text: str, before: list[str], now: list[str], other: list[str]
) -> None:
    decided = StagedBefore(
        QuestionId(UUID(int=1)), DOCUMENT, "as it was said", spans(text, *before), True, "approved", None, True, False
    )

    def fact(number: int, parts: list[str]) -> Fact:
        told = tuple(Evidence(s.quote, s.char_from, s.char_to, 1, match=MatchKind.EXACT) for s in spans(text, *parts))
        return Fact(QuestionId(UUID(int=number)), None, None, f"said anew {number}", told)

    fresh = {one.question_id: (DOCUMENT, one) for one in (fact(2, other), fact(3, now))}
    assert reconcile([decided], fresh).decided == {decided.question_id: QuestionId(UUID(int=3))}


def test_what_a_person_added_is_no_version_of_what_is_found_at_its_place() -> None:
    text = "The valve opens at 3 bar."
    spans_of = spans(text, text)
    added = StagedBefore(
        QuestionId(UUID(int=1)), DOCUMENT, "At 3.", spans_of, True, "approved", None, True, False, True
    )
    [span] = spans_of
    evidence = (Evidence(span.quote, span.char_from, span.char_to, 1, match=MatchKind.EXACT),)
    other, same = (Fact(QuestionId(UUID(int=n)), None, None, said, evidence) for n, said in ((2, text), (3, "at 3")))
    beside = reconcile([added], {other.question_id: (DOCUMENT, other)})
    assert (beside.decided, beside.come) == ({added.question_id: None}, {other.question_id})
    instead = reconcile([added], {same.question_id: (DOCUMENT, same)})
    assert (instead.decided, instead.come) == ({added.question_id: None}, set())


def test_a_caption_and_the_section_that_it_leans_on_are_both_quoted() -> None:
    table = "| Port | Boats |\n|---|---|\n| Kiel | 41 |\n"
    text = f"# Port\n\n## Herring\n\nMuch is bought.\n\nTable 4: Leading buyers, 1996\n\n{table}"
    [row] = [one for one in extract(ChunkInput(text, ()), 6).candidates if "Kiel" in one.statement]
    assert row.statement == "Herring – Leading buyers, 1996: Kiel – Boats: 41"
    quotes = [around.quote for around in row.around]
    assert quotes[-2:] == ["Table 4: Leading buyers, 1996", "| Port | Boats |"]
    assert quotes[0] == "Herring"


@pytest.mark.parametrize(
    ("heading", "paragraph"),
    [
        ("3.6 Deductibles", "A deductible is subtracted once. Two deductibles never apply to the same event."),
        ("4. Gebühren", "Alle Gebühren werden im Januar fällig, und wer zu spät zahlt, wird gemahnt."),
    ],
)
def test_the_heading_that_a_row_is_said_with_is_quoted_and_no_paragraph_that_has_its_word(
    heading: str, paragraph: str
) -> None:
    rows = "| Cause | Amount |\n|---|---|\n| Storm | 400 EUR |\n| Theft | 900 EUR |\n"
    facts = found(f"## {heading}\n\n{paragraph}\n\n{rows}")
    of_rows = [fact for fact in facts if "Storm" in fact.statement]
    assert of_rows
    for fact in of_rows:
        quotes = [span.quote for span in fact.evidence]
        assert heading in quotes
        assert paragraph not in quotes
