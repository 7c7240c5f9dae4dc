"""Titles of tables without what is printed into them: marks of footnotes, and talk about the columns."""

import re

_MARK = re.compile(r"(?<=[\w)\],.%][\w)\],.%])(?:\^[a-z\d]{1,2}\^?|[*†‡§¶]{1,3})(?=[\s,.;:)\]–]|\Z)")
"""Behind a word of two letters and more: "A*" is a name."""
_OF_LAYOUT = (
    "columns?|rows?|cells|entries|values|spalten?|zeilen?|zellen|werte|colonnes?|lignes?|cellules|valeurs|columnas?"
    "|filas?|celdas|valores|colunas?|linhas?|células|colonne|righe|celle|valori|kolommen|rijen|cellen|waarden|kolom"
    "|baris|столбцы|строки|ячейки|στήλες|γραμμές|kolumny|wiersze|sloupce|řádky"
)
_TALK = re.compile(
    rf"(?<=[^.\s][.;])\s+(?:(?:the|die|les|las|os|as|le|de|i|los) )?(?P<of>{_OF_LAYOUT})"
    r"\s+(?!(?:in|of|by|per|for|from|en|de|du|pour|para|por|di|da|von|für|van|voor)\b)\w+\s+(?P<what>[^\s].*?)(?=[.;](?:\s|\Z)|\Z)",
    re.IGNORECASE | re.DOTALL,
)


def without_marks_of_notes(title: str) -> str:
    """A title, a name of a column or of a row without the marks of notes behind its words: "I(1)*" is "I(1)"."""
    return _MARK.sub("", title)


def without_talk(title: str) -> str:
    """A title with what it tells of the columns or rows in parentheses: "Harm. Columns are the arms." is "Harm
    (columns: the arms)"."""
    match = _TALK.search(title)
    if not match:
        return title
    return f"{title[: match.start()].rstrip(' .;:')} ({match['of'].lower()}: {match['what'].rstrip(' .')})"
