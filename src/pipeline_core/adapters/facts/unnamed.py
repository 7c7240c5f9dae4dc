"""Sentences that leave out of what, of whom or of when they are, said only in a sentence before them.

"Almost 10 % believe …" (of whom?), "other forms of training" (than which?), "in mid-January" (of which year?). Said
together with the sentence that tells it they read well.
"""

import re

from pipeline_core.adapters.facts.self_named import with_name
from pipeline_core.domain.sieve import AnyOf

# A share of nobody, where a verb stands where "of the students" would; other than what; a level or way that is the same
# as one before; and two that were named before: of the parties to a contract there are always two.
_LEFT_OUT = {
    "en": r"^(?i:almost|about|nearly|over|around|some|approximately|only|just|more than|less than|fewer than|another"
    r"|a further)?\s?\d+(?:\.\d+)?\s?(?:%|per ?cent) (?:\w+ly |also )?(?:believed?|said|say|reported?|are|were"
    r"|have|had|think|thought|felt|feel|agreed?|answered|stated?|did|do|use[d]?|wanted?|never|always)\b"
    r"|(?<!and )(?<!or )(?<!like )(?<!any )(?<!many )(?<!as )(?<!each )(?<!with )(?<!from )\bother (?:forms?"
    r"|types?|kinds?|ways|means|examples)\b(?!.*\bthan\b)|^[A-Z][a-z]+s were (?:then |first |also )?(?:identified"
    r"|selected|chosen|collected|extracted|excluded|recruited|computed|calculated|coded|sampled|screened)\b"
    r"|\bof the (?:range|scale|ranking|spectrum|distribution)\W*$|\bthe same (?:levels?|degree|manner|amounts?"
    r"|extent|treatment|standards?)\b(?!.*\b(?:as|that|for (?:all|both|each|every)|across|between|regardless)\b)"
    r"|\b[Bb]oth (?:the |of the )?(?:\w+ )?(?!part(?:ies|ners)\b|sides\b|ends\b|sexes\b|genders\b)\w+s\b(?! (?:of"
    r"|part(?:ies|ners)|in|that|which)\b)(?!.{0,60}\band\b)",
    "de": r"^(?i:fast|etwa|rund|über|nur|knapp|weitere)?\s?\d+(?:,\d+)?\s?(?:%|Prozent) (?:glauben|gaben|sind|waren"
    r"|haben|hatten|meinen|sagten|nutzen|fühlen)\b|(?<!und )(?<!oder )\b(?:andere|weitere)[nr]? (?:Formen|Arten"
    r"|Möglichkeiten)\b(?! als)|\b(?:das gleiche|dasselbe|im gleichen) (?:Niveau|Maß|Ausmaß)\b(?!.*\bwie\b)"
    r"|\b[Bb]eiden? (?!Partei|Seiten|Parteien|Geschlecht)\w+n?\b(?!.{0,60}\bund\b)",
    "fr": r"^(?i:près de|environ|plus de|seulement)?\s?\d+(?:,\d+)?\s?% (?:ont|sont|étaient|avaient|déclarent|pensent"
    r"|estiment|utilisent)\b|(?<!et )(?<!ou )\bd['’]autres (?:formes|types|moyens|exemples)\b(?! que)|\b(?:le"
    r"|au) même (?:niveau|degré)\b(?!.*\bque\b)|\bde la même (?:manière|façon)\b(?!.*\bque\b)",
    "es": r"^(?:Casi |Cerca de |Más d)?(?:[Ee]l |un )?\d+(?:,\d+)?\s?% (?:son|tienen?|creen?|declar\w+|dijo|dijeron"
    r"|está\w*|usan?)\b|(?<! y )(?<! o )\botr[oa]s (?:formas|tipos|medios|ejemplos)\b(?! que)|\b(?:el"
    r"|al) mismo (?:nivel|grado)\b(?!.*\bque\b)|\bde la misma (?:manera|forma)\b(?!.*\bque\b)"
    r"|\b[Aa]mb[oa]s (?!partes|lados|sexos)\w+s\b(?!.{0,60} y )",
    "it": r"^(?:Quasi |Circa )?(?:[Ii]l )?\d+(?:,\d+)?\s?% (?:ha|hanno|è|sono|crede|dichiara|ritiene|usa)\b"
    r"|(?<! e )(?<! o )\baltr[ie] (?:forme|tipi|mezzi|esempi)\b(?! che)|\b(?:lo|allo) stesso (?:livello"
    r"|grado)\b(?!.*\b(?:che|di quell\w+|rispetto)\b)|\b[Ee]ntramb[ie] (?:i|le|gli) (?!parti|lati"
    r"|sessi)\w+\b(?!.{0,60} e )",
    "pt": r"^(?:Quase |Cerca de )?(?:[Oo]s? )?\d+(?:,\d+)?\s?% (?:são|têm|tem|acredita\w*|declar\w+|disse\w*|usa\w*)\b"
    r"|(?<! e )(?<! ou )\boutr[oa]s (?:formas|tipos|meios|exemplos)\b(?! que)|\b(?:[oa]o?) mesmo (?:nível"
    r"|grau)\b(?!.*\bque\b)|\bda mesma (?:maneira|forma)\b(?!.*\bque\b)|\b[Aa]mb[oa]s (?:[oa]s )?(?!partes|lados"
    r"|sexos)\w+s\b(?!.{0,60} e )",
    "nl": r"^(?:Bijna |Ongeveer )?\d+(?:,\d+)?\s?(?:%|procent) (?:gelooft|zei|is|was|heeft|had|denkt|gebruikt)\b"
    r"|(?<!en )(?<!of )\bandere (?:vormen|soorten|middelen)\b(?! dan)|\b(?:hetzelfde niveau"
    r"|dezelfde mate)\b(?!.*\b(?:als|van)\b)|\b[Bb]eide (?!partijen|zijden|geslachten)\w+n\b(?!.{0,60}\ben\b)",
    "id": r"^(?:Hampir |Sekitar )?\d+(?:,\d+)?\s?(?:%|persen) (?:percaya|mengatakan|adalah|memiliki|merasa)\b"
    r"|(?<!dan )(?<!atau )\b(?:bentuk|jenis|cara) lain(?:nya)?\b(?! (?:selain|dari))"
    r"|\btingkat \w+ yang sama\b(?!.*\b(?:dengan|seperti)\b)|\b[Kk]edua (?!belah|pihak"
    r"|orang tua)\w+\b(?!.{0,60}\bdan\b)",
    "ru": r"(?<! и )(?<!или )\bдруги(?:е|х|ми) (?:форм|вид|способ)\w*|\b(?:такой же|тот же) уров\w+\b(?!.*\b(?:как"
    r"|что)\b)|\b[Оо]б(?:а|е|оих|еих|оим|еим) (?!сторон|пол)\w+\b(?!.{0,60} и )",
    "el": r"(?<!και )(?<! ή )\bάλλ(?:ες|οι|ων|ους) (?:μορφές|τύποι|τρόποι|μορφών|τύπων)\b",
    "zh": r"(?<!与)同样的?(?:水平|程度|透明度)",
}
_UNSAID = {code: AnyOf(words) for code, words in _LEFT_OUT.items()}
_MONTHS = {
    "en": "January|February|March|April|June|July|August|September|October|November|December",
    "de": "Januar|Februar|März|April|Juni|Juli|August|September|Oktober|November|Dezember",
    "fr": "janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre",
    "es": "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
    "it": "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
    "pt": "janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
    "nl": "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
    "id": "Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|September|Oktober|November|Desember",
    "ru": "январ|феврал|март|апрел|июн|июл|август|сентябр|октябр|ноябр|декабр",
}
# A month that came back every year needs none: "in early May of each year".
_IN_A_MONTH = {
    "en": r"(?:[Ii]n|[Bb]y|[Ss]ince|[Uu]ntil) (?:early |late |mid-? ?)?",
    "de": r"(?:(?:[Ii]m|[Aa]b|[Ss]eit) |(?:Anfang|Mitte|Ende) )",
    "fr": r"(?:[Ee]n|[Àà] la (?:mi-|fin )|(?:mi|fin|début)[ -])\s?",
    "es": r"(?:[Ee]n|[Aa] (?:mediados|finales|principios) de) ",
    "it": r"(?:[Aa]|[Ii]n|[Mm]et[àa]|[Ff]ine|inizio) ",
    "pt": r"(?:[Ee]m|[Nn]o (?:início|final) de|meados de) ",
    "nl": r"(?:[Ii]n|[Bb]egin|[Mm]edio|[Ee]ind) ",
    "id": r"(?:[Pp]ada bulan|awal|akhir|pertengahan) ",
    "ru": r"(?:в|В|начале|середине|конце) ",
}
_HAS_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b|['’]\d\d\b")
_PAST = {
    "en": r"\b(?:was|were|had|\w{3,}ed|rose|fell|began|became|took)\b",
    "de": r"\b(?:war|waren|wurde\w*|hatte\w*|\w{3,}te|stieg\w*|fiel\w*|sank\w*)\b",
    "fr": r"\b(?:a|ont|était|étaient|avait|fut|furent)\b",
    "es": r"\b(?:fue|fueron|era|había|han?|\w{3,}(?:ó|aron|ieron))\b",
    "it": r"\b(?:era|fu|furono|aveva|è stat[ao]|sono stat[ei]|ha|hanno)\b",
    "pt": r"\b(?:foi|foram|era|tinha|\w{3,}(?:ou|aram|eram|iram))\b",
    "nl": r"\b(?:was|waren|werd|werden|had|hadden|steeg|daalde)\b",
    "id": r"\b(?:telah|sudah|naik|turun|di\w{4,})\b",
    "ru": r"\w{2,}(?:л|ла|ло|ли|лся|лась|лись)\b",
}
_MONTH = {
    code: re.compile(rf"(?<!\w){before}(?:{_MONTHS[code]})\w*\b(?! \d| (?:de|del|di|of|each|every|und|and|to)\b)")
    for code, before in _IN_A_MONTH.items()
}
_THEN = {code: re.compile(words) for code, words in _PAST.items()}


def leaves_out(sentence: str, language: str) -> bool:
    """Return whether it leaves of whom, than what or of which year it speaks to a sentence before it."""
    sentence = with_name(sentence, language)
    if language in _UNSAID and _UNSAID[language].is_in(sentence):
        return True
    month = _MONTH.get(language)
    return bool(
        month and month.search(sentence) and not _HAS_YEAR.search(sentence) and _THEN[language].search(sentence)
    )
