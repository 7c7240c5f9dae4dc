"""What begins with a definite thing is said with the sentence or the heading that tells which one, in any language."""

import pytest

from pipeline_core.adapters.facts.definite import bare_definite, resumes
from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.ports.fact_generator import ChunkInput

RESUMED = [
    ("en", "In May the council adopted a new Harbour Plan.", "The plan lays out the fees of all ports."),
    ("de", "Der Rat hat im Mai einen neuen Hafenplan beschlossen.", "Der Hafenplan nennt die Gebühren."),
    ("fr", "Le conseil a adopté en mai un plan du port.", "Le plan prévoit des taxes."),
    ("es", "En mayo se aprobó un plan portuario.", "El plan incluye las tasas."),
    ("it", "A maggio è stato approvato un piano del porto.", "Il piano prevede tasse."),
    ("pt", "Em maio aprovou-se um plano do porto.", "O plano prevê taxas."),
    ("nl", "In mei nam de raad een havenplan aan.", "Het havenplan noemt de kosten."),
    ("el", "Τον Μάιο εγκρίθηκε ένα σχέδιο λιμένα.", "Το σχέδιο προβλέπει τέλη."),
]


@pytest.mark.parametrize(("language", "before", "sentence"), RESUMED)
def test_a_thing_that_the_sentence_before_named_is_seen(language: str, before: str, sentence: str) -> None:
    assert resumes(sentence, before, language)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The fee for yachts is low."),
        ("en", "The owner of a boat pays."),
        ("en", "The Bergen harbour is closed."),
        ("en", "The XML parser reads ports."),
        ("de", "Der Hafen von Kiel ist zu."),
        ("de", "Der Hamburger Hafenplan nennt Gebühren."),
        ("fr", "Les ports ferment en hiver."),
        ("fr", "Le port de Brest est fermé."),
        ("es", "Los puertos cierran en invierno."),
        ("ru", "Порт закрыт зимой."),
        ("xx", "The harbour is closed."),
    ],
)
def test_a_thing_that_is_named_or_said_of_all_is_not_bare(language: str, sentence: str) -> None:
    assert not bare_definite(sentence, language)


def test_what_goes_on_with_the_same_thing_resumes_nothing() -> None:
    assert not resumes("The harbour has a crane.", "The harbour is open all year.", "en")


def _facts(text: str, *path: str) -> list[str]:
    return [fact.statement for fact in extract(ChunkInput(text, path, language="en"), 5).candidates]


def test_it_is_said_with_the_sentence_that_names_it() -> None:
    first, second = "In May the council adopted a new Harbour Plan.", "The plan contains the fees of all berths."
    assert _facts(f"{first} {second}") == [f"{first} {second}"]


def test_rules_are_said_one_by_one() -> None:
    first, second = "In May the council adopted a new Harbour Plan.", "The plan must be read by all captains."
    assert _facts(f"{first} {second}") == [first, second]


def test_it_is_said_with_a_heading_of_which_it_has_a_word() -> None:
    said = _facts("The plan covers every berth and all of the cranes in town.", "Harbour Plan of Bergen")
    assert said == ["Harbour Plan of Bergen: The plan covers every berth and all of the cranes in town."]


def test_where_nothing_tells_which_one_it_is_a_trait() -> None:
    [fact] = extract(ChunkInput("The gear can lift boats from the basin to the quay.", (), language="en"), 5).candidates
    assert fact.traits["bare_definite"] == 1.0
