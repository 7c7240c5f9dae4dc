"""Findings about sheets: hidden parts, formulas without a value, errors."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline_core.adapters.converters.hidden import hidden_content
from pipeline_core.adapters.converters.sheet_cells import Noticed, letters_of
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.wording import listed, runs


@dataclass(frozen=True, slots=True)
class SheetNotes:
    """A sheet's name and what was noticed on it."""

    name: str
    noticed: Noticed


def sheet_findings(notes: Sequence[SheetNotes], hidden_sheets: Sequence[str], *, kept: bool) -> Iterator[Finding]:
    """The findings about a workbook's sheets, each kind once, with the places."""
    hidden = [f"the sheet “{name}”" for name in hidden_sheets]
    for note in notes:
        hidden += _hidden_on(note)
    if hidden:
        yield hidden_content(hidden, kept=kept)
    uncomputed = {f"{cell} of the sheet “{n.name}”": f for n in notes for cell, f in n.noticed.uncomputed.items()}
    if uncomputed:
        yield Finding(
            "formula_without_value",
            Severity.WARNING,
            f"{_count(uncomputed, 'cell has', 'cells have')} no stored value, so the formula itself was taken: "
            f"{_named(uncomputed)}. Open the file in a spreadsheet program, save it, and upload that.",
            {"cells": len(uncomputed)},
        )
    errors = {f"{cell} of the sheet “{n.name}”": e for n in notes for cell, e in n.noticed.errors.items()}
    if errors:
        yield Finding(
            "formula_error",
            Severity.WARNING,
            f"{_count(errors, 'cell shows', 'cells show')} an error instead of a value: {_named(errors)}. Correct "
            "what the formulas refer to, save the file, and upload that.",
            {"cells": len(errors)},
        )


def _hidden_on(note: SheetNotes) -> Iterator[str]:
    of = f"of the sheet “{note.name}”"
    for first, last in runs(note.noticed.hidden_rows):
        yield f"row {first} {of}" if first == last else f"rows {first} to {last} {of}"
    for first, last in runs(sorted(note.noticed.hidden_columns)):
        one, other = letters_of(first), letters_of(last)
        yield f"column {one} {of}" if first == last else f"columns {one} to {other} {of}"
    if cells := note.noticed.unseen:
        yield f"the text of {listed(cells)} {of}, which cannot be seen"


def _count(things: Mapping[str, str], one: str, many: str) -> str:
    return f"{len(things):,} {one if len(things) == 1 else many}"


def _named(places: Mapping[str, str]) -> str:
    return listed([f"{place} ({content})" for place, content in places.items()])
