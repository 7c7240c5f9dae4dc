r"""Formulas (OMML, ECMA-376 part 1, 22.1) as text: plain Unicode where that says it (``10⁵``), else LaTeX."""

import re
from collections.abc import Callable, Mapping

from pipeline_core.adapters.converters.ooxml.names import Element, local_name, name, text_in, value
from pipeline_core.adapters.converters.ooxml.pieces import subscript_of, superscript_of

_INVISIBLE = dict.fromkeys(range(0x2061, 0x2065))
_DEEPEST = 60
_NARY = {"∑": r"\sum", "∏": r"\prod", "∫": r"\int", "∬": r"\iint", "∭": r"\iiint", "∮": r"\oint", "⋃": r"\bigcup",
         "⋂": r"\bigcap", "∐": r"\coprod"}  # fmt: skip
_ACCENTS = {"\u0302": r"\hat", "\u0303": r"\tilde", "\u0304": r"\bar", "\u0305": r"\overline", "\u0307": r"\dot",
            "\u0308": r"\ddot", "\u20d7": r"\vec", "\u0301": r"\acute", "\u0300": r"\grave", "\u030c": r"\check",
            "\u0306": r"\breve"}  # fmt: skip
_HAT, _UNDERLINE = r"\hat", r"\underline"
_BARS = {"top": r"\overline"}
_BRACES = {"{": r"\{", "}": r"\}", "": ".", "⟨": r"\langle", "⟩": r"\rangle", "‖": r"\|"}
_FUNCTIONS = re.compile(r"(?:arc)?(?:sin|cos|tan|cot|sec|csc)h?|ln|log|exp|lim|max|min|sup|inf|det|gcd|arg|deg|dim|ker")
_RELATION = re.compile(r"\s*([<>])\s*")
_ALREADY_SMALL = re.compile("[†‡*′″°]+")
_TOKEN = re.compile(r"[\w.]+")


def inline(formula: Element) -> str:
    """The formula as part of a sentence: as plain text, or LaTeX between ``$``."""
    plain = _plain(formula, 0)
    if plain is not None:
        return _RELATION.sub(r" \1 ", plain.strip())
    return f"${latex(formula)}$"


def display(formula: Element) -> str:
    """The formula as a paragraph of its own: LaTeX between ``$$``."""
    return f"$${latex(formula)}$$"


def latex(formula: Element) -> str:
    """The formula in LaTeX; what has no LaTeX here is its text, in order."""
    return _RELATION.sub(r" \1 ", " ".join(_latex(formula, 0).split()))


# --- LaTeX ------------------------------------------------------------------------------------------------


def _latex(element: Element | None, depth: int) -> str:
    if element is None:
        return ""
    if depth > _DEEPEST:
        return "".join(element.itertext())
    write = _LATEX.get(local_name(element))
    if write is not None:
        return write(_Parts(element, depth))
    if local_name(element).endswith("Pr"):
        return ""
    return "".join(_latex(child, depth + 1) for child in element)


class _Parts:
    """The parts of a structure (numerator, base, limits) and what its properties say."""

    def __init__(self, element: Element, depth: int):
        self.element, self._depth = element, depth
        self._properties = element.find(name(f"m:{local_name(element)}Pr"))

    def __getitem__(self, part: str) -> str:
        return _latex(self.element.find(name(f"m:{part}")), self._depth + 1).strip()

    def all(self, part: str) -> list[str]:
        return [_latex(child, self._depth + 1).strip() for child in self.element.findall(name(f"m:{part}"))]

    def rows(self) -> list[list[str]]:
        return [
            [_latex(cell, self._depth + 2).strip() for cell in row.findall(name("m:e"))]
            for row in self.element.findall(name("m:mr"))
        ]

    def says(self, setting: str, default: str = "") -> str:
        if self._properties is None or (element := self._properties.find(name(f"m:{setting}"))) is None:
            return default
        return value(element, "m:val") or ""


def _said(element: Element) -> str:
    return text_in(element, "m:t", "w:t").translate(_INVISIBLE)


def _text(parts: _Parts) -> str:
    text = _said(parts.element)
    return re.sub(r"(?=[#%&])", r"\\", text)


def _fraction(parts: _Parts) -> str:
    kind = parts.says("type", "bar")
    if kind in ("lin", "skw"):
        return f"{parts['num']}/{parts['den']}"
    command = r"\binom" if kind == "noBar" else r"\frac"
    return f"{command}{{{parts['num']}}}{{{parts['den']}}}"


def _nary(parts: _Parts) -> str:
    sign = parts.says("chr", "∫")
    limits = "".join(f"{mark}{{{parts[part]}}}" for mark, part in (("_", "sub"), ("^", "sup")) if parts[part])
    return f"{_NARY.get(sign, sign)}{limits} {parts['e']}"


def _delimited(parts: _Parts) -> str:
    begin, end = (_BRACES.get(sign, sign) for sign in (parts.says("begChr", "("), parts.says("endChr", ")")))
    inner = parts.says("sepChr", "|").join(parts.all("e"))
    if "\\" not in inner and "." not in (begin, end):
        return f"{begin}{inner}{end}"
    return rf"\left{begin} {inner} \right{end}"


def _named(function: str) -> str:
    return rf"\{function}" if _FUNCTIONS.fullmatch(function) else function


def _base(parts: _Parts) -> str:
    base = parts["e"]
    return rf"\left( {base} \right)" if base.startswith(r"\frac") or "/" in base else base


_LATEX: Mapping[str, Callable[[_Parts], str]] = {
    "r": _text,
    "f": _fraction,
    "sSup": lambda parts: f"{_base(parts)}^{{{parts['sup']}}}",
    "sSub": lambda parts: f"{_base(parts)}_{{{parts['sub']}}}",
    "sSubSup": lambda parts: f"{_base(parts)}_{{{parts['sub']}}}^{{{parts['sup']}}}",
    "sPre": lambda parts: f"{{}}_{{{parts['sub']}}}^{{{parts['sup']}}}{parts['e']}",
    "rad": lambda parts: rf"\sqrt{f'[{deg}]' if (deg := parts['deg']) else ''}{{{parts['e']}}}",
    "nary": _nary,
    "d": _delimited,
    "func": lambda parts: f"{_named(parts['fName'])} {parts['e']}",
    "limLow": lambda parts: f"{_named(parts['e'])}_{{{parts['lim']}}}",
    "limUpp": lambda parts: f"{_named(parts['e'])}^{{{parts['lim']}}}",
    "acc": lambda parts: f"{_ACCENTS.get(parts.says('chr'), _HAT)}{{{parts['e']}}}",
    "bar": lambda parts: f"{_BARS.get(parts.says('pos'), _UNDERLINE)}{{{parts['e']}}}",
    "m": lambda parts: r"\begin{matrix} " + r" \\ ".join(map(" & ".join, parts.rows())) + r" \end{matrix}",
    "eqArr": lambda parts: r"\begin{aligned} " + r" \\ ".join(parts.all("e")) + r" \end{aligned}",
}

# --- plain text -------------------------------------------------------------------------------------------


def _plain(element: Element | None, depth: int) -> str | None:
    """The element as plain text on one line; None where that would not say the same."""
    if element is None:
        return ""
    if depth > _DEEPEST:
        return None
    kind = local_name(element)
    if kind in ("r", "t"):
        return _said(element)
    if kind in _SCRIPTED:
        return _plain_script(element, depth)
    if kind == "f":
        over, under = (_plain(element.find(name(f"m:{part}")), depth + 1) for part in ("num", "den"))
        is_short = over and under and _TOKEN.fullmatch(over.strip()) and _TOKEN.fullmatch(under.strip())
        return f"{over}/{under}" if is_short else None
    if kind == "d":
        return _plain_delimited(element, depth)
    if kind in _LATEX:
        return None
    if kind.endswith("Pr"):
        return ""
    return _joined(element, depth)


def _joined(element: Element, depth: int) -> str | None:
    text, after_fraction = "", False
    for child in element:
        part = _plain(child, depth + 1)
        is_fraction = local_name(child) == "f"
        # 2½x in one line is no longer that
        if part is None or (part and (is_fraction or after_fraction) and _is_factor(text[-1:], part[0])):
            return None
        text, after_fraction = text + part, is_fraction if part else after_fraction
    return text


def _is_factor(last: str, first: str) -> bool:
    return bool(last) and (last.isalnum() or last in ")]") and (first.isalnum() or first in "([")


_SCRIPTED = {"sSup": ("sup", superscript_of), "sSub": ("sub", subscript_of)}


def _plain_script(element: Element, depth: int) -> str | None:
    part, convert = _SCRIPTED[local_name(element)]
    base = _plain(element.find(name("m:e")), depth + 1)
    script = _plain(element.find(name(f"m:{part}")), depth + 1)
    script = (script or "").replace(" ", "")
    small = script if part == "sup" and _ALREADY_SMALL.fullmatch(script) else convert(script) if script else None
    return None if base is None or small is None or "/" in base else base + small


def _plain_delimited(element: Element, depth: int) -> str | None:
    parts = _Parts(element, depth)
    inner = [_plain(child, depth + 1) for child in element.findall(name("m:e"))]
    if None in inner:
        return None
    return parts.says("begChr", "(") + parts.says("sepChr", "|").join(map(str, inner)) + parts.says("endChr", ")")
