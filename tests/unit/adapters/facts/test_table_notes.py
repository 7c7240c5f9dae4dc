"""Notes below a table, said with the cells that bear their marks, and quoted as evidence."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.domain.facts import FactCandidate
from pipeline_core.ports.fact_generator import ChunkInput


def rows(markdown: str, after: str = "") -> tuple[FactCandidate, ...]:
    found = extract(ChunkInput(markdown, (), table_after=after), 0).candidates
    return tuple(one for one in found if one.traits.get("row"))


def table(cells: str, *notes: str) -> str:
    head, *body = [f"| {line} |" for line in cells.split("\n")]
    lines = [head, "|" + "---|" * (head.count("|") - 1), *body]
    return "\n".join(lines) + "\n\n" + "\n\n".join(notes) + "\n"


@pytest.mark.parametrize(
    ("cells", "notes", "said"),
    [
        ("Boat | Fee (€)\nYawl | 9\nKetch* | 12", ["\\* per season"], "Ketch (per season) – Fee (€): 12"),
        ("Boat | Fee (€)\nYawl | 9\nKetch* | 12", ["* per season"], "Ketch (per season) – Fee (€): 12"),
        ("Boot | Gebühr\nJolle | 9 €\nKutter¹ | 12 €", ["¹ Nur im Winter."], "Kutter (Nur im Winter) – Gebühr: 12 €"),
        ("Bateau | Prix\nYole | 9 €\nCotre | 12 €²", ["² Hors taxe."], "Cotre – Prix: 12 € (Hors taxe)"),
        ("Båt | Avgift\nEka | 9 kr\nKutter (2) | 12 kr", ["(2) Gäller inte barn."],
         "Kutter (Gäller inte barn) – Avgift: 12 kr"),
        ("Barco | Precio\nBote | 9 €\nYate a) | 12 €", ["a) Sin impuestos."], "Yate (Sin impuestos) – Precio: 12 €"),
        ("Лодка | Цена\nЯл | 9 €\nБот<sup>1</sup> | 12 €", ["<sup>1</sup> Без учёта налога."],
         "Бот (Без учёта налога) – Цена: 12 €"),
        ("船 | 料金\n小舟 | 9 €\n帆船※ | 12 €", ["※ 税抜き"], "帆船 (税抜き) – 料金: 12 €"),
        ("Port | Depth¹\nKiel | 9 m\nUlm | 3 m", ["¹ At low tide."], "Ulm – Depth (At low tide): 3 m"),
        # behind a digit the mark stays: with its digit the text has another number
        ("Port | Boats | Crews\nKiel | 9 | 2\nUlm | 38¹ | 3", ["¹ Without rafts."],
         "Ulm – Boats: 38¹ (Without rafts); Crews: 3"),
        # two notes in a line
        ("Port | Low | High\nKiel* | 9 | 8\nUlm | 3** | 4", ["* Closed in May. ** Measured twice."],
         "Ulm – Low: 3 (Measured twice); High: 4"),
        # a note with a label behind it, and one that is too long for a name
        ("Port | Low | High\nKiel | 9 | 8\nUlm** | 3 | 4", ["** Sur demande. Source : le port."],
         "Ulm (Sur demande) – Low: 3; High: 4"),
        ("Port | Low | High\nKiel | 9 | 8\nUlm* | 3 | 4", [f"* Closed {'in May and ' * 10}in June."],
         f"Ulm – Low: 3; High: 4 (Closed {'in May and ' * 10}in June)"),
        # a mark without a note, a power, what is called by a letter
        ("Port | Boats\nKiel | 9\nUlm* | 3", ["Boats are counted in May."], "Ulm – Boats: 3"),
        ("Port | Area\nKiel | 9 m²\nUlm | 3 m²", ["² At low tide."], "Ulm – Area: 3 m²"),
        # signs that stand for values or behind them
        ("Land | 2021 | 2022\nMalta | 9.1 | 8.2\nPeru | 7.0 b | 6.1", ["b = break in series; e = estimate"],
         "Peru – 2021: 7.0 (break in series); 2022: 6.1"),
        ("Land | 2021 | 2022\nMalta | 9.1 | 8.2\nPeru | : | 6.1", [": = not available"], "Peru – 2022: 6.1"),
        ("Schule | Jungen | Mädchen\nOst | 9 | 8\nWest | x | 6", ["x: wegen geringer Zahl gesperrt"],
         "West – Jungen: wegen geringer Zahl gesperrt; Mädchen: 6"),
        ("Land | 2021 | 2022\nMalta | 9.1 | 8.2\nPeru | .. | 6.1", [], "Peru – 2022: 6.1"),
    ],
)  # fmt: skip
def test_a_note_is_said_where_its_mark_stands(cells: str, notes: list[str], said: str) -> None:
    assert rows(table(cells, *notes))[-1].statement == said


def test_the_note_is_quoted_with_the_row_that_it_belongs_to() -> None:
    first, second = rows(table("Boat | Fee\nYawl | 9 €\nKetch¹ | 12 €", "¹ From 3 boats on."))
    assert [around.quote for around in first.around] == ["| Boat | Fee |"]
    assert [around.quote for around in second.around] == ["| Boat | Fee |", "¹ From 3 boats on."]
    assert second.statement == "Ketch (From 3 boats on) – Fee: 12 €"


def test_a_note_in_the_next_chunk_is_said_as_well() -> None:
    last = rows(table("Boat | Fee\nYawl | 9 €\nKetch* | 12 €").rstrip(), after="\\* per season")[-1]
    assert last.statement == "Ketch (per season) – Fee: 12 €"
    assert [(around.quote, around.below) for around in last.around][-1] == ("\\* per season", True)


@pytest.mark.parametrize(
    ("above", "said"),
    [
        ("Fees in EUR per season, unless stated otherwise.", "Fees in EUR per season, unless stated otherwise"),
        ("Belopp i Mkr om inte annat anges.", "Belopp i Mkr om inte annat anges"),
        ("Beløb i mio. kr.", "Beløb i mio. kr"),
        ("Alle Maße in mm", "Alle Maße in mm"),
        ("Kwoty w tys. zł, bez podatku.", "Kwoty w tys. zł, bez podatku"),
        ("Цены в рублях", "Цены в рублях"),
        ("(thousand EUR)", "thousand EUR"),
        ("[USD million]", "USD million"),
        ("(Mio. €)", "Mio. €"),
    ],
)
def test_the_unit_in_words_above_a_table_is_said_with_its_figures(above: str, said: str) -> None:
    markdown = f"# Boats\n\nMuch of it is bought by few people of the town.\n\n{above}\n\n"
    last = rows(markdown + table("Port | 2021 | 2022\nKiel | 9 | 8\nUlm | 7 | 6"))[-1]
    assert last.statement == f"Boats: Ulm – 2021: 7; 2022: 6 ({said})"
    assert said in " ".join(around.quote for around in last.around)


@pytest.mark.parametrize("above", ["Boats were counted in May.", "Sales rose in Kiel", "Prices in the harbour"])
def test_a_line_without_a_unit_gives_none(above: str) -> None:
    markdown = f"# Boats\n\nMuch of it is bought by few people of the town.\n\n{above}\n\n"
    last = rows(markdown + table("Port | 2021 | 2022\nKiel | 9 | 8\nUlm | 7 | 6"))[-1]
    assert last.statement.endswith("Ulm – 2021: 7; 2022: 6")


@pytest.mark.parametrize(
    ("below", "said"),
    [
        ("Note: excludes rafts of guests.", "Ulm – 2021: 7; 2022: 6 (excludes rafts of guests)"),
        ("Hinweis: ohne Boote von Gästen", "Ulm – 2021: 7; 2022: 6 (ohne Boote von Gästen)"),
        ("* Closed. Remarque : eau comprise.", "Ulm – 2021: 7; 2022: 6 (eau comprise)"),
        ("Source: harbour office", "Ulm – 2021: 7; 2022: 6"),
        ("Note: a = low; b = high", "Ulm – 2021: 7; 2022: 6"),
    ],
)
def test_a_short_note_of_the_whole_table_is_said_with_each_row(below: str, said: str) -> None:
    found = [row.statement for row in rows(table("Port | 2021 | 2022\nKiel | 9 | 8\nUlm | 7 | 6", below))]
    assert [one for one in found if " – " in one][-1] == said


@pytest.mark.parametrize(
    ("above", "cells", "below"),
    [
        ("(1) Members pay in May.", "Berth | Fee\nRaft | 9 €\nYawls (2) | 12 €", ["(2) Nobody pays twice."]),
        ("", "Posten | Betrag\nMiete | 9 €\nPlätze (2) | 12 €", ["(2) Sie ist fällig.", "(3) Sie wird geprüft."]),
        ("", "Boat | Fee\nYawl | 9 €\nKetch* | 12 €", ["*   Bring a rope.\n*   Bring a lamp."]),
        ("", "Tool | Speed\nOurs | 9 m\nTheirs [1] | 12 m", ["[1] Lee, Tools, 2001.", "[2] Roe, Boats, 2004."]),
    ],
)
def test_numbers_of_paragraphs_are_no_marks_of_notes(above: str, cells: str, below: list[str]) -> None:
    said = [row.statement for row in rows(f"{above}\n\n{table(cells, *below)}") if " – " in row.statement]
    assert len(said) == 2
    assert not any(below[0][4:-1] in row for row in said)


def test_a_unit_that_was_joined_to_the_paragraph_above_is_said() -> None:
    text = "# Boats\n\nThe harbour is open in any weather. Prices in EUR, VAT included.\n\n"
    last = rows(text + table("Port | 2021 | 2022\nKiel | 9 | 8\nUlm | 7 | 6"))[-1]
    assert last.statement == "Boats: Ulm – 2021: 7; 2022: 6 (Prices in EUR, VAT included)"
    assert "Prices in EUR, VAT included." in [around.quote for around in last.around]
