"""Raised and lowered characters in markdown: none of them may join the number before it."""

_RAISED = str.maketrans("0123456789+-=()−niabcdefghjklmoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁻ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_LOWERED = str.maketrans("0123456789+-=()−aeijoruvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋ₐₑᵢⱼₒᵣᵤᵥₓ")


def raised(text: str) -> str:
    """The text as superscript: its Unicode characters where all have one, else ``^text^``."""
    return _as(text, _RAISED, "^")


def lowered(text: str) -> str:
    """The text as subscript: its Unicode characters where all have one, else ``~text~``."""
    return _as(text, _LOWERED, "~")


def _as(text: str, table: dict[int, int], mark: str) -> str:
    bare = text.strip()
    if not bare:
        return text
    at = text.index(bare)
    moved = bare.translate(table) if all(ord(character) in table for character in bare) else f"{mark}{bare}{mark}"
    return text[:at] + moved + text[at + len(bare) :]
