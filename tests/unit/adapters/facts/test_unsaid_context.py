"""What says nothing without the text around it: examples below a mere line, phases, symbols, pieces of a sentence."""

from uuid import UUID

import pytest

from pipeline_core.adapters.facts.elsewhere import points_elsewhere
from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.adapters.facts.leaning import points_at_unsaid
from pipeline_core.adapters.facts.refusals import why_refused
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.ids import ChunkId
from pipeline_core.domain.lists import begins_in_list, list_at_end
from pipeline_core.domain.unfinished import is_unfinished_at_end
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.stages.chunk_inputs import chunk_inputs


def said(text: str, language: str | None = None, *, is_open: bool = False) -> list[str]:
    chunk = ChunkInput(text, ("Harbour",), language=language, sentence_is_open=is_open)
    return [fact.statement for fact in extract(chunk, 50).candidates]


@pytest.mark.parametrize(
    ("language", "line", "story"),
    [
        ("en", "Scenario #1", "The harbour office of Split lets every guest read the list of all berths."),
        ("en", "**Example attack scenario**", "The harbour office of Split lets every guest read the list of berths."),
        (
            "fr",
            "Exemple de scénario d'attaque",
            "Le port de Marseille permet à chaque client de lire les listes.",
        ),
        ("de", "Szenario 2:", "Das Hafenamt von Kiel erlaubt jedem Gast, die Liste aller Plätze zu lesen."),
        ("id", "Skenario #2", "Kantor pelabuhan Batam memungkinkan setiap tamu membaca daftar semua tempat sandar."),
    ],
)
def test_an_example_below_a_line_that_is_no_heading_gives_no_fact(language: str, line: str, story: str) -> None:
    assert said(f"{line}\n\n{story}\n", language) == []
    assert said(f"Tariffs\n\n{story}\n", language) != []
    # it ends with the next line that names something, or a question
    after = said(f"{line}\n\n{story}\n\nMooring fees?\n\nThe fee for one night is 40 euros in Split.\n", "en")
    assert after
    assert not any(story in statement for statement in after)


@pytest.mark.parametrize("heading", ["السيناريو الاول:", "سناریوی دوم", "Zweites Szenario", "Primer escenario"])
def test_a_scenario_may_be_numbered_in_words(heading: str) -> None:
    assert (
        said(f"## {heading}\n\nThe harbour office of Split lets every guest read the list of all berths.\n", "en") == []
    )


def test_pieces_of_a_sentence_of_the_chunk_before_give_no_fact() -> None:
    pieces = "The berth is dry and clean.\n\nThe ropes of the yacht are tied to both piers.\n"
    assert said(pieces, "en") != []
    assert said(pieces, "en", is_open=True) == []


def test_the_stage_tells_where_a_sentence_is_open() -> None:
    texts = [
        "## Berths\n\nA berth is let when:\n\nIt is dry.\n\n",
        "The ropes are tied.\n\n",
        "## Fees\n\nThe fee is 4 euros.\n",
    ]
    chunks, start = [], 0
    for at, text in enumerate(texts):
        ends = start + len(text)
        chunk_id = ChunkId(UUID(int=at))
        chunks.append(Chunk(chunk_id, at, text, ("Berths",), 1, 1, start, ends, 5, ""))
        start = ends
    assert [chunk.sentence_is_open for chunk in chunk_inputs(chunks, 0)] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("Ein Platz wird vergeben, wenn:\n", True),
        ("A berth is let when:\n\n- it is dry\n", False),
        ("A berth is let when:\n\n## Fees\n", False),
        ("A berth is let.\n", False),
    ],
)
def test_a_heading_or_a_list_ends_it(text: str, is_open: bool) -> None:
    assert is_unfinished_at_end(text, before=False) is is_open


def test_phases_are_said_together_and_a_short_one_never_alone() -> None:
    lead = "The survey of the harbour has similar phases for all piers:\n\n"
    together = said(f"{lead}- Sounding the depth\n- Marking the rocks\n- Drawing the chart\n", "en")
    assert together == [
        "Harbour: The survey of the harbour has similar phases for all piers: "
        "Sounding the depth; Marking the rocks; Drawing the chart."
    ] or together == [
        "The survey of the harbour has similar phases for all piers: "
        "Sounding the depth; Marking the rocks; Drawing the chart."
    ]
    long = " ".join(["rock, sandbank and wreck"] * 25)
    assert not any("Sounding" in one for one in said(f"{lead}- Sounding the depth\n- Marking every {long}\n", "en"))


@pytest.mark.parametrize(
    ("language", "sentence", "is_unsaid"),
    [
        ("en", "Guests who paid for the specified berths get 40 euros back.", True),
        ("en", "Guests who moor at both piers had 40 euros back.", True),
        ("en", "Each guest rated the four statements.", True),
        ("en", "The share counts guests of the four weeks before the survey.", False),
        ("en", "Guests moor at both piers of the old harbour.", False),
        ("de", "Die Gäste zahlten für die genannten Plätze 40 Euro.", True),
        ("de", "Die Gäste bewerteten die vier Aussagen.", True),
        ("de", "Die vier Plätze am Kai kosten 40 Euro.", False),
        ("fr", "Les clients ont payé pour les places mentionnées.", True),
    ],
)
def test_a_set_that_only_the_text_before_names(language: str, sentence: str, is_unsaid: bool) -> None:
    assert points_at_unsaid(sentence, language) is is_unsaid


@pytest.mark.parametrize(
    ("language", "sentence", "is_refused"),
    [
        ("en", "R(a, b) is the drag of the hull and n is the number of knots.", True),
        ("en", "Ta is the depth at low tide, h is the height of the pier.", True),
        ("de", "h(t) ist die Höhe der Flut und n ist die Anzahl der Plätze.", True),
        ("en", "VHF is the band of the harbour and AIS is the system that shows each ship.", False),
        ("en", "Sometimes guests prefer another pier.", True),
        ("en", "Occasionally, more than 40 guests share 3 piers.", False),
        ("nl", "Soms kiezen gasten liever een andere steiger.", True),
        ("es", "Hay un pequeño número de muelles sin agua.", True),
        ("en", "There are a small number of piers without water.", True),
    ],
)
def test_symbols_without_their_formula_and_what_happens_now_and_then(
    language: str, sentence: str, is_refused: bool
) -> None:
    assert (why_refused(sentence, language) is not None) is is_refused


@pytest.mark.parametrize(
    ("language", "heading", "expected"),
    [
        ("en", "Mooring at night", "The fee for one night is 40 euros in Split."),
        ("fr", "Frais de nuit", "Les bateaux de passage paient 40 euros par nuit."),
        ("pt", "Taxa de noite", "As embarcações de passagem pagam 40 euros."),
    ],
)
def test_a_heading_on_the_line_of_its_text_is_told_from_it(language: str, heading: str, expected: str) -> None:
    [statement] = said(f"{heading} {expected}\n", language)
    assert statement in (expected, f"{heading}: {expected}")


@pytest.mark.parametrize(
    "text",
    ["Guests can read The daily tide at all berths.", "Guests who read The Daily Tide pay 40 cents for it."],
)
def test_a_title_within_a_sentence_is_no_end_of_a_heading(text: str) -> None:
    assert any(statement.endswith(text) for statement in said(f"{text}\n", "en"))


def test_what_is_bold_over_the_end_of_a_sentence_leaves_no_mark() -> None:
    text = "**The harbour of Split has 40 berths. The fee for one night is 40 euros** in the month of May.\n"
    statements = " ".join(said(text, "en"))
    assert "The harbour of Split has 40 berths." in statements
    assert "*" not in statements


@pytest.mark.parametrize(
    ("language", "sentence", "is_elsewhere"),
    [
        ("en", "Fees for guests are covered in the dedicated chapter.", True),
        ("en", "We measure the depth at each pier of Split (Table 3).", True),
        ("en", "The harbour has 40 berths (Table 3).", False),
        ("en", "The harbour is divided in a separate basin for guests.", False),
        ("de", "Die Gebühren für Gäste stehen in einem eigenen Kapitel.", True),
        ("fr", "Les frais sont décrits dans le chapitre dédié.", True),
    ],
)
def test_a_pointer_to_a_chapter_or_figure_says_nothing_here(language: str, sentence: str, is_elsewhere: bool) -> None:
    assert points_elsewhere(sentence, language) is is_elsewhere


def test_a_list_goes_on_below_a_rule_between_two_pages() -> None:
    lead = "A berth is lost in one of these cases:"
    assert list_at_end(f"The office decides. {lead}\n\n---\n", "").endswith(lead)
    assert list_at_end("The office decides.\n\n---\n", "") == ""
    assert begins_in_list("---\n\n1. The guest has not paid.\n")
    assert not begins_in_list("---\n\nThe guest has not paid.\n")
