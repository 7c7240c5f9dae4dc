"""The parts of a plain English sentence: what leads in, subject, verb and rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_core.adapters.facts.english_words import (
    ADVERBS,
    AMOUNT,
    ASIDE,
    AUXILIARIES,
    BASES,
    COMMON_ENDING,
    DETERMINERS,
    DO,
    EDGES,
    ENDS_SUBJECT,
    FINITE,
    INTRODUCING,
    LEADING_ADVERB,
    MODALS,
    NO_SUBJECT,
    NO_SUBJECT_START,
    NOT_BEFORE_VERBS,
    NOT_IN_NAME,
    NOUN_TOO,
    PAST,
    PLURAL,
    PREPOSITIONS,
    THIRD_PERSON,
    TO_DO,
    WITH_PREPOSITION,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence's parts: what leads in, the subject, the finite verb, and the rest."""

    lead: str
    subject: str
    verb: str
    rest: list[str]


def parse_clause(statement: str) -> Clause | None:
    """The parts of a plain sentence; None where this much grammar cannot tell them."""
    words = ASIDE.sub("", statement).rstrip(".!").split()
    lead = ""
    if words[0].lower() in INTRODUCING or LEADING_ADVERB.match(words[0]):
        comma = next((i for i, word in enumerate(words[:12]) if word.endswith(",")), None)
        if comma is None or comma == len(words) - 1:
            return None
        # "Specifically," adds nothing to a question; "Within 30 days," does.
        lead, words = " ".join(words[: comma + 1]) if comma else "", words[comma + 1 :]
    if lead and words[0] == "then":
        words = words[1:]
    at = _verb_at(words)
    if at is None:
        return None
    subject = words[:at]
    while subject and subject[-1].lower() in ADVERBS:
        subject.pop()
    name = " ".join(subject)
    if not 1 <= len(subject) <= 8 or NOT_IN_NAME.search(name) or subject[-1].lower() in DETERMINERS:
        return None
    if subject[0].lower() in (NO_SUBJECT if len(subject) == 1 else NO_SUBJECT_START):
        return None
    verb = words[at].lower()
    if name.lower() == "we" and verb not in MODALS:
        return None
    if name[0] == statement[0]:
        name = in_mid_sentence(name, statement, plural=verb in PLURAL or verb in BASES)
    return Clause(lead, name, verb, words[at + 1 :])


def _verb_at(words: Sequence[str]) -> int | None:
    """The index of the finite verb behind a subject without a clause or a comma in it."""
    for i, word in enumerate(words[:12]):
        lowered = word.lower()
        if lowered in ENDS_SUBJECT or word[-1] in ",;:":
            return None
        after = words[i + 1].lower() if i + 1 < len(words) else ""
        if i and (lowered in AUXILIARIES or (lowered in DO and after == "not")):
            return i
        if i and _is_lexical_verb(lowered, words[i - 1].lower(), after):
            return i
    return None


def has_finite_verb(words: Sequence[str]) -> bool:
    """Whether a verb stands outside of clauses that begin with *if*, *that* and their like."""
    lowered = [word.lower() for word in words]
    skipped, in_relative = 0, False
    for i in range(1, len(words)):
        before, word = lowered[i - 1], lowered[i].strip(EDGES)
        if before[-1] in ",;:":
            skipped = 0
        after = lowered[i + 1] if i + 1 < len(words) else ""
        in_relative = (before in _RELATIVE and word not in _OF_ANOTHER) or (in_relative and before in _BEFORE_VERB)
        if in_relative:
            # "a person who keeps …", "who has not paid …": whatever verb it is, it is not the sentence's
            skipped = 0
            continue
        if before in ENDS_SUBJECT:
            skipped = 1 if before in _RELATIVE else len(words)
        has_object = after in DETERMINERS or AMOUNT.match(after)
        past = (word in PAST and before not in DETERMINERS) or (word.endswith("ed") and has_object)
        if past or word in FINITE or _does(word, before, after) or _is_lexical_verb(word, before, after):
            if not skipped:
                return True
            skipped -= after not in FINITE
    return False


_RELATIVE = ("that", "which", "who")
# "The boat that the club bought": the clause has a subject of its own.
_OF_ANOTHER = DETERMINERS | NO_SUBJECT | {"we", "you"}
# What may stand between a relative pronoun and its verb, and its auxiliaries.
_BEFORE_VERB = ADVERBS | AUXILIARIES | DO | {"not"}
_NO_NOUN_BEFORE = NOT_BEFORE_VERBS | AUXILIARIES | DO


def _does(word: str, before: str, after: str) -> bool:
    """Whether it is a verb, whichever it is, by what stands around it: "restarts automatically", "melts the wax"."""
    if word[-1:] != "s" or word[-2:] in ("ss", "us", "is") or before in _NO_NOUN_BEFORE or before[-1] in ",;:":
        return False
    goes_on = after.strip(EDGES)
    return goes_on.endswith("ally") or goes_on in DETERMINERS or AMOUNT.match(after) is not None


def _is_lexical_verb(word: str, before: str, after: str) -> bool:
    base = THIRD_PERSON.get(word, word)
    if base not in BASES or before in NOT_BEFORE_VERBS:
        return False
    if word == base and not (before.endswith("s") and not before.endswith(("ss", "us", "is", "'s", "’s"))):
        return before in ("we", "you", "people", "members")
    if WITH_PREPOSITION.get(base) == after or (after == "to" and base in TO_DO):
        return True
    if base in NOUN_TOO:
        return after in DETERMINERS or after == "that" or bool(AMOUNT.match(after))
    return after not in PREPOSITIONS or after == "that"


def in_mid_sentence(subject: str, statement: str, *, plural: bool = False) -> str:
    """The subject without the capital letter that only the beginning of the sentence gave it."""
    first, _, rest = subject.partition(" ")
    if not first[1:].islower() and first not in ("A", "I"):
        return subject
    lowered = first.lower()
    known = lowered in DETERMINERS or lowered in ("you", "we") or lowered in statement.split()
    named = rest[:1].isupper() or rest[:1].isdigit() or rest.startswith("et al")
    if known or (not named and (plural or rest or COMMON_ENDING.search(lowered))):
        return f"{lowered} {rest}".strip()
    return subject
