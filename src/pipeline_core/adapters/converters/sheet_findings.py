"""Findings about sheets: hidden parts, formulas without a value, errors."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline_core.adapters.converters.hidden import hidden_content
from pipeline_core.adapters.converters.sheet_cells import Noticed, letters_of
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.wording import counted, listed, runs


def sheet_findings(
    notes: Sequence[tuple[str, Noticed]], hidden_sheets: Sequence[str], *, kept: bool
) -> Iterator[Finding]:
    """The findings about a workbook's sheets, each kind once, with the places. ``notes``: by the sheets' names."""
    hidden = [f"the sheet “{name}”" for name in hidden_sheets]
    hidden += [part for name, noticed in notes for part in _hidden_on(f"of the sheet “{name}”", noticed)]
    if hidden:
        yield hidden_content(hidden, kept=kept)
    if found := {f"{cell} of the sheet “{name}”": said for name, one in notes for cell, said in one.uncomputed.items()}:
        count = counted(len(found), "cell has", "cells have")
        said = f"{count} no stored value, so the formula itself was taken: {_named(found)}. "
        advice = "Open the file in a spreadsheet program, save it, and upload that."
        yield Finding("formula_without_value", Severity.WARNING, said + advice, {"cells": len(found)})
    if found := {f"{cell} of the sheet “{name}”": said for name, one in notes for cell, said in one.errors.items()}:
        count = counted(len(found), "cell shows", "cells show")
        said = f"{count} an error instead of a value: {_named(found)}. "
        advice = "Mend what the formulas refer to, save the file, and upload that."
        yield Finding("formula_error", Severity.WARNING, said + advice, {"cells": len(found)})


def _hidden_on(sheet: str, noticed: Noticed) -> Iterator[str]:
    for first, last in runs(noticed.hidden_rows):
        yield f"row {first} {sheet}" if first == last else f"rows {first} to {last} {sheet}"
    for first, last in runs(sorted(noticed.hidden_columns)):
        one, other = letters_of(first), letters_of(last)
        yield f"column {one} {sheet}" if first == last else f"columns {one} to {other} {sheet}"
    if noticed.unseen:
        yield f"the text of {listed(noticed.unseen)} {sheet}, which cannot be seen"


def _named(places: Mapping[str, str]) -> str:
    return listed([f"{place} ({content})" for place, content in places.items()])
