"""Text that stands deeper in an HTML page than the converter goes down."""

import re
from collections.abc import Iterator

_DROPPED = re.compile(r"<!--.*?-->|<(script|style|template)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*)[^>]*>")
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
# Elements that end by themselves where one of these begins (HTML Living Standard, 13.1.2.4 Optional tags).
_CELLS = frozenset({"td", "th"})
_ENDED_BY: dict[str, frozenset[str]] = {
    "p": frozenset(
        ["p", "div", "ul", "ol", "dl", "table", "section", "article", "blockquote", "pre", "h1", "h2", "h3"]
    ),
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "option": frozenset({"option"}),
    "td": _CELLS | {"tr", "tbody", "tfoot"},
    "th": _CELLS | {"tr", "tbody", "tfoot"},
    "tr": frozenset({"tr", "tbody", "tfoot"}),
}


def deep_texts(html: str, limit: int) -> Iterator[str]:
    """Passages of visible text below more than ``limit`` open elements, in order, white space made single."""
    for text, depth in _passages(html, limit):
        if depth > limit and (passage := " ".join(text.split())):
            yield passage


def is_deeper(html: str, limit: int) -> bool:
    """Return whether more than ``limit`` elements are open anywhere, with or without text in them."""
    return any(depth > limit for _, depth in _passages(html, limit))


def _passages(html: str, limit: int) -> Iterator[tuple[str, int]]:
    """Texts between tags, each with the number of open elements; none where that cannot be above the limit."""
    if html.count("<") <= limit:
        return
    text = _DROPPED.sub(" ", html)
    names: list[str] = []
    at = 0
    for tag in _TAG.finditer(text):
        yield text[at : tag.start()], len(names)
        at = tag.end()
        _follow(names, tag[2].lower(), is_end=bool(tag[1]))
    yield text[at:], len(names)


def _follow(names: list[str], name: str, *, is_end: bool) -> None:
    """Open or close an element; an end tag without a beginning closes nothing."""
    if name in _VOID:
        return
    if not is_end:
        while names and name in _ENDED_BY.get(names[-1], ()):
            names.pop()
        names.append(name)
    elif names and names[-1] == name:
        names.pop()
    else:
        # how far up an end tag is looked for: what is farther away was not closed properly anyway
        for back in range(2, min(len(names), 32) + 1):
            if names[-back] == name:
                del names[-back:]
                return
