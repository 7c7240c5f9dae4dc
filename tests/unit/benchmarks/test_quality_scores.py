"""The quality benchmark's own scorers: what they count as found, as junk taken and as read."""

import json
from pathlib import Path

import pytest

from benchmarks.quality import own_scores

TABLE = "| Boat | Price |\n|---|---|\n| Heron | 62 |\n| Otter | 41 |\n"


def scored(tmp_path: Path, label: dict[str, str], *facts: dict[str, str | None]) -> str:
    rows = [{"document": "a.md", "form": "prose", "why": "x", **label}]
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "a.md.json").write_text(json.dumps({"facts": facts}))
    return own_scores.labels(tmp_path / "labels.jsonl", tmp_path, misses=True)


def fact(quote: str, statement: str | None = None, question: str | None = None) -> dict[str, str | None]:
    return {"quote": quote, "statement": statement or quote, "answer": None, "question": question}


KEY = {"kind": "key", "quote": "The deposit of 150 pounds is paid back within seven days"}
JUNK = {"kind": "junk", "quote": "We thank Mrs Brook for many pleasant talks"}


@pytest.mark.parametrize(
    ("label", "made", "is_missed"),
    [
        (KEY, fact("The deposit of 150 pounds is paid back within seven days."), False),
        (KEY, fact("paid back within seven days", "The deposit of 150 pounds is paid back within seven days"), False),
        (KEY, fact("The deposit of 250 pounds is paid back within seven days."), True),
        (KEY, fact("The deposit of 150 pounds is due."), True),
        (JUNK, fact("We thank Mrs Brook for many pleasant talks."), True),
        (JUNK, fact("The club was founded by Mrs Brook."), False),
        (JUNK, fact("We thank Mrs Brook for many pleasant talks about the gate that is locked at eight."), False),
    ],
)  # fmt: skip
def test_what_a_fact_says(tmp_path: Path, label: dict[str, str], made: dict[str, str | None], is_missed: bool) -> None:
    told = scored(tmp_path, label, made)
    assert ("key lost" in told or "junk as fact" in told) is is_missed


def test_a_document_of_which_nothing_is_published_has_none_of_its_facts(tmp_path: Path) -> None:
    assert "keys   0.00 of 1" in scored(tmp_path, KEY)


def test_questions_that_begin_alike_are_told(tmp_path: Path) -> None:
    facts = [fact("a", question=f"What does the {name} say?") for name in ("rule", "list", "table", "note")]
    assert "alike  0.80" in scored(tmp_path, KEY, *facts, fact("b", question="When is the deposit due?"))


def test_markdown_is_scored_by_cells_words_order_headings_and_items() -> None:
    truth = f"# Prices\n\nFuel is included.\n\n- oars\n- a rope\n\n{TABLE}"
    assert set(own_scores.markdown(truth, truth, False).values()) == {1.0}
    worse = own_scores.markdown(truth.replace("# Prices", "Prices").replace("62", "26"), truth, False)
    assert (worse["head_f1"], worse["cell_f1"]) == (0, pytest.approx(5 / 6))
    assert own_scores.markdown("included is fuel", "Fuel is included", False)["order"] == pytest.approx(1 / 3)
    assert own_scores.markdown(truth, truth, True).keys() == {"cell_f1"}


def test_a_word_read_wrongly_or_out_of_order_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "texts.json").write_text(json.dumps({"a.pdf": "the gate is locked"}))
    (tmp_path / "a.pdf.json").write_text(json.dumps({"chunks": [{"text": "the gale is"}, {"text": "locked"}]}))
    assert "WER 0.250" in own_scores.scans(tmp_path / "texts.json", tmp_path)
