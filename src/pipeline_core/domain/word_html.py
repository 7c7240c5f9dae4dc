"""A chunk of markdown as HTML in which each word that a person can mark is wrapped, with its number."""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from pipeline_core.domain.chunk_html import TAG, bare, rendered, unused
from pipeline_core.domain.source_words import Place, word_places

Wrap = Callable[[int, str], str]
"""Makes HTML of a word's number, from 0, and its text, which is escaped."""
_NUMBERED = re.compile(r"^[ \t>]*\d{1,9}[.)]\Z")
_MOST_LOST = 0.25
"""Share of the words that cannot be wrapped, before the text is shown as it is written instead."""
_PARTS = 64
"""Words that do harm are looked for in parts of this share: a hostile text is not rendered once for each word."""


def words_html(text: str, wrap: Wrap) -> str:
    """The text rendered, each of its words wrapped: the same as without, but for the wraps.

    A word that is nothing but markup is left out, and so is one whose wrap would change what is rendered; where these
    are many, the text is shown as it is written.
    """
    signs = unused(text)
    closing = next(signs)
    words = {n: inner for n, place in enumerate(word_places(text)) if (inner := _inner(text, place))}
    opening = {next(signs): n for n in words}
    plain = rendered(text)

    def signed(numbers: Sequence[int]) -> str:
        chosen = set(numbers)
        return rendered(_signed(text, {one: words[n] for one, n in opening.items() if n in chosen}, closing))

    every = re.compile(f"[{closing}{''.join(opening)}]")

    def is_harmless(numbers: Sequence[int]) -> bool:
        return every.sub("", signed(numbers)) == plain

    kept = list(_kept(list(words), is_harmless, len(words) // _PARTS))
    if len(kept) < len(words) * (1 - _MOST_LOST) or not is_harmless(kept):
        return _as_written(text, words, wrap)
    return _wrapped(signed(kept), opening, closing, wrap)


def _inner(text: str, place: Place) -> Place | None:
    """The word without the markup about it; None of what has no letter or digit, or numbers an item of a list."""
    start, end = place
    lead, tail = bare(text[start:end])
    line = text[text.rfind("\n", 0, start) + 1 : end]
    if not any(char.isalnum() for char in text[start + lead : start + tail]) or _NUMBERED.match(line):
        return None
    return Place(start + lead, start + tail)


def _kept(numbers: Sequence[int], is_harmless: Callable[[Sequence[int]], bool], least: int) -> Iterator[int]:
    """The numbers without those that do harm; a part of ``least`` of them is not divided."""
    if not numbers or is_harmless(numbers):
        yield from numbers
    elif len(numbers) > max(1, least):
        half = len(numbers) // 2
        yield from _kept(numbers[:half], is_harmless, least)
        yield from _kept(numbers[half:], is_harmless, least)


def _signed(text: str, opened: Mapping[str, Place], closing: str) -> str:
    parts: list[str] = []
    at = 0
    for sign, (start, end) in opened.items():
        parts += [text[at:start], sign, text[start:end], closing]
        at = end
    return "".join([*parts, text[at:]])


def _wrapped(signed: str, opening: Mapping[str, int], closing: str, wrap: Wrap) -> str:
    """Wraps in the place of the signs, one for each text between two tags; signs in a tag go."""
    every = re.compile(f"([{closing}{''.join(opening)}])")
    parts: list[str] = []
    number: int | None = None
    for piece in TAG.split(signed):
        if piece.startswith("<"):
            parts.append(every.sub("", piece))
            continue
        for part in every.split(piece):
            if part == closing or part in opening:
                number = opening.get(part)
            else:
                parts.append(wrap(number, part) if number is not None and part.strip() else part)
    return "".join(parts)


def _as_written(text: str, words: Mapping[int, Place], wrap: Wrap) -> str:
    parts: list[str] = []
    at = 0
    for number, (start, end) in words.items():
        parts += [html.escape(text[at:start]), wrap(number, html.escape(text[start:end]))]
        at = end
    return f'<pre class="as-written">{"".join(parts)}{html.escape(text[at:])}</pre>'
