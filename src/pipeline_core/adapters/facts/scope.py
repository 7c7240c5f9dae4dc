"""Sentences and items whose place, product or study only their section says: "Own brands have 6.2 % of the market".

Read alone, they are of any market. They are said with the nearest heading that says something ("Coffee: Own brands
have …"), or with the document's name, unless their own words name what they are about.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from pipeline_core.adapters.facts.back_matter import back_matter
from pipeline_core.adapters.facts.english_words import EDGES, THIRD_PERSON, word_set
from pipeline_core.adapters.facts.subjects import name_in
from pipeline_core.domain.fluency import is_common_word
from pipeline_core.domain.languages import UNSPACED

# Words of headings that say of every document what kind of section it is, and of axes of figures; those that are
# common in their language say nothing either way.
_GENERIC = word_set(
    """
abstract introduction summary overview background results result discussion conclusion conclusions methods method
methodology materials data analysis findings general notes note example examples purpose description features feature
usage details other appendix annex chapter part section table tables figure figures exhibit statement need state field
key main content contents preface foreword information about getting started quick start installation install
requirements recommendations objectives objective scope definitions evaluation experiments experimental setup
limitations future work related implementation approach presentation study final remarks comments year years total
number numbers percent percentage share group groups type types category name date page how what why when where who
which prevent vulnerable references using from into this these those their more not you all can has was our are but
one two its new any use have been were they them will may than such etc via out off own get had few did does dem son
ses las sus nos dos não zijn yang dan ini itu как что это для при или και των την στο που most also between under over
during through draft software review editor submitted published version document list lists liste listen lista listas
elenco lijst daftar список doi untitled readme documentation frequently asked questions executive executive's
highlights glossary glossar glossaire glosario glossario glossarium glosarium глоссарий термины сокращения γλωσσάριο
słownik słowniczek المصطلحات قائمة einleitung einführung zusammenfassung überblick übersicht hintergrund ergebnisse
ergebnis diskussion fazit methode methoden methodik daten auswertung allgemeines allgemein hinweise hinweis beispiel
beispiele zweck beschreibung anhang kapitel teil abschnitt tabelle abbildung vorwort inhalt ziele ziel
anwendungsbereich begriffe grundlagen jahr anzahl anteil gruppe verhindern verhindert wie warum wann résumé sommaire
aperçu contexte résultats résultat méthode méthodes méthodologie données analyse généralités général remarques exemple
exemples objet annexe chapitre partie tableau préface objectifs objectif champ définitions année nombre groupe comment
prévenir introducción resumen visión contexto antecedentes resultados resultado discusión conclusión conclusiones
método métodos metodología datos análisis generalidades notas nota ejemplo ejemplos objeto descripción anexo capítulo
parte sección tabla figura prefacio prólogo objetivos objetivo alcance definiciones número grupo cómo prevenir
introduzione riassunto sommario panoramica contesto risultati risultato discussione conclusione conclusioni metodo
metodi metodologia dati analisi generale esempio esempi scopo descrizione allegato capitolo sezione tabella prefazione
obiettivi obiettivo definizioni anno numero gruppo come prevenire introdução resumo visão discussão conclusão
conclusões dados análise geral exemplo exemplos descrição seção secção tabela prefácio âmbito definições inleiding
samenvatting overzicht achtergrond resultaten resultaat discussie conclusie conclusies gegevens algemeen opmerkingen
voorbeeld voorbeelden doel beschrijving bijlage hoofdstuk deel paragraaf tabel voorwoord inhoud doelen begrippen jaar
aantal groep pendahuluan ringkasan gambaran latar belakang hasil pembahasan kesimpulan metode metodologi umum catatan
contoh tujuan deskripsi lampiran bagian gambar pengantar tahun jumlah kelompok cara mencegah skenario введение обзор
резюме результаты результат обсуждение заключение выводы метод методы методика данные анализ общие сведения примечания
пример примеры цель цели описание приложение глава часть раздел таблица рисунок предисловие содержание определения
годы число группа εισαγωγή περίληψη επισκόπηση υπόβαθρο αποτελέσματα συζήτηση συμπεράσματα μέθοδος μεθοδολογία
δεδομένα ανάλυση γενικά σημειώσεις παράδειγμα παραδείγματα σκοπός περιγραφή παράρτημα κεφάλαιο μέρος ενότητα πίνακας
σχήμα πρόλογος περιεχόμενα ορισμοί έτος αριθμός σενάριο wstęp wprowadzenie streszczenie podsumowanie przegląd tło
wyniki dyskusja wnioski metoda metody dane analiza ogólne uwagi przykład przykłady opis załącznik rozdział część
rysunek przedmowa definicje liczba grupa úvod shrnutí přehled výsledky diskuse závěr obecné poznámky příklad popis
příloha kapitola část tabulka مقدمة ملخص خلاصة نتائج النتائج مناقشة خاتمة منهجية بيانات تحليل عام ملاحظات مثال أمثلة
هدف وصف ملحق فصل جزء قسم جدول مقدمه چکیده نتایج بحث روش داده تحلیل کلیات یادداشت توضیح پیوست بخش سناریو
""".casefold()
)
_GENERIC_UNSPACED = re.compile(
    "词汇表|术语|用語集|简介|介绍|概述|前言|目录|结论|结果|讨论|方法|数据|分析|背景|摘要|总结|示例|场景|附录|说明|目的|范围|定义|如何|什么"
    "|はじめに|概要|結果|考察|結論|方法|背景|要約|付録|目的|定義|例"
)
_NUMBERING = re.compile(
    r"^(?:(?:[A-Z] )?(?:Appendix|Annexe?|Anhang|Anexo|Allegato|Bijlage|Lampiran|Chapter|Part|Section) [A-Z\d.]+[:.]?\s+"
    r"|[B-HJ-Z]\s+(?=[^\W\d_a-z])|(?:[A-Z]|[IVX]{1,4})(?:\.\d+)*[.)]\s+|\(?\d{1,3}(?:\.\d{1,3})*[.):]*\s+"
    r"|[^\w]+)+|\s*\|\s*[\d.]*$"
)
CAPTION = re.compile(
    r"\W*(?:tab(?:le|elle|leau|la|ela|el)|fig(?:ure|ura|uur)?|exhibit|chart|graph|box|abbildung|gambar|таблица|рисунок"
    r"|πίνακας|σχήμα|tabela|rysunek|[图表]) ?[\dA-Z]",
    re.IGNORECASE,
)
# A sentence, a line of a table of contents, a running head ("News / Vol. 60"), the name of an axis ("Yields (bp)").
_NO_HEADING = re.compile(
    r"[.!?;,。！？؟؛]$|\||https?:|@|\b\d{4}\b.*\b\d{4}\b|\.{3}|…| / .* / |\bVol\.|§|(?:\b[A-Z]\d\b.*){2}|\((?:%"
    r"|[a-z]{1,3}|[A-Za-z/]{1,4})\)$"
)
# The authors of a paper, with where they are from, stand in large type as headings do.
_AFFILIATION = re.compile(r"(?:[A-Z]\S* ){3,}.*\b(?:Universi|Institut)\w+\b")
_GLUED = re.compile(r"\s\d+(?:\.\d+)+\.?\s+(?=\S)")
"""The number of a second heading that was put on the line of the first."""
_MOST_WORDS, _MOST_CHARS = 10, 90
_WORD = re.compile(r"[^\W\d_][\w'’]*")
_UNSPACED_RUN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2,}")
_LEAST_LETTERS, _STEM = 3, 5

_SUBJECT_WORDS = 6
"""Within so many words from its beginning, what a sentence is about stands."""
_CODE = re.compile(r"\w*[^\W\d_A-Z]\w*[A-Z]|(?:[A-Z]{2,}|[^\W\d_]+\d|\d+[^\W\d_]+\d)[\w.-]*|\w+(?:\.[a-z]\w+)+$")
_NUMBER_OF_RULE = re.compile(r"\d+(?:\.\d+)+$")
_MID_CAPITAL = re.compile(r"(?<=[^\W\d_A-Z,;] )[^\W\d_a-z][\w'’-]*[a-z]")
# German writes every noun with a capital; these scripts know none.
_CAPITALS_NAME = frozenset(
    {"en", "fr", "es", "it", "pt", "nl", "id", "ru", "el", "pl", "cs", "ro", "sv", "da", "hu", ""}
)
_COMMON_CAPITALS = word_set("I The A An In Of For And Internet Web English French German Monday January")


def known_names(text: str, language: str) -> frozenset[str]:
    """The words that a text writes with a capital within its sentences and never without one."""
    if language not in _CAPITALS_NAME:
        return frozenset()
    names = frozenset(_MID_CAPITAL.findall(text))
    return frozenset(name for name in names if not _has_word(text, name.lower()))


def _has_word(text: str, word: str) -> bool:
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (_is_of_word(text[at - 1 : at]) or _is_of_word(text[end : end + 1])):
            return True
        at = text.find(word, at + 1)
    return False


def _is_of_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def names_its_subject(statement: str, names: frozenset[str], language: str) -> bool:
    """Return whether the words in its subject's position are a proper name, a code or a number of a rule."""
    words = [word.strip(EDGES) for word in statement.split()[:_SUBJECT_WORDS]]
    if any(_CODE.match(word) for word in words) or (words and _NUMBER_OF_RULE.match(words[0])):
        return True
    if language not in _CAPITALS_NAME:
        return False
    said_with_capital = any(word[:1].isupper() and word not in _COMMON_CAPITALS for word in words[1:])
    return said_with_capital or not names.isdisjoint(words[:1])


def scope_of(statement: str, headings: Sequence[str], title: str, language: str, *, needed: bool = False) -> str | None:
    """The name of the section or document that tells what the statement is of; None where there is none.

    "" where the statement has a word of it, or of the title.

    Args:
        statement: without marks.
        needed: where a word of the section is not enough: "The plan covers …" below "National Plan".
        headings: those above it that stand once in the document, the outermost first.
        title: of the document; "" where it has none.
        language: of the document; "" if it is not known.
    """
    near = section_of(headings, title, language)
    # a title that is no name says of a fact no more than where it stands, which is shown beside it
    scope = near or (name_of_section(name_in(title), language) if ": " in title else "")
    said = _content(statement, language)
    if needed and near:
        return "" if _content(near, language) <= said else near
    if said & (_content(near, language) | _content(title, language)):
        return ""
    return scope or ("" if title else None)


def section_of(headings: Sequence[str], title: str, language: str) -> str:
    """The name of the nearest heading, but for the title, that tells of what the text below it is; "" without one."""
    sections = [heading for heading in headings if heading != title]
    return next((name for heading in reversed(sections) if (name := name_of_section(heading, language))), "")


def section_beside(caption: str, headings: Sequence[str], title: str) -> str:
    """The section that tells of what a table is and whose words its caption lacks; "" where there is none."""
    section = section_of(headings, title, "")
    return "" if _content(section, "") & _content(caption, "") else section


def share_a_word(first: str, second: str, language: str) -> bool:
    """Return whether both share a word for their subject."""
    return bool(_content(first, language) & _content(second, language))


@lru_cache(maxsize=1024)  # each item of a list asks for all
def bare(heading: str) -> str:
    """A heading without its number and end marks."""
    name = _NUMBERING.sub("", _GLUED.split(heading.strip())[-1]).strip(" .:–—-")
    return f"¿{name}" if name and f"¿{name}" in heading else name


@lru_cache(maxsize=1024)  # each claim below it asks
def name_of_section(heading: str, language: str) -> str:
    """The heading without its number if it tells of what a statement is; else ""."""
    name = bare(heading)
    words = name.split()
    if not words or len(words) > _MOST_WORDS or len(name) > _MOST_CHARS or back_matter([heading]):
        return ""
    if _NO_HEADING.search(heading.strip()) or CAPTION.match(name) or name.count("(") != name.count(")"):
        return ""
    if words[0].lower() in THIRD_PERSON or is_common_word(words[-1].lower()) or _AFFILIATION.match(name):
        return ""
    return name if _content(name, language) else ""


@cache
def _content(text: str, language: str) -> frozenset[str]:
    """The beginnings of the words of a text that say what it is of."""
    found = {
        word[:_STEM]
        for word in _WORD.findall(text.casefold())
        if len(word) >= _LEAST_LETTERS and word not in _GENERIC and not is_common_word(word)
    }
    if language in UNSPACED or _UNSPACED_RUN.search(text):
        plain = _GENERIC_UNSPACED.sub(" ", text)
        found |= {run[at : at + 2] for run in _UNSPACED_RUN.findall(plain) for at in range(len(run) - 1)}
    return frozenset(found)
