"""The parts of a plain English sentence: subject, verb and rest."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_core.adapters.facts import english_words as en


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence's parts: the subject, the finite verb, and the rest."""

    subject: str
    verb: str
    rest: list[str]


def parse_clause(statement: str) -> Clause | None:
    """The parts of a plain sentence; None where this much grammar cannot tell them, or more than a word leads in."""
    words = en.ASIDE.sub("", statement).rstrip(".!").split()
    if words[0].lower() in en.INTRODUCING or en.LEADING_ADVERB.match(words[0]):
        # "Specifically," adds nothing to a question; "Within 30 days," would.
        if not words[0].endswith(",") or len(words) == 1:
            return None
        words = words[1:]
    at = _verb_at(words)
    if at is None:
        return None
    subject = words[:at]
    while subject and subject[-1].lower() in en.ADVERBS:
        subject.pop()
    name = " ".join(subject)
    if not 1 <= len(subject) <= 8 or en.NOT_IN_NAME.search(name) or subject[-1].lower() in en.DETERMINERS:
        return None
    if subject[0].lower() in (en.NO_SUBJECT if len(subject) == 1 else en.NO_SUBJECT_START):
        return None
    verb = words[at].lower()
    if name.lower() == "we" and verb not in en.MODALS:
        return None
    if name[0] == statement[0]:
        name = in_mid_sentence(name, statement, plural=verb in en.PLURAL or verb in en.BASES)
    return Clause(name, verb, words[at + 1 :])


def _verb_at(words: Sequence[str]) -> int | None:
    """The index of the finite verb behind a subject without a clause or a comma in it."""
    for i, word in enumerate(words[:12]):
        lowered = word.lower()
        if lowered in en.ENDS_SUBJECT or word[-1] in ",;:":
            return None
        after = words[i + 1].lower() if i + 1 < len(words) else ""
        if i and (lowered in en.AUXILIARIES or (lowered in en.DO and after == "not")):
            return i
        if i and _is_lexical_verb(lowered, words[i - 1].lower(), after):
            return i
    return None


def has_finite_verb(words: Sequence[str]) -> bool:
    """Return whether a verb stands outside of clauses that begin with *if*, *that* and the like."""
    lowered = [word.lower() for word in words]
    skipped, in_relative = 0, False
    for i in range(1, len(words)):
        before, word = lowered[i - 1], lowered[i].strip(en.EDGES)
        if before[-1] in ",;:":
            skipped = 0
        after = lowered[i + 1] if i + 1 < len(words) else ""
        in_relative = (before in _RELATIVE and word not in _OF_ANOTHER) or (in_relative and before in _BEFORE_VERB)
        if in_relative:
            # "a person who keeps …", "who has not paid …": whatever verb it is, it is not the sentence's
            skipped = 0
            continue
        if before in en.ENDS_SUBJECT:
            skipped = 1 if before in _RELATIVE else len(words)
        has_object = after in en.DETERMINERS or en.AMOUNT.match(after)
        past = (word in en.PAST and before not in en.DETERMINERS) or (word.endswith("ed") and has_object)
        if past or word in en.FINITE or _does(word, before, after) or _is_lexical_verb(word, before, after):
            if not skipped:
                return True
            skipped -= after not in en.FINITE
    return False


_RELATIVE = ("that", "which", "who")
# "The boat that the club bought": the clause has a subject of its own.
_OF_ANOTHER = en.DETERMINERS | en.NO_SUBJECT | {"we", "you"}
# What may stand between a relative pronoun and its verb, and its auxiliaries.
_BEFORE_VERB = en.ADVERBS | en.AUXILIARIES | en.DO | {"not"}
_NO_NOUN_BEFORE = en.NOT_BEFORE_VERBS | en.AUXILIARIES | en.DO


def _does(word: str, before: str, after: str) -> bool:
    """Return whether it is a verb, by the words around it: "restarts automatically", "melts the wax"."""
    if word[-1:] != "s" or word[-2:] in ("ss", "us", "is") or before in _NO_NOUN_BEFORE or before[-1] in ",;:":
        return False
    goes_on = after.strip(en.EDGES)
    return goes_on.endswith("ally") or goes_on in en.DETERMINERS or en.AMOUNT.match(after) is not None


def _is_lexical_verb(word: str, before: str, after: str) -> bool:
    base = en.THIRD_PERSON.get(word, word)
    if base not in en.BASES or before in en.NOT_BEFORE_VERBS:
        return False
    if word == base and not (before.endswith("s") and not before.endswith(("ss", "us", "is", "'s", "’s"))):
        return before in ("we", "you", "people", "members")
    if en.WITH_PREPOSITION.get(base) == after or (after == "to" and base in en.TO_DO):
        return True
    if base in en.NOUN_TOO:
        return after in en.DETERMINERS or after == "that" or bool(en.AMOUNT.match(after))
    return after not in en.PREPOSITIONS or after == "that"


def in_mid_sentence(subject: str, statement: str, *, plural: bool = False) -> str:
    """The subject without the capital letter that only the beginning of the sentence gave it."""
    first, _, rest = subject.partition(" ")
    if not first[1:].islower() and first not in ("A", "I"):
        return subject
    lowered = first.lower()
    known = lowered in en.DETERMINERS or lowered in ("you", "we") or lowered in statement.split()
    named = rest[:1].isupper() or rest[:1].isdigit() or rest.startswith("et al")
    if known or (not named and (plural or rest or en.COMMON_ENDING.search(lowered))):
        return f"{lowered} {rest}".strip()
    return subject
