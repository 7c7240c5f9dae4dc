"""A question for an English sentence, where one is natural: the sentence must answer it, and it must be clear alone.

Each pattern is a row; where no row fits, nothing is asked.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline_core.adapters.facts import english_words as en
from pipeline_core.adapters.facts.claims import MAX_QUESTION_CHARS
from pipeline_core.adapters.facts.english import Clause, parse_clause

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(rf"(?:on|in|since|until) (?:the )?(?:\d{{1,2}} )?(?:(?:{_MONTH})\b|(?:19|20)\d\d\b)")
_UNIT = r"(?:minute|hour|day|week|month|year|second)s?\b"
_NUMBER = r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|sixty|ninety)"
_WITHIN = re.compile(rf"within (?:\w+ )?\(?{_NUMBER}\)? (?:\w+ )?{_UNIT}", re.IGNORECASE)
_FOR_A_TIME = re.compile(
    rf"for (?:at least |up to |a maximum of |a minimum of )?(?:\w+ \()?{_NUMBER}\)? {_UNIT}", re.IGNORECASE
)
_EVERY = re.compile(
    rf"(?:annually|monthly|weekly|daily|quarterly|yearly|every (?:\w+ )?{_UNIT}|once a (?:day|week|month|year))"
)
_MONEY = re.compile(r"[$€£¥]\d|(?:EUR|USD|GBP) ?\d|\d[\d.,]* (?:dollars|euros|pounds)\b")
_AMOUNT = re.compile(rf"(?:{_MONEY.pattern}|\d[\d.,]* ?(?:%|per ?cent\b|{_UNIT}))")
_COUNT = re.compile(rf"(?:exactly |at least |up to )?{_NUMBER} ", re.IGNORECASE)
_BY_DOING = re.compile(r"(?:using|via|through|by \w+ing)\b")
_BY_NAME = re.compile(r"by (?:the )?[A-Z]")
_PERSON = re.compile(
    r"\b(?:author|chair(?:man|person)?|developer|director|founder|inventor|officer|president|king|queen)\b"
)
# "X is used to ...": the word behind the verb, and what must stand behind that.
_BEHIND_BE = {
    ("based", "on"): "What {be} {s} based on?",
    ("used", "to"): "What {be} {s} used for?",
    ("used", "for"): "What {be} {s} used for?",
    ("designed", "to"): "What {be} {s} designed to do?",
    ("designed", "for"): "What {be} {s} designed for?",
    ("intended", "for"): "What {be} {s} intended for?",
    ("required", "to"): "What {be} {s} required to do?",
    ("allowed", "to"): "What {be} {s} allowed to do?",
    ("entitled", "to"): "What {be} {s} entitled to?",
    ("responsible", "for"): "What {be} {s} responsible for?",
    ("liable", "for"): "What {be} {s} liable for?",
    ("limited", "to"): "What {be} {s} limited to?",
    ("subject", "to"): "What {be} {s} subject to?",
    ("due", "on"): "When {be} {s} due?",
    ("due", "by"): "When {be} {s} due?",
    ("payable", "on"): "When {be} {s} payable?",
    ("located", "in"): "Where {be} {s} located?",
    ("composed", "of"): "What {be} {s} composed of?",
    ("divided", "into"): "What {be} {s} divided into?",
    ("written", "in"): "What {be} {s} written in?",
    ("caused", "by"): "What {be} {s} caused by?",
    ("measured", "in"): "What {be} {s} measured in?",
    ("defined", "as"): "How {be} {s} defined?",
}
_OBJECT_VERBS = en.word_set("""
comprise contain cover enable exclude include measure produce prohibit provide require restrict support
""")
_TWO_WORDS = {
    "consist": "of", "depend": "on", "rely": "on", "focus": "on", "apply": "to", "belong": "to", "result": "in",
    "refer": "to", "lead": "to", "comply": "with",
}  # fmt: skip
_OF_A_NAME = en.word_set("include provide enable require support rely focus refer lead result produce restrict depend")
_MEANING = re.compile(
    r"(?:[\"“](?P<quoted>[^\"“”]{2,50})[\"”](?: \([^()]*\))? (?:shall mean|means?)"
    r"|(?P<term>[^\"“”,.;:()]{2,50}?)(?: \([^()]*\))? (?:shall mean|means)) (?!that\b|to\b)"
)
# "Term (T) - A thing that ...", as glossaries have it.
_DEFINED_TERM = re.compile(
    r"(?!The |This |An? )(?P<term>(?:[^.,;:!?\"]|\.(?=\w)){2,50}?) [-–—] (?=(?:Generally )?(?:An?|The) )"
)
_UNCLEAR = re.compile(
    r"\b(?:it|its|their|they|this|these|those|such|that|which|who|other|another|same|former|latter|above|below|following"
    r"|we|our|you|your|i|my|he|she|his|her|here|there|each|any|some|many|most|several|all|both|one|first|second|more|two|three|four"
    r"|five|six|seven|eight|nine|ten|new|next|remaining|existing|target|own|natural)\b",
    re.IGNORECASE,
)  # fmt: skip
# Nobody can tell which one is meant.
_WHICHEVER = re.compile(
    r"(?:.* )?the (?:\w+ )?(?:algorithm|application|approach|authors?|briefing|code|community|data|document|figure"
    r"|framework|functions?|landscape|mechanisms?|programmes?|release|structure|"
    r"gap|interface|library|message|method|models?|module|package|paper|process|program|project|"
    r"results?|section|studies|study|system|table|team|tools?|users?|work)$"
)
_MOST_WORDS = 6
# What praises or places a thing does not say what it is: "a great framework", "the closest system to", "the only one".
_PRAISES = en.word_set("""
best better culmination essential excellent first good great ideal important key last latest leading main major modern
new next only perfect popular powerful reason result second third useful valuable
""")
_MEASURES = en.word_set("highest lowest largest smallest longest shortest")
# A number alone does not name it: of what is "Level 1", and the version of what?
_NUMBERED = re.compile(
    r"(?:class|level|part|phase|release|stage|step|tier|type|version|wave) [\dIVX.]+$", re.IGNORECASE
)


def question_for(statement: str) -> str | None:
    """The question that the statement answers, in plain words; None where none is natural."""
    if term := _term(statement):
        return term
    clause = parse_clause(statement)
    if clause is None or not _is_clear(clause.subject):
        return None
    clause = replace(clause, subject=_with_capital(clause.subject, statement))
    if not clause.rest:
        return None
    asked = next((made for ask in _PATTERNS if (made := ask(clause, clause.rest))), None)
    return asked if asked and len(asked) <= MAX_QUESTION_CHARS else None


def _term(statement: str) -> str | None:
    for pattern, form in ((_MEANING, 'What does "{t}" mean?'), (_DEFINED_TERM, "")):
        match = pattern.match(statement)
        if match and "/" in match[0]:  # several terms at once
            return None
        term = next(filter(None, match.groupdict().values()), "").strip() if match else ""
        if 1 <= len(term.split()) <= _MOST_WORDS and not _UNCLEAR.search(term) and not _is_grammar(term):
            # a glossary leaves out the article, which "What is token?" would need
            return (form or ("What is {t}?" if term.endswith(")") else 'What does "{t}" mean?')).format(t=term)
    return None


def _is_grammar(term: str) -> bool:
    return not en.FINITE.isdisjoint(term.lower().split()) or term.lower() in en.DETERMINERS


def _is_clear(subject: str) -> bool:
    words = subject.split()
    return (
        len(words) <= _MOST_WORDS
        and not any(word.endswith("ly") or "%" in word for word in words)
        and not _UNCLEAR.search(subject)
        and not _WHICHEVER.match(subject.lower())
        and not _NUMBERED.match(subject)
        and not any(word.isdigit() for word in words)
    )


def _with_capital(subject: str, statement: str) -> str:
    """``Internet of Things``: what has capitals further on has its first one for that reason."""
    first, _, others = subject.partition(" ")
    capital = first[:1].upper() + first[1:]
    is_title = any(word[:1].isupper() for word in others.split()) or first.endswith(("'s", "’s"))
    is_title = is_title and first.lower() not in en.DETERMINERS
    return f"{capital} {others}" if is_title and statement.startswith(capital) else subject


def is_name(subject: str) -> bool:
    """Return whether the subject names one thing wherever it is read: a proper name, an acronym, a code."""
    words = [word for word in subject.split() if word.lower() not in en.DETERMINERS]
    if len(words) == 1:  # any word has a capital at the beginning of a sentence
        return any(char.isupper() or char.isdigit() for char in words[0][1:])
    return any(word[:1].isupper() or any(map(str.isdigit, word)) for word in words)


def _behind(rest: Sequence[str]) -> str:
    return " ".join(rest[:10])


def _definition(clause: Clause, rest: Sequence[str]) -> str | None:
    """``SMACT is a library``; of a thing without a name it would ask nothing: ``What is the tool?``"""
    if clause.verb not in en.BE or rest[0].lower() not in ("a", "an", "the"):
        return None
    if not (is_name(clause.subject) or clause.subject.lower().startswith(("a ", "an "))):
        return None
    said = [word.strip(en.EDGES).lower() for word in rest[1:4]]
    if any(word in _PRAISES or (word.endswith("est") and word not in _MEASURES) for word in said):
        return None
    who = "Who" if _PERSON.search(" ".join(rest[:5])) and is_name(clause.subject) else "What"
    return None if who == "What" and clause.verb in ("was", "were") else f"{who} {clause.verb} {clause.subject}?"


def _amount(clause: Clause, rest: Sequence[str]) -> str | None:
    if clause.verb in ("is", "are", "was", "were") and _AMOUNT.match(_behind(rest)):
        return f"What {clause.verb} {clause.subject}?"
    if clause.verb in ("costs", "cost") and _MONEY.search(_behind(rest[:3])):
        return f"How much {'does' if clause.verb == 'costs' else 'do'} {clause.subject} cost?"
    return None


_HAVE = {"has": "does", "have": "do", "contains": "does", "contain": "do", "includes": "does", "include": "do"}


def _how_many(clause: Clause, rest: Sequence[str]) -> str | None:
    """``The set contains 75 items``; not of percents, amounts and times."""
    match = _COUNT.match(_behind(rest) + " ")
    if clause.verb not in _HAVE or not match:
        return None
    counted = _behind(rest)[match.end() :].split()
    things = next((counted[: i + 1] for i, word in enumerate(counted[:3]) if word.strip(en.EDGES).endswith("s")), None)
    after = counted[len(things) :] if things else []
    if (
        not things
        or not (things[-1][-1] in ".,;:" or not after or after[0].lower() in en.PREPOSITIONS | {"that", "which", "and"})
        or not en.FINITE.isdisjoint(counted[:3])
        or match[0].lower() == "one "
        or not all(word.strip(en.EDGES).isalpha() for word in things)
        or re.match(_UNIT, things[-1])
    ):
        return None
    verb = en.THIRD_PERSON.get(clause.verb, "have" if clause.verb == "has" else clause.verb)
    return f"How many {' '.join(things).strip(en.EDGES)} {_HAVE[clause.verb]} {clause.subject} {verb}?"


def _circumstance(clause: Clause, rest: Sequence[str]) -> str | None:
    """``Claims must be submitted within 30 days``: how soon, how long, how often, when, how, by whom."""
    if clause.verb in en.MODALS:
        if clause.verb == "cannot" or rest[0].lower() in ("not", "never"):
            return None
        passive = rest[0] == "be" and len(rest) > 2
        done, behind = ([*rest[:2]], rest[2:]) if passive else _until_time(rest)
        words = f"{clause.verb} {clause.subject} {' '.join(done)}"
    elif clause.verb in en.BE and len(rest) > 1:
        done, behind, passive = [rest[0]], rest[1:], True
        words = f"{clause.verb} {clause.subject} {rest[0]}"
    else:
        return None
    if not behind or (passive and not _is_participle(done[-1])):
        return None
    rows = _CIRCUMSTANCES if passive else _CIRCUMSTANCES[:3]
    asking = next((asking for pattern, asking in rows if pattern.match(_behind(behind))), None)
    if asking == "How" and clause.verb not in en.MODALS and not is_name(clause.subject):  # which one, and when?
        return None
    return f"{asking} {words}?" if asking else None


def _until_time(rest: Sequence[str]) -> tuple[list[str], Sequence[str]]:
    """Split into the action and its time limit: at most six words, without a pause."""
    for at in range(1, min(7, len(rest))):
        if rest[at - 1][-1] in ",;:":
            break
        is_time = any(pattern.match(_behind(rest[at:])) for pattern, _ in _CIRCUMSTANCES[:3])
        if rest[at].lower() in ("within", "for", "every", "annually") and is_time:
            return list(rest[:at]), rest[at:]
    return [], []


_CIRCUMSTANCES = (
    (_WITHIN, "How soon"),
    (_FOR_A_TIME, "How long"),
    (_EVERY, "How often"),
    (_DATE, "When"),
    (_BY_DOING, "How"),
)
_IRREGULAR = en.word_set("built done found held kept made paid put read run sent set sold told understood")


def _is_participle(word: str) -> bool:
    word = word.lower()
    return word.isalpha() and (word.endswith(("ed", "en", "wn")) or word in _IRREGULAR)


def _maker(clause: Clause, rest: Sequence[str]) -> str | None:
    """``Julia was developed by Jane Doe``"""
    if clause.verb in ("is", "was", "were") and rest[0].endswith("ed") and _BY_NAME.match(_behind(rest[1:])):
        return f"Who {rest[0]} {clause.subject}?" if clause.verb != "is" else f"Who is {clause.subject} {rest[0]} by?"
    return None


def _behind_be(clause: Clause, rest: Sequence[str]) -> str | None:
    if clause.verb not in en.BE or len(rest) < 3:
        return None
    form = _BEHIND_BE.get((rest[0].lower(), rest[1].lower()))
    if form and "to do" in form and rest[2] in ("be", "have", "use"):
        return None
    return form.format(be=clause.verb, s=clause.subject) if form else None


def _object(clause: Clause, rest: Sequence[str]) -> str | None:
    """``The policy covers fire and storm``"""
    base = en.THIRD_PERSON.get(clause.verb, clause.verb)
    last = clause.subject.split()[-1].lower()
    if (base == clause.verb and last == clause.subject.lower()) or last.startswith(base):
        return None  # "Responsibilities include": whose? And what do requirements require?
    do, after = "does" if base != clause.verb else "do", rest[0].lower()
    # nobody asks what trade requires; one word may be a name
    is_named = is_name(clause.subject) or (clause.subject[:1].isupper() and " " not in clause.subject and do == "does")
    if base in _OF_A_NAME and not is_named:
        return None
    if _TWO_WORDS.get(base) == after and len(rest) > 1:
        return f"What {do} {clause.subject} {base} {after}?"
    if base in _OBJECT_VERBS and after not in _NO_OBJECTS:
        return f"What {do} {clause.subject} {base}?"
    return None


_NO_OBJECTS = en.PREPOSITIONS | en.word_set("us you them him her me it itself themselves")
_NO_ANSWER = en.word_set("to only the a an just merely primarily necessarily always yet")


def _whether(clause: Clause, rest: Sequence[str]) -> str | None:
    """``This policy does not cover flood damage``: a statement with "not" answers it outright."""
    if clause.verb not in en.word_set("does do is are") or rest[0].lower() != "not":
        return None
    kept = [word.rstrip(".") for word in rest[1:]]
    if not 2 <= len(kept) <= 7 or any(word[-1] in ",;:()" for word in kept) or kept[0] in _NO_ANSWER:
        return None
    if clause.verb in en.BE and not _is_quality(kept[0]):
        return None
    if set(clause.subject.lower().split()) & {word.lower() for word in kept[1:]} - en.PREPOSITIONS - en.DETERMINERS:
        return None
    return f"{clause.verb.capitalize()} {clause.subject} {' '.join(kept)}?"


def _is_quality(word: str) -> bool:
    """``covered``, ``available``: nobody asks whether a thing is another thing."""
    return _is_participle(word) or word.lower().endswith(("able", "ible", "ent", "ant", "ory"))


Ask = Callable[[Clause, Sequence[str]], str | None]
_PATTERNS: tuple[Ask, ...] = (
    _amount,
    _how_many,
    _circumstance,
    _maker,
    _definition,
    _behind_be,
    _whether,
    _object,
)
