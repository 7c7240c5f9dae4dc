"""English lead-ins and items made one sentence, where grammar lets them: "The policy does not cover" + "flood"."""

from collections.abc import Callable, Sequence

from pipeline_core.adapters.facts import english_words as en
from pipeline_core.adapters.facts.english import has_finite_verb, in_mid_sentence

_MOST_WORDS = 60
_ADJECTIVES = en.word_set("open new main key common other special important basic special typical final")
_ASKS = en.word_set("what who which how when where why")
"""Words that begin a name made of a clause: "What we pay for" makes no sentence with the words after it."""
_TAKES_CLAUSE = en.word_set("if when whenever where unless that because until once")
_TAKES_NOUN = en.word_set("for of by with from against without between via using as including excluding except")
_TAKES_VERB = en.MODALS | en.word_set("to not never")
_ALSO_VERBS = (
    en.BASES
    | en.IMPERATIVES
    | en.word_set("be have get go wear tell ask let put sign smoke eat drink sell buy move open close")
)
_ONLY_VERBS = (en.BASES | en.IMPERATIVES) - en.NOUN_TOO
_NOUN_VERBS = (
    en.ASKABLE | en.word_set("include exclude cover contain require have provide support comprise")
) - en.word_set("be")


def _is_noun(words: Sequence[str]) -> bool:
    first = words[0].strip(en.EDGES).lower()
    return not has_finite_verb(words) and (first not in _ONLY_VERBS or len(words) == 1)


def _is_verb(words: Sequence[str]) -> bool:
    return words[0].strip(en.EDGES).lower() in _ALSO_VERBS


def joined(lead: str, item: str, language: str) -> str | None:
    """One sentence, or None where it would be none."""
    words, first = lead.split(), item.split()
    if language != "en" or not words or not first or any(mark in item for mark in (". ", "; ", ": ", "! ", "? ")):
        return None
    if len(words) + len(first) > _MOST_WORDS or lead.split(": ")[-1].split()[0].lower() in _ASKS:
        return None
    fits = _fitting(words)
    bare = item.rstrip(".").split()
    if fits is None or not fits(bare):
        return None
    return f"{lead} {in_mid_sentence(item, lead, plural=_is_common(first))}"


def leads_in(lead: str, language: str) -> bool:
    """Return whether an item may continue its words: "You need", "Prices include"."""
    words = lead.split()
    return language == "en" and len(words) > 1 and _fitting(words) is not None


def _fitting(lead: Sequence[str]) -> Callable[[Sequence[str]], bool] | None:
    """Return a test of the words that may follow the last word of the lead-in."""
    last = lead[-1].lower()
    if last in _TAKES_CLAUSE:
        return has_finite_verb
    if last in _TAKES_VERB:
        return _is_verb
    if last in _TAKES_NOUN:
        return _is_noun
    before = lead[-2].lower() if len(lead) > 1 else ""
    if last in _NOUN_VERBS and (before in en.MODALS | {"not", "to", "we", "you", "they"} or len(lead) > 2):
        return _is_noun
    if en.THIRD_PERSON.get(last, "") in _NOUN_VERBS and len(lead) > 1 and not _names_what(before):
        return _is_noun
    return None


def _names_what(before: str) -> bool:
    """Return whether the word behind it is a noun: "Known issues", "New features"."""
    return before.endswith(("ed", "wn", "ent")) or before in _ADJECTIVES


def _is_common(words: Sequence[str]) -> bool:
    """Return whether the first word is a verb or a determiner, capitalised only because it comes first."""
    first = words[0].lower()
    return first in _ALSO_VERBS or first in en.DETERMINERS
