"""Footnotes, legends, notes to authors and damaged sentences give no facts."""

import pytest

from pipeline_core.adapters.facts.debris import is_debris
from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.ports.fact_generator import ChunkInput


def said(text: str, language: str | None = None) -> list[str]:
    return [fact.statement for fact in extract(ChunkInput(text, (), language=language), 20).candidates]


@pytest.mark.parametrize(
    "text",
    [
        "12 Among the boats of the harbour, nine were sold.",
        "3 Siehe dazu den Bericht des Hafens.",
        "7 Selon le port, neuf bateaux furent vendus.",
        "4 Según el puerto, se vendieron nueve barcos.",
        "[9] See the report of the harbour.",
        "† This includes the boats that were sold.",
        "For small harbours ( = 50 boats), the fee is $9.",
        "The fee is lower for small harbours ( ≤ 50).",
        "The fee of at small harbours is $9.",
        "The fee is $9; • the second part is due in May.",
        "Not available: fees in euros are not shown before 2014.",
        "Keine Angabe: Gebühren vor 2014 sind nicht gezeigt.",
        "The paper should be between 250 and 1000 words.",
        "Authors submitting longer texts are asked to cut them.",
        "Das Manuskript soll höchstens 1000 Wörter haben.",
        "Les auteurs doivent joindre un résumé.",
        "Los autores deben incluir un resumen.",
    ],
)
def test_it_is_debris(text: str) -> None:
    assert is_debris(text)
    assert said(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "12 Member States reported the number of boats.",
        "Nine boats (≤ 50 t) were sold in May.",
        "The fee is due for at least two boats.",
        "A paper filter must be changed each month.",
        "Small harbours of at most 50 boats pay $9.",
    ],
)
def test_it_is_none(text: str) -> None:
    assert not is_debris(text)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Sales of sails were Ffr. 6.0 billion in the year 1997. The fee is $9 for a boat.", "Ffr. 6.0 billion"),
        ("Der Umsatz mit Segeln war Mio. 6,0 im Jahr 1997. Die Gebühr ist 9 Euro für ein Boot.", "Mio. 6,0"),
        (
            "The harbour.boats.Boat class of the library is required for each fee. The fee is $9.",
            "harbour.boats.Boat class of",
        ),
        (
            "Les ventes de voiles furent de env. 6,0 millions en 1997. La taxe est de 9 euros.",
            "env. 6,0 millions en 1997.",
        ),
    ],
)
def test_a_sentence_is_not_cut_at_an_abbreviation_or_within_a_name(text: str, whole: str) -> None:
    assert any(whole in one for one in said(text))


def test_a_footnote_between_the_parts_of_an_item_is_no_item_and_the_item_gets_no_stop() -> None:
    items = "- the fees were paid late by boats\n- the owners of the four main\n51. Rule N. 9, May.\n"
    text = f"The harbour found:\n\n{items}\nboats paid nothing.\n"
    statements = said(text)
    assert any("fees were paid late" in one for one in statements)
    assert not any("Rule N." in one or one.endswith("four main.") for one in statements)


def test_what_came_out_of_its_order_gives_nothing_and_says_why() -> None:
    made = extract(ChunkInput("- يجب على اأعضاء دفع 500 ريال كل سنة.\n\n| ا | ب |\n|---|---|\n| ج | 5 |\n", ()), 20)
    assert (made.candidates, made.reason) == ((), "its words came out of their order")
