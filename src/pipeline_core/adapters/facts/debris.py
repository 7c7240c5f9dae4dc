"""Text among sentences that says nothing: footnotes, sentences with a lost formula, notes to authors."""

import re
from collections.abc import Collection, Sequence

from pipeline_core.adapters.facts.english_words import word_set
from pipeline_core.adapters.facts.scope import bare
from pipeline_core.domain.fluency import is_common_word
from pipeline_core.domain.sieve import Sifted

# A formula or a sign was lost before an operator in brackets, or between two words; items stand in one line.
_LOST_SIGN = re.compile(r"\(\s+[=≤≥<>≈±]|\(=|\(\s*[=≤≥<>≈]\s*\)|\S\s[•▪◦‣]\s\S")
_LOST_WORDS = Sifted(
    r"\b(?:of|for|with|from) (?:at (?!least\b|most\b|any\b|all\b|home\b|work\b|sea\b)|of\b|from\b(?! the\b))"
)
_FOOTNOTE = re.compile(r"(?:\d{1,3}|\[\d{1,3}\]|\*{1,3}|[†‡§])\s+(?P<word>[^\W\d_]+)")
_BEGINS = word_set("""
among see this these although however we from when while if since because each it they there where according
siehe vgl nach laut wenn bei für voir cf selon dans pour véase según en para véanse vedi secondo nel veja segundo
conforme zie volgens lihat menurut см по в для βλ σύμφωνα zob według
""")
_TO_AUTHORS = Sifted(
    r"\b(?:the|your|a|each|short) (?:paper|manuscript|submission|abstract) (?:should|must|needs to|has to) "
    r"|\bauthors? (?:submitting|who submit|are (?:asked|required|encouraged|requested)|must (?:submit|include"
    r"|provide))\b|\bwrite an? (?:short |brief )?(?:paper|summary|abstract)\b|\b(?:in"
    r"|out of) ?-?(?:in-)?scope for [A-Z]{3,}\b|\b(?:[A-Z]{3,}|the journal) (?:publishes|welcomes|considers"
    r"|accepts) (?:\w+ )?(?:articles|papers|manuscripts|submissions)\b|\bminimum (?:allowable"
    r"|acceptable) contribution\b|\b(?:das|ihr) (?:manuskript|papier) (?:soll|sollte|muss)\b|\bautor(?:en"
    r"|innen) (?:müssen|sollten|werden gebeten)\b|\b(?:le|votre) (?:manuscrit|résumé) (?:doit|devrait)\b"
    r"|\bles auteurs (?:doivent|sont priés|sont invités)\b|\b(?:el|su) (?:manuscrito|resumen) (?:debe|debería)\b"
    r"|\blos autores (?:deben|deberán)\b|\b(?:il|il vostro) manoscritto (?:deve|dovrebbe)\b|\bgli autori (?:devono"
    r"|sono invitati)\b|\bo manuscrito (?:deve|deverá)\b|\bos autores (?:devem|deverão)\b",
    re.IGNORECASE,
)
_LEGEND = re.compile(
    r"(?:not (?:available|applicable|reported)|n/?a|no data|k\. ?a\.|nicht verfügbar|keine angaben?|non disponible|nd"
    r"|no disponible|sin datos|non disponibile|não disponível|niet beschikbaar|tidak tersedia|нет данных|brak danych"
    r"|(?:dash|–|—|-|\.\.+|:)) ?[:=–—-] ",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\(?(\d{1,3})[.)]")


def is_debris(statement: str) -> bool:
    """Return whether a sentence or item is a footnote, a legend, a note to authors, or lost a part of itself."""
    note = _FOOTNOTE.match(statement)
    word = note["word"] if note else ""
    if word[:1].isupper() and (is_common_word(word.lower()) or word.lower() in _BEGINS):
        return True
    if ("(" in statement or not statement.isascii()) and _LOST_SIGN.search(statement):
        return True
    return bool(_LOST_WORDS.search(statement) or _TO_AUTHORS.search(statement) or _LEGEND.match(statement))


def is_entry_of_contents(siblings: Sequence[str], headings: Collection[str]) -> bool:
    """Return whether a list says what follows in the text: half of its items, or more, are headings there."""
    entries = sum(bare(said).casefold() in headings for said in siblings)
    return entries > 0 and 2 * entries >= len(siblings)


def is_note_in_list(mark: str, others: Sequence[str]) -> bool:
    """Return whether an item with this mark is a footnote that came between the items of a list with bullets."""
    number = _NUMBER.match(mark)
    return number is not None and int(number[1]) > 1 and any(not any(map(str.isalnum, other)) for other in others)
