"""What is said with a row so that it stands alone: its section, what abbreviations mean, that a cell says no."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.adapters.facts.table_abbreviations import explained
from pipeline_core.adapters.facts.table_labels import without_marks_of_notes, without_talk
from pipeline_core.domain.confidence_model import confidence_of
from pipeline_core.domain.facts import FactCandidate
from pipeline_core.ports.fact_generator import ChunkInput


def rows(markdown: str) -> tuple[FactCandidate, ...]:
    return extract(ChunkInput(markdown, ()), 0).candidates


def table(*lines: str) -> str:
    head, *body = lines
    return "\n".join([f"| {head} |", "|" + "---|" * (head.count("|") + 1), *(f"| {line} |" for line in body)]) + "\n"


PORTS = table("Port | Boats | Share", "Kiel | 41 | 27.7", "Emden | 12 | 9.1")


@pytest.mark.parametrize(
    ("above", "said"),
    [
        ("## 3.1 Herring\n\nTable 4: Leading buyers, 1996\n\n", "Herring – Leading buyers, 1996: Kiel"),
        ("## Zucker\n\nTabelle 4: Marktanteile der Marken\n\n", "Zucker – Marktanteile der Marken: Kiel"),
        # the caption has a word of the section, the section says nothing, or the caption is long
        ("## Herring\n\nTable 4: Sales of herring\n\n", "Sales of herring: Kiel"),
        ("## Results\n\nTable 4: Leading buyers\n\n", "Leading buyers: Kiel"),
        ("## Which boats?\n\nTable 4: Leading buyers\n\n", "Leading buyers: Kiel"),
        (
            "## Herring\n\nTable 4: Number of boats and share of boats by port of call and year of the first call\n\n",
            "Number of boats and share of boats by port of call and year of the first call: Kiel",
        ),
    ],
)
def test_a_caption_is_said_with_the_section_that_it_leans_on(above: str, said: str) -> None:
    text = f"{above.partition(chr(10))[0]}\n\nMuch of it is bought by few.\n{above.partition(chr(10))[2]}{PORTS}"
    assert f"{said} – Boats: 41; Share: 27.7" in [row.statement for row in rows(text)]


@pytest.mark.parametrize(
    ("notes", "prose", "said"),
    [
        # a list explains with colons, one alone may be a label
        (["Alpha: number of alpha indices; Dep: count of packages"], "",
         {"Alpha": "number of alpha indices (Alpha)", "Dep": "count of packages (Dep)"}),
        (["Dep: count of packages"], "", {}),
        (["Alpha: number of indices; Uni: ✓ indicates UniFrac support; Dep: packages"], "",
         {"Alpha": "number of indices (Alpha)", "Uni": "UniFrac support (Uni)", "Dep": "packages (Dep)"}),
        ([], "The kinetic intensity (KI) of a cycle is high.", {"KI": "kinetic intensity (KI)"}),
        ([], "Die Nettogeschossfläche (KI) ist groß.", {}),
        ([], "We measured everything (KI).", {}),
    ],
)  # fmt: skip
def test_abbreviations_are_explained_beside_the_table_or_where_they_are_made(
    notes: list[str], prose: str, said: dict[str, str]
) -> None:
    assert explained(["Tool", "Alpha", "Uni", "Dep", "KI"], notes, prose) == said


def test_a_dash_says_no_among_check_marks() -> None:
    text = table("Tool | Reads PDF | Runs alone | Age", "one | ✓ | \\- | 4", "two | \\- | ✓ | -")
    assert [row.statement for row in rows(text)] == [
        "one – Reads PDF: ✓; Runs alone: -; Age: 4",
        "two – Reads PDF: -; Runs alone: ✓",
    ]


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Correlation of the I(1)* spread", "Correlation of the I(1) spread"),
        ("householders,* by housing†", "householders, by housing"),
        ("Criteria (GLWQI)^a and others", "Criteria (GLWQI) and others"),
        ("Paths by A* and D*", "Paths by A* and D*"),
        ("a*b", "a*b"),
    ],
)
def test_marks_of_notes_are_not_said(title: str, said: str) -> None:
    assert without_marks_of_notes(title) == said


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Harm grid. Columns are the arms of the trial", "Harm grid (columns: the arms of the trial)"),
        ("Harm. Columns are the arms (plain / full). The last is a mean.", "Harm (columns: the arms (plain / full))"),
        ("Schäden. Die Spalten zeigen die Gruppen.", "Schäden (spalten: die Gruppen)"),
        ("Pertes. Les lignes sont les ports", "Pertes (lignes: les ports)"),
        ("Sales. Values in millions", "Sales. Values in millions"),
        ("Rows and columns of cabbage", "Rows and columns of cabbage"),
    ],
)
def test_what_a_caption_tells_of_columns_explains(title: str, said: str) -> None:
    assert without_talk(title) == said


@pytest.mark.parametrize(
    ("text", "is_opaque"),
    [
        (table("Port | LDA 1997 | Share", "Kiel | 41 | 27.7", "Emden | 12 | 9.1"), True),
        (table("Group | Status", "ffdhe3072 | A", "ffdhe4096 | D"), True),
        (table("Cycle | Distance", "4171_1 | 17.9", "2145_1 | 11.2"), True),
        (f"Table 5: Comparisons of C5 from two sources\n\n{PORTS}", True),
        # rows below "Sentenced" are parts of it
        (table("Totals | 2009 | 2010", "37-60 Months | 14 | 18", "Charged | 9 | 8", "Sentenced | 7 | 6"), True),
        (PORTS, False),
        (table("Variable | Min | Max | N", "Age | 21 | 90 | 41", "Income | 3 | 9 | 12"), False),
        (table("Age | Boats", "18-25 years | 41", "26-40 years | 12"), False),
        (table("Tool | Licence paid | Age", "one | Y | 4", "two | N | 5"), False),
        (f"Table 5: Sales, Q4 2009\n\n{PORTS}", False),
        # explained beside the table
        (f"{table('Port | LDA', 'Kiel | 41', 'Emden | 12')}\nLDA = Landing data\n", False),
        # a sentence needs no names
        (table("# | Description | L1 | CWE", "2.1.1 | Verify that each lock has a key of its own. | ✓ | 521"), False),
    ],
)  # fmt: skip
def test_rows_of_codes_are_doubted(text: str, is_opaque: bool) -> None:
    fact = rows(text)[0]
    assert fact.traits["columns_unexplained"] == is_opaque
    opaque, clear = (confidence_of({**fact.traits, "columns_unexplained": flag}).value for flag in (1.0, 0.0))
    assert opaque < clear
