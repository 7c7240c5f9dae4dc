"""An HTML page made ready for the converter: what it would misread is put in a form that it reads right.

Signs of the text that markdown would take for marks get ``ESCAPE`` before them, struck-out text is marked, raised and
lowered characters become characters of their own, tables without a header get an empty one, hidden parts go.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline_core.adapters.converters.escapes import ESCAPE, escape_marks
from pipeline_core.adapters.converters.html_hidden import take_out_hidden
from pipeline_core.adapters.converters.html_styles import ancestors, struck_elements
from pipeline_core.adapters.converters.html_tables import give_headers
from pipeline_core.adapters.converters.scripts import lowered, raised, struck

_STRUCK = "\ufdd1"
_RESERVED = re.compile("[\ufdd0-\ufdef]")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_VERBATIM = frozenset(
    ("pre", "code", "samp", "kbd", "tt", "script", "style", "textarea", "title", "template", "noscript")
)
_INLINE = frozenset((
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "data", "del", "dfn", "em", "font", "i", "img", "ins", "label",
    "mark", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    "button", "input", "code", "kbd", "samp", "svg", "math",
))  # fmt: skip
_DEEPEST_INLINE = 64
_LABEL = re.compile(r"[\[(]?([^\[\]()\s]{1,8})[\])]?")


@dataclass(frozen=True, slots=True)
class Prepared:
    """The page again, and the beginnings of the texts that it hides."""

    html: str
    hidden: tuple[str, ...]


def prepare(html: str, *, keep_hidden: bool) -> Prepared:
    """The page as the converter should be given it; ``finish`` completes what it makes of that."""
    tree = LexborHTMLParser(_RESERVED.sub("\ufffd", html))
    root = tree.root
    if root is None:
        return Prepared(html, ())
    hidden = take_out_hidden(tree, keep=keep_hidden)
    _mark_scripts(tree)
    _escape_texts(root, {node.mem_id for node in struck_elements(tree)})
    tree.unwrap_tags(["mark", "ins", "del", "s", "strike"])
    give_headers(tree)
    return Prepared(tree.html or html, tuple(hidden))


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
    for node in [node for node in root.traverse(include_text=True) if node.is_text_node]:
        text = node.text_content or ""
        if not text.strip():
            continue
        names, is_struck = _above(node, struck_ids)
        if names & _VERBATIM:
            changed = text
        else:
            flat = _BLANKS.sub(" ", text)
            changed = flat if flat.startswith("[^") else escape_marks(flat, at_start=_is_start(node), escape=ESCAPE)
        changed = struck(changed, _STRUCK) if is_struck and not names & {"script", "style", "title"} else changed
        if changed != text:
            node.replace_with(changed)


def _above(node: LexborNode, struck_ids: set[int]) -> tuple[set[str], bool]:
    names: set[str] = set()
    is_struck = False
    for above in ancestors(node):
        names.add(above.tag or "")
        is_struck = is_struck or above.mem_id in struck_ids
    return names, is_struck


def _is_start(node: LexborNode) -> bool:
    """Whether the text begins a line: nothing inline stands between it and the beginning of a block or a line break."""
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
