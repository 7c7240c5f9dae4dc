"""How sure a fact is, and what becomes of it."""

from collections import Counter
from uuid import UUID

import pytest

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.confidence import (
    KINDS,
    SAID_BY_GENERATORS,
    SAYING_NOTHING_OF,
    SEEN_BY_THE_STAGE,
    TRAITS,
    unknown_traits,
)
from pipeline_core.domain.confidence_model import FEATURES, MOST_REASONS, confidence_of, features_of, in_words
from pipeline_core.domain.confidence_weights import WEIGHTS
from pipeline_core.domain.errors import ConfigurationError, RefusedError
from pipeline_core.domain.facts import ChunkOutcome, ChunkResult, FactCandidate, Generated
from pipeline_core.domain.ids import ChunkId
from pipeline_core.domain.policy import Policy
from pipeline_core.domain.statement_traits import statement_traits
from pipeline_core.domain.wished import Wished
from pipeline_core.settings import load_settings
from pipeline_core.stages.judging import judge

GOOD = {"prose": 1.0, "sentence_whole": 1.0, "leans": 0.0, "words": 14.0, "begins_well": 1.0, "ends_well": 1.0}


def test_a_trait_has_one_row_and_a_reason_in_words() -> None:
    rows = [*SAID_BY_GENERATORS, *SEEN_BY_THE_STAGE]
    assert {name for name, times in Counter(row.name for row in rows).items() if times > 1} == set()
    assert [row.name for row in rows if not (row.meaning and row.high)] == []
    assert set(KINDS) < set(TRAITS)


def test_names_that_are_no_traits_are_told() -> None:
    assert unknown_traits(["words", "wrods", "row"]) == ["wrods"]


def test_a_chunk_whose_generator_says_traits_that_nobody_knows_has_failed() -> None:
    text = "The valve opens at 3 bar."
    chunk = Chunk(ChunkId(UUID(int=1)), 0, text, (), 1, 1, 0, len(text), 0, "")

    def judged(**traits: float) -> ChunkResult:
        answer = Generated((FactCandidate(None, None, text, (text,), traits),))
        return judge(chunk, answer, cached=False, prove=lambda *_: (1, ()), echo_from=0.9, missing=())

    assert judged(prose=1.0).outcome is ChunkOutcome.FACTS
    failed = judged(prose=1.0, wrods=5.0)
    assert (failed.outcome, failed.facts) == (ChunkOutcome.FAILED, ())
    assert failed.reason == "The generator says traits that nobody knows: wrods."


def test_a_weight_is_of_a_feature_of_a_trait() -> None:
    assert WEIGHTS.keys() <= {feature.name for feature in FEATURES}
    assert {feature.trait for feature in FEATURES} == set(TRAITS)


@pytest.mark.parametrize(
    "against",
    [
        pytest.param({"leans": 1.0}, id="leans on the sentence before"),
        pytest.param({"sentence_whole": 0.0, "ends_well": 0.0}, id="cut at its end"),
        pytest.param({"sentence_whole": 0.0, "begins_well": 0.0}, id="cut at its beginning"),
        pytest.param({"ocr_doubt": 0.6}, id="a page that was hard to read"),
        pytest.param({"scattered": 1.0}, id="not in one piece on its page"),
        pytest.param({"logprob": -2.0}, id="the model was not sure"),
        pytest.param({"words": 2.0}, id="two words"),
    ],
)
def test_what_speaks_against_a_fact_lowers_it_and_is_a_reason(against: dict[str, float]) -> None:
    good, worse = confidence_of(GOOD), confidence_of({**GOOD, **against})
    assert worse.value < good.value
    blamed = {reason.trait for reason in worse.reasons if reason.effect < 0}
    assert blamed & against.keys()


def test_a_trait_that_nobody_said_changes_nothing() -> None:
    assert confidence_of({**GOOD, "no such": 1.0}) == confidence_of(GOOD)
    assert features_of({}) == {}
    assert confidence_of({}).reasons == ()


def test_reasons_are_few_and_the_strongest_come_first() -> None:
    every = dict.fromkeys(TRAITS, 1.0)
    effects = [abs(reason.effect) for reason in confidence_of(every).reasons]
    assert effects == sorted(effects, reverse=True)
    assert len(effects) <= MOST_REASONS


def test_a_confidence_in_words() -> None:
    reasons = [
        {"trait": "leans", "effect": -1.2, "words": "leans on the sentence before it"},
        {"trait": "words", "effect": 0.4, "words": "a long statement"},
    ]
    expected = "confidence 0.410 (for it: a long statement; against it: leans on the sentence before it)"
    assert in_words(0.41, reasons) == expected
    assert (in_words(0.495, []), in_words(0.5, []), in_words(None, None)) == (
        "confidence 0.495",
        "confidence 0.500",
        "",
    )


@pytest.mark.parametrize(
    ("statement", "quote", "seen"),
    [
        ("The fee is 3 EUR.", "The fee is 3 EUR.", {"prose": 1, "words": 5, "begins_well": 1, "ends_well": 1}),
        ("und die Gebühr beträgt", "und die Gebühr beträgt", {"prose": 1, "begins_well": 0, "ends_well": 0}),
        ("费用为三欧元。", "费用为三欧元。", {"words": 4, "begins_well": 1, "ends_well": 1}),
        ("„Wer kündigt, zahlt.“", "„Wer kündigt, zahlt.“", {"begins_well": 1, "ends_well": 1}),
        ("¿Qué cubre? Todo", "¿Qué cubre? Todo", {"begins_well": 1, "ends_well": 0}),
        ("Basic: 12; Plus: 20", "| Basic | 12 |", {"row": 1, "prose": 0}),
        ("It covers fire.", "- fire", {"item": 1}),
        ("Deductible: 500", "**Deductible:** 500", {"label": 1}),
        ("12 345 678", "12 345 678", {"digits": 1.0}),
        ("Prices: Kale – 3; Unit: kg", "| Kale | 3 | kg |", {"unnamed_cells": 0.5}),
        ("Kale: 3; 4; 5", "| Kale | 3 | 4 | 5 |", {"unnamed_cells": 1.0}),
        ("Kale – Price: 3; Weight: 2 kg", "| Kale | 3 | 2 kg |", {"unnamed_cells": 0.0}),
        ("The fee of ACME is due in May.", "", {"names": 1}),
        ("The fee is due after the third month.", "", {"names": 0, "definite": 1}),
        ("The ACME fee is due.", "", {"definite": 0}),
        ("L'application est libre de droits.", "", {"definite": 1}),
        ("A fee is due.", "", {"definite": 0}),
    ],
)
def test_what_is_seen_of_words_alone(statement: str, quote: str, seen: dict[str, float]) -> None:
    found = statement_traits(statement, quote, {})
    assert {name: found[name] for name in seen} == seen


def test_what_a_generator_says_goes_before_what_is_seen() -> None:
    found = statement_traits("Basic: 12", "| Basic | 12 |", {"label": 1.0, "words": 9.0})
    assert (found["label"], found["row"], found["words"]) == (1.0, 0.0, 9.0)


@pytest.mark.parametrize(
    ("wished", "policy"),
    [
        (Wished(), Policy(0.7, 0.7)),
        (Wished(publish_from=0.9), Policy(0.9, 0.9)),
        (Wished(ask_from=0.2), Policy(0.7, 0.2)),
        (Wished(publish_from=0.5, ask_from=0.1), Policy(0.5, 0.1)),
    ],
)
def test_an_upload_goes_before_the_settings(wished: Wished, policy: Policy) -> None:
    assert wished.over(Policy(0.7, 0.7)) == policy
    assert Wished.of_thresholds(wished.thresholds_json()) == wished


def test_a_lower_publish_from_takes_a_band_with_it() -> None:
    assert Wished(publish_from=0.2).over(Policy(0.7, 0.4)) == Policy(0.2, 0.2)
    assert Wished(publish_from=0.9).over(Policy(0.7, 0.4)) == Policy(0.9, 0.4)


@pytest.mark.parametrize(("publish_from", "ask_from"), [(0.5, 0.6), (1.1, 0.5), (0.5, -0.1)])
def test_what_is_no_policy_is_refused(publish_from: float, ask_from: float) -> None:
    with pytest.raises(RefusedError, match="not valid"):
        Policy(publish_from, ask_from)


@pytest.mark.parametrize(
    ("wished", "blamed", "option"),
    [
        (Wished(publish_from=1.5), "publish_from (1.5)", "--publish-from"),
        (Wished(publish_from=-0.1), "publish_from (-0.1)", "--publish-from"),
        (Wished(ask_from=1.5), "ask_from (1.5)", "--ask-from"),
    ],
)
def test_what_is_blamed_is_what_was_given(wished: Wished, blamed: str, option: str) -> None:
    with pytest.raises(RefusedError) as refused:
        wished.over(Policy(0.5, 0.5))
    assert refused.value.message.startswith(blamed)
    assert option in refused.value.what_to_do
    other = {"publish_from": "ask", "ask_from": "publish"}[blamed.split()[0]]
    assert other not in f"{refused.value.message} {refused.value.what_to_do}"


def test_the_band_is_asked_about_and_what_is_below_is_left_out() -> None:
    policy = Policy(0.8, 0.4)
    assert [policy.leaves_out(p) for p in (0.39, 0.4, 0.9, None)] == [True, False, False, False]
    assert [policy.asks(p) for p in (0.39, 0.4, 0.79, 0.8, None)] == [False, True, True, False, False]
    assert not any(Policy(0.6, 0.6).asks(p / 100) for p in range(101))


def test_settings_ask_from_what_they_publish_from_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOAD_PIPELINE_PUBLISH_FROM", "0.8")
    assert load_settings().policy == Policy(0.8, 0.8)
    monkeypatch.setenv("UPLOAD_PIPELINE_ASK_FROM", "0.3")
    assert load_settings().policy == Policy(0.8, 0.3)
    monkeypatch.setenv("UPLOAD_PIPELINE_ASK_FROM", "0.81")
    with pytest.raises(ConfigurationError, match=r"ASK_FROM=0\.81 is larger than .*PUBLISH_FROM=0\.8"):
        load_settings()


@pytest.mark.parametrize("statement", ["Kiel – Tons: 12; Crates: 3", "Rent – Price: $640 a month"])
def test_a_row_with_its_names_is_not_held_to_the_form_of_a_sentence(statement: str) -> None:
    """It is short, begins with no article and ends without a stop: so are the rows of every spreadsheet."""
    said = {"row": 1.0, "header_certain": 1.0, "key_named": 1.0, "unnamed_cells": 0.0, "empty_cells": 0.0}
    row = confidence_of({**statement_traits(statement, statement, said), **said, "sentence_whole": 0.0})
    assert row.value > load_settings().publish_from
    assert not {reason.trait for reason in row.reasons} & SAYING_NOTHING_OF["row"]
