"""Traits of a row that set the confidence of its statement: names of columns, and codes that nothing explains."""

import re
from collections.abc import Collection

from pipeline_core.adapters.facts.cell_texts import LONG, is_id, is_sentence
from pipeline_core.adapters.facts.row_statements import sentence_in, without_marks
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
        # where two columns share a name nobody knows which is meant
        if any(said.table.names[1:].count(column) > 1 for column, _ in said.pairs) or _is_of_the_series(said):
            return {"header_missing": 1.0}
        is_certain = said.table.certain and without_marks(said).is_sure
        # each value is under its column's name, whatever the statement looks like: "(L2, L3)" are names alone
        return {"header_certain" if is_certain else "header_guessed": 1.0, "unnamed_cells": 0.0}
    context = said.table.context
    if _is_key_and_value(said, is_told=bool(context.subject or context.unit)):
        # a name and what is stated for it lack nothing, whatever their statement looks like
        return {"header_missing": 0.0, "unnamed_cells": 0.0}
    return {"header_missing": 1.0}


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


_SHORT = re.compile(r"[^\W\d_]{1,5}\d{0,2}s?")
_BESIDES = re.compile(
    r"[(\[][^()\[\]]*[)\]]|(?<!\w)(?:(?:19|20)\d\d(?:[-/–]\d{2,4})?|\d+(?:[.,]\d+)*%?|%|/|&|\+|-|–|in|of|and|per)(?!\w)"
)
"""Text beside an abbreviation that does not explain it: a unit, a year, a number."""
_ID = re.compile(r"\d+(?:_\d+)+|(?=\w*\d)(?=\w*_)\w{1,8}|[0-9a-f]{8,}(?:-[0-9a-f]+)*")
_RANGE = re.compile(r"(?:[<>≤≥]\s?)?\d[\d.,]*(?:\s?(?:-|–|to|bis|à|a)\s?\d[\d.,]*\s?\+?|\+)\s*\S{0,10}\Z")
_LETTERS = re.compile(r"[A-Z]{1,2}")
_ANSWERS = frozenset({"Y", "N", "J", "O", "S", "X", "NA", "NO", "SI", "OK"})
_SIGN = re.compile(r"(?<![\w-])[A-Z]\d(?![\w.-])")
"""A letter with a number, as studies name their measures: "C5", "X2"."""
_QUARTER = re.compile(r"[QHTSW]\d")
_KNOWN = frozenset(
    """
    a b i n p r t x y z fy id no nr min max avg mean sd se std dev ci am pm eu uk us usa un who gdp gnp vat tv pc cd dvd
    usd eur gbp chf jpy aud cad sek nok dkk pln czk kg g mg km m cm mm l ml ha t h s ms kb mb gb tb kw kwh mwh gwh mw gw
    hz mhz ghz ppm co2 ph iq tax url uri http https api pdf ip os cpu gpu ram xs xl xxl xxxl
    mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep sept oct nov dec
    mo di mi do fr sa so mai juin lun mer jeu ven sam dim mié jue vie sáb dom
    q1 q2 q3 q4 h1 h2 ytd qty eta isbn issn iban bic swift zip pin vin faq nato oecd imf
    """.split()  # noqa: SIM905
)


def is_opaque(said: Said, keys: Collection[str]) -> bool:
    """Return whether the row needs an explanation that is not given.

    Args:
        said: the row, with such names of columns in full as the text beside the table explains.
        keys: what the rows of its table are about.
    """
    subject = said.table.context.subject.split()
    if _SIGN.search(" ".join(word for word in subject if not _QUARTER.fullmatch(word.strip("(),.:;")))):
        return True
    names = [column for column, _ in said.pairs if column]
    if any(map(_is_code, names)) or all(_is_grade(value) for _, value in said.pairs):
        return True
    return _ID.fullmatch(said.name) is not None or _is_part_of_another(said.name, keys)


def _is_code(name: str) -> bool:
    """Return whether the name of a column consists of little-known abbreviations in capitals."""
    words = _BESIDES.sub(" ", name).replace("*", " ").split()
    return bool(words) and all(
        _SHORT.fullmatch(word) and word.rstrip("s").isupper() and word.casefold() not in _KNOWN for word in words
    )


def _is_grade(value: str) -> bool:
    """Return whether it is a letter that stands for something: "Status: A"."""
    return _LETTERS.fullmatch(value) is not None and value not in _ANSWERS


def _is_part_of_another(name: str, keys: Collection[str]) -> bool:
    """Return whether a range is the key of the row among rows with names, to one of which it belongs."""
    if not _RANGE.match(name):
        return False
    named = sum(kind_of(key) == "words" and not key[:1].isdigit() for key in keys)
    return 2 * named >= len(keys)
