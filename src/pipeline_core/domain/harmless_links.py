"""Markdown of which nothing runs code or loads anything when it is shown: links to code and remote images go.

The text stays: of a link its words, of an image its alternative text. Links to web pages, mail addresses and places of
the same document stay links. Code blocks stay as they are, for what is in them is no link.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from itertools import accumulate

from pipeline_core.domain.documents import Converted, PageMap
from pipeline_core.domain.fences import fences
from pipeline_core.domain.findings import Finding, Severity

_FOLLOWED = frozenset(["http", "https", "mailto", "tel", "ftp"])
_NEVER_SHOWN = frozenset([
    "javascript", "vbscript", "livescript", "mocha", "data", "file", "blob", "jar", "view-source"
])  # fmt: skip
"""Of ``<scheme:…>``, where a name in XML (``<xs:element>``) looks like a link, only these are taken for one."""
_MOST_PASSES = 12
_LINKS, _IMAGES, _TAGS = "links", "images", "tags"
_MOST_ENTITIES = 4
_MOST_CODE = 2000
"""Characters between backticks."""
_MOST_STOPS = 200
"""Brackets, blanks and backslashes of a target."""
_TELLING = 99
"""Characters that a scheme stands within."""
_DEEPEST = 32
"""Brackets within each other in a target, as CommonMark's own reader has it."""

_TOKEN = re.compile(r"\\[!-/:-@\[-`{-~]|`+|!\[|\[|\]|<|\n[ \t]*\n")
_BLANKS = re.compile(r"[ \t]*\n?[ \t]*")
_STOP = re.compile(r"\\.|[()]|\s+", re.DOTALL)
_TICKS = re.compile(r"`+")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_POINTED = re.compile(r"[ \t\n]*<((?:\\.|[^<>\n\\])*)>")
_TITLE = re.compile(r"""[ \t\n]+(?:"(?:\\.|[^"\\]){0,999}"|'(?:\\.|[^'\\]){0,999}'|\((?:\\.|[^()\\]){0,999}\))""")
_CLOSING = re.compile(r"[ \t\n]*\)")
_LABEL = re.compile(r"\[((?:\\.|[^\[\]\\]){0,999})\]")
_DEFINITION = re.compile(
    r"^(?:[ \t]|>|[-*+][ \t]|\d{1,9}[.)][ \t])*(?P<whole>\[(?P<label>(?:\\.|[^\[\]\\]){1,999})\]:[ \t]*(?:\n[ \t>]*)?"
    r"(?P<target><[^<>\n]*>|[^\s<]\S*)(?:"
    r"(?:[ \t]+(?:\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|\((?:\\.|[^()\\\n])*\)))?[ \t]*$"
    # of a title that runs on over further lines the words stay
    r"|(?=[ \t]+(?:\"(?:\\.|[^\"\\\n])*|'(?:\\.|[^'\\\n])*|\((?:\\.|[^()\\\n])*)\\?$)))",
    re.MULTILINE,
)
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.\-]{1,31}):[^\s<>]*>")
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9:-]*)(?P<attributes>(?:[^<>\"']|\"[^\"]{0,9999}\"|'[^']{0,9999}')*)>"
)
_UNCLOSED = re.compile(r"<[A-Za-z][A-Za-z0-9:-]*(?=[\s/\"'])([^<>]{0,2000})")
_TO_ITS_END = re.compile(r"<!--.{0,2000}?-->|<[A-Za-z/!?][^<>]{0,2000}>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)\s*(?:=\s*("[^"]*"?|'[^']*'?|[^\s"'=<>`]+))?""")
_TARGETS = frozenset([
    "href", "src", "srcset", "xlink:href", "action", "formaction", "poster", "background", "cite", "data",
    "ping", "longdesc", "lowsrc", "dynsrc", "profile", "usemap", "classid", "codebase", "manifest"
])  # fmt: skip
_LOADED = frozenset(["src", "srcset", "poster", "background", "lowsrc", "dynsrc", "data"])
_LOADED_BY_LINK = frozenset(["image", "use", "feimage"])
"""Tags of SVG that show what their link leads to."""
_PAINTED = frozenset([
    "style", "fill", "stroke", "filter", "mask", "clip-path", "cursor", "marker", "marker-start", "marker-mid",
    "marker-end"
])  # fmt: skip
_PICTURES = frozenset(["img", "image"])
_ACTIVE = frozenset([
    "script", "iframe", "object", "embed", "applet", "frame", "frameset", "base", "meta", "link", "style",
    "form", "animate", "animatemotion", "animatetransform", "set"
])  # fmt: skip
_IN_STYLE = re.compile(
    r"\\|(?:url|src)\s*\(|image(?:-set)?\s*\(|expression\s*\(|@import|behavior\s*:|-moz-binding", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Edit:
    """The characters from ``start`` to ``end`` become ``text``; ``counts`` is what goes with them, if anything."""

    start: int
    end: int
    text: str = ""
    counts: str = ""


def without_active_links(converted: Converted) -> Converted:
    """The same with harmless markdown, a page map that fits it, and findings that count what went."""
    markdown, page_map, removed = converted.markdown, converted.page_map, Counter[str]()
    for _ in range(_MOST_PASSES):
        edits = _edits(markdown)
        if not edits:
            break
        removed.update(edit.counts for edit in edits if edit.counts)
        page_map, markdown = _moved(page_map, edits), _applied(markdown, edits)
    else:
        # made to come apart into ever new links: no bracket is one any more
        edits = [_Edit(match.start(), match.end(), "] (") for match in re.finditer(r"\]\(", markdown)]
        page_map, markdown = _moved(page_map, edits), _applied(markdown, edits)
    if markdown == converted.markdown:
        return converted
    findings = (*converted.findings, *_findings(removed))
    return replace(converted, markdown=markdown, page_map=page_map, findings=findings)


def harmless(markdown: str) -> str:
    """A text without pages, as ``without_active_links`` has it."""
    return without_active_links(Converted(markdown, PageMap(()), "")).markdown


_TOLD = (
    (
        _LINKS,
        "links_removed",
        Severity.WARNING,
        "links run code or open something other than a page or an address (such as javascript: or data:): their "
        "words are kept, their targets are not.",
    ),
    (
        _IMAGES,
        "images_removed",
        Severity.INFO,
        "images would be loaded from elsewhere whenever the text is shown: only their alternative text is kept.",
    ),
    (
        _TAGS,
        "tags_disarmed",
        Severity.WARNING,
        "HTML tags would run code or load something when the text is shown: they were made harmless.",
    ),
)
"""Of each kind of what goes: the finding that counts it."""


def _findings(removed: Counter[str]) -> Iterator[Finding]:
    for kind, code, severity, told in _TOLD:
        if count := removed[kind]:
            yield Finding(code, severity, f"{count:,} {told}", {kind: count})


# --- where a link leads -----------------------------------------------------------------------------------------


def _address(target: str) -> str:
    """A link's target as a browser takes it, whatever it was hidden in: entities, backslashes, blanks, wide letters."""
    target = _ESCAPED.sub(r"\1", target)
    for _ in range(_MOST_ENTITIES):
        plain = unescape(target)
        if plain == target:
            break
        target = plain
    folded = unicodedata.normalize("NFKC", target)
    return "".join(one for one in folded if not one.isspace() and unicodedata.category(one)[0] != "C").casefold()


def is_harmless_target(target: str) -> bool:
    """Returns whether a link may have this target: a web page, mail or telephone address, or no scheme at all."""
    scheme, colon, _ = re.split(r"[/?#]", _address(target), maxsplit=1)[0].partition(":")
    return not colon or scheme in _FOLLOWED


def _is_remote(target: str) -> bool:
    """Returns whether an image there would be loaded from elsewhere or hold active content: all but relative paths."""
    address = _address(target).replace("\\", "/")
    return address.startswith("//") or ":" in re.split(r"[/?#]", address, maxsplit=1)[0]


# --- what of a text is to go ------------------------------------------------------------------------------------


def _edits(text: str) -> list[_Edit]:
    """Returns the edits to make, in order and without overlap."""
    if not re.search(r"[\[<]", text):
        return []
    code = [(fence.start, fence.end) for fence in fences(text)]
    found = list(_Scan(text, code).edits())
    found.sort(key=lambda edit: (edit.start, -edit.end))
    kept: list[_Edit] = []
    for edit in found:
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


class _Scan:
    """One pass over a text."""

    def __init__(self, text: str, code: Sequence[tuple[int, int]]) -> None:
        self._text, self._code = text, code
        self._starts = [start for start, _ in code]
        self._labels: dict[str, str] = {}
        self._line_end = self._no_code_until = -1

    def edits(self) -> Iterator[_Edit]:
        yield from self._definitions()
        open_brackets: list[tuple[int, bool]] = []
        at = 0
        while (token := _TOKEN.search(self._text, at)) is not None:
            at = token.end()
            if (end := self._end_of_code(token.start())) is not None:
                at, open_brackets = max(at, end), []
            elif token[0].startswith("\n"):
                open_brackets = []
                at = token.end() - 1  # the line break may begin another blank line
            elif token[0].startswith("`"):
                at = self._after_code_span(token)
            elif token[0] == "<":
                self._no_code_until = max(self._no_code_until, self._end_of_doubt(token.start()))
                yield from self._tag(token.start())
            elif token[0] in ("[", "!["):
                open_brackets.append((token.start(), token[0] == "!["))
            elif token[0] == "]" and open_brackets:
                yield from self._bracketed(*open_brackets.pop(), token.start())

    def _end_of_code(self, at: int) -> int | None:
        place = bisect_right(self._starts, at) - 1
        return self._code[place][1] if place >= 0 and at < self._code[place][1] else None

    def _after_code_span(self, token: re.Match[str]) -> int:
        """Past the code between these backticks and their like, where no reading of the text parts them."""
        if token.end() > self._line_end:
            end = self._text.find("\n", token.end())
            self._line_end = end if end >= 0 else len(self._text)
        last = min(self._line_end, token.end() + _MOST_CODE)
        if token.start() < self._no_code_until:
            return token.end()
        for closing in _TICKS.finditer(self._text, token.end(), last):
            if closing[0] == token[0]:
                if self._text.find("|", token.end(), closing.start()) < 0:
                    return closing.end()
                # in a table these are no code, elsewhere they are: what follows them is held to both readings
                self._no_code_until = self._line_end
                break
        return token.end()

    def _end_of_doubt(self, at: int) -> int:
        """Up to where backticks may be no code: to the end of the line, if one is within what may be a tag."""
        tag = _TAG.match(self._text, at) or _TO_ITS_END.match(self._text, at)
        if tag is None or "`" not in tag[0]:
            return -1
        end = self._text.find("\n", tag.end())
        return end if end >= 0 else len(self._text)

    # --- definitions: [label]: target ---

    def _definitions(self) -> Iterator[_Edit]:
        for match in _DEFINITION.finditer(self._text):
            if self._end_of_code(match.start("whole")) is not None:
                continue
            target = match["target"].removeprefix("<").removesuffix(">")
            self._labels.setdefault(_label(match["label"]), target)
            if not is_harmless_target(target):
                yield _Edit(match.start("whole"), match.end("whole"), counts=_LINKS)

    # --- [text](target), [text][label], [label] ---

    def _bracketed(self, start: int, is_image: bool, end: int) -> Iterator[_Edit]:
        if (found := self._target(end, self._text[start + 1 + is_image : end])) is None:
            return
        target, behind, is_defined = found
        if is_image:
            if not _is_remote(target):
                return
        elif is_harmless_target(target):
            return
        # of a link to a definition that goes, the definition is counted
        counts = _IMAGES if is_image else "" if is_defined else _LINKS
        yield _Edit(start, start + 1 + is_image)
        yield _Edit(end, behind, counts=counts)

    def _target(self, end: int, words: str) -> tuple[str, int, bool] | None:
        """Returns the target of the bracket that ends here, the end of it, and whether it is defined elsewhere."""
        following = self._text[end + 1 : end + 2]
        if following == "(" and (inline := self._inline(end + 2)) is not None:
            return (*inline, False)
        behind, label = end + 1, words
        if following == "[" and (named := _LABEL.match(self._text, end + 1)):
            behind, label = named.end(), named[1] or words
        target = self._labels.get(_label(label))
        if target is None or following == ":":
            return None
        return target, behind, True

    def _inline(self, at: int) -> tuple[str, int] | None:
        pointed = _POINTED.match(self._text, at)
        target, behind = (pointed[1], pointed.end()) if pointed else self._balanced(at)
        title = _TITLE.match(self._text, behind)
        if closing := _CLOSING.match(self._text, title.end() if title else behind):
            return target, closing.end()
        if is_harmless_target(self._text[at : at + _TELLING]):
            return None
        # not as it should be written; some readers take it for a link nevertheless
        target, behind = self._balanced(at, with_blanks=True)
        return (target, behind + 1) if self._text[behind : behind + 1] == ")" else None

    def _balanced(self, at: int, *, with_blanks: bool = False) -> tuple[str, int]:
        """The characters up to a blank, or the bracket that closes what is open already; and where that is."""
        start = place = _BLANKS.match(self._text, at).end()  # type: ignore[union-attr]  # none are blanks too
        depth = 0
        for _ in range(_MOST_STOPS):
            stop = _STOP.search(self._text, place)
            place = stop.end() if stop else len(self._text)
            if stop is None or depth > _DEEPEST:
                break
            is_blank = stop[0].isspace() and (not with_blanks or stop[0].count("\n") > 1)
            if is_blank or (stop[0] == ")" and depth == 0):
                place = stop.start()
                break
            depth += {"(": 1, ")": -1}.get(stop[0], 0)
        return self._text[start:place], place

    # --- <scheme:…> and <tag> ---

    def _tag(self, at: int) -> Iterator[_Edit]:
        auto = _AUTOLINK.match(self._text, at)
        if auto is not None and auto[1].casefold() in _NEVER_SHOWN:
            yield from (_Edit(at, at + 1, counts=_LINKS), _Edit(auto.end() - 1, auto.end()))
            return
        tag = _TAG.match(self._text, at)
        if tag is None:
            # one that is never closed: a browser finds its end somewhere
            unclosed = _UNCLOSED.match(self._text, at)
            if unclosed and any(not _may_stay(key, value) for key, value in _attributes_in(unclosed[1])):
                yield _Edit(at, at + 1, "&lt;", counts=_TAGS)
            return
        name = tag["name"].lower()
        if name in _ACTIVE:
            yield _Edit(at, at + 1, "&lt;", counts="" if tag["end"] else _TAGS)
            return
        attributes = dict(_attributes_in("" if tag["end"] else tag["attributes"]))
        linked = ("href", "xlink:href") if name in _LOADED_BY_LINK else ()
        unsafe = [
            key
            for key, value in attributes.items()
            if not _may_stay(key, value) or (key in linked and _is_remote(value))
        ]
        if not unsafe:
            return
        if name in _PICTURES:
            yield _Edit(at, tag.end(), _words(attributes.get("alt", "")), counts=_IMAGES)
            return
        counts = _LINKS if name == "a" and "href" in unsafe else _TAGS
        yield _Edit(at, tag.end(), f"<{tag['name']}{_attributes(attributes, unsafe)}>", counts=counts)


def _attributes_in(tag: str) -> list[tuple[str, str]]:
    return [(key.lower(), value.strip("\"'")) for key, value in _ATTRIBUTE.findall(tag)]


def _may_stay(key: str, value: str) -> bool:
    if key.startswith("on") or key == "srcdoc":
        return False
    if key in _PAINTED:
        return not _IN_STYLE.search(_address(value))
    if key in _LOADED:
        return not any(_is_remote(one.split()[0]) for one in value.split(",") if one.split()) and not _is_remote(value)
    return key not in _TARGETS or is_harmless_target(value)


def _attributes(attributes: Mapping[str, str], unsafe: Sequence[str]) -> str:
    return "".join(f' {key}="{value}"' for key, value in attributes.items() if key not in unsafe and '"' not in value)


def _words(alternative: str) -> str:
    """An attribute's text within markdown: no tag begins there."""
    return " ".join(unescape(alternative).replace("<", "&lt;").split())


def _label(label: str) -> str:
    within_quote = re.sub(r"\n[ \t>]*", " ", label)
    return " ".join(_ESCAPED.sub(r"\1", within_quote).casefold().split())


# --- carrying it out ---------------------------------------------------------------------------------------------


def _applied(text: str, edits: Sequence[_Edit]) -> str:
    pieces, last = [], 0
    for edit in edits:
        pieces += [text[last : edit.start], edit.text]
        last = edit.end
    return "".join([*pieces, text[last:]])


def _moved(page_map: PageMap, edits: Sequence[_Edit]) -> PageMap:
    """The same pages in the changed text."""
    starts = [edit.start for edit in edits]
    shifts = list(accumulate((len(edit.text) - (edit.end - edit.start) for edit in edits), initial=0))

    def moved(char: int) -> int:
        before = bisect_right(starts, char)
        if before and char < edits[before - 1].end:
            # within what goes: where it began
            return edits[before - 1].start + shifts[before - 1]
        return char + shifts[before]

    pages = (replace(page, char_from=moved(page.char_from), char_to=moved(page.char_to)) for page in page_map.pages)
    return replace(page_map, pages=tuple(pages))
