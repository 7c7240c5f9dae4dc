"""What goes on from a sentence is said with it, or with the heading of its section, in any language."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.adapters.facts.unexplained import continues
from pipeline_core.ports.fact_generator import ChunkInput

CONTINUING = {
    "en": "Pilots can also ask for a fee.",
    "de": "Lotsen können auch eine Gebühr verlangen.",
    "fr": "Les pilotes peuvent aussi demander une taxe.",
    "es": "Los pilotos también piden una tasa.",
    "it": "Anche i piloti chiedono una tassa.",
    "pt": "Os pilotos também pedem uma taxa.",
    "nl": "Loodsen vragen ook een vergoeding.",
    "id": "Pandu juga meminta biaya.",
    "ru": "Лоцманы также просят плату.",
    "el": "Οι πλοηγοί επίσης ζητούν τέλος.",
    "pl": "Piloci także pobierają opłatę.",
    "cs": "Lodivodi také žádají poplatek.",
    "zh": "引航员也可以收费。",
    "ja": "水先人も料金を求める。",
}


@pytest.mark.parametrize("language", CONTINUING)
def test_what_adds_to_something_goes_on(language: str) -> None:
    assert continues(CONTINUING[language], language)


@pytest.mark.parametrize(
    "sentence",
    [
        "Pilots ask for a fee.",
        "Both pilots and captains ask for a fee.",
        "Further education of pilots is free.",
        "Pilots who board a ship at night and leave it at the lock before dawn also pay.",
    ],
)
def test_what_adds_nothing_in_its_first_words_does_not(sentence: str) -> None:
    assert not continues(sentence, "en")
    assert not continues(sentence, "xx")


def _facts(text: str, *path: str) -> list[str]:
    return [fact.statement for fact in extract(ChunkInput(text, path, language="en"), 5).candidates]


FIRST, SECOND = "Captains can ask for a pilot at the lock.", "Pilots can also board at sea in calm weather."


def test_it_is_said_with_the_sentence_before_it() -> None:
    assert _facts(f"{FIRST} {SECOND}") == [f"{FIRST} {SECOND}"]


def test_alone_it_is_said_with_its_heading() -> None:
    assert _facts(SECOND, "Pilots on call") == [f"Pilots on call: {SECOND}"]
    [fact] = extract(ChunkInput(SECOND, (), language="en"), 5).candidates
    assert fact.traits["continues"] == 1.0


@pytest.mark.parametrize(
    "sentence", ["Opened a new lock for small boats in the northern bay.", "Added 3 berths for small boats in 2010."]
)
def test_a_deed_of_nobody_is_no_fact(sentence: str) -> None:
    assert not _facts(sentence)


def test_what_a_figure_shows_is_said_without_it() -> None:
    assert _facts("As shown in Figure 3, the bay is deeper in spring than in autumn.") == [
        "The bay is deeper in spring than in autumn."
    ]


def test_in_particular_leans_on_what_it_is_a_part_of() -> None:
    assert _facts("In particular the lock of Lund is closed to boats in winter.") == []
    whole = "Locks are closed to boats in winter. In particular the lock of Lund is closed from May."
    assert _facts(whole) == [whole]
