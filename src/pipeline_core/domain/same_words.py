"""The form under which two texts are the same words: signs and the case of units count, typography does not.

What keeps its meaning when a text is set anew goes: white space, quotation marks, full stops and commas, hyphens
within words, emphasis, soft hyphens, ligatures, full-width letters, the script of digits, capitals of words. What
carries meaning stays: operators, currency, per cent, degrees, a minus or dash before a number, brackets around one,
``+`` and ``-`` behind a name, exponents, Greek letters, and the case of units, abbreviations and codes. Pure, and
linear in the length of the text.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from pipeline_core.domain.ids import text_sha256
from pipeline_core.domain.text import drop_emphasis, numbers_in

VERSION = 4
"""Of ``strict_form``: rows keep the version that their hash was made by, and only hashes of one version are equal."""

# Written otherwise, and the same.
_SPELLED = {
    "⩾": "≥", "≧": "≥", "⩽": "≤", "≦": "≤", "\u2044": "/", "∕": "/",
    "´": "'", "ʼ": "'", "’": "'", "‘": "'", "‚": "'", "‹": "'", "›": "'",
    "„": '"', "“": '"', "”": '"', "«": '"', "»": '"', "‟": '"',
    "`": " ", "¨": " ", "¯": " ", "™": " ", "®": " ", "©": " ", "●": " ", "■": " ", "▪": " ",
    "º": "°", "٪": "%", "٫": ".", "٬": ",",
}  # fmt: skip
_EXPONENT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼ⁿⁱ]+")
_PLAIN_EXPONENTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼ⁿⁱ", "0123456789+-=ni")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_QUOTED = re.compile(r"""(?<![^\W_])(["'])((?:(?!\1).)*+)\1(?![^\W_])""")
_DASHES = ("-", "\u2010", "\u2011", "\u2012", "\u2013")
_DASH = "[-\u2010-\u2013]"
_CURRENCY = "[$€£¥₹₩₽₺₪฿¢]"
# A sign that is plain punctuation elsewhere, and what stands for it; the spelling of a sign in letters. Before each,
# what the text has of which it is made: without one of them nothing is looked for.
_SIGNS = (
    (("+",), re.compile(r"\+ ?/ ?[-−]"), " ± "),
    (("<=",), re.compile(r"<="), " ≤ "),
    ((">=",), re.compile(r">="), " ≥ "),
    (("!=",), re.compile(r"!="), " ≠ "),
    ((">",), re.compile(r"[-−]>"), " → "),
    # not: !ready
    (("!",), re.compile(r"(?<![\w!?¡])!(?=[^\W\d])"), " ¬ "),
    # a loss, as in accounts: (1,200)
    (("(",), re.compile(rf"\((?={_CURRENCY}? ?\d[\d.,]* ?%?\))"), " ⊖ "),
    (("t", "T"), re.compile(r"\bper ?cent\b", re.IGNORECASE), " % "),
    # what's, set as What'S
    (("'S",), re.compile(r"(?<=[^\W\d_])'S\b"), " s"),
    (("'T",), re.compile(r"(?<=[^\W\d_])'T\b"), " t"),
    # feet and inches, where no quotation ends
    (('"', "'"), re.compile(r"(?<=\d)(?:\"|'')"), " ′ ′ "),
    (("'",), re.compile(r"(?<=\d)'(?![^\W\d])"), " ′ "),
    # -5, - 15 °C, 3–5, -$5; but not COVID-19
    (_DASHES, re.compile(rf"(?<![^\W\d_]){_DASH}(?= ?{_CURRENCY}? ?\.?\d)"), " − "),
    # B-, Cl-
    (_DASHES, re.compile(rf"(?<=\w){_DASH}(?![-\w])"), " − "),
    # -x, --force
    (_DASHES, re.compile(rf"(?<![-\w.,;:]){_DASH}{{1,2}}(?=[^\W\d_])"), " − "),
    (("*",), re.compile(r"(?<=\d) ?\* ?(?=\d)|(?<=\w)\*(?!\w)"), " ∗ "),
    ((":",), re.compile(r"(?<=\d):(?=\d)"), " ∶ "),
    (("·",), re.compile(r"(?<=\d)·(?=\d)"), " ⋅ "),
    # .NET
    ((".",), re.compile(r"(?<![\w.])\.(?=[^\W\d_])"), " ∙ "),
)
# Of signs that only stand together when all else is gone.
_COMPOSED = (("+ / −", "±"), ("< =", "≤"), ("> =", "≥"), ("− >", "→"))
_PUNCTUATION_KEPT = frozenset("%‰‱#&@/\\§¶†‡′‴")
# Units of which the case tells one from another (mW, MW; Mb, MB), with their prefixes; "pm" is a time of day.
_UNIT = re.compile(
    r"(?!am$|pm$|as$|at$)[yzafpnuμmcdhkgtpeq]?(?:wh?|va?|ah?|hz|pa|j|n|g|m|s|l|b|bit|ev|mol|k|c|f|t|bq|sv|gy|h|bar|cal|ω)"
)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)|\d*0s", re.IGNORECASE)
_ALWAYS_WORDS = frozenset("AI")
# Words of one letter in several languages, with which a sentence may begin.
_WORDS_IN_FRONT = frozenset("AIÀÁEÈÉOÓUÚYÖÅАИОУВКСЯ")
_FEWEST_CAPITAL_WORDS = 4
_LONGEST_ABBREVIATION = 4
_GREEK = re.compile("[\u0370-\u03ff]")


def strict_form(text: str) -> str:
    """Words and signs, one space between them. Idempotent."""
    text = plainly_spelled(drop_emphasis(_ESCAPED.sub(r"\1", text)))
    text = _QUOTED.sub(r" \2 ", " ".join(text.replace("`", " ").split()))
    for needed, pattern, sign in _SIGNS:
        for one in needed:
            if one in text:
                text = pattern.sub(sign, text)
                break
    form = unicodedata.normalize("NFC", _without_capitals(_apart(text).split()))
    for apart, sign in _COMPOSED:
        form = form.replace(apart, sign)
    return form


def plainly_spelled(text: str) -> str:
    """The text without ligatures, typographic quotation marks and the like; exponents as ``10^7``."""
    if text.isascii():
        return text
    text = _EXPONENT.sub(lambda found: f"^{found[0].translate(_PLAIN_EXPONENTS)}", text)
    # what an invisible character kept apart is joined as well
    return unicodedata.normalize("NFC", "".join(map(_expanded, unicodedata.normalize("NFC", text))))


@lru_cache(maxsize=1 << 14)
def _expanded(char: str) -> str:
    """A character in its plainest spelling; exponents and circled numbers never join the number before them."""
    if char in _SPELLED:
        return _SPELLED[char]
    if unicodedata.category(char) == "Cf" or "\ufe00" <= char <= "\ufe0f":
        return ""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    kind, _, parts = unicodedata.decomposition(char).partition("> ")
    if not parts:
        return char
    plain = "".join(_expanded(chr(int(part, 16))) for part in parts.split())
    if kind == "<super" and unicodedata.category(char) != "Lo":
        return f"^{plain}"
    return f" {plain} " if kind in {"<fraction", "<circle"} else plain


@lru_cache(maxsize=1 << 14)
def _seen(char: str) -> str:
    """The character of a word as it is, a sign by itself, else a blank."""
    category = unicodedata.category(char)
    if char.isalnum() or category[0] == "M":
        return char
    is_sign = category in {"Sm", "Sc", "So", "Sk", "Co"} or char in _PUNCTUATION_KEPT
    return f" {char} " if is_sign else " "


# A character by itself leaves a translation within ASCII in one pass.
_SEEN_ALONE = {code: _seen(chr(code)).strip() or " " for code in range(128)}
_SIGN_OF_ASCII = re.compile(f"[{re.escape(''.join(chr(code) for code in range(128) if len(_seen(chr(code))) > 1))}]")


def _apart(text: str) -> str:
    """The words of a text as they are and its signs by themselves, blanks for the rest."""
    if not text.isascii():
        return "".join(map(_seen, text))
    return _SIGN_OF_ASCII.sub(r" \g<0> ", text.translate(_SEEN_ALONE))


def _without_capitals(tokens: list[str]) -> str:
    shouted = _is_shouted(tokens)
    kept = []
    before = ""
    for token in tokens:
        if token.isascii() and token.islower():
            kept.append(token)
        else:
            kept.append(token if _keeps_case(token, before, shouted=shouted) else _small(token))
        before = token
    # class A: no article, which has something behind it
    if len(tokens) > 1 and before in _ALWAYS_WORDS and not shouted:
        kept[-1] = before
    return " ".join(kept)


def _is_shouted(tokens: Sequence[str]) -> bool:
    words = []
    for token in tokens:
        if len(token) > 1 and token.isalpha():
            if token.islower():
                return False
            words.append(token)
    return len(words) >= _FEWEST_CAPITAL_WORDS and "".join(words).isupper()


def _small(token: str) -> str:
    return token.lower().replace("ß", "ss").replace("ς", "σ")


def _keeps_case(token: str, before: str, *, shouted: bool) -> bool:
    """Returns whether capitals carry meaning: units, abbreviations, codes, symbols of one letter.

    A text all in capitals has no abbreviations that could be told from other words.
    """
    if token.islower():
        return False
    if before[-1:].isdigit() and _UNIT.fullmatch(token.lower()):
        return True
    if any(map(str.isdigit, token)):
        return not _ORDINAL.fullmatch(token)
    if len(token) == 1:
        return token not in (_ALWAYS_WORDS if before else _WORDS_IN_FRONT)
    is_capitalised = token[0].isupper() and token[1:].islower()
    if is_capitalised and _GREEK.match(token) and not _GREEK.match(token[1:]):
        return True
    is_emphasis = token.isupper() and len(token) > _LONGEST_ABBREVIATION
    return not (shouted or is_capitalised or is_emphasis)


def signs_in(form: str) -> list[str]:
    """The signs of a strict form, in order."""
    return [token for token in form.split() if not any(map(str.isalnum, token))]


@lru_cache(maxsize=1 << 14)
def exact_key(text: str) -> str:
    """Hash under which two texts are the same statement: the same words, signs and units, and the same numbers.

    Its version is part of it: a hash that another version made equals none of this one.
    """
    return text_sha256(
        "\x1f".join([str(VERSION), strict_form(text), *numbers_in(plainly_spelled(text).replace("–", "-"))])
    )


def same_words(left: str, right: str) -> bool:
    """Returns whether two texts have the same ``exact_key``."""
    return left == right or exact_key(left) == exact_key(right)
