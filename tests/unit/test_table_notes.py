"""Notes below a table, said with the cells that bear their marks, and quoted as evidence."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.domain.facts import FactCandidate
from pipeline_core.ports.fact_generator import ChunkInput


def rows(markdown: str, after: str = "") -> tuple[FactCandidate, ...]:
    return extract(ChunkInput(markdown, (), table_after=after), 0).candidates


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
