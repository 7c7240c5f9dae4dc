"""Requirements with an id: it stays in the statement and in the quote."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.adapters.facts.ids import length_of_id
from pipeline_core.domain.facts import FactCandidate
from pipeline_core.ports.fact_generator import ChunkInput


def facts(markdown: str, language: str = "en") -> tuple[FactCandidate, ...]:
    return extract(ChunkInput(markdown, (), language=language), 6).candidates


@pytest.mark.parametrize(
    ("language", "markdown", "statement"),
    [
        ("en", "REQ-1: The valve shall close within 3 seconds.", "REQ-1: The valve shall close within 3 seconds."),
        ("en", "- ACC-010 Check that each door has two locks.", "ACC-010 Check that each door has two locks."),
        ("en", "- **ACC-011** Ensure that keys are counted.", "ACC-011 Ensure that keys are counted."),
        ("en", "**REQ-1.1** The lift must stop at each floor.", "REQ-1.1 The lift must stop at each floor."),
        ("en", "**REQ-2.** The lift must stop at each floor.", "REQ-2. The lift must stop at each floor."),
        ("en", "[R5] The guard can open a door only with a card.", "[R5] The guard can open a door only with a card."),
        ("en", "5.2.1 The baker shall bring bread by 6 am.", "5.2.1 The baker shall bring bread by 6 am."),
        ("en", "REQ-PWR-003. The lamp shall draw less than 2 A.", "REQ-PWR-003. The lamp shall draw less than 2 A."),
        ("en", "R-17 – The dial shall show steps of 0.1 V.", "R-17 – The dial shall show steps of 0.1 V."),
        ("en", "`NFR-2` The page loads within 2 seconds.", "NFR-2 The page loads within 2 seconds."),
        ("de", "ANF-3: Das Tor muss in 5 Sekunden schließen.", "ANF-3: Das Tor muss in 5 Sekunden schließen."),
        ("de", "**ANF-4** Die Lampe muss 90 Tage leuchten.", "ANF-4 Die Lampe muss 90 Tage leuchten."),
        ("fr", "- EX-7 Le frein doit agir en 2 secondes.", "EX-7 Le frein doit agir en 2 secondes."),
        ("es", "**RF-03.** El socio puede cambiar su clave.", "RF-03. El socio puede cambiar su clave."),
        ("ru", "ТР-1: Насос должен работать 90 дней.", "ТР-1: Насос должен работать 90 дней."),
        ("zh", "**需求-3** 水泵必须在两秒内停止，并发出警报。", "需求-3 水泵必须在两秒内停止，并发出警报。"),
    ],
)
def test_a_requirement_keeps_its_id(language: str, markdown: str, statement: str) -> None:
    (fact,) = facts(markdown, language)
    assert fact.statement == statement
    assert len(fact.quotes) == 1
    assert statement.split()[0].strip("[]:.") in fact.quotes[0]
    assert fact.traits["requirement"] == 1


def test_it_is_asked_for_without_its_id() -> None:
    (fact,) = facts("5.2.1 The supplier shall deliver the parts within 48 hours.")
    assert fact.question == "How soon shall the supplier deliver the parts?"


def test_the_id_of_the_heading_is_said_with_the_one_requirement_below_it() -> None:
    (fact,) = facts("### ACC-010: Locks\n\nEach door must have two locks.\n")
    assert fact.statement == "ACC-010: Locks: Each door must have two locks."
    assert "ACC-010: Locks" in fact.quotes


def test_the_number_of_a_section_is_no_id_of_what_it_says() -> None:
    statements = [fact.statement for fact in facts("### V1.2 Locks\n\nEach door must have two locks.\n")]
    assert statements == ["Each door must have two locks."]


def test_numbered_requirements_are_no_steps() -> None:
    said = [fact.statement for fact in facts("1. A-1 Check that it is dry.\n2. A-2 Check that the lid is shut.\n")]
    assert "A-2 Check that the lid is shut." in said


@pytest.mark.parametrize(
    "text",
    [
        "COVID-19 vaccines are free.",
        "A4 paper is used.",
        "2.5 million people came.",
        "2019 The year",
        "ISO 9001 The norm",
    ],
)
def test_what_is_no_id(text: str) -> None:
    assert length_of_id(text) == 0
