"""Sentences that begin with a definite thing and do not say of what: "The plan lays out …".

Which one is meant is often told by the sentence before ("… the National Action Plan."): said together, both are
understood. An article and a noun are enough to see it, whatever the noun is.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise, takewhile

from pipeline_core.adapters.facts.english_words import AUXILIARIES, THIRD_PERSON
from pipeline_core.adapters.facts.unexplained_words import LANGUAGES, Language

_MOST_WORDS = 3
"""Of the thing, behind its article: adjectives, the noun, and it may be the verb."""
_LEAST_LETTERS = 4
_STEM = 5
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
# What else names the thing: a bracket, a number; or a name in capitals, of which German has two together.
_MARKED = re.compile(r"[(<\d\"“„«:]")
# Of all of their kind: "Les ports sont fermés" may be said of any.
_OF_ALL = {"fr": "Les ", "es": "L[ao]s ", "it": "(?:I|Gli|Le) ", "pt": "[OA]s ", "el": "(?:Οι|Τα) "}


@cache
def _article(language: str) -> re.Pattern[str]:
    words = LANGUAGES.get(language, Language())
    if not words.article:
        return re.compile("(?!)")
    of_all = f"(?!{_OF_ALL[language]})" if language in _OF_ALL else ""
    return re.compile(rf"[\"“„«(]*{of_all}(?:{words.before_noun})")


@cache
def _complement(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{LANGUAGES[language].complements})(?!\w)", re.IGNORECASE)


_VERBS = {"de": "ist|sind|war|waren|wird|werden|hat|haben|kann|können", "nl": "is|zijn|was|waren|wordt|heeft|kan"}


def _is_verb(word: str, language: str) -> bool:
    """Behind the verb, what looks like a complement is none: "The fee is for yachts"."""
    if language == "en":
        return word in AUXILIARIES or word in THIRD_PERSON
    verbs = _VERBS.get(language) or LANGUAGES[language].goes_on
    return bool(verbs) and re.fullmatch(verbs, word) is not None


def _has_name(words: Sequence[str], language: str) -> bool:
    if language != "de":
        return any(letter.isupper() for word in words[:_MOST_WORDS] for letter in word)
    capitals = [word[0].isupper() for word in words]
    return any(map(all, pairwise(capitals))) or any(letter.isupper() for word in words for letter in word[1:])


def bare_definite(sentence: str, language: str) -> tuple[str, ...]:
    """The words behind the article that it begins with; () where one of them names the thing or tells of what it is."""
    match = _article(language).match(sentence)
    if match is None:
        return ()
    words = sentence[match.end() :].split()[: _MOST_WORDS + 1]
    if any(_MARKED.search(word) for word in words[:_MOST_WORDS]) or _has_name(words, language):
        return ()
    # "of" behind the first or the second word tells of what
    behind = takewhile(lambda word: not _is_verb(word, language), words[1:_MOST_WORDS])
    if any(_complement(language).match(word) for word in behind):
        return ()
    return tuple(found[0] for word in words[:_MOST_WORDS] if (found := _WORD.match(word)))


def resumes(sentence: str, before: str, language: str) -> bool:
    """Return whether it begins with a definite thing that the sentence before it has spoken of in more words."""
    words = [word.casefold() for word in bare_definite(sentence, language)]
    opening = {word[:_STEM] for word in map(str.casefold, bare_definite(before, language)[:2])}
    spoken_of = {word[:_STEM] for word in map(str.casefold, _WORD.findall(before))}
    return any(
        len(word) >= _LEAST_LETTERS and word[:_STEM] in spoken_of and word[:_STEM] not in opening for word in words[:2]
    )
