"""Styles that a page gives its own elements, and the text that they hide from its readers."""

import re
from collections.abc import Callable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from pipeline_core.adapters.converters.hidden import named

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


_NOT_SHOWN = re.compile(
    r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?%?\s*(?:;|!|\Z)"
    r"|font-size\s*:\s*0(?:\.0*)?(?:px|pt|em|rem|%)?\s*(?:;|!|\Z))",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"(?<![\w-])display\s*:\s*(?!none)\w", re.IGNORECASE)
_WHITE = re.compile(
    r"(?<![\w-])color\s*:\s*(?:#fff(?:fff)?\b|white\b|rgba?\(\s*255\s*,\s*255\s*,\s*255|transparent\b)", re.IGNORECASE
)
_BACKGROUND = re.compile(r"(?<![\w-])background(?:-color|-image)?\s*:", re.IGNORECASE)
_NO_TEXT = "script, style, template, noscript, head, title, svg, option"
_SAID = 60


def take_out_hidden(tree: LexborHTMLParser, *, keep: bool) -> list[str]:
    """Take hidden elements out of the tree, or have them shown; how the text of each begins, in order."""
    nodes = (
        tree.css("[hidden]")
        + matching(tree, lambda style: _NOT_SHOWN.search(style) is not None)
        + _white_on_white(tree)
    )
    own = {node.mem_id: node for node in nodes if node.tag not in ("html", "body") and not _is_shown(node)}
    texts = []
    for node in own.values():
        if _is_below(node, own):
            continue
        text = _text(node)
        if any(map(str.isalnum, text)):
            texts += named(text, _SAID)
    for node in own.values():
        if keep:
            for name in {"hidden", "style"} & node.attributes.keys():
                del node.attrs[name]
        elif not _is_below(node, own):
            node.decompose()
    return texts


def _is_shown(node: LexborNode) -> bool:
    """A style of its own shows what a rule for many would hide."""
    style = declarations(node)
    return _SHOWN.search(style) is not None and not _NOT_SHOWN.search(style) and "hidden" not in node.attributes


def _white_on_white(tree: LexborHTMLParser) -> list[LexborNode]:
    """White text, unless anything may be behind it: only where all styles are in the page itself can that be told."""
    if tree.css_first("link[rel~=stylesheet]") is not None or any(_BACKGROUND.search(body) for _, body in rules(tree)):
        return []
    white = matching(tree, lambda style: _WHITE.search(style) is not None)
    white += [node for node in tree.css("font[color]") if _WHITE.search(f"color:{node.attributes.get('color') or ''}")]
    return [node for node in white if not _has_background(node)]


def _has_background(node: LexborNode) -> bool:
    return any(
        "bgcolor" in one.attributes or "background" in one.attributes or _BACKGROUND.search(declarations(one))
        for one in (node, *ancestors(node))
    )


def _is_below(node: LexborNode, others: dict[int, LexborNode]) -> bool:
    return any(above.mem_id in others for above in ancestors(node))


def _text(node: LexborNode) -> str:
    if node.tag in ("script", "style", "template", "noscript", "option", "input"):
        return ""
    silent = {child.mem_id for child in node.css(_NO_TEXT)}
    parts = [
        child.text_content or ""
        for child in node.traverse(include_text=True)
        if child.is_text_node and (child.parent is None or child.parent.mem_id not in silent)
    ]
    return " ".join(" ".join(parts).split())
