"""Questions to a sentence in its language. Outside English, only definitions of terms are asked for."""

import re
from dataclasses import dataclass

from pipeline_core.adapters.facts.claims import MAX_QUESTION_CHARS
from pipeline_core.adapters.facts.questions import question_for


@dataclass(frozen=True, slots=True)
class _Definition:
    """``verb``: what stands between a term and what it is; ``articles``: those that a term may begin with, the
    indefinite ones first."""

    verb: str
    form: str
    indefinite: str
    definite: str
    most_words: int = 4


_DEFINITIONS = {
    "de": _Definition(r"ist eine? ", "Was ist {x}?", "Eine?", "Der|Die|Das"),
    "fr": _Definition(r"est une? ", "Qu'est-ce que {x} ?", "Une?", "Les?|La|L['’]"),
    "es": _Definition(r"es una? ", "¿Qué es {x}?", "Una?", "El|La"),
    "it": _Definition(r"è un(?:a|o|['’])? ?", "Che cos'è {x}?", "Un[ao]?", "Il|Lo|La|L['’]"),
    "pt": _Definition(r"é uma? ", "O que é {x}?", "Uma?", "O|A"),
    "nl": _Definition(r"is een ", "Wat is {x}?", "Een", "De|Het"),
    "id": _Definition(r"(?:adalah|merupakan) ", "Apa itu {x}?", "Sebuah|Suatu", "Sang", most_words=2),
    "ru": _Definition(r"[—–] это ", "Что такое {x}?", "-", "-"),
    "el": _Definition(r"είναι (?:ένα[ςν]?|μια|μία) ", "Τι είναι {x};", "Ένα[ςν]?|Μια|Μία", "Ο|Η|Το"),
    "cs": _Definition(r"je ", "Co je {x}?", "-", "-"),
    "hr": _Definition(r"je ", "Što je {x}?", "-", "-"),
    "sv": _Definition(r"är ett? |är en ", "Vad är {x}?", "Ett?|En", "-"),
    "da": _Definition(r"er et? |er en ", "Hvad er {x}?", "Et|En", "-"),
}
_NAMED = re.compile(r"[^\W\d_]*[A-Z][^\W\d_]*[A-Z0-9]|\w*\d")
_NEGATION = re.compile(
    r"\b(?:não|no|non|nicht|kein\w*|ne|pas|tidak|bukan|jangan|не|niet|geen|není|nije|δεν|inte|ikke|ing(?:en|a|et)|nie"
    r"|żaden|żadn\w+|eivät|nem|tilos)\b",
    re.IGNORECASE,
)
# what praises or places a thing does not say what it is
_PRAISES = re.compile(
    r"(?:\w+ ){0,2}?(?:neue[rs]?|modern\w*|wichtig\w*|gute[rs]?|groß\w*|nouve\w+|moderne|bon(?:ne)?|grand\w*"
    r"|important\w*|nuev[oa]|modern[oa]|buen[oa]?|nuov[oa]|buon[oa]?|nov[oa]|bo[am]|grande|nieuwe?|goed\w*|baru|penting|baik|tepat|nové?"
    r"|nov[iá]|важн\w+|нов\w+|хорош\w+|νέ\w+|σύγχρον\w+|ny(?:tt|a)?|bra|viktig\w*|vigtig\w*|god)\b",
    re.IGNORECASE,
)
_ELIDED = re.compile(r"[aeiouyhéèêàâîôû]", re.IGNORECASE)


def natural_question(sentence: str, language: str) -> str | None:
    """The question that the sentence answers, in plain words of its language; None where none is natural."""
    if language == "en":
        return question_for(sentence)
    row = _DEFINITIONS.get(language)
    match = re.match(rf"(?P<term>[^,;:()\"“”«»]{{2,50}}?) (?:{row.verb})\S", sentence) if row else None
    if row is None or match is None:
        return None
    term = _asked(match["term"], row)
    if term is None or _PRAISES.match(sentence, match.end() - 1):
        return None
    asked = row.form.format(x=term)
    if language == "fr" and _ELIDED.match(term):
        asked = f"Qu'est-ce qu'{term} ?"
    return asked if len(asked) <= MAX_QUESTION_CHARS else None


def says_not(said: str) -> bool:
    """Return whether a word of some language negates it."""
    return _NEGATION.search(said) is not None


def _asked(term: str, row: _Definition) -> str | None:
    """The term as it stands in a question; None where it names nothing that is known elsewhere."""
    article = re.match(rf"(?P<indefinite>(?:{row.indefinite})\b)|(?:{row.definite})(?:\b|(?<=['’]))", term)
    bare = term[article.end() :].strip() if article else term
    words = bare.split()
    if not 1 <= len(words) <= row.most_words or not bare[0].isalnum() or _NEGATION.search(bare):
        return None
    is_named = any(map(_NAMED.match, words)) or (article is not None and article["indefinite"] is not None)
    if not is_named:
        return None
    return term[0].lower() + term[1:] if article else term
