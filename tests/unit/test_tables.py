"""What a table's first rows are, and which table goes on with which."""

import pytest

from pipeline_core.adapters.facts.extractive import ExtractiveFactGenerator, extract
from pipeline_core.domain.documents import Page, PageMap
from pipeline_core.domain.facts import Generated
from pipeline_core.domain.ids import document_id_for, user_id_for
from pipeline_core.domain.tables import columns_of, table_at_end
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.stages.chunking import split
from pipeline_core.stages.facts import chunk_inputs


@pytest.mark.parametrize(
    ("rows", "names", "header_rows"),
    [
        (["Room|Rent", "Attic|$410", "Cellar|$95"], ["Room", "Rent"], 1),
        (["Contract number|LX-2204", "Rent|$640 a month", "Deposit|$1,200", "Notice period|90 days"], ["", ""], 0),
        (["Flat 37|$370|$3700", "Flat 38|$380|$3800"], ["", "", ""], 0),
        (["|Rent|", "Plan|Summer|Winter", "Attic|$10|$5", "Cellar|$8|$4"], ["Plan", "Rent Summer", "Rent Winter"], 2),
        (["Locker|Key fee", "Locker 1|$11", "Locker 2|$22"], ["Locker", "Key fee"], 1),
        (["Country|2023|2024", "France|12|14", "Spain|9|8"], ["Country", "2023", "2024"], 1),
    ],
)
def test_whether_a_first_row_is_a_header(rows: list[str], names: list[str], header_rows: int) -> None:
    columns = columns_of([row.split("|") for row in rows])
    assert (list(columns.names), columns.rows) == (names, header_rows)


def statements(markdown: str) -> list[str]:
    chunks = split(
        markdown, PageMap((Page(1, 0, len(markdown)),)), document_id=document_id_for(user_id_for("test"), "x"),
        min_chars=300, max_chars=600, overlap_chars=0,
    )  # fmt: skip
    said = []
    for answer in ExtractiveFactGenerator(6).generate(chunk_inputs(chunks, 0)):
        assert isinstance(answer, Generated)
        said += [candidate.statement for candidate in answer.candidates]
    return said


def test_every_row_of_a_long_table_is_said_by_its_header() -> None:
    rows = "".join(f"| Locker {n} | ${11 * n} |\n" for n in range(1, 101))
    said = statements(f"# List\n\n| Locker | Key fee |\n|---|---|\n{rows}")
    assert said == [f"List: Locker {n} – Key fee: ${11 * n}" for n in range(1, 101)]


def test_a_table_that_goes_on_after_a_gap_has_the_names_of_the_one_before() -> None:
    head = "| Flat | Rent | Deposit |\n|---|---|---|\n| Flat 1 | $10 | $100 |\n| Flat 2 | $20 | $200 |\n"
    said = statements(head + "\n| Flat 3 | $30 | $300 |\n|---|---|---|\n| Flat 4 | $40 | $400 |\n")
    assert said[-2:] == ["Flat 3 – Rent: $30; Deposit: $300", "Flat 4 – Rent: $40; Deposit: $400"]


def test_rows_without_names_are_said_without_names() -> None:
    text = "|  |  |\n| --- | --- |\n| Rent | $640 a month |\n| Deposit | $1,200 |\n"
    answer = extract(ChunkInput(text, ("Schedule",)), 6)
    assert [candidate.statement for candidate in answer.candidates] == [
        "Schedule – Rent: $640 a month",
        "Schedule – Deposit: $1,200",
    ]
    assert {candidate.question for candidate in answer.candidates} == {None}


@pytest.mark.parametrize(
    ("text", "before", "table"),
    [
        ("Text.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", "", "Text.\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
        ("| 3 | 4 |\n", "| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |"),
        ("| 3 | 4 |\n", "", ""),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n\nText.", "", ""),
    ],
)
def test_the_table_in_which_a_chunk_ends(text: str, before: str, table: str) -> None:
    assert table_at_end(text, before) == table


HEAD = "| Locker | Fee | Size | Floor | Key |\n|---|---|---|---|---|\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "| L 1 | $11 | 2 m | 3 | K1 |\n", ["L 1 – Fee: $11; Size: 2 m; Floor: 3; Key: K1"]),
        # without names values are said without them, words side by side not at all
        (
            "| L 1 | $11 | 2 m | 3 | K1 |\n|---|---|---|---|---|\n| L 2 | $12 | 3 m | 4 | K2 |\n",
            ["L 1: $11; 2 m; 3; K1", "L 2: $12; 3 m; 4; K2"],
        ),
        # numbers among words under a row without any: names, in whatever language
        (
            "| Agen | Keparahan | Peluang |\n|---|---|---|\n| API | Sulit: 1 | Luas 3 |\n| API | Mudah: 3 | Umum 2 |\n",
            ["API – Keparahan: Sulit: 1; Peluang: Luas 3", "API – Keparahan: Mudah: 3; Peluang: Umum 2"],
        ),
        ("| Ann Lee | Bo Roe | Cy Fox |\n|---|---|---|\n| Di Roy | Ed Poe | Flo Ash |\n", []),
        ("> | Locker | Fee |\n> |---|---|\n> | L 1 | $11 |\n", ["L 1 – Fee: $11"]),
        # a row that is cut off, and a header without rows
        ("| Locker | Rule |\n|---|---|\n| L 1", []),
        # a number with a full stop is a name, the end of a sentence is none
        ("| No. | Fee |\n|---|---|\n| 1. | $11 |\n| it ends here. | $12 |\n", ["No. 1. – Fee: $11"]),
        # rows of one name are told apart by their second cell
        (
            "| Flat | Year | Rent |\n|---|---|---|\n" + "".join(f"| A | 202{n} | ${n} |\n" for n in range(5)),
            [f"A – Year: 202{n}; Rent: ${n}" for n in range(5)],
        ),
        # a flag is a value and heads no column; a formula that failed says nothing
        (
            "| Name | Reading |\n|---|---|\n| Uptime | 37 |\n| Flag set | TRUE |\n| Ratio | #DIV/0! |\n"
            "| Share | 4 % |\n",
            ["Uptime – Reading: 37", "Flag set – Reading: TRUE", "Share – Reading: 4 %"],
        ),
    ],
)
def test_which_rows_are_said(text: str, said: list[str]) -> None:
    assert statements(text) == said


def test_of_a_table_without_end_the_first_rows_are_said_and_the_ledger_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline_core.stages.facts.MOST_ROWS", 60)
    rows = "".join(f"| Locker {n} | ${11 * n} |\n" for n in range(1, 201))
    markdown = f"# List\n\n| Locker | Key fee |\n|---|---|\n{rows}\nThe fees must be paid before the first of May.\n"
    chunks = split(
        markdown, PageMap((Page(1, 0, len(markdown)),)), document_id=document_id_for(user_id_for("test"), "x"),
        min_chars=300, max_chars=600, overlap_chars=0,
    )  # fmt: skip
    answers = [answer for answer in ExtractiveFactGenerator(6).generate(chunk_inputs(chunks, 0)) if answer]
    said = [one for answer in answers if isinstance(answer, Generated) for one in answer.candidates]
    assert 60 <= len(said) < 100
    assert said[-1].statement == "The fees must be paid before the first of May."
    assert isinstance(answers[-1], Generated)
    assert (answers[-1].reason or "").startswith("of a table the first")


def test_a_name_and_its_value_lack_no_header() -> None:
    text = "|  |  |\n| --- | --- |\n| Rent | $640 a month |\n"
    [fact] = extract(ChunkInput(text, ("Schedule",)), 6).candidates
    assert (fact.traits["header_missing"], fact.traits["key_named"]) == (0, 1)
    wide = "| L 1 | $11 | 2 m |\n|---|---|---|\n| L 2 | $12 | 3 m |\n"
    assert {fact.traits["header_missing"] for fact in extract(ChunkInput(wide, ()), 6).candidates} == {1}


def test_a_header_of_two_rows_goes_with_every_chunk_of_its_table() -> None:
    rows = "".join(f"| Berth {n} | ${n}1 | ${n}2 |\n" for n in range(1, 61))
    head = "|  | Fee |  |\n|---|---|---|\n| Berth | Summer | Winter |\n"
    said = statements(f"**Table 3. Fees of the harbour**\n\n{head}{rows}")
    assert said == [f"Fees of the harbour: Berth {n} – Fee Summer: ${n}1; Fee Winter: ${n}2" for n in range(1, 61)]
