"""Meaning of a lead-in, or of a heading that is one, for all of its items: demanded, asked, ordered steps, so many."""

import re
from collections.abc import Callable, Sequence

from pipeline_core.adapters.facts.back_matter import back_matter
from pipeline_core.adapters.facts.english_words import word_set
from pipeline_core.adapters.facts.item_texts import leads_in
from pipeline_core.adapters.facts.list_words import ends_in_condition, says_no
from pipeline_core.adapters.facts.lists import Lead
from pipeline_core.adapters.facts.scope import name_of_section


def _words(expression: str, unspaced: str = "(?!)") -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{expression})(?!\w)|{unspaced}", re.IGNORECASE)


def _says(expression: str, unspaced: str = "(?!)") -> Callable[[str], bool]:
    """Return a test of a text for one of these words."""
    pattern = _words(expression, unspaced)
    return lambda said: pattern.search(said) is not None


_UNSPACED_DUTY = "确保|必须|应当|应该|要求|需要|すること|必要|しなければ|해야"
demands = _says(
    r"may|might|could|for example|e\.g|kann|können|könnte\w*|peu(?:t|vent)|pourrai(?:t|ent)|pued\w+|podría\w*|pu[oò]"
    r"|possono|pode[m]?|poderia\w*|kunnen|dapat|bisa|mungkin|может|могут|μπορεί|must|shall|should|ensures?|make sure"
    r"|verify|requires?|required|requirements?|needs? to|has to|have to|muss|müssen|sollte?n?|anforderung\w*"
    r"|stellen sie sicher|sicherstellen|prüfen sie|überprüfen sie|doi(?:t|vent)|devrai(?:t|ent)|exigences?|assurez-vous"
    r"|s['’]assurer|vérifie[rz]|deben?|debería\w*|requisitos?|exig\w+|asegúr\w+|asegur\w+|verifi(?:que|car)\w*"
    r"|compruebe|dev(?:e|ono)|dovrebbe(?:ro)?|requisit[oi]|assicur\w+|verificare|garantire|devem?|deveria\w*|assegur\w+"
    r"|certifique-se|garant(?:a|ir)|verifique|moet(?:en)?|dient|eisen|vereisten|zorg\w*|controleer|harus|wajib"
    r"|persyaratan|pastikan|sebaiknya|seharusnya|долж(?:ен|на|но|ны)|следует|требовани\w+|убедитесь|обеспеч\w+"
    r"|проверьте|πρέπει|απαιτήσεις|βεβαιωθείτε|διασφαλίστε",
    _UNSPACED_DUTY,
)
"""The items are demands or possibilities: without the lead-in they would be assertions."""
demands_itself = _says(
    r"must|shall|should|muss|müssen|sollte?n?|darf|dürfen|doi(?:t|vent)|devrai(?:t|ent)|deben?|debería\w*|dev(?:e|ono)"
    r"|dovrebbe(?:ro)?|devem?|deverá|deverão|moet(?:en)?|harus|wajib|долж(?:ен|на|но|ны)|πρέπει",
    _UNSPACED_DUTY,
)
"""An item makes its demand by its own verb."""
announces_questions = _says(
    r"(?:following|these|answer\w*|the)\s+questions?|(?:folgende[nr]?|diese) fragen|questions suivantes|preguntas"
    r"|domande|perguntas|vragen|pertanyaan|вопрос\w*|ερωτήσεις"
)
"""Questions follow."""
_ASKED = re.compile(r"[?？؟][\"'”’»)\]*_`\s]*\Z")
_ASKED_GREEK = re.compile(r"[;;]\s*\Z")
are_steps = _says(
    r"steps|procedures?|instructions?|schritte\w*|vorgehen|étapes?|procédure|pasos|procedimiento|passi|passaggi"
    r"|procedura|passos|etapas|procedimento|stappen|langkah\w*|шаг\w*|βήματα",
    "步骤|手順|단계|مراحل|خطوات",
)
"""The lead-in calls the items steps, which are done in order."""
are_phases = _says(
    r"phases|stages|phasen|stufen|fases|fasi|stadi|fasen|tahap(?:an)?|этап\w*|фаз\w*|φάσεις|στάδια|fazy|etapy|fáze|faze"
    r"|aşamalar\w*",
    "阶段|階段|段階|フェーズ|단계",
)
"""The items are phases of one thing."""
_COUNTS = (
    "two|zwei|deux|dos|due|dois|duas|twee|dua|два|две|двух|δύο",
    "three|drei|trois|tres|tre|três|drie|tiga|три|трёх|трех|τρεις|τρία",
    "four|vier|quatre|cuatro|quattro|quatro|empat|четыре|четырёх|τέσσερα|τέσσερις",
    "five|fünf|cinq|cinco|cinque|vijf|lima|пять|пяти|πέντε",
    "six|sechs|seis|sei|zes|enam|шесть|шести|έξι",
    "seven|sieben|sept|siete|sette|sete|zeven|tujuh|семь|επτά",
    "eight|acht|huit|ocho|otto|oito|delapan|восемь|οκτώ",
)
_COUNT = tuple(_words(rf"{words}|{count}") for count, words in enumerate(_COUNTS, start=2))
_COUNT_UNSPACED = re.compile(r"([两二2三3四4五5六6七7八8])\s?[个個项項种種类類点點つ]")
_UNSPACED = {
    sign: count for count, signs in enumerate(("两二2", "三3", "四4", "五5", "六6", "七7", "八8"), 2) for sign in signs
}
_NUMBERED = re.compile(r"\(?\d{1,3}[.)]|\(\d{1,2}\)")
# One of them is enough: the words say so, or each is a fault that makes something vulnerable.
_ANY_OF = re.compile(
    r"τουλάχιστον ένα|κάποιο από|أحد|أي من|یکی\s*از|دست[\s\u200c]?کم یک|任一|任何|之一|いずれか|중 하나"
    r"|ευάλωτ\w+|آسیب[\s\u200c]?پذیر|عرضة|漏洞|脆弱|易受|취약",
    re.IGNORECASE,
)


def is_question(raw: str, language: str) -> bool:
    """Return whether the item, with its own marks, is a question: the Greek question mark is a semicolon elsewhere."""
    return _ASKED.search(raw) is not None or (language == "el" and _ASKED_GREEK.search(raw) is not None)


def are_numbered(marks: Sequence[str]) -> bool:
    """Return whether the items stand in an order of their own."""
    return len(marks) > 1 and all(_NUMBERED.fullmatch(mark) for mark in marks)


def count_announced(lead: str) -> int | None:
    """Read the number of items that the lead-in states; the last number of it that is at most eight."""
    if match := _COUNT_UNSPACED.search(lead):
        return _UNSPACED[match[1]]
    found = [(match.start(), count) for count, words in enumerate(_COUNT, start=2) for match in words.finditer(lead)]
    return max(found)[1] if found else None


def is_unsure_condition(lead: str) -> bool:
    """Return whether the statement holds if its items do, in languages of which no more is known."""
    return ends_in_condition(lead, "") and _ANY_OF.search(lead) is None


_MOST_OF_HEADING = 10
_COPULAS = word_set("are is sind ist sont est son es están está sono è são é zijn är er sunt este su jsou są")


def leads_to_names(heading: str, language: str) -> bool:
    """Return whether the heading applies to names below it and to nothing else: "Not insured", "Versichert sind"."""
    words = heading.casefold().split()
    return 0 < len(words) <= _MOST_OF_HEADING and (
        says_no(heading, language) or words[-1] in _COPULAS or leads_in(heading, language)
    )


def leads_to_items(lead: Lead, language: str) -> bool:
    """Return whether the items below are read with the heading: it names them, or they continue its sentence."""
    kinds = (is_question, name_of_section, leads_in, says_no)
    return not back_matter([lead.said]) and any(is_kind(lead.said, language) for is_kind in kinds)
