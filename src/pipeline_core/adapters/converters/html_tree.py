"""An HTML page made ready for the converter: what it would misread is put in a form that it reads right.

Signs of the text that markdown would take for marks get ``ESCAPE`` before them, struck-out text is marked, raised and
lowered characters become characters of their own, tables without a header get an empty one, hidden parts go.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline_core.adapters.converters.escapes import ESCAPE, escape_marks
from pipeline_core.adapters.converters.html_styles import ancestors, struck_elements, take_out_hidden
from pipeline_core.adapters.converters.html_tables import give_headers
from pipeline_core.adapters.converters.nesting import is_deeper
from pipeline_core.adapters.converters.scripts import lowered, raised, struck

_STRUCK = "\ufdd1"
_RESERVED = re.compile("[\ufdd0-\ufdef]")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_UNSEEN = frozenset(("script", "style", "title", "template", "noscript"))
_VERBATIM = _UNSEEN | {"pre", "code", "samp", "kbd", "tt", "textarea"}
_INLINE = frozenset((
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "data", "del", "dfn", "em", "font", "i", "img", "ins", "label",
    "mark", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    "button", "input", "code", "kbd", "samp", "svg", "math",
))  # fmt: skip
_DEEPEST = 4_000
_DEEPEST_INLINE = 64
_LABEL = re.compile(r"[\[(]?([^\[\]()\s]{1,8})[\])]?")


def prepare(html: str, *, keep_hidden: bool) -> tuple[str, list[str]]:
    """The page as the converter should be given it, and how the texts that it hides begin.

    ``finish`` completes what the converter makes of it.

    A page that is absurdly deep stays as it is: to read its tree takes time with the square of its depth, and what is
    so deep the converter does not read, and reports.
    """
    if is_deeper(html, _DEEPEST):
        return html, []
    tree = LexborHTMLParser(_RESERVED.sub("\ufffd", html))
    root = tree.root
    if root is None:
        return html, []
    hidden = take_out_hidden(tree, keep=keep_hidden)
    _mark_scripts(tree)
    _escape_texts(root, {node.mem_id for node in struck_elements(tree)})
    tree.unwrap_tags(["mark", "ins", "del", "s", "strike"])
    give_headers(tree)
    return tree.html or html, hidden


def finish(markdown: str) -> str:
    """The converter's markdown with the marks of struck-out text."""
    return markdown.replace(_STRUCK * 2, "").replace(_STRUCK, "~~")


def _mark_scripts(tree: LexborHTMLParser) -> None:
    for node in tree.css("sup, sub"):
        if node.parent is None or any(above.tag in _VERBATIM for above in ancestors(node)):
            continue
        text = _BLANKS.sub(" ", node.text())
        note = _note_of(node) if node.tag == "sup" else None
        if note is not None:
            around = node.parent if node.parent.tag == "a" else node
            around.replace_with(f"[^{note}]")
        else:
            node.replace_with(raised(text) if node.tag == "sup" else lowered(text))


def _note_of(node: LexborNode) -> str | None:
    """The label of a footnote mark: a raised link to a place of the same page."""
    link = node.parent if node.parent is not None and node.parent.tag == "a" else node.css_first("a[href]")
    if link is None or not (link.attributes.get("href") or "").startswith("#"):
        return None
    label = _LABEL.fullmatch(node.text().strip())
    return label[1] if label else None


def _escape_texts(root: LexborNode, struck_ids: set[int]) -> None:
    above: dict[int, _Above] = {}
    texts: list[tuple[LexborNode, _Above]] = []
    for node in root.traverse(include_text=True):
        outer = above.get(node.parent.mem_id, _Above()) if node.parent is not None else _Above()
        if node.is_text_node:
            texts.append((node, outer))
        elif node.is_element_node:
            tag = node.tag or ""
            above[node.mem_id] = _Above(
                outer.is_verbatim or tag in _VERBATIM,
                outer.is_unseen or tag in _UNSEEN,
                outer.in_cell or tag in ("td", "th"),
                outer.is_struck or node.mem_id in struck_ids,
            )
    for node, outer in texts:
        text = node.text_content or ""
        if text.strip() and not outer.is_unseen and (changed := _escaped(node, text, outer)) != text:
            node.replace_with(changed)


@dataclass(frozen=True, slots=True)
class _Above:
    """Effects of the elements around a text."""

    is_verbatim: bool = False
    is_unseen: bool = False
    in_cell: bool = False
    is_struck: bool = False


def _escaped(node: LexborNode, text: str, above: _Above) -> str:
    flat = _BLANKS.sub(" ", text)
    if above.is_verbatim:
        escaped = text
    elif flat.startswith("[^") or (above.in_cell and flat.strip() == "#"):
        escaped = flat
    else:
        escaped = escape_marks(flat, at_start=_is_start(node), escape=ESCAPE)
    return struck(escaped, _STRUCK) if above.is_struck else escaped


def _is_start(node: LexborNode) -> bool:
    """Return whether the text begins a line: nothing inline parts it from the beginning of a block or a line break."""
    for before in _before(node):
        if before.is_text_node:
            if (before.text_content or "").strip():
                return False
        elif before.tag in _INLINE:
            return before.tag in ("wbr", "input") or not (before.text() or "").strip()
        else:
            return True
    return True


def _before(node: LexborNode) -> Iterator[LexborNode]:
    """The siblings before it, nearest first, then those before the inline elements that it begins."""
    at: LexborNode | None = node
    for _ in range(_DEEPEST_INLINE):
        if at is None:
            return
        before = at.prev
        while before is not None:
            yield before
            before = before.prev
        at = at.parent
        if at is None or at.tag not in _INLINE:
            return
