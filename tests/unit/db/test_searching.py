"""A row that was found becomes a hit, each fact under its own headings."""

from dataclasses import fields
from typing import Any

from pipeline_core.db.searching import hit_of
from pipeline_core.domain.rows.search import FoundFact


def _row(text: str, **given: Any) -> dict[str, Any]:
    return {**dict.fromkeys(field.name for field in fields(FoundFact)), "statement": text, **given}


def _headings(text: str, before: Any) -> list[str]:
    return [*before, f"heading of {text}"]


def test_headings_are_those_of_the_fact_itself() -> None:
    inner = _row("b", kind="fact", up_to_evidence="of fact", heading_path=["Top"])
    hit = hit_of(_row("a", kind="passage", up_to_evidence=None, heading_path=["Top"], facts=[inner]), _headings)
    assert hit.heading_path == ["Top"]
    assert hit.facts[0].heading_path == ["Top", "heading of of fact"]
    assert "up_to_evidence" not in dict(hit)
    assert hit.statement == "b"
