"""Marks that change what a text says: struck-out text, superscripts and subscripts, tags that are none.

Everything here is linear in the length of the text.
"""

import re

# --- struck-out text -------------------------------------------------------------------------------------

_MAY_STRIKE = re.compile(r"~|</?(?:s|del|strike)\b", re.IGNORECASE)
_STRIKE = re.compile(
    r"(?P<code>`[^`\n]*+`)"
    r"|(?P<tag><(?P<close>/?)(?:s|del|strike)(?:\s[^<>]*+)?>)"
    r"|(?<![~\\])~~(?![~\s])(?:[^~]|~(?!~))++(?<!\s)~~(?!~)"
    # one tilde strikes out as well, but behind a letter it sets a subscript
    r"|(?<![~\w\\)])~(?![~\s])[^~\n]{1,200}+(?<!\s)~(?![~\w])",
    re.IGNORECASE,
)


def struck_spans(text: str) -> list[tuple[int, int]]:
    """Returns the spans of struck-out text, with its marks: ``~~a~~``, ``~a~``, ``<s>``, ``<del>`` and ``<strike>``.

    What a tag opens and nothing closes is struck out to the end, and so is what stands before a closing tag that
    nothing opens.
    """
    if not _MAY_STRIKE.search(text):
        return []
    spans: list[tuple[int, int]] = []
    depth = opened = 0
    for match in _STRIKE.finditer(text):
        if match["tag"] is None:
            if match["code"] is None and not depth:
                spans.append(match.span())
        elif not match["close"]:
            opened = opened if depth else match.start()
            depth += 1
        elif depth > 1:
            depth -= 1
        else:
            start = opened if depth else 0
            spans = [span for span in spans if span[1] <= start]
            spans.append((start, match.end()))
            depth = 0
    if depth:
        spans.append((opened, len(text)))
    return spans


def without_struck(text: str, blank: str = "") -> str:
    """The text without what is struck out; each character of that becomes ``blank``."""
    spans = struck_spans(text)
    if not spans:
        return text
    kept, at = [], 0
    for start, end in spans:
        kept += [text[at:start], blank * (end - start)]
        at = end
    return "".join([*kept, text[at:]])


# --- superscripts and subscripts -------------------------------------------------------------------------

_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_MAY_BE_SCRIPT = re.compile(r"<su[pb]\b|\^|(?<=\w)~", re.IGNORECASE)
_SCRIPT = re.compile(
    r"<(?P<tag>su[pb])(?:\s[^<>]*+)?>(?P<inner>(?:(?!</su[pb]>).)*+)</su[pb]>"
    r"|(?<=[\w)\]%.,!?'\"”’])\^(?P<sup>[^\s^]{1,20}+)\^(?!\w)|(?<=[^\W\d_]|\))~(?P<sub>[^\s~]{1,20}+)~(?!~)",
    re.IGNORECASE | re.DOTALL,
)
_ENDING = re.compile(r"(?:st|nd|rd|th|er|re|e|ème|o|a|os|as)\Z", re.IGNORECASE)
_CITED = re.compile(r"\[[^\[\]]{1,12}\](?:[,;–-]?\[[^\[\]]{1,12}\])*\Z")
_MARKUP = re.compile(r"<[^<>]*>|[*_]{1,3}")


def with_scripts(text: str) -> str:
    """Superscripts and subscripts as characters of their own: ``10<sup>7</sup>`` and ``10^7^`` are ``10⁷``.

    What has no such characters is written ``^th`` and ``_max``, so that none of it joins the number before it.
    """
    return _SCRIPT.sub(_script, text) if _MAY_BE_SCRIPT.search(text) else text


def _script(match: re.Match[str]) -> str:
    raised = match["sup"] is not None or (match["tag"] or "").lower() == "sup"
    inner = " ".join(_MARKUP.sub("", match["sup"] or match["sub"] or match["inner"] or "").split())
    if not inner or (raised and _CITED.match(inner)):
        return ""
    before = match.string[match.start() - 1 : match.start()]
    if raised and before.isdigit() and _ENDING.match(inner):
        return inner  # 5th
    table = _RAISED if raised else _LOWERED
    if all(ord(char) in table for char in inner):
        return inner.translate(table)
    if " " in inner:
        return f" {inner}"
    return f"^{inner}" if raised else f"_{inner}"


# --- tags ------------------------------------------------------------------------------------------------

_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*+)(?:\s[^<>=]*+=[^<>]*+)?\s*+/?>")
_INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark nobr q rp rt ruby s samp small span strike
    strong sub sup tt u var wbr
    """.split()  # noqa: SIM905
)
_BREAKING = frozenset(
    """
    article aside audio blockquote body br center col colgroup dd div dl dt fieldset figcaption figure footer form h1 h2
    h3 h4 h5 h6 head header hr html iframe img input li main nav ol option p pre script section select style svg table
    tbody td textarea tfoot th thead tr ul video
    """.split()  # noqa: SIM905
)
_IN_PAIRS = frozenset(
    "address button caption data details label legend meter object output summary time title".split()  # noqa: SIM905
)


def without_tags(text: str) -> str:
    """The text without HTML's tags. ``<delay>`` is none: a name that HTML does not have is text.

    A word that is a name of HTML and as often a word (``<address>``) is a tag only where it is closed as well.
    """
    if "<" not in text:
        return text

    def said(match: re.Match[str]) -> str:
        name = match["name"].lower()
        if name in _INLINE:
            return ""
        if name in _BREAKING:
            return " "
        return " " if name in _IN_PAIRS and f"</{name}>" in text.lower() else match[0]

    return _TAG.sub(said, text)
