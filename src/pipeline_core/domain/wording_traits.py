"""Traits of a sentence's wording that tell whether it is understood without the text around it, in many languages."""

import re

from pipeline_core.domain.sieve import Sifted

# Figures, tables and parts of the text that a reader of the statement alone does not see.
_REFERS = Sifted(
    r"§|\b(?:fig(?:ures?|s?\.)|tables?|sections?|chapters?|appendix|annex(?:es)?|listings?|equations?|eqs?\."
    r"|abb(?:ildung(?:en)?|\.)|tab(?:elle[n]?|\.)|abschnitt(?:e[ns]?)?|kapiteln?|anhang|tableaux?|sections?|chapitres?"
    r"|annexes?|figuras?|tablas?|seccion(?:es)?|sección|capítulos?|anexos?|apéndices?|figur[ae]|tabell[ae]|sezion[ei]"
    r"|capitol[oi]|tabelas?|seção|secção|seções|figuur|tabel(?:len)?|hoofdstuk|bijlage|gambar|bagian|lampiran|bab"
    r"|рис(?:ун\w+|\.)|табл(?:иц\w+|\.)|раздел\w*|глав[аеуы]|приложени\w+|σχήμα|πίνακα?ς?|ενότητα|κεφάλαιο|παράρτημα"
    r"|rys(?:\.|unek)|tabel[aię]|rozdział\w*|obr(?:\.|ázek)|tabulk[aey]|kapitol[aey])\s*\(?(?:\d|[A-Z]\b|[IVX]+\b)"
    # a provision that is said to hold, or not to, and does not stand in the sentence: "Subsection (1) does not apply"
    r"|(?:^|: )(?:subsections?|paragraphs?|clauses?|absatz|absätze|satz|nummer|alinéas?|paragraphes?|apartados?"
    r"|párrafos?|commi|comma|paragraf[oi]|lid|leden|ust\.|ustęp\w*|odst\.|пункт\w*|част\w+|stycket|stk\.)\s*\(?\d"
    r"|[图表]\s?\d|第\s?\d+\s?[章节]|الشكل|الجدول|شکل \d|جدول \d",
    re.IGNORECASE,
)
# What compares with something that stands elsewhere, or goes on from it.
_COMPARES = Sifted(
    r"\b(?:same|others?|another|further|additional|latter|former|both|respective(?:ly)?|specified|above|below"
    r"|previous(?:ly)?|next|also|therefore|thus|hence|specifically|instead|still|likewise"
    r"|gleiche[nrsm]?|andere[nrsm]?|weitere[nrsm]?|beide[nrsm]?|jeweilig\w+|obige\w*|vorig\w+|vorherig\w+|nächst\w+"
    r"|auch|daher|deshalb|somit|stattdessen|ebenfalls|même|autres?|ci-dessus|ci-dessous|précédent\w*|suivante?s?"
    r"|également|aussi|donc|plutôt|mism[oa]s?|otr[oa]s?|ambos|anterior(?:es)?|siguientes?|también|por (?:lo )?tanto"
    r"|además|stess[oaie]|altr[oaie]|entramb[ie]|precedent[ei]|seguent[ei]|anche|quindi|pertanto|inoltre|mesm[oa]s?"
    r"|outr[oa]s?|seguintes?|também|portanto|além|zelfde|dezelfde|andere|beide|ook|daarom|dus|sama|lain(?:nya)?"
    r"|juga|berikut(?:nya)?|sebelumnya|так(?:же|ой)|друг\w+|обе|оба|следующ\w+|предыдущ\w+|поэтому|вместо|ίδι\w+|άλλ\w+"
    r"|επίσης|επομένως|προηγούμεν\w+|ακόλουθ\w+|również|także|inn[yei]\w*|dlatego|stejn\w+|jin[ýéá]\w*|také|proto)\b"
    r"|同样|其他|另|也|因此|上述|以下|同じ|他の|また|أيضا|كذلك|نفس|أخرى|همچنین|دیگر|بنابراین",
    re.IGNORECASE,
)
_CITES = re.compile(r"\((?:[^()]*\W)?(?:19|20)\d\d[a-z]?\)|\[\d+(?:[,;–-] ?\d+)*\]")
_MEASURES = re.compile(
    r"[%$€£¥°]|\b(?:USD|EUR)\b|\d ?(?:kg|mg|g|km|m|cm|mm|µm|ms|s|h|GB|MB|kB|TB|Hz|kHz|MHz|GHz|kW|kWh|W|V|A)\b"
    r"|\d ?(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|jahren?|monaten?|wochen?|tagen?|stunden?|minuten"
    r"|ans?|mois|semaines?|jours?|heures?|años?|meses|semanas?|días?|horas?|minutos?|anni|mesi|settimane|giorni|ore"
    r"|anos?|dias?|tahun|bulan|hari|jam|лет|года?|месяц\w*|дн(?:я|ей)|час\w*)\b|\d ?(?:年|月|天|日|小时|分钟)",
    re.IGNORECASE,
)
# without one of these none of the two above is found
_OPENS = re.compile(r"[(\[]")
_OF_AMOUNT = re.compile(r"[\d%$€£¥°]")
_CURRENCIES = Sifted(r"USD|EUR", re.IGNORECASE)
_INDEFINITE = re.compile(
    r"\W*(?:an?|eine?|une?|una|uno|uma?|een|suatu|sebuah|seorang) (?!(?:few|lot|number|variety|series)\b)",
    re.IGNORECASE,
)

# An entry of a glossary: "Salted hash (SH) - a hash that …", "Threat model: a …"
_ENTRY = re.compile(r"[^.;:!?]{2,60}?(?:\([^()]{1,40}\)\s*[-–—:]|\s[-–—])\s?\S")


def wording_traits(statement: str) -> dict[str, float]:
    """The flags of the wording, whatever the language."""
    has_amount = _OF_AMOUNT.search(statement) or _CURRENCIES.search(statement)
    told = {
        "refers": _REFERS.search(statement), "compares": _COMPARES.search(statement),
        "cites": _CITES.search(statement) if _OPENS.search(statement) else None,
        "measure": _MEASURES.search(statement) if has_amount else None,
        "indefinite": _INDEFINITE.match(statement), "entry": _ENTRY.match(statement),
    }  # fmt: skip
    return {name: float(found is not None) for name, found in told.items()}
