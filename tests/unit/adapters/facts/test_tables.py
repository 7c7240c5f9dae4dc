"""What a table's first rows are, and which table goes on with which."""

import pytest

from pipeline_core.adapters.facts.extractive import ExtractiveFactGenerator, extract
from pipeline_core.domain.confidence_model import confidence_of
from pipeline_core.domain.documents import Page, PageMap
from pipeline_core.domain.facts import Generated
from pipeline_core.domain.ids import document_id_for, user_id_for
from pipeline_core.domain.statement_traits import statement_traits
from pipeline_core.domain.tables import columns_of, paragraphs_above_table, table_at_end
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.settings import load_settings
from pipeline_core.stages.chunk_inputs import chunk_inputs
from pipeline_core.stages.chunking import split


@pytest.mark.parametrize(
    ("rows", "names", "header_rows"),
    [
        (["Room|Rent", "Attic|$410", "Cellar|$95"], ["Room", "Rent"], 1),
        (["Contract number|LX-2204", "Rent|$640 a month", "Deposit|$1,200", "Notice period|90 days"], ["", ""], 0),
        (["Flat 37|$370|$3700", "Flat 38|$380|$3800"], ["", "", ""], 0),
        (["|Rent|", "Plan|Summer|Winter", "Attic|$10|$5", "Cellar|$8|$4"], ["Plan", "Rent Summer", "Rent Winter"], 2),
        (["Locker|Key fee", "Locker 1|$11", "Locker 2|$22"], ["Locker", "Key fee"], 1),
        (["Country|2023|2024", "France|12|14", "Spain|9|8"], ["Country", "2023", "2024"], 1),
        # a span of years names a column as a year does
        (
            ["Port|2001 to 2005|2005-06 bis 2010-11", "Kiel|4.1|-2", "Ulm|3|9"],
            ["Port", "2001 to 2005", "2005-06 bis 2010-11"],
            1,
        ),
        # what stands in the middle above all columns is for all of them, also where it is torn apart
        (
            ["||Catch in tonnes|", "|cod|eel|hake", "Bay of Kiel|12|3|4", "Skagen|8|-|2"],
            ["", "Catch in tonnes cod", "Catch in tonnes eel", "Catch in tonnes hake"],
            2,
        ),
        (
            ["|Grenzwerte|für|Abgaben", "|in die Luft|in das Wasser|in den Boden", "Blei|20|5|5", "Zink|7|1|2"],
            ["", *(f"Grenzwerte für Abgaben {place}" for place in ("in die Luft", "in das Wasser", "in den Boden"))],
            2,
        ),
        # names that return once for each of what stands above them
        (
            [
                "||A1-Kiln|||B2-Kiln|",
                "run|heat|cost|loss|heat|cost|loss",
                "1|900|12|3|870|11|2",
                "2|910|13|4|880|12|5",
            ],
            ["run", *(f"{kiln} {name}" for kiln in ("A1-Kiln", "B2-Kiln") for name in ("heat", "cost", "loss"))],
            2,
        ),
        (
            ["Jahr|Summe|Schiffe Dampf|Segel|Summe|Boote Dampf|Segel", "1901|9|4|5|7|3|4", "1902|8|4|4|6|3|3"],
            ["Jahr", "Schiffe Summe", "Schiffe Dampf", "Schiffe Segel", "Boote Summe", "Boote Dampf", "Boote Segel"],
            1,
        ),
        # above which columns the words are cannot be told
        (
            ["||Hall||", "Day|gate|desk|yard|loft", "Mon|3|4|1|2", "Tue|5|6|7|8"],
            ["Day", "gate", "desk", "yard", "loft"],
            2,
        ),
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


@pytest.mark.parametrize("values", [("$7", "$9"), ("Ana Lopez", "the well"), ("9 m", "closed")])
def test_a_table_that_pages_and_chunks_cut_has_its_header_to_the_end(values: tuple[str, str]) -> None:
    head, blank, rule = "| Berth | Keeper | Water |\n", "| | | |\n", "|---|---|---|\n"
    pages = ["".join(f"| Berth {a}{n} | {values[0]} | {values[1]} |\n" for n in range(12)) for a in "ABCD"]
    said = statements(f"# Port\n\n{head}{rule}" + f"\n{blank}{rule}".join(pages))
    assert said == [f"Port: Berth {a}{n} – Keeper: {values[0]}; Water: {values[1]}" for a in "ABCD" for n in range(12)]


def test_a_table_of_its_own_does_not_go_on_with_the_one_above() -> None:
    head = "| Berth | Keeper | Water |\n|---|---|---|\n| A | Ana Lopez | the well |\n| B | Jo Meyer | the tank |\n"
    blank = "| | | |\n|---|---|---|\n| Kiel | $7 | $9 |\n| Ulm | $8 | $4 |\n"
    assert statements(f"{head}\n{blank}")[:2] == statements(f"{head}\nFees.\n\n{blank}")[:2]
    assert "Keeper" not in "".join(statements(f"{head}\nFees:\n\n{blank}")[2:])


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
            [f"Flat A – Year: 202{n}; Rent: ${n}" for n in range(5)],
        ),
        # dashes say nothing, however they are written
        (
            "| Locker | Fee | Key |\n|---|---|---|\n| L 1 | $11 | \\- |\n| L 2 | –– | K2 |\n| L 3 | — | … |\n",
            ["L 1 – Fee: $11", "L 2 – Key: K2"],
        ),
        # the end of another row, an item with its bullet in a cell of its own
        (
            "| Locker | Fee | Key |\n|---|---|---|\n| L 1 | $11 | K1 |\n| L 2 | (A7) |  |\n",
            ["L 1 – Fee: $11; Key: K1"],
        ),
        ("| o | The key is kept at the desk. |\n|---|---|\n| o | The fee is paid in May. |\n", []),
        # a unit once, without the bracket that closes it, and none that the names say
        (
            "[In thousands]\n\n| Port | Crates | Tons |\n|---|---|---|\n| Kiel | 12 | 9 |\n",
            ["Kiel – Crates: 12; Tons: 9 (In thousands)"],
        ),
        (
            "In thousands\n\n| Port | Crates (in thousands) | Tons (in thousands) |\n"
            "|---|---|---|\n| Kiel | 12 | 9 |\n",
            ["Kiel – Crates (in thousands): 12; Tons (in thousands): 9"],
        ),
        # what stands between a caption and its table may be a header's upper row
        (
            "Table 4. Fees of the harbour\n\nSummer season Winter season\n\n"
            "| Berth | Low | High |\n|---|---|---|\n| B1 | $7 | $9 |\n",
            ["Fees of the harbour: Berth B1 – Low: $7; High: $9"],
        ),
        (
            "Table 4. Fees of the harbour and\n\nThe Marina\n\n| Berth | Low | High |\n"
            "|---|---|---|\n| B1 | $7 | $9 |\n",
            ["Fees of the harbour and The Marina: Berth B1 – Low: $7; High: $9"],
        ),
        # without a caption the line above that ends in a colon says what the figures are
        (
            "# Guide\n\n## Port\n\nMembers pay these fees for a berth:\n\n"
            "| Berth | Low | High |\n|---|---|---|\n| B1 | $7 | $9 |\n",
            ["Members pay these fees for a berth: Berth B1 – Low: $7; High: $9"],
        ),
        # a dash names no row
        ("| Locker | Fee |\n|---|---|\n| L 1 | $11 |\n| – | $12 |\n", ["L 1 – Fee: $11"]),
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
    monkeypatch.setattr("pipeline_core.stages.chunk_inputs.MOST_ROWS", 60)
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


@pytest.mark.parametrize(
    ("text", "is_published"),
    [
        pytest.param(
            "| Cod | 12 | 3 | 40 |\n|---|---|---|---|\n| Eel | 9 | 8 | 31 |\n", False, id="values without names"
        ),
        pytest.param(
            "| Cod | 12 |\n|---|---|\n| Eel | 9 |\n", False, id="a mere number of which nothing says what it counts"
        ),
        pytest.param(
            "| Port | Total | Tons | Total | Crates |\n|---|---|---|---|---|\n"
            "| Kiel | 12 | 3 | 4 | 5 |\n| Ulm | 9 | 8 | 3 | 1 |\n",
            False,
            id="two columns of one name",
        ),
        pytest.param(
            "| Port | Tons | Crates |\n|---|---|---|\n| Kiel | 12 | 3 |\n| Ulm | 9 | 8 |\n",
            True,
            id="names of their own",
        ),
        pytest.param(
            "| Rent | $640 a month |\n|---|---|\n| Deposit | $1,200 |\n", True, id="a name and what is stated for it"
        ),
    ],
)
def test_what_its_figures_mean_is_said_or_the_row_is_left_out(text: str, is_published: bool) -> None:
    # a heading is no caption: it names what the rows are about, not what their figures mean
    headings = ("Terms and figures of the harbours of the north coast",) if is_published else ()
    said = extract(ChunkInput(text, headings), 6).candidates
    assert said
    for fact in said:
        traits = statement_traits(fact.statement, " ".join(fact.quotes), fact.traits)
        confidence = confidence_of(traits)
        assert (confidence.value >= load_settings().publish_from) is is_published, fact.statement


def test_a_header_said_once_more_on_the_next_page_is_no_row() -> None:
    before = "| Locker | Fee | Key |\n|---|---|---|\n| L 1 | $11 | K1 |"
    chunk = ChunkInput("| L 2 | $12 | K2 |\n| Page 2 | Fee | Key |\n| L 3 | $13 | K3 |\n", (), table_before=before)
    assert [fact.statement for fact in extract(chunk, 6).candidates] == [
        "L 2 – Fee: $12; Key: K2",
        "L 3 – Fee: $13; Key: K3",
    ]


FEES = "| Berth | Low | High |\n|---|---|---|\n| B 1 | $7 | $9 |\n| B 2 | $8 | $11 |\n"


@pytest.mark.parametrize(
    ("above", "below", "subject"),
    [
        pytest.param("Members owe 4 or 5", "\n\nFees for members\n\n", "Fees for members", id="after a torn paragraph"),
        pytest.param(FEES, "\nGebühren für Gäste\n\n", "Gebühren für Gäste", id="a second table on one page"),
        pytest.param("", "**Tarifs d'hiver pour les invités**\n\n", "Tarifs d'hiver pour les invités", id="in bold"),
        pytest.param("Kiel\n\nUlm\n\n", "World total\n\n", "Port", id="one of many lines is no title"),
        pytest.param("", "The fees are paid in May.\n\n", "Port", id="a sentence is none"),
        pytest.param("", "Annual report of the harbour 53\n\n", "Port", id="a line of the page with its number"),
        pytest.param("", "Waiting time\n\n---\n\n", "Port", id="a line of the page before"),
        pytest.param("", "Source: harbour office\n\n", "Port", id="whence it is"),
        pytest.param("", "### K 51 K\n\n", "Port", id="a number of a page as heading"),
        pytest.param("", "Table 3. Fees by length\n\n## (net), 2007\n\n", "Fees by length (net), 2007", id="two lines"),
        pytest.param(
            "",
            f"**Table 3: Fees by length**\n\nLow: {'the fee of boats below the mean length, ' * 9}and so on.\n\n",
            "Fees by length",
            id="a paragraph that explains the columns below the caption",
        ),
        pytest.param("", "Table 3. Fees by length—Continued\n\n", "Fees by length", id="on another page"),
        pytest.param("", "Tabelle 3. Gebühren (Fortsetzung)\n\n", "Gebühren", id="on another page in German"),
        pytest.param("", "Table 3. Continued. Fees by length\n\n", "Fees by length", id="on another page, said first"),
        pytest.param("", "Summer:\n\n", "Port, Summer", id="one word under a heading"),
        pytest.param(f"Summer:\n\n{FEES}\n", "Winter:\n\n", "Port, Winter", id="one word under a heading once more"),
        pytest.param("", "Table 7. 5 Fees by length\n\n", "Fees by length", id="a number with a gap"),
        pytest.param("", "Table 7. 10 largest berths\n\n", "10 largest berths", id="a number that counts"),
        pytest.param("", "Table 3. Fees (net). Source: fees.csv\n\n", "Fees (net)", id="whence it is in the caption"),
        pytest.param("", "tabel berikut merangkum biaya:\n\n", "Port", id="what leads to the table is none"),
        pytest.param("", "Tabel di bawah ini merangkum biaya.\n\n", "Port", id="a word that might be a Roman number"),
        pytest.param("", "Table XI. Fees by length\n\n", "Fees by length", id="a Roman number"),
        pytest.param("", "Availability: 99.9 %\n\n", "Port", id="what is stated by itself"),
        pytest.param("Länge: 9 m\n\n", "**Kaution: 200 €**\n\n", "Port", id="what is stated by itself, in bold"),
    ],
)  # fmt: skip
def test_what_stands_nearest_above_a_table_says_what_it_is_about(above: str, below: str, subject: str) -> None:
    text = f"## Port\n\n{above}{below}{FEES.replace('B ', 'C ')}"
    assert f"{subject}: C 1 – Low: $7; High: $9" in statements(text)


def test_a_long_caption_below_a_table_names_it_by_its_first_sentence() -> None:
    caption = (
        "Table 4. Fees of the old harbour. " + "Each is for a night and was asked at the office in the morning. " * 6
    )
    assert statements(f"## Port\n\n{FEES}\n{caption}\n")[0].startswith("Fees of the old harbour: B 1")
    talk = (
        "Table 4 shows fees of the old harbour. "
        + "Each is for a night and was asked at the office in the morning. " * 6
    )
    assert statements(f"## Port\n\n{FEES}\n{talk}\n")[0].startswith("Port: B 1")


@pytest.mark.parametrize(
    ("before", "heading", "said"),
    [
        ("Text.\n\n**Table 3: Fees by length**\n\nLow is the fee of short boats.", "", "Fees by length: C 1"),
        ("Text.\n\nTable 3: Fees by length", "# (net), 2007\n\n", "Fees by length (net), 2007: C 1"),
        ("Text.\n\nTable 3: Fees by length", "# Port\n\n", "Port: C 1"),
        ("Table 3: Fees by length\n\n| a | b |\n|---|---|\n| 1 | 2 |", "", "C 1"),
    ],
)
def test_a_caption_in_the_chunk_before_names_the_table(before: str, heading: str, said: str) -> None:
    text = f"{heading}{FEES.replace('B ', 'C ')}"
    chunk = ChunkInput(text, (), table_above=paragraphs_above_table(text, before))
    assert extract(chunk, 6).candidates[0].statement == f"{said} – Low: $7; High: $9"


def test_a_row_above_the_header_is_the_caption() -> None:
    head = "| Exhibit 9 Fees of the old harbour | | |\n|---|---|---|\n| Berth | Low | High |\n"
    assert (
        statements(f"## Port\n\n{head}| B 1 | $7 | $9 |\n| B 2 | $8 | $9 |\n")[0]
        == "Fees of the old harbour: B 1 – Low: $7; High: $9"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "| Boat | Beam (m) | Length (m) | | Share of fuel | | |\n|---|---|---|---|---|---|---|\n"
            "| | | | at sea | in port | at anchor | idle |\n| Gull | 3.3 | 9.1 | 5 % | 9 % | 29 % | 17 % |\n"
            "| Tern | 2.1 | 8.2 | 2 % | 1 % | 10 % | 3 % |\n",
            "Gull – Beam (m): 3.3; Length (m): 9.1; Share of fuel at sea: 5 %; Share of fuel in port: 9 %; "
            "Share of fuel at anchor: 29 %; Share of fuel idle: 17 %",
            id="words in the middle of the columns that they span",
        ),
        pytest.param(
            "| Port | Ist 2003 bis 2008 | 2008 bis 2015 | Plan 2015 bis 2021 | 2008 bis 2021 |\n|---|---|---|---|---|\n"
            "| Kiel | 10 | 4 | 3 | 7 |\n| Ulm | 13 | 1 | 2 | 9 |\n",
            "Kiel – 2003 bis 2008: 10; 2008 bis 2015: 4; 2015 bis 2021: 3; 2008 bis 2021: 7",
            id="words of which nobody knows how far they go",
        ),
        pytest.param(
            "| Locker | n = | Fee: |\n|---|---|---|\n| L a | 4 | $7 |\n| L b | 5 | $9 |\n",
            "L a – n: 4; Fee: $7",
            id="names without what opens a value",
        ),
        pytest.param(
            "| # | Requirement | L1 | L2 | CWE |\n|---|---|---|---|---|\n"
            "| 1.2.3 | Verify that the key is kept. | | ✓ | 12 |\n"
            "| 1.2.4 | Verify that the log is kept. | ✓ | ✓ | 13 |\n",
            "1.2.3: Verify that the key is kept. (L2; CWE: 12)",
            id="a mark says for which columns a requirement holds",
        ),
        pytest.param(
            "| \\# Exigence L1 L2 | CWE |\n|---|---|\n| 1.2.3 Vérifiez que la clé est bien ✓ ✓ gardée au port. | 12 |\n"
            "| 1.2.4 Vérifiez que le journal est ✓ gardé au port. | 13 |\n",
            "1.2.3 Vérifiez que la clé est bien gardée au port. (L1, L2; CWE: 12)",
            id="marks printed into the text, one for each level",
        ),
        pytest.param(
            "| \\# Exigence L1 L2 | CWE |\n|---|---|\n| 1.2.4 Vérifiez que le journal est ✓ gardé au port. | 13 |\n"
            "| 1.2.5 Vérifiez que la clé est gardée au port. | 12 |\n",
            "1.2.4 Vérifiez que le journal est gardé au port. (CWE: 13)",
            id="marks printed into the text, fewer than levels",
        ),
        pytest.param(
            "| 编号 | 说明 | L1 | L2 |\n|---|---|---|---|\n| 2.1.5 | 验证用户可以更改其密码。 | ✓ | ✓ |\n"
            "| 2.1.6 | 验证用户可以删除其密码。 | ✓ | |\n",
            "2.1.5: 验证用户可以更改其密码。 (L1, L2)",
            id="a short sentence in Chinese",
        ),
        pytest.param(
            "| Hash | Use | Status |\n|---|---|---|\n| SHA-1 | Not for passwords, keys, or seals | L |\n"
            "| SHA-3 | Fit for passwords, keys, and seals | A |\n",
            "Hash SHA-1 – Use: Not for passwords, keys, or seals; Status: L",
            id="a name with a number is no requirement",
        ),
        pytest.param(
            "| Control | Description | Share |\n|---|---|---|\n"
            "| 1. From the | weights of the first | 4 % of all, and |\n"
            "| optimum | checkpoint | 9 % of ours |\n| 2. One axis | new weights | 8 % |\n",
            "Control 1. From the optimum – Description: weights of the first checkpoint; "
            "Share: 4 % of all, and 9 % of ours",
            id="a wrapped row of numbered ones",
        ),
        pytest.param(
            "| Plan | Backup | Help | Seats |\n|---|---|---|---|\n| Basic | ✓ | - | - |\n| Team | ✓ | ✓ | - |\n",
            "Team – Backup: ✓; Help: ✓",
            id="nothing but marks",
        ),
        pytest.param(
            "| Old prose | that was cut |\n|---|---|\n| It begins here and | goes on there |\n"
            "| Item | Description |\n"
            "| Tuition | The cost of taking a course varies from school to school. |\n",
            "Tuition – Description: The cost of taking a course varies from school to school.",
            id="a header below torn prose",
        ),
    ],
)
def test_a_row_is_said_under_the_names_that_are_certain(text: str, said: str) -> None:
    assert said in statements(text)


def test_what_is_no_row_is_not_said() -> None:
    requirements = (
        "| \\# Description | L1 | L2 | Page |\n|---|---|---|---|\n"
        "| 1.2.3 Verify that the key is kept. | ✓ | | 12 |\n"
        "| Keys were lost and locks were changed in | | ports of | |\n"
        "| 1.2.4 Verify that the log is kept. | ✓ | | 13 |\n"
        "| Rules of the harbour 4.0 | | | 58 |\n| 1.2.5 Verify that the log is old. | ✓ | | 14 |\n"
    )
    assert [said.split()[0] for said in statements(requirements)] == ["1.2.3", "1.2.4", "1.2.5"]
    assert statements("## Legend\n\n| Mark | Meaning |\n|---|---|\n| ✓ | Required |\n| o | Recommended |\n") == []
    wrapped = "| data and | 4 records | worse |\n| 5. One axis | none | none |\n"
    before = "| control | change | outcome |\n|---|---|---|\n| 4. New | some of the | bad |"
    chunk = ChunkInput(wrapped, (), table_before=before)
    assert [fact.statement for fact in extract(chunk, 6).candidates] == []
    in_columns = "## Crew\n\n| | |\n|---|---|\n| • Ada Berg | • Juan Ruiz |\n| • Li Wei | • Omar Haddad |\n"
    assert statements(in_columns) == []
    assert statements(in_columns.replace("• ", "")) != []


def test_a_requirement_cut_in_two_is_one_again() -> None:
    text = (
        "| # | Beschreibung | CWE |\n|---|---|---|\n| 2.3.1 | Prüfen Sie, dass der Schlüssel lang ist und | 12 |\n"
        "| | Buchstaben hat. | |\n| 2.3.2 | Prüfen Sie, dass er alt ist. | 13 |\n"
    )
    assert statements(text)[0] == "2.3.1: Prüfen Sie, dass der Schlüssel lang ist und Buchstaben hat. (CWE: 12)"


def test_columns_of_one_series_name_no_row() -> None:
    head = "| Zinc | | Lead | |\n|---|---|---|---|\n| 2009 | 2010 | 2009 | 2010 |\n"
    chunk = ChunkInput(f"{head}| 604 | 605 | 42 | 43 |\n| 50 | 51 | 7 | 8 |\n", ())
    assert {fact.traits["header_missing"] for fact in extract(chunk, 6).candidates} == {1.0}


def test_words_that_stand_over_unknown_columns_make_the_header_a_guess() -> None:
    text = (
        "| | | | Actual | | Planned |\n|---|---|---|---|---|---|\n| Port | 2003 | 2004 | 2005 | 2006 | 2007 |\n"
        "| Kiel | 1,204 | 1,307 | 1,222 | 1,198 | 1,300 |\n| Ulm | 2,204 | 2,307 | 2,222 | 2,198 | 2,300 |\n"
    )
    first = extract(ChunkInput(text, ()), 6).candidates[0]
    assert first.statement == "Kiel – 2003: 1,204; 2004: 1,307; 2005: 1,222; 2006: 1,198; 2007: 1,300"
    assert first.traits["header_guessed"] == 1.0


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        # a row of words among values is a row, in tables of two columns and of more, with a header and without
        ("Dish | Price\nSoup | 4 €\nWater | free\nCake | 3 €",
         ["Soup – Price: 4 €", "Water – Price: free", "Cake – Price: 3 €"]),
        ("Merkmal | Wert\nLänge | 9 m\nFarbe | Rot, matt\nGewicht | 4 kg",
         ["Länge – Wert: 9 m", "Farbe – Wert: Rot, matt", "Gewicht – Wert: 4 kg"]),
        ("Clé | Valeur\nPoids | 4 kg\nPorte | réversible\nLargeur | 60 cm",
         ["Poids – Valeur: 4 kg", "Porte – Valeur: réversible", "Largeur – Valeur: 60 cm"]),
        ("Параметр | Значение\nМасса | 4 кг\nЦвет | белый\nДлина | 9 м",
         ["Масса – Значение: 4 кг", "Цвет – Значение: белый", "Длина – Значение: 9 м"]),
        ("項目 | 値\n電圧 | 100 V\n色 | 白\n長さ | 9 m",
         ["電圧 – 値: 100 V", "色 – 値: 白", "長さ – 値: 9 m"]),
        ("Berth | Fee | Depth\nA | 4 € | 9 m\nB | free | tidal\nC | 5 € | 8 m",
         ["Berth A – Fee: 4 €; Depth: 9 m", "Berth B – Fee: free; Depth: tidal", "Berth C – Fee: 5 €; Depth: 8 m"]),
        (
            "Merkmal | Angabe\nLänge | 312\nBoden | Fliesen\nTiefe | 1,8 m",
            ["Länge – Angabe: 312", "Boden – Angabe: Fliesen", "Tiefe – Angabe: 1,8 m"],
        ),
        (" | \nMast | 9 m\nHull | oak\nKeel | 2 m",
         ["Mast: 9 m", "Hull: oak", "Keel: 2 m"]),
        (" | \nTerm | 2 years\nPeriod | year\nRent | $640",
         ["Term: 2 years", "Period: year", "Rent: $640"]),
        # a header: repeated, with the same name for its keys, bold, of names of columns, below a gap
        ("Port | Boats\nKiel | 41\nPort | Boats\nUlm | 7",
         ["Kiel – Boats: 41", "Ulm – Boats: 7"]),
        ("Port | Boats\nKiel | 41\nPort | Crews\nUlm | 7",
         ["Kiel – Boats: 41", "Ulm – Crews: 7"]),
        ("Port | Boats\nKiel | 41\nBonn | 6\n**Lake** | **Fish**\nUlm | 7",
         ["Kiel – Boats: 41", "Bonn – Boats: 6", "Ulm – Fish: 7"]),
        ("Port | Boats | Fee\nKiel | 41 | $3\nItem | Quantity | Price\nRope | 7 | $2",
         ["Kiel – Boats: 41; Fee: $3", "Rope – Quantity: 7; Price: $2"]),
        ("Port | Boats | Fee\nKiel | 41 | $3\n | | \nLake | Fish | Toll\nUlm | 7 | $2",
         ["Kiel – Boats: 41; Fee: $3", "Ulm – Fish: 7; Toll: $2"]),
    ],
)  # fmt: skip
def test_only_what_looks_like_a_header_names_the_rows_below_it(rows: str, said: list[str]) -> None:
    lines = [f"| {line} |" for line in rows.split("\n")]
    lines.insert(1, "|" + "---|" * (lines[0].count("|") - 1))
    answer = extract(ChunkInput("\n".join(lines) + "\n", ()), 9)
    assert [candidate.statement for candidate in answer.candidates] == said


BOATS = "| Probe | Price | Drift |\n|---|---|---|\n| A | $9 | 0.071 |\n| B | $14 | 0.064 |\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # columns of a page part a caption from its table
        (f"# Cheap probes\n\n## Results\n\nTable 1. Error by probe.\n\nB lasts.\n\n## End\n\nThey last.\n\n{BOATS}",
         "Error by probe"),
        (f"# Cheap probes\n\n## Results\n\nTabelle 1: Fehler der Sonden.\n\n## Ende\n\nSie halten.\n\n{BOATS}",
         "Fehler der Sonden"),
        (f"# Cheap probes\n\nTable 1 shows errors.\n\n## End of it\n\nThey last.\n\n{BOATS}", "End of it"),
        # clauses of a script without full stops
        (f"# โปรแกรมซัก\n\nห้ามใส่ผ้าเกิน 8 กิโลกรัม หากน้ำไม่ไหลภายใน 10 นาที เครื่องจะหยุดทำงาน\n\n{BOATS}", "โปรแกรมซัก"),
    ],
)  # fmt: skip
def test_a_table_is_said_with_the_caption_that_is_its_own(text: str, said: str) -> None:
    answer = extract(ChunkInput(text, ()), 9)
    rows = [one.statement for one in answer.candidates if "Price" in one.statement]
    assert [row.rpartition(": Probe A")[0].rpartition("Cheap probes – ")[2] for row in rows][:1] == [said]


def test_a_header_that_is_said_again_on_another_page_keeps_the_caption() -> None:
    one, two = ("".join(f"| Kiel {n}{a} | {n} | {n}.5 |\n" for n in range(3)) for a in "ab")
    head = "| Port | Boats | Fee |\n|---|---|---|\n"
    text = f"# Ports\n\nTable 7. Ports in operation\n\n{head}{one}\n1\n\n{head}{two}"
    said = [one.statement for one in extract(ChunkInput(text, ()), 9).candidates]
    assert len(said) == 6
    assert all(": Kiel" in row and "Ports in operation" in row for row in said)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("Pos. | Work | Rate | Sum\n1 | Paint | $9 | $18\n2 | Hull | $7 | $7\n | | Net | $25\n | | VAT | $5",
         ["Pos. 1 – Work: Paint; Rate: $9; Sum: $18", "Pos. 2 – Work: Hull; Rate: $7; Sum: $7",
          "Net – Sum: $25", "VAT – Sum: $5"]),
        ("Pos. | Arbeit | Preis | Summe\n1 | Lack | 9 € | 18 €\n2 | Rumpf | 7 € | 7 €\n | | 19 % USt. | 5 €",
         ["Pos. 1 – Arbeit: Lack; Preis: 9 €; Summe: 18 €", "Pos. 2 – Arbeit: Rumpf; Preis: 7 €; Summe: 7 €",
          "19 % USt – Summe: 5 €"]),
        # among the rows such a row is what goes on from the one above
        ("Pos. | Work | Rate | Sum\n1 | Paint | $9 | $18\n | | night | $25\n2 | Hull | $7 | $7",
         ["Pos. 1 – Work: Paint; Rate: $9; Sum: $18", "Pos. 2 – Work: Hull; Rate: $7; Sum: $7"]),
    ],
)  # fmt: skip
def test_what_a_bill_adds_up_below_its_rows_is_said_by_its_own_name(rows: str, said: list[str]) -> None:
    lines = [f"| {line} |" for line in rows.split("\n")]
    lines.insert(1, "|" + "---|" * (lines[0].count("|") - 1))
    assert [one.statement for one in extract(ChunkInput("\n".join(lines) + "\n", ()), 9).candidates] == said
