"""The quick identifier says what the slow one says."""

from functools import lru_cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from pipeline_core.domain.language_scores import QuickIdentifier
from pipeline_core.domain.languages import _NAMES, _SCRIPTS, _letters_by_script

LANGUAGES = ["en", "de", "fr", "es", "pt", "ru", "uk", "ar", "fa", "hi", "zh", "ja", "el", "tr"]
SAID = [
    "the",
    "and",
    "der",
    "Straße",
    "größer",
    "l'été",
    "niño",
    "não",
    "это",
    "їжа",
    "مرحبا",
    "नमस्ते",
    "漢字",
    "ı",
    "3.14",
    "🙂",
]


@lru_cache(maxsize=1)
def identifiers() -> tuple[Any, Any]:
    slow = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    slow.set_languages(LANGUAGES)
    return slow, QuickIdentifier.of(LANGUAGES)


@given(st.one_of(st.text(), st.lists(st.sampled_from(SAID), max_size=60).map(" ".join)))
def test_scores_are_the_same_to_the_last_bit(text: str) -> None:
    slow, quick = identifiers()
    assert quick.classify(text) == slow.classify(text)
    assert quick.rank(text) == slow.rank(text)


@given(st.text())
def test_letters_are_counted_by_script(text: str) -> None:
    assert _letters_by_script(text) == {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS}
    assert list(_letters_by_script(text)) == list(_NAMES)
