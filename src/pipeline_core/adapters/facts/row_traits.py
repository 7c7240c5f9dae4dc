"""Traits of a row that set the confidence of its statement: names of columns above all."""

from collections.abc import Collection

from pipeline_core.adapters.facts.cell_texts import LONG, is_id, is_sentence
from pipeline_core.adapters.facts.row_marks import without_marks
from pipeline_core.adapters.facts.row_opaque import is_opaque
from pipeline_core.adapters.facts.row_statements import sentence_in
from pipeline_core.adapters.facts.table_body import Said
from pipeline_core.domain.tables import VALUES, kind_of


def traits_of(said: Said, keys: Collection[str]) -> dict[str, float]:
    """Numbers for the confidence, by name; ``keys`` is what the rows of the table are about."""
    cells = len(said.row.cells)
    sentence = bool(sentence_in(said))
    return {
        "row": 1.0,
        **_header(said),
        "key_named": float(bool(said.name_of_name) or kind_of(said.name) not in VALUES),
        "columns": float(cells),
        "empty_cells": 1 - len(said.row.filled) / cells,
        # a sentence says itself what it is about
        "table_untold": float(said.table.context.is_untold and not sentence),
        "columns_unexplained": float(not sentence and is_opaque(said, keys)),
        "requirement": float(sentence and is_id(said.name)),
        "sentence_whole": float(sentence),
    }


def _header(said: Said) -> dict[str, float]:
    if said.is_named:
        if _share_a_name(said) or _is_of_the_series(said):
            return {"header_missing": 1.0}
        is_certain = said.table.certain and without_marks(said).is_sure
        # each value is under its column's name, whatever the statement looks like: "(L2, L3)" are names alone
        return {"header_certain" if is_certain else "header_guessed": 1.0, "unnamed_cells": 0.0}
    context = said.table.context
    if _is_key_and_value(said, is_told=bool(context.subject or context.unit)):
        # a name and what is stated for it lack nothing, whatever their statement looks like
        return {"header_missing": 0.0, "unnamed_cells": 0.0}
    return {"header_missing": 1.0}


def _share_a_name(said: Said) -> bool:
    """Return whether another column shares a name with one the row has a value for: which is meant is unclear."""
    return any(said.table.names[1:].count(column) > 1 for column, _ in said.pairs)


def _is_of_the_series(said: Said) -> bool:
    """Return whether the first column is one of a series ("Zinc 2009 | Zinc 2010"), so that no cell names the row."""
    if kind_of(said.name) not in ("number", "money", "share"):
        return False
    ends = [kind_of(name.rpartition(" ")[2]) for name in said.table.names if name]
    return len(ends) > 2 and set(ends) == {"year"} and kind_of(said.table.names[0]) != "year"


def _is_key_and_value(said: Said, *, is_told: bool) -> bool:
    """Return whether the row is a name and what is stated for it: "Rent | $640 a month" needs no names of columns.

    A mere number needs that something above the table says what is counted (``is_told``).
    """
    if len(said.row.cells) != 2:
        return False
    [(_, value)] = said.pairs
    if kind_of(value) == "number" and not is_told:
        return False
    return kind_of(said.name) == "words" and (len(value.split()) <= LONG or is_sentence(value))
