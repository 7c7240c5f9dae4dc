"""Lines that name a table: without being a caption, or with notes and talk in them that name nothing."""

import re
from unicodedata import category

from pipeline_core.domain.cut_ends import CUT_END
from pipeline_core.domain.sentence_ends import CLOSING, STOPS
from pipeline_core.domain.tables import VALUES, kind_of

_MOST_WORDS = 14
_MOST_BOLD_WORDS = 24
_ENDS = re.compile(rf"[{STOPS};:,；：，…][{CLOSING}]*\Z")
_FEWEST_LETTERS = 3
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NO_LABEL = re.compile(
    r"(?:notes?|sources?|see|remarks?|quellen?|anmerkung\w*|hinweise?|remarques?|nota|notas|fuentes?|fontes?|fonte|bron"
    r"|opmerking|sumber|catatan|источник\w*|примечани\w*|注|来源|資料)(?!\w)|[*†‡§¹²³]|https?://|www\.|[•▪■◦ｲ–—]",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(
    r"(?:^|\s)(?!(?:19|20)\d\d\Z)\d{1,4}\Z|^\d{1,4}\s|^\W*(?:page|seite|página|pagina|стр)\b", re.I
)
_BOLD = re.compile(r"\s*(\*\*|__)(?!\s).+\1\s*\Z", re.DOTALL)


def names_something(heading: str) -> bool:
    """Return whether a heading has a word: the number of a page among signs does not count."""
    letters = sum(category(sign)[0] in "LM" for sign in heading)  # vowels are marks in Hindi
    return bool(_IDEOGRAPHS.search(heading)) or letters >= _FEWEST_LETTERS


def _is_one_short_word(said: str) -> bool:
    """Return whether it may as well be the rest of a header's cell or of a figure."""
    shortest = 4 if _IDEOGRAPHS.search(said) else 5
    return len(said.split()) == 1 and len(said) < shortest


# What a caption or heading says of its table where it says only what kind of table it is.
_KINDS = re.compile(
    r"(?:(?:the|main|full|basic|key|additional|other|detailed|simple|wichtigste|weitere|autres?|principales?|otros"
    r"|outros)\s+)?(?:(?:summary|descriptive|basic|sample)\s+(?:statistics?|stats|data|table|results)|statistics"
    r"|statistical summary|(?:(?:regression|estimation|test|experimental|simulation|empirical|numerical|summary of"
    r"|model)\s+)?results?|(?:summary|overview|comparisons?|data|tables?|continued)|(?:summary|overview"
    r"|comparison) (?:tables?|of (?:the )?(?:results|data|findings|variables))|(?:variable|data) (?:definitions?"
    r"|descriptions?)|(?:deskriptive|beschreibende|zusammenfassende) statistik(?:en)?|statistiken?|ergebnisse?"
    r"|übersicht|daten|zusammenfassung|überblick|fortsetzung|regressionsergebnisse|übersichtstabelle"
    r"|statistiques? (?:descriptives?|sommaires?)|résultats?(?: d['’]estimation)?|aperçu|données|récapitulatif|suite"
    r"|tableau récapitulatif|estadísticas? (?:descriptivas?|resumidas?|básicas?)|estadística descriptiva|resultados?"
    r"|datos|resumen|continuación|cuadro resumen|estatísticas? (?:descritivas?|resumo)|resumo|dados|continuação"
    r"|statistic(?:a|he) (?:descrittiv[ae]|riassuntiv[ae])|risultati|riepilogo|dati|continuazione|segue"
    r"|(?:beschrijvende|samenvattende) statistiek(?:en)?|resultaten|overzicht|samenvatting|gegevens|vervolg"
    r"|statistik (?:deskriptif|ringkasan)|hasil(?: penelitian)?|ringkasan|lanjutan|описательная статистика"
    r"|описательные статистики|сводная статистика|результаты|сводка|данные|продолжение|περιγραφικ(?:ά|ές) στατιστικ(?:ά"
    r"|ές|ά στοιχεία)|αποτελέσματα|σύνοψη|συνέχεια|δεδομένα|statystyki (?:opisowe|podsumowujące)|wyniki|podsumowanie"
    r"|dane|popisn[áé] statistiky?|výsledky|souhrn|إحصاءات وصفية|الإحصاء الوصفي|النتائج|نتائج|آمار توصیفی|نتایج"
    r"|描述性统计(?:表|分析|结果)?|统计(?:结果|数据|汇总)|汇总(?:表|统计)?|结果|数据|续表?|記述統計(?:量)?|要約統計量"
    r"|結果)",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[?？؟;;][\s*_\"”»)]*\Z")
""";" asks in Greek; no heading ends in it elsewhere."""


def says_only_kind(title: str) -> bool:
    """Return whether a title says of its table only what kind it is: "Summary statistics", "Results"."""
    return _KINDS.fullmatch(title.strip(" .:;–—-()*")) is not None


def asks(heading: str) -> bool:
    """Return whether a heading is a question: it heads the text that answers it."""
    return _QUESTION.search(heading) is not None


_STATED = re.compile(r"[^:：]{2,60}[:：]\s*(?P<value>\S.*)", re.DOTALL)


def _states(said: str) -> bool:
    """Return whether the line states something by itself: "Availability: 99.9 %". That holds for no row below it."""
    match = _STATED.fullmatch(said)
    return match is not None and kind_of(match["value"]) in VALUES - {"year", "code"}


_WITHOUT_STOPS = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff]")
_LONGEST_WITHOUT_STOPS = 40


def _may_be_clauses(said: str) -> bool:
    """Return whether it may be sentences of a script that parts clauses by blanks, without stops: Thai, Lao, Khmer."""
    return len(said) > _LONGEST_WITHOUT_STOPS and _WITHOUT_STOPS.search(said) is not None


def is_label(markdown: str, said: str, before: str) -> bool:
    """Return whether a paragraph right above a table is its title: a few words that stand alone and are not a sentence.

    Args:
        markdown: the paragraph.
        said: its words, without marks.
        before: what the paragraph above it says; a line among others of its kind is one of a list or of columns.
    """
    is_bold = _BOLD.match(markdown) is not None
    if len(said.split()) > (_MOST_BOLD_WORDS if is_bold else _MOST_WORDS):
        return False
    if said[:1].islower() or any(pattern.search(said) for pattern in (_ENDS, CUT_END, _PAGE_NUMBER)):
        return False
    if (
        _states(said)
        or _may_be_clauses(said)
        or _NO_LABEL.match(said)
        or _is_one_short_word(said)
        or not names_something(said)
        or kind_of(said) != "words"
    ):
        return False
    stands_alone = not before or not before[-1:].isalpha()
    return is_bold or stands_alone


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
