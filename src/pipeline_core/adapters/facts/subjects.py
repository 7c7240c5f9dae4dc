"""Sentences whose subject only the title or a heading names: "The library is designed for …".

Read alone, they are of any library. Where title or heading names it, they are said with its name before them, as the
rows of a table are with its caption; where nothing does, they lean on what stands before them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class _Words:
    """One language's words of such subjects.

    ``works`` are what a document may be about as a whole: its title names them. ``parts`` are named by a title or
    heading with their word in it ("Geometry Module"), and so are ``wholes``, which may also be meant of any one: they
    lean on nothing. ``described``: what follows a head that its sentence describes ("the library that …", "of …").
    ``form`` is how article and head stand, ``goes_on`` what must follow: "the code coverage" is no code.
    """

    form: str
    works: str
    parts: str
    wholes: str
    described: str
    goes_on: str = ""


_AFTER = r"(?:{article}) (?P<head>{heads})"
_BEFORE = r"(?P<head>{heads}) (?:{article})"
_WORDS = {
    "en": _Words(
        _AFTER.replace("{article}", r"(?:The|This)(?: (?:proposed|present|current|new|resulting|testing|core))?"),
        r"library|packages?|code(?:base)?|software|tool(?:box|kit|chain)?|framework|program|plug-?in|author"
        r"|functionalit\w+|user inputs?|input data formats?",
        r"module|component|algorithm|method|technique|procedure|authors",
        r"system|platform|application|product",
        r"of|for|that|which|by|used|called|named|known|whose|from|in|with|to|on|at|under|and|or",
        r"['’]s?\s|,|(?: \w+ly| also| now| then| already| itself| only| further)?"
        r" (?:can|could|may|might|will|would|shall|should|must|do|did|have|are|were|was|found|show|made|took|built"
        r"|wrote|propose|present|use|report|suggest|conclude|argue|describe|introduce|provide|support|\w+s|\w+ed)(?!\w)",
    ),
    "de": _Words(
        _AFTER.replace("{article}", r"Die|Das|Der|Diese[rs]?"),
        r"Bibliothek|Paket|Code|Software|Werkzeug|Tool|Framework|Programm|Autor(?:in)?|Benutzereingaben",
        r"Modul|Komponente|Algorithmus|Methode|Verfahren|Autoren",
        r"System|Plattform|Anwendung|Produkt",
        r"für|von|vom|der|des|die|das|namens|zur|zum|mit|und|oder",
    ),
    "fr": _Words(
        r"(?:La |Le |Cette |Cet? |Les |L['’])(?P<head>{heads})",
        r"bibliothèque|paquet|code|logiciel|outil|framework|programme|auteur|autrice",
        r"module|composant|algorithme|méthode|procédure|auteurs",
        r"système|plateforme|application|produit",
        r"de|du|des|d['’]\w+|qui|que|pour|nommée?|à|et|ou",
    ),
    "es": _Words(
        _AFTER.replace("{article}", r"La|El|Est[ea]|Los"),
        r"biblioteca|librería|paquete|código|software|herramienta|programa|autora?",
        r"módulo|componente|algoritmo|método|procedimiento|autores",
        r"sistema|plataforma|aplicación|producto",
        r"de|del|que|para|llamad[ao]|con|y|o",
    ),
    "it": _Words(
        r"(?:La |Il |Lo |Quest[oa] |Gli |(?:L|Quest)['’])(?P<head>{heads})",
        r"libreria|pacchetto|codice|software|strumento|framework|programma|autore|autrice",
        r"modulo|componente|algoritmo|metodo|procedura|autori",
        r"sistema|piattaforma|applicazione|prodotto",
        r"di|del\w*|dell['’]\w+|che|per|chiamat[ao]|con|e|o",
    ),
    "pt": _Words(
        _AFTER.replace("{article}", r"A|O|Est[ea]|Os"),
        r"biblioteca|pacote|código|software|ferramenta|framework|programa|autora?",
        r"módulo|componente|algoritmo|método|procedimento|autores",
        r"sistema|plataforma|aplicação|produto",
        r"de|d[oa]s?|que|para|chamad[ao]|com|e|ou",
    ),
    "nl": _Words(
        _AFTER.replace("{article}", r"De|Het|Dit|Deze"),
        r"bibliotheek|pakket|code|software|tool|hulpmiddel|framework|programma|auteur",
        r"module|component|algoritme|methode|auteurs",
        r"systeem|platform|applicatie|product",
        r"van|voor|die|dat|genaamd|met|en|of",
    ),
    "id": _Words(
        _BEFORE.replace("{article}", r"ini|itu|tersebut"),
        r"Pustaka|Paket|Kode|Perangkat lunak|Alat|Kerangka kerja|Program|Penulis",
        r"Modul|Komponen|Algoritma|Metode",
        r"Sistem|Platform|Aplikasi|Produk",
        r"yang|dari|untuk|dan|atau",
    ),
    # without articles a bare head may be of any kind of thing: only pointed at it is of one
    "ru": _Words(
        _AFTER.replace("{article}", r"Эт(?:а|от|о)|Данн(?:ая|ый|ое)"),
        r"библиотека|пакет|код|программа|инструмент|фреймворк|автор",
        r"модуль|компонент|алгоритм|метод",
        r"система|платформа|приложение|продукт",
        r"для|и|или",
    ),
    "pl": _Words(
        _AFTER.replace("{article}", r"Ta|Ten|To|Niniejsz[yae]"),
        r"biblioteka|pakiet|kod|oprogramowanie|narzędzie|program|autor(?:ka)?",
        r"moduł|komponent|algorytm|metoda",
        r"system|platforma|aplikacja|produkt",
        r"do|dla|i|lub|który|która|które",
    ),
    "zh": _Words(
        r"(?:该|本|此)(?P<head>{heads})",
        "软件包|软件|库|工具|框架|代码|程序|作者",
        "模块|组件|算法|方法",
        "系统|平台|应用|产品",
        "$",
    ),
}  # fmt: skip
_UNSPACED = ("zh",)
# Behind its head: a name, or what it is.
_NAME_FOLLOWS = r"(?:,? [\"'`(“«]?(?:[A-Z][\w.+-]*|[a-z]+[_A-Z\d]\w*)(?!\w))"
_MOST_WORDS_OF_NAME = 5
_NAME = re.compile(r"(?P<name>[^:]+?)\s*[:：]\s+\S")
# "Built on a small kernel, the library …": a few words and a comma before what it is about.
_OPENING = re.compile(r"[^\W\d_a-z][^,;:.()]{3,70}, ")
_DASH = re.compile(r"\s[–—|]\s")
_NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?)\s+")
# A heading that begins so names no subject.
_NAMES_NOTHING = re.compile(
    r"(?:doi|chapter|part|section|appendix|annex|figure|table|about|how|what|why|when|who|whose|where|using|use|introduc\w+"
    r"|summary|overview|abstract|background|general|install\w*|getting|quick|usage|statement|features?|main|other"
    r"|similar|existing|related|comparison|our|the|this|note|notes|untitled|readme|documentation|requirements?|final"
    r"|preface|foreword|contents?|faq|kapitel|teil|abschnitt|anhang|über|wie|was|einleitung|einführung|zusammenfassung"
    r"|überblick|hintergrund|vorwort|inhalt|chapitre|partie|annexe|à|comment|introducción|introduction|résumé|aperçu"
    r"|contexte|préface|avant-propos|capítulo|parte|anexo|sobre|acerca|cómo|qué|resumen|prefacio|prólogo|capitolo"
    r"|allegato|come|introduzione|riassunto|sommario|prefazione|introdução|resumo|prefácio|hoofdstuk|deel|bijlage"
    r"|over|hoe|inleiding|samenvatting|voorwoord|bab|bagian|lampiran|tentang|cara|pendahuluan|ringkasan|kata"
    r"|глава|часть|приложение|введение|обзор|предисловие|rozdział|część|wstęp|wprowadzenie|第|关于|简介|介绍|概述|前言|目录)"
    r"(?:\b|(?<=[第于介绍述言录]))",
    re.IGNORECASE,
)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    words = _WORDS.get(language)
    if words is None:
        return re.compile("(?!)")
    heads = "|".join(
        f"(?P<{kind}>{listed})"
        for kind, listed in (("work", words.works), ("part", words.parts), ("whole", words.wholes))
    )
    form = words.form.replace("{heads}", heads)
    if language in _UNSPACED:
        return re.compile(form)
    goes_on = f"(?={words.goes_on})" if words.goes_on else ""
    return re.compile(rf"{form}(?!\w)(?!,? (?:{words.described})(?!\w))(?!{_NAME_FOLLOWS}){goes_on}")


def subject_of(sentence: str, headings: Sequence[str], title: str, language: str) -> str | None:
    """The name of what the sentence is about; "" where its own words tell, None where neither title nor heading does.

    Args:
        sentence: without marks.
        headings: those above it, the outermost first.
        title: of the document; "" where it has none.
        language: of the document; of one that has no words here, every sentence tells by itself.
    """
    match = _pattern(language).match(sentence)
    opening = _OPENING.match(sentence) if match is None else None
    if opening:
        # behind an opening it may be one of which the opening tells
        rest = sentence[opening.end() :]
        match = _pattern(language).match(rest[:1].upper() + rest[1:])
    if match is None or (opening and not match["work"]):
        return ""
    head = match["head"]
    near = next((name for name in reversed(headings) if _is_name_of(head, name)), "")
    whole = name_in(title)
    if not near and whole and (match["work"] or _is_a(head, title)):
        near = whole
    if near:
        near = _NUMBERING.sub("", near).strip(" .:")
        return "" if near.casefold() in sentence.casefold() else near
    return "" if match["whole"] or opening else None


def _is_name_of(head: str, heading: str) -> bool:
    """Return whether the heading is a name with this word in it, not a sentence or phrase: "Geometry Module"."""
    bare = _NUMBERING.sub("", heading).strip(" .:")
    words = bare.split()
    if not 2 <= len(words) <= _MOST_WORDS_OF_NAME or _NAMES_NOTHING.match(bare):
        return False
    return head.casefold() in (words[0].casefold(), words[-1].casefold())


def _is_a(head: str, title: str) -> bool:
    """Return whether the title calls its subject by this word: "Harbour System", "Anchor: a system for harbours"."""
    name = name_in(title)
    said = title[len(name) :]
    return (
        name.split()[-1].casefold() == head.casefold()
        or re.search(rf"(?<!\w){re.escape(head)}(?!\w)", said, re.IGNORECASE) is not None
    )


def name_in(title: str) -> str:
    """The name in a title: what stands before the colon, or a short title as it is."""
    if _NAMES_NOTHING.match(title) or title.endswith(("?", "？")):
        return ""
    match = _NAME.match(title)
    name = match["name"] if match else _DASH.split(title)[0]
    name = _NUMBERING.sub("", name).strip(" .")
    return name if 1 <= len(name.split()) <= _MOST_WORDS_OF_NAME and re.search(r"[^\W\d_]{2}", name) else ""
