"""Paragraphs that the layout cut apart, whole again: at the end of a page or column, or at a line taken for a heading.

What tells is the language: a sentence that is not ended goes on with a small letter, or breaks off after a word that
never ends one.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import islice

from pipeline_core.domain.fences import Fence
from pipeline_core.domain.fluency import is_common_word
from pipeline_core.domain.sentence_ends import CLOSING, END, STOPS

_NOT_PLAIN = ("#", "|", ">", "```", "~~~", "---", "***", "<", "![", "    ", "\t", "$$")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)]|[a-z][.)])[ \t]")
_HEADING = re.compile(r"(?P<marks>#{1,6}) (?P<text>[^\n]+)\Z")
_ENDED = re.compile(rf"[{STOPS}:;…：；{{}}][{CLOSING}*_]*\Z")
_LINK_END = re.compile(r"\]\([^()\s]*\)\Z")
_LAST_WORD = re.compile(r"([^\W\d_]+)\Z")
_OPENING = "*_\"'“„«‚(["
_BOLD_LINE = re.compile(r"\*\*([^*\n]+)\*\*")
_HYPHENATED = re.compile(r"(?P<head>[^\W\d_]{2,})[-\u00ad]\Z")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_LINE_WORDS = 6
"""A line of a paragraph has so many words; fewer may be an entry of a list without marks."""
_HEADING_WORDS = 8
"""A heading is seldom so long, and the sentence that goes on after it says that it was none."""
_MOST_FENCED_LINES = 2
_CODE = re.compile(r"[*_`\[\]<>|\\#{}=;$&~^]|\(\)|::|\w\.\w+\(|->|^\s|^(?:\$|>>>|%)")
_PROSE_WORDS = 5
_TOLD_WORDS = 3
"""A line with a path or some JSON in it is of a text where so many words of a language stand beside that."""
_EDGES = "(\"'“”‘’«»„‚).,;:!?*_"
_PLAIN_WORD = re.compile(rf"[{re.escape(_EDGES)}]*[^\W\d_]{{2,}}(?:[-'’][^\W\d_]+)*[{re.escape(_EDGES)}]*")
_SENTENCE_END = re.compile(rf"{END}\Z")
_WITHIN_SENTENCES = re.compile(rf"{END}(?:\s|\Z)")
_CITED = re.compile(r"\([^()]*\b(?:19|20)\d\d[a-z]?\)")
_MOST_BETWEEN = 6
_CAPTION = re.compile(
    r"[*_]{0,3}(?i:table|tab|figure|fig|chart|box|tabelle|abbildung|abb|tableau|figura|tabla|cuadro|gráfico|tabela|quadro"
    r"|tabella|grafico|tabel|gambar|таблица|рисунок|рис|πίνακας|εικόνα|σχήμα|rysunek|tabell|figur|表|图|圖|図)"
    # "Table 2 gives" begins a sentence
    r"\.?\s?[A-Z]{0,2}\d[\d.]*[a-z]?(?:[.:*|–—-]|\s*\Z|\s+(?![^\W\d_])|\s+(?=[^\W\d_])(?![a-zà-ÿа-яα-ω]))"
)

KeepsHyphen = Callable[[str, str], bool]


def join_in_page(text: str, running: Collection[str] = ()) -> tuple[str, int]:
    """The text with its cut paragraphs joined, and how many were; ``running`` lines are no part of any."""
    if "\n\n" not in text:
        return text, 0
    blocks = text.split("\n\n")
    joined = [blocks[0]]
    for block in blocks[1:]:
        whole = None if running and _is_running(block, running) else _joined(joined[-1], block)
        if whole is None:
            joined.append(block)
        else:
            joined[-1] = whole
    return "\n\n".join(joined), len(blocks) - len(joined)


def join_over_pages(
    before: str, after: str, keeps_hyphen: KeepsHyphen, running: Collection[str] = ()
) -> tuple[str, str] | None:
    """The two pages' texts so that the last paragraph of the one goes on in the other; None: it does not.

    What stands between the two, tables with their captions, rules and ``running`` lines, comes before or behind them.
    Every letter stays on its page; a word that was divided is written without its hyphen and nothing between.
    """
    above, below = before.rstrip().split("\n\n"), after.strip("\n").split("\n\n")
    at, to = len(above) - 1, 0
    if not _goes_on(above[at], below[to]):
        at = next((at for at in _first(reversed(range(len(above)))) if not _is_between(above[at], running)), -1)
        to = next((to for to in _first(range(len(below))) if not _is_between(below[to], running)), -1)
        if min(at, to) < 0 or not _goes_on(above[at], below[to]) or not _is_rest(below[to]):
            return None
    last, first = above.pop(at), below.pop(to)
    if hyphenated := _HYPHENATED.search(last):
        tail = _WORDS.match(first)
        if tail is None:
            return None
        keeps = keeps_hyphen(hyphenated["head"].lower(), tail[0].lower())
        last = last if keeps else last[:-1]
    else:
        last = f"{last} "
    end = after[len(after.rstrip("\n")) :]
    return "\n\n".join([*above, last]), "\n\n".join([first, *below]) + end


def _first(places: Iterable[int]) -> Iterable[int]:
    return islice(places, _MOST_BETWEEN + 1)


def _is_rest(block: str) -> bool:
    """Returns whether the block is surely the rest of a paragraph, and not the words of a drawing."""
    is_long = len(_WORDS.findall(block)) >= _LINE_WORDS
    return is_long and _begins_small(block) and _WITHIN_SENTENCES.search(block) is not None


def _is_running(block: str, running: Collection[str]) -> bool:
    return " ".join(block.split()) in running


def _is_between(block: str, running: Collection[str]) -> bool:
    """Returns whether a paragraph goes on over it: a table, a picture, a caption, a rule, a line at the page's edge.

    So does it over the few words of a drawing or a stamp.
    """
    if not block.strip() or block.startswith(("|", "![", "---")) or _is_running(block, running):
        return True
    return _is_plain(block) and (
        _CAPTION.match(block) is not None or (len(_WORDS.findall(block)) < _LINE_WORDS and not _ITEM.match(block))
    )


def prose_in_fences(text: str, code: Sequence[Fence]) -> list[tuple[int, int, str]]:
    """Fences of a line or two that are no code but part of the text around them: start, end, and what stands there."""
    found = []
    for fence in code:
        if not fence.is_closed:
            continue
        lines = text[fence.start : fence.end].strip("\n").split("\n")[1:-1]
        if not 0 < len(lines) <= _MOST_FENCED_LINES:
            continue
        inside = " ".join(line.strip() for line in lines)
        told = text[: fence.start].rstrip()
        before = told.rpartition("\n\n")[2]
        after = text[fence.end :].lstrip("\n").partition("\n\n")[0]
        if _joins(before, inside):
            found.append((len(told), fence.end, f" {inside}"))
        elif _is_text(before, inside, after):
            found.append((fence.start, fence.end, inside))
    return found


def _joins(before: str, inside: str) -> bool:
    """Returns whether the line ends the sentence before it, or belongs to a list item: the work that it names."""
    item = before.rpartition("\n")[2]
    if _ITEM.match(item) and item.endswith(":"):
        return _CITED.search(inside) is not None
    if not _is_plain(before) or _ENDED.search(before) or len(_WORDS.findall(before)) < _LINE_WORDS:
        return False
    return _SENTENCE_END.search(inside) is not None and not inside[:1].isupper()


def _is_text(before: str, inside: str, after: str) -> bool:
    words = [word for word in inside.split() if _PLAIN_WORD.fullmatch(word)]
    is_told = len(words) >= _TOLD_WORDS and any(is_common_word(word.strip(_EDGES).lower()) for word in words)
    if is_told and _is_plain(after) and _begins_small(after) and not _ENDED.search(inside):
        return True
    if _CODE.search(inside) or len(_WORDS.findall(inside)) < _PROSE_WORDS:
        return False
    is_whole = is_told and _SENTENCE_END.search(inside) is not None
    return is_whole or _goes_on(inside, after) or (_goes_on(before, inside) and _is_plain(before))


def _joined(one: str, other: str) -> str | None:
    heading, second = _HEADING.match(one), _HEADING.match(other)
    if heading and second:
        same = heading["marks"] == second["marks"] and _begins_small(second["text"])
        return f"{one} {second['text']}" if same and not _ENDED.search(heading["text"]) else None
    if heading:
        text = heading["text"].strip()
        is_line = len(_WORDS.findall(text)) >= _HEADING_WORDS or _breaks_off(text)
        if is_line and _is_plain(other) and _begins_small(other) and not _ENDED.search(text):
            return f"{text} {other}"
        return None
    if not _goes_on(one, other):
        return None
    if bold := _BOLD_LINE.fullmatch(one):  # of a paragraph that begins in bold; the rest of the line is not
        one = bold[1]
    return f"{one}\n{other}" if _HYPHENATED.search(one) else f"{one} {other}"


def _goes_on(one: str, other: str) -> bool:
    """Returns whether the sentence at the end of one text goes on at the beginning of the other."""
    if not _is_plain(one.rpartition("\n")[2]) or not _is_plain(one) or not _is_plain(other):
        return False
    if _ITEM.match(other) or _CAPTION.match(other):
        return False
    one = _LINK_END.sub("]", one.rstrip())
    if _ENDED.search(one) or len(_WORDS.findall(one)) < _LINE_WORDS:
        return False
    return _begins_small(other) or (_breaks_off(one) and other[:1].isalpha())


def _is_plain(block: str) -> bool:
    return bool(block) and not block.startswith(_NOT_PLAIN)


def _begins_small(text: str) -> bool:
    return text.lstrip(_OPENING)[:1].islower()


def _breaks_off(text: str) -> bool:
    """Returns whether the text ends with a word that joins: "of the", "und", "de la"."""
    last = _LAST_WORD.search(text)
    return last is not None and last[0].islower() and is_common_word(last[0])
