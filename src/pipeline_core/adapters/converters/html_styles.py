"""Styles that a page gives its own elements, by style attributes and the rules of its style elements."""

import re
from collections.abc import Callable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_RULE = re.compile(r"([^{}@;]+)\{([^{}]*)\}")
_STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]*\bline-through\b", re.IGNORECASE)
_MAX_RULES = 2_000


def ancestors(node: LexborNode) -> Iterator[LexborNode]:
    """The elements that it stands in, nearest first."""
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def declarations(node: LexborNode) -> str:
    """The element's style attribute."""
    return node.attributes.get("style") or ""


def rules(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Selector and declarations of the rules that hold on every medium, in order."""
    count = 0
    for style in tree.css("style"):
        if (style.attributes.get("media") or "all").lower() not in ("all", "screen"):
            continue
        for selector, body in _RULE.findall(_without_at_rules(_COMMENT.sub(" ", style.text()))):
            count += 1
            if count > _MAX_RULES:
                return
            yield selector.strip(), body


def matching(tree: LexborHTMLParser, is_so: Callable[[str], bool]) -> list[LexborNode]:
    """The elements of which a style attribute or a rule says what ``is_so`` looks for."""
    found = [node for node in tree.css("[style]") if is_so(declarations(node))]
    for selector, body in rules(tree):
        if is_so(body):
            try:
                found += tree.css(selector)
            except (SelectolaxError, ValueError):  # a selector for a state, such as :hover
                continue
    return found


def struck_elements(tree: LexborHTMLParser) -> list[LexborNode]:
    """The elements whose text is struck out."""
    return tree.css("del, s, strike") + matching(tree, lambda style: _STRUCK.search(style) is not None)


def _without_at_rules(css: str) -> str:
    """The style sheet without ``@media`` and the like: what is hidden in print is not hidden."""
    kept, at = [], 0
    while (start := css.find("@", at)) >= 0:
        kept.append(css[at:start])
        at = _end_of_at_rule(css, start)
    return "".join([*kept, css[at:]])


def _end_of_at_rule(css: str, start: int) -> int:
    depth = 0
    for match in re.compile(r"[{};]").finditer(css, start):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
        if depth <= 0:
            return match.end()
    return len(css)
