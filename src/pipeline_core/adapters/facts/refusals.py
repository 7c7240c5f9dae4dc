"""Sentences that are no knowledge of their document: thanks, licences of the text itself, captions and their like.

Each kind is a row with its words by language. Of a text whose language is not known every row's words count.
"""

import re
from collections.abc import Mapping
from functools import cache

from pipeline_core.adapters.facts.refused_apparatus import APPARATUS
from pipeline_core.adapters.facts.refused_authors import AUTHORS
from pipeline_core.adapters.facts.refused_notices import NOTICES
from pipeline_core.adapters.facts.refused_voices import VOICES
from pipeline_core.domain.pattern_literals import alternatives
from pipeline_core.domain.sieve import Sieve

REFUSALS: Mapping[str, Mapping[str, str]] = {**APPARATUS, **VOICES, **AUTHORS, **NOTICES}
"""Words by language, by the reason for people; they are looked for without regard to case. "" is of no language."""


class _Refusals:
    """The alternatives of all rows in a language, of which those are searched that may match a sentence."""

    def __init__(self, language: str):
        self._rows: list[tuple[str, re.Pattern[str]]] = []
        for reason, words in REFUSALS.items():
            codes = ["", language] if language else list(words)
            one_by_one = [one for code in codes if code in words for one in alternatives(words[code])]
            self._rows += [(reason, re.compile(one, re.IGNORECASE)) for one in one_by_one]
        self._sieve = Sieve([pattern for _, pattern in self._rows])

    def why(self, sentence: str) -> str | None:
        """The first reason of which an alternative matches."""
        rows = self._rows
        return next((rows[at][0] for at in self._sieve.possible(sentence) if rows[at][1].search(sentence)), None)


_of_language = cache(_Refusals)


_CONTENTS = re.compile(r"(?:\. ?){4,}\s*\d*|…{2,}|_{4,}")
_QUESTION = re.compile(r"[?？؟;]\s*[\"”'’)»]*$")
# In Japanese and Korean a particle at the end asks, with a full stop as well.
_ASKED = re.compile(r"(?:です|ます|ません|でしょう|だろう|ました)か[。．]?\s*$|(?:니까|나요|까요|인가요)[.。]?\s*$")
_NAME_PART = re.compile(r"(?:van|von|der|de|den|del|della|di|da|dos|la|le|bin|al|el|y|e|and|und|et)$", re.IGNORECASE)


def why_refused(sentence: str, language: str) -> str | None:
    """Why the sentence gives no fact; None where nothing speaks against it. "" is for a language that is not known."""
    if _CONTENTS.search(sentence):
        return "a line of a table of contents"
    if _QUESTION.search(sentence) and (sentence[-1] != ";" or language == "el"):
        return "a question"
    if language in ("ja", "ko", "") and _ASKED.search(sentence):
        return "a question"
    return _of_language(language).why(sentence)


# "Smith, J. 2017. Title.", "Smith. (2017). Title.": a year that is a sentence of its own.
_YEAR_ALONE = re.compile(
    r"\s*[^\W\d_].{0,300}?[.)]\s+(?:\((?:19|20)\d\d[a-z]?\)|(?<!al\. )(?:19|20)\d\d[a-z]?)\.\s", re.DOTALL
)
_IDENTIFIER = re.compile(r"\bdoi\.org/|\bdoi:|\barxiv:\s?\d|\bISBN\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def is_reference(paragraph: str) -> bool:
    """Return whether a whole paragraph is an entry of a bibliography, or how its document is to be cited."""
    identified = len(paragraph) < 800 and _IDENTIFIER.search(paragraph) and _YEAR.search(paragraph)
    return bool(identified or _YEAR_ALONE.match(paragraph))


# "This figure shows …", "Notes: …": what else the paragraph says is of the drawing, too.
_OF_A_DRAWING = re.compile(
    r"\W*(?:this (?:figure|table|chart|graph|map|plot|panel|exhibit)|diese (?:abbildung|tabelle|grafik)|ce (?:tableau"
    r"|graphique)|cette figure|est[ea] (?:figura|tabla|gráfico)|quest[ao] (?:figura|tabella|grafico)|est[ea] (?:figura"
    r"|tabela|gráfico)|deze (?:figuur|tabel|grafiek)|(?:gambar|tabel|grafik) ini|(?:этот|эта|данный|данная) (?:рисунок"
    r"|таблица|график)|αυτό το (?:σχήμα|γράφημα)|αυτός ο πίνακας|(?:ten wykres|ta tabela|ten rysunek)|(?:tento graf"
    r"|tato tabulka|tento obrázek)|(?:本|此|该)(?:图|表)|この(?:図|表))(?!\w)|\W*(?:notes|anmerkungen|remarques|notas"
    r"|opmerkingen|примечания|σημειώσεις|uwagi|poznámky|注释)\s*[:：]",
    re.IGNORECASE,
)


def is_caption(paragraph: str) -> bool:
    """Return whether a whole paragraph belongs to a table or a drawing: its title, or how it is to be read."""
    return bool(_OF_A_DRAWING.match(paragraph) or re.match(APPARATUS["a caption"][""], paragraph, re.IGNORECASE))


def is_list_of_names(text: str) -> bool:
    """Return whether it is a run of people's names, as authors stand above a paper: capitalised words only."""
    words = re.findall(r"[^\W\d_][\w'’.-]*", text)
    names = [word for word in words if not _NAME_PART.match(word)]
    return (
        len(names) >= 2
        and not re.search(r"[.!?:;] |\d", re.sub(r"\b\w\. ", "", text))
        and all(word[0].isupper() and (len(word) < 3 or not word.isupper()) for word in names)
    )
