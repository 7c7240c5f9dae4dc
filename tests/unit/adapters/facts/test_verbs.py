"""Verbs of English sentences: known by what stands around them, and left to the confidence where they are not."""

import pytest

from pipeline_core.adapters.facts.english import has_finite_verb
from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.domain.confidence_model import confidence_of
from pipeline_core.domain.facts import FactCandidate
from pipeline_core.domain.statement_traits import statement_traits
from pipeline_core.ports.fact_generator import ChunkInput


def facts(text: str, language: str = "en") -> list[FactCandidate]:
    return list(extract(ChunkInput(text, (), language=language), 8).candidates)


@pytest.mark.parametrize(
    "sentence",
    [
        # whatever verb it is: in -s, with an object or an amount behind it
        "Hot steam melts the wax in the filter.",
        "The main spring weighs 40 grams.",
        "The gate locks automatically.",
        # behind a relative clause whose verb nobody knows
        "A tenant who sublets without consent must leave within a month.",
        "Guests who check in after midnight shall ring the bell.",
        "Anyone who moors here without a ticket pays a fee.",
        "Rowers who have not been weighed may not start.",
    ],
)
def test_a_verb_is_known_by_its_place(sentence: str) -> None:
    assert has_finite_verb(sentence.split())


@pytest.mark.parametrize(
    "words", ["Losses caused by war or by neglect.", "The boats that pass the second lock.", "Fees for old members."]
)
def test_words_without_a_verb(words: str) -> None:
    assert not has_finite_verb(words.split())


@pytest.mark.parametrize(
    ("sentence", "unseen"),
    [
        ("Swans mate on the east shore of the lake.", 1),
        ("Loosen the four bolts of the cover by hand.", 1),
        ("Losses caused by war or by neglect.", 1),
        ("The premium is payable on 1 May.", 0),
        # the label has no verb, and need not have one
        ("**Results:** Falls of the mast were seen in 38 % of the boats.", 0),
        ("CAUTION: Do not lift the mast by more than 25 cm.", 0),
    ],
)
def test_a_sentence_without_a_known_verb_is_the_confidences_to_judge(sentence: str, unseen: float) -> None:
    [fact] = facts(sentence)
    assert fact.traits["verb_unseen"] == unseen
    assert confidence_of(fact.traits).value == confidence_of({**fact.traits, "verb_unseen": 0.0}).value or unseen


def test_words_that_are_no_sentence_are_less_sure_than_the_sentence_they_are_of() -> None:
    values = []
    for said in ("Losses caused by war or by neglect.", "Losses are caused by war or by neglect."):
        [fact] = facts(said)
        values.append(confidence_of(statement_traits(fact.statement, said, fact.traits)).value)
    assert values[0] < values[1]
