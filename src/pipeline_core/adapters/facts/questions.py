"""Questions made for one sentence, from its subject and its verb."""

import re
from collections.abc import Sequence

from pipeline_core.adapters.facts.claims import MAX_QUESTION_CHARS
from pipeline_core.adapters.facts.english import Clause, parse_clause
from pipeline_core.adapters.facts.english_words import (
    ADVERBS,
    ASKABLE,
    BE,
    DETERMINERS,
    DO,
    EDGES,
    FINITE,
    MODALS,
    PREPOSITIONS,
    THIRD_PERSON,
    TO_DO,
    WITH_PREPOSITION,
    word_set,
)
from pipeline_core.adapters.facts.plain_questions import NOT_A_NOUN, according_to

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_WHEN = re.compile(
    rf"\b(?:on|in|since|before|after|until) (?:the )?(?:\d{{1,2}} )?(?:(?:{_MONTH})\b|(?:19|20)\d\d\b)"
    r"|\b(?:annually|monthly|weekly|daily|quarterly|every (?:\w+ )?(?:hour|day|week|month|year)s?)\b"
)
_WITHIN = re.compile(r"\bwithin (?:\w+ \()?\d")
_ARTICLES = word_set("a an the one two three")
# "X is defined as ..." and the like: the word behind the verb, and what may stand behind that.
_PARTICIPLES = {
    ("defined", ""): "How {be} {s} defined?",
    ("known", "as"): "What {be} {s} known as?",
    ("based", "on"): "What {be} {s} based on?",
    ("used", "to"): "What {be} {s} used for?",
    ("used", "for"): "What {be} {s} used for?",
    ("used", "in"): "Where {be} {s} used?",
    ("designed", "to"): "What {be} {s} designed to do?",
    ("designed", "for"): "What {be} {s} designed for?",
    ("intended", "to"): "What {be} {s} intended to do?",
    ("intended", "for"): "What {be} {s} intended for?",
    ("required", "to"): "What {be} {s} required to do?",
    ("allowed", "to"): "What {be} {s} allowed to do?",
    ("permitted", "to"): "What {be} {s} permitted to do?",
    ("entitled", "to"): "What {be} {s} entitled to?",
    ("responsible", "for"): "What {be} {s} responsible for?",
    ("liable", "for"): "What {be} {s} liable for?",
    ("limited", "to"): "What {be} {s} limited to?",
    ("subject", "to"): "What {be} {s} subject to?",
    ("able", "to"): "What {be} {s} able to do?",
    ("due", ""): "When {be} {s} due?",
    ("payable", ""): "When {be} {s} payable?",
    ("located", ""): "Where {be} {s} located?",
    ("available", ""): "Where {be} {s} available?",
    ("composed", "of"): "What {be} {s} composed of?",
    ("called", ""): "What {be} {s} called?",
    ("divided", "into"): "What {be} {s} divided into?",
    ("related", "to"): "What {be} {s} related to?",
    ("focused", "on"): "What {be} {s} focused on?",
    ("written", "in"): "What {be} {s} written in?",
    ("caused", "by"): "What {be} {s} caused by?",
    ("determined", "by"): "What {be} {s} determined by?",
    ("measured", "in"): "What {be} {s} measured in?",
}
# "Actual cash value" means ..., as policies have it.
_MEANING = re.compile(r"[\"“]?(?P<term>[^\"“”,.;:]{2,60}?)[\"”]?(?: \([^()]*\))? (?:shall mean|means?)\b")
# "Term (T) - A thing that ...", as glossaries have it.
_DEFINED_TERM = re.compile(r"(?!The |This |An? )(?P<term>(?:[^.,;:!?\"]|\.(?=\w)){2,60}?) [-–—] (?=[A-Z])")


def question_for(statement: str, headings: Sequence[str]) -> tuple[str | None, str]:
    """The question that the statement answers, where grammar can tell it, and the statement's subject."""
    meaning = _MEANING.match(statement)
    if meaning and FINITE.isdisjoint(meaning["term"].split()):
        return f'What does "{meaning["term"]}" mean?', f'"{meaning["term"]}"'
    definition = _DEFINED_TERM.match(statement)
    if definition and FINITE.isdisjoint(definition["term"].split()):
        return f'What is "{definition["term"]}"?', f'"{definition["term"]}"'
    clause = parse_clause(statement)
    asked = _ask(clause) if clause else None
    if clause is None or asked is None:
        return None, clause.subject if clause else ""
    if clause.lead:
        asked = f"{clause.lead} {asked[0].lower()}{asked[1:]}"
    if not _is_name(clause.subject):
        asked = f"{asked[:-1]}{according_to(headings)}?"
    return asked if len(asked) <= MAX_QUESTION_CHARS else None, clause.subject


def _is_name(subject: str) -> bool:
    """Whether the subject names one thing wherever it is read: a proper name, an acronym, a code."""
    words = [word for word in subject.split() if word.lower() not in DETERMINERS]
    return any(word[:1].isupper() or any(map(str.isdigit, word)) for word in words)


def _ask(clause: Clause) -> str | None:
    rest = list(clause.rest)
    while rest and rest[0].lower() in ADVERBS:
        rest.pop(0)
    if not rest:
        return None
    if clause.verb in BE:
        return _ask_be(clause.verb, clause.subject, rest)
    if clause.verb in MODALS:
        return _ask_modal(clause.verb, clause.subject, rest)
    if clause.verb in DO:
        return _ask_whether(clause.verb, clause.subject, rest[1:])
    return _ask_lexical(clause.verb, clause.subject, rest)


_NO_OBJECT = PREPOSITIONS | word_set("us you them him her me it itself themselves")
_AMOUNT = re.compile(r"[$€£¥]?\d")
_PERSON = re.compile(r"\b(?:author|chair(?:man|person)?|developer|director|founder|inventor|officer|president)\b")


def _ask_be(be: str, subject: str, rest: Sequence[str]) -> str | None:
    word, after = rest[0].lower().strip(EDGES), (rest[1].lower() if len(rest) > 1 else "")
    if word == "not":
        return _ask_whether(be, subject, rest[1:]) if after != "to" else None
    if word in _ARTICLES or _AMOUNT.match(rest[0]):
        who = "Who" if _is_name(subject) and _PERSON.search(" ".join(rest[:5])) else "What"
        return f"{who} {be} {subject}?"
    if form := _PARTICIPLES.get((word, after)) or _PARTICIPLES.get((word, "")):
        return form.format(be=be, s=subject)
    return _ask_passive(f"{be} {subject} {word}", word, rest[1:])


def _ask_passive(words: str, participle: str, rest: Sequence[str]) -> str | None:
    if not participle.endswith(("ed", "en", "wn")) and participle not in _IRREGULAR:
        return None
    behind = " ".join(rest[:8])
    for pattern, asking in _CIRCUMSTANCES:
        if pattern.search(behind):
            return f"{asking} {words}?"
    return None


_IRREGULAR = word_set("built done found held kept made paid put read run sent set sold told understood")
_CIRCUMSTANCES = (
    (_WITHIN, "Within what time"),
    (re.compile(r"^(?:using|via|through|by \w+ing)\b"), "How"),
    (re.compile(r"^by (?:the |a |an )?\w"), "By what or whom"),
    (_WHEN, "When"),
)


def _ask_modal(modal: str, subject: str, rest: Sequence[str]) -> str | None:
    word = rest[0].lower()
    if modal == "cannot" or word in ("not", "never"):
        rest = rest if modal == "cannot" else rest[1:]
        modal = "can" if modal == "cannot" else modal
        return _ask_whether(modal, subject, rest)
    if len(rest) < 2:
        return None
    if word == "be":
        participle = rest[1].lower().strip(EDGES)
        asked = _ask_passive(f"{modal} {subject} be {participle}", participle, rest[2:])
        return asked or (f"What is required of {subject}?" if modal in ("must", "shall") else None)
    if not word.isalpha():
        return None
    within = next((i for i, item in enumerate(rest) if item.lower() == "within"), 0)
    if 1 < within <= 7 and _WITHIN.match(" ".join(rest[within:])) and "," not in " ".join(rest[:within]):
        return f"Within what time {modal} {subject} {' '.join(rest[:within])}?"
    if word == "have" and (rest[1].lower() == "been" or NOT_A_NOUN.match(rest[1])):
        return None
    if word in ASKABLE | {"have"} and (rest[1].lower() not in _NO_OBJECT or rest[1:3] == ["up", "to"]):
        return f"What {modal} {subject} {word}?"
    return f"What {modal} {subject} do?"


def _ask_lexical(verb: str, subject: str, rest: Sequence[str]) -> str | None:
    base = THIRD_PERSON.get(verb, verb)
    do, after = "does" if base != verb else "do", rest[0].lower()
    if base in TO_DO and after == "to":
        return f"What {do} {subject} {base} to do?"
    if WITH_PREPOSITION.get(base) == after:
        return f"What {do} {subject} {base} {after}?"
    if base in ASKABLE and after not in _NO_OBJECT - {"that"}:
        return f"What {do} {subject} {base}?"
    return None


def _ask_whether(verb: str, subject: str, rest: Sequence[str]) -> str | None:
    """``Does this policy cover flood damage?``: a statement with "not" answers it outright."""
    pause = next((i for i, word in enumerate(rest) if word[-1] in ",;:"), len(rest) - 1)
    kept = [*rest[:pause], rest[pause].rstrip(",;:")] if rest else []
    if not 2 <= len(kept) <= 14 or kept[-1].lower() in PREPOSITIONS | DETERMINERS or "(" in " ".join(kept):
        return None
    return f"{verb.capitalize()} {subject} {' '.join(kept)}?"
