"""A chunk of markdown as HTML in which nothing is active, with quotes marked at their exact offsets.

What a document says is hostile: raw HTML is shown as text, a link shows its address and leads nowhere, an image is
named and not loaded, and no attribute of the result holds anything but a class or a title.
"""

import html
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from pipeline_core.domain.locating.letters import letters
from pipeline_core.domain.source_words import Place, merged

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_DEEPEST = 20
_FIRST_SIGN = 0xF0000
"""A private plane of Unicode: characters that stand for the beginning and the end of a mark."""
TAG = re.compile(r"(<[^>]*>)")
"""A tag of what is rendered; splitting by it keeps the tags."""
# a mark does not begin before what markdown puts before words, nor end behind what it puts behind them
_LEAD = re.compile(r"(?:\s*(?:\||[-*+](?=\s)|\d{1,9}[.)](?=\s)|#{1,6}(?=\s)|>|\*\*|__|\*|_|~~|`+|\[))*\s*")
_TAIL = re.compile(r"\s*(?:(?:\||\*\*|__|\*|_|~~|`+|\]\([^()\s]*\))\s*)*\Z")
_ALIGNED = re.compile(r"text-align:(left|right|center)")
_KEPT = frozenset({"p", "em", "strong", "s", "code", "pre", "ul", "ol", "li", "blockquote", "br", "hr",
                   "table", "thead", "tbody", "tr", "th", "td"})  # fmt: skip


def marked_html(text: str, places: Sequence[Place], header: str = "") -> str:
    """The text rendered below the ``header`` of its table, with a ``<mark>`` for each stretch that the places cover.

    Where the marks would change what is rendered, or would not have the quotes' own words, the text is shown as it is
    written instead, marked.
    """
    text = header + text
    places = [Place(*(at + len(header) for at in place)) for place in merged(places)]
    plain, signs = rendered(text), unused(text)
    opening, closing = next(signs), next(signs)
    marked = _with_marks(rendered(_signed(text, places, opening, closing)), opening, closing)
    if _without_marks(marked) == plain and _marks_words(marked, text, places):
        return marked
    return as_written(text, places)


def as_written(text: str, places: Sequence[Place]) -> str:
    """The text as it is written, escaped and marked."""
    parts: list[str] = []
    at = 0
    for start, end in merged(places):
        parts += [html.escape(text[at:start]), f"<mark>{html.escape(text[start:end])}</mark>"]
        at = end
    return f'<pre class="as-written">{"".join(parts)}{html.escape(text[at:])}</pre>'


def _signed(text: str, places: Sequence[Place], opening: str, closing: str) -> str:
    parts: list[str] = []
    at = 0
    for start, end in places:
        quote = text[start:end]
        lead, tail = bare(quote)
        if lead >= tail:
            lead, tail = 0, len(quote)
        parts += [text[at : start + lead], opening, text[start + lead : start + tail], closing]
        at = start + tail
    return "".join([*parts, text[at:]])


def unused(text: str) -> Iterator[str]:
    """Signs that the text does not have, so that nothing in it can be taken for one."""
    has = set(text)
    return (char for char in map(chr, count(_FIRST_SIGN)) if char not in has)


def bare(quote: str) -> tuple[int, int]:
    """The beginning and the end of a quote without the markup before and behind its words."""
    lead = match.end() if (match := _LEAD.match(quote)) else 0
    tail = match.start() if (match := _TAIL.search(quote)) else len(quote)
    return lead, tail


def _with_marks(signed: str, opening: str, closing: str) -> str:
    """The marks as elements, one for each text between two tags; the signs go, also where they are in a tag."""
    signs = re.compile(f"([{opening}{closing}])")
    parts: list[str] = []
    is_marked = False
    for piece in TAG.split(signed):
        is_tag = piece.startswith("<")
        said = []
        for part in signs.split(piece):
            if part in (opening, closing):
                is_marked = part == opening
            elif part and is_marked and not is_tag and not part.isspace():
                said.append(f"<mark>{part}</mark>")
            else:
                said.append(part)
        parts += said
    return "".join(parts)


def _without_marks(marked: str) -> str:
    return marked.replace("<mark>", "").replace("</mark>", "")


def _marks_words(marked: str, text: str, places: Sequence[Place]) -> bool:
    """Return whether the marks have the letters of the places, as they are rendered by themselves."""
    said = letters(_text(" ".join(re.findall(r"<mark>(.*?)</mark>", marked, re.DOTALL))))
    wanted = letters("".join(_text(rendered(text[start:end])) for start, end in places))
    # of a link that is cut through, or a list, a part is rendered otherwise by itself
    return said == wanted or said == letters("".join(text[start:end] for start, end in places))


def _text(made: str) -> str:
    return html.unescape(TAG.sub("", made))


def rendered(text: str) -> str:
    """The text as HTML, with nothing marked."""
    parser = _parser()
    return "".join(_written(parser.parse(text)))


def _written(tokens: Sequence["Token"]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield from _written(token.children or ())
        elif token.type in ("text", "html_inline", "html_block", "text_special"):
            yield html.escape(token.content)
        elif token.type == "code_inline":
            yield f"<code>{html.escape(token.content)}</code>"
        elif token.type in ("fence", "code_block"):
            yield f"<pre>{html.escape(token.content)}</pre>\n"
        elif token.type == "softbreak":
            yield "\n"
        elif token.type == "hardbreak":
            yield "<br>\n"
        elif token.type == "image":
            yield f'<span class="image">{html.escape(token.content)}</span>'
        elif not (token.hidden and token.type.startswith("paragraph")):
            yield _element(token)


def _element(token: "Token") -> str:
    """The tag of a token: of those that are known, and a link or a heading as what looks like one."""
    end = "\n" if token.block and (token.nesting != 1 or token.tag in ("ul", "ol", "table", "thead", "tbody")) else ""
    if token.type == "link_open":
        return f'<span class="link" title="{html.escape(str(token.attrGet("href") or ""))}">'
    if token.type == "link_close":
        return "</span>"
    if token.type == "heading_open":
        return f'<p class="heading level-{token.tag[1:]}">'
    if token.type == "heading_close":
        return "</p>\n"
    if token.tag not in _KEPT:
        return ""
    if token.nesting == -1:
        return f"</{token.tag}>{end}"
    aligned = _ALIGNED.search(str(token.attrGet("style") or ""))
    start = token.attrGet("start")
    has = f' class="to-{aligned[1]}"' if aligned else f' start="{int(start)}"' if token.tag == "ol" and start else ""
    return f"<{token.tag}{has}>{end}"


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # a sixth of a second

    options = {"html": False, "linkify": False, "typographer": False, "maxNesting": _DEEPEST}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
