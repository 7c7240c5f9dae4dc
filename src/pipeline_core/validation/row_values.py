"""Plain numbers in rows of tables, whose unit stands in the header or the caption: "Fares: Adult – Fare in EUR: 14"."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline_core.domain.ids import QuestionId
from pipeline_core.domain.staging import Differing
from pipeline_core.domain.text import numbers_in

# Units of measure, in the languages that statements are compared in.
CURRENCIES = r"usd|eur|gbp|chf|dollars?|d[oó]lares|euros?|pounds?|francs?|franken"
UNITS = (
    r"%|‰|percent|per ?cent|prozent|pour ?cent|por ?ciento|por ?cento|procent|"
    rf"{CURRENCIES}|"
    r"seconds?|minutes?|hours?|days?|weeks?|months?|years?|sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|"
    r"secondes?|heures?|jours?|semaines?|mois|ans|années?|segundos?|minutos?|horas?|d[ií]as?|semanas?|mes(?:es)?|años?|"
    r"anos?|secondi|minuti|ore|giorni|settimane|mesi|anni|seconden|uur|dagen|weken|maanden|jaar|"
    r"[kmµ]?g|[kcmµ]?m|m[l²³]|l|km/h|mph|°[cf]|[km]?[vw]|k?wh|[kmg]?hz|[kmgt]i?b|"
    r"milli?on(?:en|es|s|i)?|persons?|people|members?|employees?|personen|personnes|personas|persone|pessoas"
)
_PLAIN = re.compile(r"[-−+]?(?!0\d)\d{1,3}(?:(?:[ .,'’\u00a0\u202f]\d{3})+|\d{0,4})(?:[.,]\d+)?")
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")
_CURRENCY = re.compile(rf"[$€£¥]|(?<!\w)(?:{CURRENCIES})(?!\w)")
# Where headers put a unit: "Weight (kg)", "Duration in minutes".
_UNIT = re.compile(rf"%|(?:[(\[/,]\s?|\b(?:in|en|em)\s)(?:{UNITS})(?!\w)")
# Columns whose numbers name or date a thing and measure nothing of it.
_NAMING = re.compile(
    r"(?:^|[\W_])(?:no|nr|num|n[º°]|№|#|id|isbn|sku|code|ref|reference|phone|tel|telefon|fax|zip|plz|page|seite|rank|rang|"
    r"room|zimmer|line|linie|gate|platform|version|chapter|section|article|artikel|item|pos|position)[.:]?$"
    r"|(?:nummer|number|numéro|número|numero|номер)$"
    r"|^(?:dates?|datum|fecha|data|дата)\b"
)


@dataclass(frozen=True, slots=True)
class _Cell:
    """Location of a value: its caption or heading, row and column."""

    scope: str
    key: str
    column: str


def contradicting_rows(pairs: Iterable[Differing]) -> set[tuple[QuestionId, QuestionId]]:
    """The pairs of a staged row and a published one that have different plain numbers in one cell.

    Of the same caption or heading, key and column: where any of them differs both may be right. Not where one of the
    documents has several such rows itself, as a time table has: which belongs to which is not known then.
    """
    found: list[tuple[Differing, _Cell]] = []
    values: dict[object, set[tuple[str, ...]]] = defaultdict(set)
    for pair in pairs:
        mine, others = dict(_numbers(pair.staged_text)), dict(_numbers(pair.published_text))
        for cell in mine.keys() & others.keys():
            values[cell].add(mine[cell])
            values[pair.published_document, cell].add(others[cell])
            if mine[cell] != others[cell]:
                found.append((pair, cell))
    return {
        (pair.question_id, pair.published_id)
        for pair, cell in found
        if len(values[cell]) == len(values[pair.published_document, cell]) == 1
    }


def _numbers(statement: str) -> Iterator[tuple[_Cell, tuple[str, ...]]]:
    head, cells = _row(statement.casefold())
    scope, _, key = head.rpartition(": ")
    # a row that is named by a number alone is the third of its list, or of a year
    if not (re.search(r"[^\W\d_]", key) or _YEAR.fullmatch(key)):
        return
    for column, value in cells:
        named = f"{scope} | {column}"
        is_money = _CURRENCY.search(named) is not None
        is_measure = is_money if _YEAR.fullmatch(value) else is_money or scope or _UNIT.search(named)
        if is_measure and _PLAIN.fullmatch(value) and not _NAMING.search(column):
            yield _Cell(scope, key, column), tuple(numbers_in(value))


def _row(statement: str) -> tuple[str, list[tuple[str, str]]]:
    """Returns the text before the first column, and the columns with their values; no columns if it is not a row."""
    first, *rest = statement.rstrip(".").split("; ")
    head, between, cell = first.rpartition(" – ")
    while between and ": " not in cell:  # a dash in a value: "8 – 10"
        head, between, more = head.rpartition(" – ")
        cell = f"{more} – {cell}"
    cells = [(column, value) for column, _, value in (one.rpartition(": ") for one in (cell, *rest)) if column]
    return (head, cells) if between else ("", [])
