"""Erasing: what is meant, how far it is, and fingerprints by which what was erased can be looked for later."""

import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from pipeline_core.domain.markdown_text import plain

_BLANKS = re.compile("[\t\n\v\f\r ]+")
_BLOCK = 64
"""Of SHA-256, in bytes."""
KEY_BYTES = 32
LEAST_NAME, LEAST_WORDS = 4, 12
"""Shorter names and statements are removed with their rows and fingerprinted, but not looked for within other texts:
they would be found in what is nobody's."""
ERASED = "[was erased]"
"""Stands where a name or words were, in what is kept about the work. A reason of which nothing else is left is one
still: it has ten characters that are not blank."""


class ErasureScope(StrEnum):
    """The extent of an erasure."""

    DOCUMENTS = "documents"
    PERSON = "person"
    REALM = "realm"


class ErasureState(StrEnum):
    """The progress of an erasure. ``RESTORED``: a backup of before it was put back, and it is to be done again."""

    PLANNED = "planned"
    ERASING = "erasing"
    RESTORED = "restored"
    DONE = "done"


KINDS = ("names", "statements", "passages")
"""What is fingerprinted."""


def plainly(text: str) -> str:
    """The text as its fingerprint takes it: neither the form of letters nor of blanks counts."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text)).strip(" ")


@dataclass(frozen=True, slots=True)
class Key:
    """The key of the fingerprints of one erasure. Who does not have it can test no guess."""

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(KEY_BYTES), repr=False)

    def fingerprint(self, text: str) -> str:
        return hmac.digest(self.secret, plainly(text).encode(), "sha256").hex()

    def pads(self) -> tuple[bytes, bytes]:
        """The inner and the outer pad (RFC 2104), by which the database makes the same fingerprints."""
        secret = self.secret if len(self.secret) <= _BLOCK else hashlib.sha256(self.secret).digest()
        padded = secret.ljust(_BLOCK, b"\0")
        return bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)


@dataclass(frozen=True, slots=True)
class Pending:
    """Words and keys that are still to be looked for; kept only until the erasure is done.

    ``words_of`` are names and statements by the realm that said them: no row of another realm is changed by them.
    ``names`` are those of the person, ``pages`` checksums of files whose pages are kept, ``calls`` paid calls whose
    answers may wait in the store; the keys are of caches that nothing else uses.
    """

    words_of: Mapping[str, Sequence[str]] = field(default_factory=dict)
    names: Sequence[str] = ()
    pages: Sequence[str] = ()
    calls: Sequence[str] = ()
    fact_keys: Sequence[str] = ()
    vector_keys: Sequence[str] = ()
    parse_keys: Sequence[str] = ()
    match_keys: Sequence[str] = ()

    @property
    def words(self) -> list[str]:
        """Names and statements of every realm, for what belongs to none."""
        return sorted({word for words in self.words_of.values() for word in words})


@dataclass(frozen=True, slots=True)
class Trace:
    """A value that should not be there: where it was found, and in how many values of that place."""

    place: str
    found: int


@dataclass(frozen=True, slots=True)
class Searched:
    """A search: places that it looked through, traces that it found, and places that it could not look through."""

    traces: Sequence[Trace]
    searched: Mapping[str, int]
    not_searched: Sequence[str]

    @property
    def is_clean(self) -> bool:
        return not self.traces


def spellings(word: str) -> list[str]:
    """The ways in which a text stands elsewhere: as it is, in markdown, in an address, and each of these in JSON."""
    written = (word, plain(word), quote(word, safe="/:"))
    quoted = [json.dumps(one, ensure_ascii=ascii)[1:-1] for one in written for ascii in (False, True)]
    return list(dict.fromkeys((*written, *quoted)))


_AFTER_ESCAPE = (r"(?<=\\[abfnrtv])", r"(?<=\\u[0-9a-fA-F]{4})", r"(?<=\\x[0-9a-fA-F]{2})", r"(?<=%[0-9a-fA-F]{2})")
_BEGIN = rf"(?:(?<!\w)|{'|'.join(_AFTER_ESCAPE)})"
"""Where a word may begin: after what is no letter, or after the letters of an escape, as in ``\\nword``."""


def finder(words: Iterable[str], names: Iterable[str] = ()) -> re.Pattern[str] | None:
    """Return a pattern that finds the words, as words of their own, however they are spelt, and the names of a person
    where they are the whole of a value in quotes: a first name alone is others' too. None: there are none."""
    spelt = [(spelling, _bounded(spelling)) for word in words if word for spelling in spellings(word)]
    spelt += [(one, rf'(?<="){re.escape(one)}(?=\\?")') for name in names if name for one in spellings(name)]
    patterns = dict(sorted(spelt, key=lambda one: len(one[0]), reverse=True)).values()
    return re.compile("|".join(patterns)) if spelt else None


def _bounded(word: str) -> str:
    before = _BEGIN if re.match(r"\w", word) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", word) else ""
    return f"{before}{re.escape(word)}{after}"


CODES = frozenset({"code", "model", "severity", "stage", "type"})
"""Keys of JSON whose values are codes of programs, whatever else says the same."""
_IDENTIFIER = re.compile(r"[\w-]+")


class Cleaner:
    """Takes words and names out of texts. JSON is taken apart, and each of its texts is cleaned as a text: there, no
    letter of an escape stands beside a word."""

    def __init__(self, words: Iterable[str], names: Iterable[str] = ()) -> None:
        self._names = frozenset(names)
        self._found = finder(words, self._names)

    def text(self, said: str) -> str:
        """Return a text, which may be JSON, without them; as it is, to the letter, if it has none."""
        value = _taken_apart(said)
        if value is None:
            return self._said(said)
        clean = self.value(value)
        return said if clean == value else json.dumps(clean)

    def value(self, value: Any) -> Any:
        """Return a value of JSON without them. Codes stay, and keys that are no more than identifiers."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self._key(key): one if _is_code(key, one) else self.value(one) for key, one in value.items()}
        return [self.value(one) for one in value] if isinstance(value, list) else value

    def _key(self, key: str) -> str:
        return key if _IDENTIFIER.fullmatch(key) else self._said(key)

    def _said(self, said: str) -> str:
        if said in self._names:
            return ERASED
        return self._found.sub(ERASED, said) if self._found else said


def _is_code(key: str, value: object) -> bool:
    return key in CODES and isinstance(value, str)


def _taken_apart(said: str) -> Any:
    if said[:1] not in ('"', "{", "["):
        return None
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        return None


class Seeker:
    """Says whether a text may have one of many words: by how they begin, so that thousands cost no more than one."""

    def __init__(self, words: Iterable[str]) -> None:
        spelt = {spelling for word in words for spelling in spellings(word)}
        self._short = [word for word in spelt if len(word) < LEAST_WORDS]
        self._begins = {word[:LEAST_WORDS] for word in spelt if len(word) >= LEAST_WORDS}

    def may_have(self, text: str) -> bool:
        if any(word in text for word in self._short):
            return True
        return any(text[at : at + LEAST_WORDS] in self._begins for at in range(len(text) - LEAST_WORDS + 1))


def leaves(value: Any) -> Iterator[str]:
    """Every text in a value of JSON, keys among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from leaves(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from leaves(one)


Step = Callable[[str], None]
"""Is told what is done now."""
