"""Names of elements in office files (ECMA-376), and how their attributes say yes and no."""

from functools import lru_cache
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element

SPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "dsp": "http://schemas.microsoft.com/office/drawing/2008/diagram",
    "v": "urn:schemas-microsoft-com:vml",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "a14": "http://schemas.microsoft.com/office/drawing/2010/main",
    "p14": "http://schemas.microsoft.com/office/powerpoint/2010/main",
    "pr": "http://schemas.openxmlformats.org/package/2006/relationships",
}
YES, NO = ("1", "true", "on"), ("0", "false", "off")


@lru_cache(maxsize=1024)
def name(short: str) -> str:
    """``w:t`` as lxml writes it."""
    prefix, _, local = short.partition(":")
    return f"{{{SPACES[prefix]}}}{local}"


def local_name(element: Element) -> str:
    """The name without its namespace; empty for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def value(element: Element | None, attribute: str = "w:val") -> str | None:
    """The attribute of an element that may not be there."""
    return None if element is None else element.get(name(attribute) if ":" in attribute else attribute)


def find(element: Element | None, *path: str) -> Element | None:
    """The first element at the path within one that may not be there."""
    return None if element is None else element.find("/".join(map(name, path)))


def is_on(element: Element | None) -> bool | None:
    """Read an on/off property (ECMA-376 part 1, 17.17.4): None where it is absent."""
    return None if element is None else (value(element) or "1").lower() not in (*NO, "none")


def text_in(element: Element, *shorts: str) -> str:
    """The texts of these elements within the element, in order."""
    return "".join(node.text or "" for node in element.iter(*map(name, shorts)))


def remove(element: Element) -> None:
    """Take the element out; the text behind it stays."""
    parent, tail, before = element.getparent(), element.tail, element.getprevious()
    if parent is None:
        return
    parent.remove(element)
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail


def remove_all(root: Element, *shorts: str) -> None:
    """Take these elements out of the tree."""
    etree.strip_elements(root, *map(name, shorts), with_tail=False)


def drop_fallbacks(root: Element) -> None:
    """Of text that stands twice, for new readers and for old ones (ECMA-376 part 3, 10.2), keep the new."""
    for alternate in list(root.iter(name("mc:AlternateContent"))):
        choices = alternate.findall(name("mc:Choice"))
        if any(next(choice.iter(name("w:t"), name("a:t"), name("m:t")), None) is not None for choice in choices):
            for fallback in alternate.findall(name("mc:Fallback")):
                remove(fallback)
