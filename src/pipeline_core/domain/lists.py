"""Lists cut by the end of a chunk: what stands above the rest of them."""

import re
from collections.abc import Iterable

from pipeline_core.domain.markdown_lines import FENCE, ITEM, RULE

_ITEM = re.compile(rf"(?P<indent>[ \t]*){ITEM}[ \t]+\S")
_ENDS_TEXT = re.compile(rf" {{0,3}}(?:#{{1,6}}(?:\s|$)|\||{FENCE}|<|{RULE}$)")
_RULES = re.compile(rf"(?:[ \t]*\n)*(?: {{0,3}}{RULE}\n(?:[ \t]*\n)*)+")
"""The end of a page or column, at which a list is no other one."""
_LONGEST = 800


def begins_in_list(text: str) -> bool:
    """Returns whether a chunk of markdown begins with a list item, possibly below a rule."""
    rule = _RULES.match(text)
    return _ITEM.match(text, rule.end() if rule else 0) is not None


def list_at_end(text: str, before: str) -> str:
    """The lead-in of the list in which a chunk of markdown ends, and the last item of each level; blank without a list.

    A chunk that ends in a lead-in ends in its list. ``before`` is what this gave for the chunk before, where the chunk
    begins within that list.
    """
    above = _Above()
    above.read(before.splitlines())
    above.read(text.rstrip().splitlines())
    return above.markdown()


class _Above:
    """Context above the next line."""

    def __init__(self) -> None:
        self._lead: list[str] = []
        self._items: list[tuple[int, list[str]]] = []
        self._after_blank = False

    def read(self, lines: Iterable[str]) -> None:
        for line in lines:
            if not line.strip():
                self._after_blank = True
                continue
            if match := _ITEM.match(line):
                indent = len(match["indent"].expandtabs(4))
                self._items = [(other, item) for other, item in self._items if other < indent]
                self._items.append((indent, [line]))
            elif self._leads_on() and _RULES.fullmatch(f"{line.rstrip()}\n"):
                pass  # the items stand on the next page
            elif _ENDS_TEXT.match(line):
                self._lead, self._items = [], []
            elif self._items and (not self._after_blank or line[0] in " \t"):
                self._items[-1][1].append(line)
            elif self._lead and not self._after_blank and not self._items:
                self._lead.append(line)
            else:
                self._lead, self._items = [line], []
            self._after_blank = False

    def _leads_on(self) -> bool:
        return not self._items and "".join(self._lead).rstrip(" *_").endswith((":", "："))

    def markdown(self) -> str:
        if not self._items and not self._leads_on():
            return ""
        lines = [*self._lead, "", *(line for _, item in self._items for line in item)]
        said = "\n".join(lines).strip("\n")
        return said if len(said) <= _LONGEST else ""
