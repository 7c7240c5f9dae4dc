"""Which language a text is in, guessed from scripts and stop words."""

import re

from pipeline_core.adapters.facts.english_words import word_set

UNSPACED = frozenset({"zh", "ja", "th"})
_STOP_WORDS = {
    "en": word_set("the and of to in is that for with are be this as on or by"),
    "de": word_set("der die und das ist nicht mit den von zu für ein eine werden dass oder im"),
    "fr": word_set("le la les des et est une dans pour que qui sur par avec du au ou"),
    "es": word_set("el la los las de y que en una por con para es del se un como"),
    "it": word_set("il lo la gli di e che per una con non sono del della è nel i"),
    "pt": word_set("o a os as de e que em uma para com não do da por são no na"),
    "nl": word_set("de het een en van is dat niet met voor zijn op aan door worden"),
    "id": word_set("dan yang untuk dengan pada dari tidak ini itu dapat adalah di ke oleh atau"),
}
_SCRIPTS = (
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("xx", re.compile(r"[\u0250-\u03ff\u0530-\u0dff\u0e80-\u303f\u3100-\u4dff\ua000-\uffff]")),
)
_LATIN_WORD = re.compile(r"[a-zà-öø-ÿ]+")


def guess_language(text: str) -> str:
    """A guess from scripts and stop words; "xx" for what no row knows."""
    sample = text[:800].lower()
    words = _LATIN_WORD.findall(sample)
    if not sample.isascii():
        found = {code: len(pattern.findall(sample)) for code, pattern in _SCRIPTS}
        if sum(found.values()) > sum(map(len, words)):
            code = max(found, key=found.__getitem__)
            code = "ja" if code == "zh" and found["ja"] * 10 > found["zh"] else code
            return "xx" if code == "ru" and "ы" not in sample else code
    hits = {code: sum(map(stop_words.__contains__, words)) for code, stop_words in _STOP_WORDS.items()}
    best = max(hits, key=hits.__getitem__)
    return best if hits[best] * 12 >= len(words) or best == "en" else "xx"
