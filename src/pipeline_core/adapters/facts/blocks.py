"""The blocks of a chunk of markdown, and why a chunk without facts has none."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline_core.adapters.facts.back_matter import back_matter
from pipeline_core.adapters.facts.english import has_finite_verb
from pipeline_core.adapters.facts.ids import is_code
from pipeline_core.adapters.facts.scope import CAPTION
from pipeline_core.adapters.facts.signs import unclear_signs
from pipeline_core.domain.fences import fences, spans_within
from pipeline_core.domain.fluency import is_common_word
from pipeline_core.domain.markdown_lines import ITEM, RULE, heading_of
from pipeline_core.domain.text import strip_markdown
from pipeline_core.ports.fact_generator import ChunkInput


@dataclass(slots=True)
class Block:
    """A run of lines of one kind: heading, prose (a paragraph or list item), table, code, html or comment.

    ``marks`` are a quote's marks on the lines below the first. ``has_unclear_sign``: the mark before it may be the sign
    of the number with which it begins. ``item`` is the mark of a list's item, such as ``-`` or ``(a)``, and ``indent``
    how many blanks stand before it, or before a paragraph that is part of an item. ``title`` is the document's.
    ``number`` is that of a paragraph that is numbered within its section, such as ``4.2``, without a list's mark.
    ``run_in``: where the heading stands with which its paragraph begins; the block begins behind it.
    """

    kind: str
    start: int
    end: int
    headings: tuple[str, ...]
    marks: list[tuple[int, int]] = field(default_factory=list)
    has_unclear_sign: bool = False
    item: str = ""
    indent: int = 0
    title: str = ""
    number: str = ""
    run_in: tuple[int, int] | None = None

    def text_in(self, text: str) -> str:
        """The block's text as long as it is there, with blanks for the marks of the quote that it is in."""
        said, at = [], self.start
        for start, end in self.marks:
            said += [text[at:start], " " * (end - start)]
            at = end
        return "".join([*said, text[at : self.end]])

    def title_in(self, text: str) -> tuple[int, int]:
        """Return the span of a heading's words, without its marks and the line below that underlines them."""
        line = text[self.start : self.end].splitlines()[0]
        return self.start + len(line) - len(line.lstrip(" #")), self.start + len(line.rstrip(" #"))


_HTML_NAMES = (
    "table|thead|tbody|tr|td|th|div|p|img|figure|figcaption|details|summary|center|pre|style|script|ul|ol|li"
    "|h[1-6]|br|hr|svg|iframe"
)
# The first row that matches names the line; a line of running text matches none.
_LINE_KINDS = (
    ("comment", re.compile(r" {0,3}<!--(?!.*-->)")),
    ("heading", re.compile(r" {0,3}#{1,6}(?=[ \t\r\n]|$)")),
    ("rule", re.compile(rf"[ \t]*(?:{RULE}|={{3,}}[ \t]*)\s*$")),
    ("table", re.compile(r"[ \t]*(?:>[ \t]?)*\|")),
    ("definition", re.compile(r" {0,3}\[[^\[\]]+\]:[ \t]")),
    ("html", re.compile(rf" {{0,3}}<(?:!|/?(?:{_HTML_NAMES})\b)", re.IGNORECASE)),
    (
        "item",
        re.compile(
            rf"[ \t]*{ITEM}[ \t]+(?:\[[ xX]\][ \t]+)?"
            r"|[ \t]*(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|[\u2460-\u2473・●○■◆])[ \t]*(?=[\u3040-\u9fff\d])"
        ),
    ),
    ("quoted", re.compile(r"[ \t]*(?:>[ \t]?)+")),
    ("indented", re.compile(r" {4}|\t")),
)
# A heading on the line of its text is bold, or italic with a stop or a number: italic alone may be a name in Latin.
# Bold alone is followed by the beginning of a sentence.
_RUN_IN = re.compile(
    r"(?P<marks>\*{1,3}|_{1,3})(?P<title>(?=(?P<number>\d+(?:\.\d+)+)?)[^\s*_:][^*_\n:]{2,80}?)"
    r"(?P=marks)(?P<stop>\.?)\s+"
    r"(?=[\"“«(]?(?P<next>[^\W_a-z][^\W_]*))"
)
# "**Credits:** 4" below "**Room:** B-212": each line says its own
_LABELLED = re.compile(r"\*\*[^*\n]{1,60}(?:[:：]\*\*|\*\*[:：])\s")
_MOST_WORDS_OF_RUN_IN = 8
_MARKED_LINE = re.compile(r"\s*[#>|<\[\-*+•=_(（\d\u2460-\u2473・●○■◆]|\s*[^\W\d_]{1,4}\)| {4}|\t")
_CONTINUES = {
    "prose": {"text", "indented", "quoted"},
    "html": {"text", "html", "item", "indented"},
    "table": {"table"},
    "code": {"indented"},
}


class _Outline:
    """The headings in force while a chunk is read. Those above it come without their levels."""

    def __init__(self, path: Sequence[str]):
        self._stack = list(enumerate(path, start=1))
        self._entered = False
        self.path = tuple(path)

    def enter(self, level: int, title: str) -> None:
        if not self._entered and self._stack and self._stack[-1][1] == title:
            # The chunk begins with the last heading of its own path, which tells the levels above.
            shift = level - self._stack[-1][0]
            self._stack = [(above + shift, name) for above, name in self._stack]
        self._entered = True
        while self._stack and self._stack[-1][0] >= level:
            self._stack.pop()
        self._stack.append((level, title))
        self.path = tuple(name for _, name in self._stack if name)


def read_blocks(chunk: ChunkInput) -> list[Block]:
    """The chunk's blocks in order, each with the headings above it."""
    outline = _Outline(chunk.heading_path)
    blocks: list[Block] = []
    block: Block | None = None
    code = list(spans_within(fences(chunk.text), 0, len(chunk.text)) if chunk.code is None else chunk.code)
    closing, start, in_list = "", 0, False
    lines = chunk.text.splitlines(keepends=True)
    unclear = unclear_signs(lines)
    for number, line in enumerate(lines):
        end = start + len(line.rstrip())
        while code and code[0][1] <= start:
            del code[0]
            block = None
        kind, match = _line_kind(line) if not closing else ("closed", None)
        if code and code[0][0] <= start:
            if block is None or block.start != code[0][0]:
                block = Block("code", start, end, outline.path)
                blocks.append(block)
                in_list = in_list or kind == "item"
            block.end, closing = end, ""
        elif closing and block:
            block.end = end
            closing = "" if closing in line else closing
        elif kind in ("blank", "definition", "rule"):
            if block and block.kind == "prose" and kind == "rule" and line.strip()[0] in "-=":
                block.kind = "heading"  # underlined
            block = None
        elif (
            block
            and _continues(block, kind, chunk.text, may_be_signed=number in unclear)
            and not (_LABELLED.match(line) and _LABELLED.match(chunk.text, block.start))
        ):
            if match and kind == "quoted" and number not in unclear:
                block.marks.append((start, start + match.end()))
            block.end = end
        else:
            if heading := heading_of(line) if kind == "heading" else None:
                outline.enter(heading.level, strip_markdown(heading.title))
            closing = "-->" if kind == "comment" else ""
            in_list = kind == "item" or (in_list and kind == "indented")
            inset = match.end() if match and kind in ("item", "quoted", "indented") else 0
            block = Block(_block_kind(kind, in_list), start + inset, end, outline.path)
            block.has_unclear_sign = number in unclear
            block.item = match[0].strip() if match and kind == "item" else ""
            block.indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
            blocks.append(block)
        start += len(line)
    for block in blocks:
        block.title = chunk.title
        if block.kind == "prose" and not block.item:
            _take_run_in(block, chunk.text)
    return blocks


def _take_run_in(block: Block, text: str) -> None:
    """Let a paragraph begin behind the heading that stands on its first line: "**Scoring.** Each answer counts …"."""
    match = _RUN_IN.match(text[block.start : block.end])
    if match is None or not _is_heading(match):
        return
    block.run_in = (block.start + match.start("title"), block.start + match.end("title"))
    block.headings = (*block.headings, strip_markdown(match["title"]).rstrip(" .:"))
    block.start += match.end()


def _is_heading(match: re.Match[str]) -> bool:
    words = match["title"].rstrip(" .").split()
    if is_code(match["title"]) or CAPTION.match(match["title"]) or not any(map(str.isalpha, match["title"])):
        return False
    is_marked = match["number"] or match["stop"] or match["title"].rstrip().endswith(".")
    if not is_marked and (len(match["marks"]) == 1 or not is_common_word(match["next"].lower())):
        return False
    return len(words) <= _MOST_WORDS_OF_RUN_IN and not has_finite_verb(words)


def _continues(block: Block, kind: str, text: str, *, may_be_signed: bool) -> bool:
    """Return whether a line of this kind goes on with the block. A sentence may go on with a number and its sign."""
    if kind == "quoted" and may_be_signed and (block.has_unclear_sign or text[block.end - 1] in ".:!?"):
        return False
    return kind in _CONTINUES.get(block.kind, ())


def _line_kind(line: str) -> tuple[str, re.Match[str] | None]:
    for kind, pattern in _LINE_KINDS if _MARKED_LINE.match(line) else ():
        if match := pattern.match(line):
            return kind, match
    return "text" if line.strip() else "blank", None


def _block_kind(line_kind: str, in_list: bool) -> str:
    kinds = {"text": "prose", "item": "prose", "quoted": "prose", "indented": "prose" if in_list else "code"}
    return kinds.get(line_kind, line_kind)


_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
# The first row that has all the kinds of the chunk's blocks says why nothing was found in it.
_REASONS: tuple[tuple[set[str], str], ...] = (
    (set(), "blank: no text"),
    ({"heading"}, "only a heading"),
    ({"heading", "code"}, "code only"),
    ({"heading", "table"}, "a table none of whose rows says what it is about"),
    ({"heading", "html", "comment"}, "HTML only, no sentence in markdown"),
    ({"heading", "code", "table", "html", "comment"}, "tables, code and HTML only, no sentence"),
)


def why_nothing(text: str, blocks: Sequence[Block], of_tables: Iterable[str], *, shuffled: bool) -> str:
    """Why nothing was found in any of the blocks, each kind of them for itself.

    ``of_tables`` is why the tables have no rows; ``shuffled``: the sentences came out of their order.
    """
    kinds = {block.kind for block in blocks}
    told = dict.fromkeys(of_tables)
    if not told or "prose" not in kinds:
        for only, reason in _REASONS:
            if kinds <= only:
                return "; ".join(told) if told and "table" in only else reason
    for block in blocks:
        if block.kind == "prose":
            told[_why_unsaid(text, block, shuffled=shuffled)] = None
    return "; ".join(told)


def _why_unsaid(text: str, block: Block, *, shuffled: bool) -> str:
    if section := back_matter(block.headings):
        return f"a section of {section}"
    if not strip_markdown(_PICTURE.sub("", block.text_in(text))).strip():
        return "pictures only"
    if block.item:
        return "items of a list that say nothing by themselves"
    return "sentences that came out of their order" if shuffled else "no declarative sentence that stands alone"


def headings_at_end(text: str, headings: Sequence[str]) -> list[str]:
    """The headings that the end of a text stands under, given those that its beginning does."""
    return list(read_blocks(ChunkInput(text, tuple(headings)))[-1].headings)
