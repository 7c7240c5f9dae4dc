"""What is looked for only where it may be is found as if it were looked for everywhere."""

import math
import pickle
import re
import unicodedata
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.adapters.facts.ids import _ID, _is_id, spans_of_ids
from pipeline_core.adapters.facts.scope import _MID_CAPITAL, known_names
from pipeline_core.adapters.facts.sentences import _FOOTNOTE_MARK, without_footnote_marks
from pipeline_core.adapters.facts.worth import _COMPILED, traits_of
from pipeline_core.domain import same_words, wording_traits
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.confidence import KINDS, TRAITS
from pipeline_core.domain.confidence_model import (
    _LEAST_EFFECT,
    Confidence,
    Reason,
    _seen_of,
    confidence_of,
    features_of,
)
from pipeline_core.domain.confidence_weights import INTERCEPT, WEIGHTS
from pipeline_core.domain.facts import (
    Around,
    ChunkOutcome,
    ChunkResult,
    Evidence,
    Fact,
    FactCandidate,
    Generated,
    MatchKind,
    Usage,
)
from pipeline_core.domain.ids import ChunkId, QuestionId
from pipeline_core.domain.staging import MatchKey
from pipeline_core.domain.statement_traits import (
    _WORD,
    _WORDS_IN_A_LETTER,
    _has_capital,
    _share,
    _share_of_digits,
    count_words,
)
from pipeline_core.domain.unreadable import _LEFTOVERS, unreadable
from pipeline_core.duplicates.signatures import ascii_signature, ascii_trigrams, signature

_SAID = """
the The must may not we our this it also next table Table 3 § 12 % $5 5 kg USD eur 3-5 -x (2019) [3] <= -> +/- per cent
PerCent ?? ??? (cid:12) /uni00AB \x07 \x1c \x7f &#65; REQ-1: R5 [A-1] 5.2.1 Ada ada_x xada Größe größe ¹ word¹ 漢字 soll
muss für example beispiel und Wort, What'S 3:4 5" 6' .NET * 2*3 !ready ( ) ' \u2013 - a. z
"""
WORDS = _SAID.split()
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*WORDS, "\n"]), max_size=14).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=8).map("".join),
)


@given(TEXTS)
def test_signs_that_carry_meaning(text: str) -> None:
    quick = same_words.strict_form(text)
    signs = same_words._SIGNS
    try:
        same_words._SIGNS = tuple((("",), pattern, sign) for _, pattern, sign in signs)  # type: ignore[assignment]
        assert quick == same_words.strict_form(text)
    finally:
        same_words._SIGNS = signs


@given(TEXTS)
def test_flags_of_the_wording(text: str) -> None:
    seen = wording_traits.wording_traits(text)
    assert seen["refers"] == bool(wording_traits._REFERS._pattern.search(text))
    assert seen["compares"] == bool(wording_traits._COMPARES._pattern.search(text))
    assert seen["cites"] == bool(wording_traits._CITES.search(text))
    assert seen["measure"] == bool(wording_traits._MEASURES.search(text))


@given(TEXTS, st.sampled_from(["en", "de", "fr", "zh", "ru", "tr", "xx", ""]))
def test_traits_of_a_sentence(text: str, language: str) -> None:
    slow = {
        trait: float(table[language].search(text) is not None)
        for trait, table in _COMPILED.items()
        if language in table
    }
    assert traits_of(text, language) == slow
    assert [*traits_of(text, language)] == [*slow]


@given(TEXTS.map(lambda text: text.encode("ascii", "ignore").decode().replace("&#", "")))
def test_unreadable_characters_of_ascii(text: str) -> None:
    lost = {char for char in text if unicodedata.category(char) in {"Cc", "Co", "Cs", "Cn"} and not char.isspace()}
    of_patterns = sum(len(match[0]) for pattern in _LEFTOVERS for match in pattern.finditer(text))
    assert unreadable(text) == sum(map(text.count, lost)) + of_patterns


@given(TEXTS)
def test_words_are_counted(text: str) -> None:
    worth = round(sum(worth * len(script.findall(text)) for worth, script in _WORDS_IN_A_LETTER))
    assert count_words(text) == max(len(_WORD.findall(text)), worth)


@given(TEXTS)
def test_digits_and_capitals(text: str) -> None:
    assert _share_of_digits(text) == _share(sum(map(str.isdigit, text)), sum(map(str.isalnum, text)))
    assert _has_capital(text) == any(map(str.isupper, text))


@given(TEXTS | st.text(st.characters(max_codepoint=127)))
def test_words_and_signs_apart(text: str) -> None:
    assert same_words._apart(text).split() == "".join(map(same_words._seen, text)).split()


@given(st.lists(st.sampled_from(["OK", "ALL", "IN", "CAPITALS", "Word", "small", "5", "ÄÖ", "ǅ", "漢字", "A"])))
def test_a_text_all_in_capitals(tokens: list[str]) -> None:
    words = [token for token in tokens if len(token) > 1 and token.isalpha()]
    assert same_words._is_shouted(tokens) == (len(words) >= 4 and "".join(words).isupper())


@given(TEXTS.map(lambda text: text.encode("ascii", "ignore").decode()))
def test_signatures_of_ascii(text: str) -> None:
    padded = [f"  {word} " for word in re.findall("[a-z0-9]+", text.lower())]
    trigrams = {word[at : at + 3] for word in padded for at in range(len(word) - 2)}
    assert ascii_trigrams(text) == trigrams
    assert ascii_signature(text) == (len(trigrams), signature(trigrams))


@given(st.dictionaries(st.sampled_from([*TRAITS, *KINDS]), st.sampled_from([0.0, 1.0]) | st.floats(-2, 80)))
def test_a_confidence_is_the_sum_of_its_features(traits: dict[str, float]) -> None:
    features = features_of(traits)
    effects = {name: weight * (features[name] - mean) for name, (weight, mean) in WEIGHTS.items() if name in features}
    seen = {one.name: one for one in _seen_of(traits) if one.name in effects}
    log_odds = sum((effects[name] for name in seen), INTERCEPT)
    found = confidence_of(traits)
    assert found.value == round(min(0.99, max(0.01, 1 / (1 + math.exp(-log_odds)))), 3)
    strongest = sorted(seen.values(), key=lambda one: -abs(effects[one.name]))
    told: dict[str, Reason] = {}
    for one in strongest:
        trait, effect = TRAITS[one.trait], effects[one.name]
        is_high = (features[one.name] >= WEIGHTS[one.name][1]) == (one.tells == "high")
        words = trait.high if is_high else trait.low
        if words and abs(effect) >= _LEAST_EFFECT:
            told.setdefault(trait.name, Reason(trait.name, round(effect, 2), words))
    assert found.reasons == (*told.values(),)[:5]


@given(TEXTS)
def test_ids_at_the_beginning_of_lines(text: str) -> None:
    at_lines = (match for match in _ID.finditer(text) if text[match.start() - 1 : match.start()] in ("", "\n"))
    assert spans_of_ids(text) == [(match.start(), match.start("blank")) for match in at_lines if _is_id(match)]


@given(TEXTS)
def test_marks_of_footnotes(text: str) -> None:
    assert without_footnote_marks(text) == _FOOTNOTE_MARK.sub("", text)


@given(TEXTS)
def test_names_that_are_never_written_small(text: str) -> None:
    names = frozenset(_MID_CAPITAL.findall(text))
    small = {name for name in names if re.search(rf"(?<!\w){re.escape(name.lower())}(?!\w)", text)}
    assert known_names(text, "en") == names - small


_EVIDENCE = Evidence("a quote", 3, 10, 2, match=MatchKind.NORMALIZED)
_CHUNK = ChunkId(uuid4())
_FACT = Fact(
    QuestionId(uuid4()), "Why?", "So.", "It is so.", (_EVIDENCE,), traits={"item": 1.0},
    confidence=Confidence(0.5, (Reason("item", 0.1, "an item"),)),
)  # fmt: skip
_CANDIDATE = FactCandidate(None, None, "It is so.", ("a quote",), {"item": 1.0}, 3, (Around("Head", 1, heading=True),))


@pytest.mark.parametrize(
    "record",
    [
        _EVIDENCE,
        _FACT,
        _CANDIDATE,
        Generated((_CANDIDATE,), "a reason", Usage(1, 2, 0.5, 1)),
        ChunkResult(ChunkOutcome.FACTS, (_FACT,), None, 1, True, Usage(1), "key"),
        Chunk(_CHUNK, 0, "text", ("Head",), 1, 2, 0, 4, 1, "ab"),
        MatchKey("text", "ab", 3, b"\x01", "en"),
    ],
)
def test_a_record_is_the_same_behind_its_pickle(record: object) -> None:
    assert pickle.loads(pickle.dumps(record)) == record
