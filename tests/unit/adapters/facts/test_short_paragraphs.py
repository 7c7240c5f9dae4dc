"""Short plain paragraphs of leaflets and rules of a house, and entries of glossaries."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.ports.fact_generator import ChunkInput


def said(markdown: str, language: str) -> list[str]:
    return [fact.statement for fact in extract(ChunkInput(markdown, (), language=language), 6).candidates]


@pytest.mark.parametrize(
    ("language", "title", "rules"),
    [
        ("en", "Rowing hall", ["Guests under ten row free.", "No cats.", "Tea from 3 to 5 pm.", "Keep below 8 °C."]),
        ("de", "Ruderhalle", ["Keine Katzen.", "Essen verboten.", "Tee von 15 bis 17 Uhr.", "Unter 8 °C lagern."]),
        ("fr", "Salle d'aviron", ["Chats interdits.", "Thé de 15 h à 17 h.", "Conserver à moins de 8 °C."]),
        ("es", "Sala de remo", ["Prohibido comer.", "Té de 15 a 17 h.", "Conservar por debajo de 8 °C."]),
        ("it", "Sala", ["Vietato mangiare.", "Tè dalle 15 alle 17.", "Conservare sotto 8 °C."]),
        ("nl", "Roeihal", ["Geen katten.", "Verboden te eten.", "Thee van 15 tot 17 uur."]),
        ("ru", "Зал", ["Есть запрещено.", "Чай с 15 до 17 часов.", "Хранить при 8 °C."]),
        ("pl", "Hala", ["Jedzenie zabronione.", "Herbata od 15 do 17.", "Temperatura do 8 °C."]),
    ],
)
def test_each_short_rule_is_said_with_its_place(language: str, title: str, rules: list[str]) -> None:
    text = f"# {title}\n\n" + "\n\n".join(rules) + "\n"
    assert said(text, language) == [f"{title}: {rule}" for rule in rules]


def test_all_rules_of_a_sheet_are_said() -> None:
    rules = [f"Boat {number} takes {number} rowers." for number in range(2, 20)]
    assert len(said("# Rowing hall\n\n" + "\n\n".join(rules), "en")) == len(rules)


def test_slogans_and_links_beside_them_are_none() -> None:
    lines = ["No cats.", "Click here.", "Welcome to 2 floors of fun!", "Feel the water.", "Max. 4 in a boat."]
    text = "# Rowing hall\n\n" + "\n\n".join(lines)
    assert said(text, "en") == ["Rowing hall: No cats.", "Rowing hall: Max. 4 in a boat."]


def test_a_short_paragraph_among_long_ones_is_none() -> None:
    long = "The hall that the town built by the river in the years after the flood is open to all who can swim well."
    assert "Rowing hall: No cats." not in said(f"# Rowing hall\n\n{long}\n\nNo cats.\n\n{long}\n", "en")


@pytest.mark.parametrize(
    ("language", "markdown", "statement"),
    [
        ("en", "**Oar**: The long blade that moves a boat.", "Oar: The long blade that moves a boat."),
        ("en", "**Bow** – the front end of a boat.", "Bow – the front end of a boat."),
        ("en", "**Stern:** the back end of a boat.", "Stern: the back end of a boat."),
        ("en", "Hull\n: The part of a boat below its deck.", "Hull: The part of a boat below its deck."),
        ("en", "Cox — the one who steers a boat.\n\nCrew — all who row a boat.", "Cox — the one who steers a boat."),
        ("de", "**Bug**: das vordere Ende eines Bootes.", "Bug: das vordere Ende eines Bootes."),
        ("fr", "**Proue** – la partie avant d'un bateau.", "Proue – la partie avant d'un bateau."),
        ("ru", "Корма\n: Задняя часть любого судна.", "Корма: Задняя часть любого судна."),
        ("ar", "**المجداف**: عود خشبي طويل يحرك القارب.", "المجداف: عود خشبي طويل يحرك القارب."),
        ("zh", "**船头**：船只最前面的尖形部分。", "船头：船只最前面的尖形部分。"),
    ],
)
def test_entries_of_a_glossary(language: str, markdown: str, statement: str) -> None:
    assert statement in said(f"# Glossary\n\n{markdown}\n", language)


@pytest.mark.parametrize("markdown", ["**Note**: the front end of a boat.", "Result: the front end of a boat"])
def test_what_is_no_entry(markdown: str) -> None:
    assert said(f"# Glossary\n\n{markdown}\n", "en") == []
