"""Facts to judge are drawn from exports, without their confidence; judged ones get the traits of today's code."""

import json
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from benchmarks.confidence import MOST_OF_A_DOCUMENT, draw, key_of, main, with_traits_anew
from benchmarks.weighed_facts import exports_below, facts_of

PARAGRAPHS = [f"The Kestrel {n} pump must be checked within {n} days after it was installed." for n in range(2, 14)]


def exported(name: str) -> dict[str, Any]:
    """As ``pipeline export`` writes it, but for what is not read here."""
    chunks, at = [], 0
    for n, text in enumerate(("# Pumps\n\n" + "\n\n".join(PARAGRAPHS[:6]), "\n\n".join(PARAGRAPHS[6:]))):
        place = {"char_from": at, "char_to": at + len(text), "page_from": 1, "page_to": 1}
        chunks.append({"chunk_id": str(UUID(int=n)), "ordinal": n, "text": text, "heading_path": ["Pumps"], **place})
        at += len(text) + 2
    return {"filename": name, "facts": [], "chunks": chunks}


def test_the_same_facts_are_drawn_each_time_and_their_confidence_is_not_shown() -> None:
    exports = [exported(f"{name}.md") for name in "abc"]
    drawn = list(draw(exports))
    assert sorted(map(key_of, draw(exports[::-1]))) == sorted(map(key_of, drawn))
    assert Counter(row["document"] for row in drawn) == dict.fromkeys(("a.md", "b.md", "c.md"), MOST_OF_A_DOCUMENT)
    assert not [row for row in drawn if "confidence" in row]
    assert all(row["holds"] is None and row["quote"] and row["traits"]["prose"] for row in drawn)


def test_what_is_judged_is_not_drawn_again() -> None:
    judged = {key_of(row) for row in draw([exported("a.md")])}
    again = [key_of(row) for row in draw([exported("a.md")], judged)]
    assert len(again) == len(facts_of(exported("a.md"))) - len(judged)
    assert not judged & set(again)


def test_a_folder_of_exports_is_drawn_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "labelled").mkdir()
    (tmp_path / "labelled" / "a.md.json").write_text(json.dumps(exported("a.md")), "utf-8")
    (tmp_path / "notes.json").write_text("[]", "utf-8")
    main(["--draw", str(tmp_path)])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["document"] for row in rows] == ["a.md"] * MOST_OF_A_DOCUMENT
    with pytest.raises(ValueError, match="pipeline export"):
        list(exports_below(tmp_path / "labelled" / "nothing"))


def test_judged_facts_get_their_traits_anew_where_they_are_still_found() -> None:
    found = facts_of(exported("a.md"))[0]
    rows = [
        {"document": "a.md", "statement": found.statement, "holds": True, "traits": {"prose": 1.0}},
        {"document": "a.md", "statement": "It is gone.", "holds": False, "traits": {"prose": 1.0}},
    ]
    anew = list(with_traits_anew(rows, [exported("a.md")]))
    assert anew[0]["traits"] == found.traits
    assert anew[0]["traits"]["below_heading"] == 1.0
    assert anew[1] == rows[1]
    assert [row["holds"] for row in anew] == [True, False]
