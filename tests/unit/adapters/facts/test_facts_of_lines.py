"""Facts of paragraphs whose lines or initials would cut them in the wrong place."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.domain.text import strip_markdown
from pipeline_core.ports.fact_generator import ChunkInput


def said(text: str, language: str) -> list[str]:
    return [fact.statement for fact in extract(ChunkInput(text, (), language=language), 6).candidates]


def test_two_labels_in_two_lines_are_two_facts() -> None:
    text = "**Deposit:** The tenant pays a deposit of 900 euros.\n**Pets:** Dogs are allowed in all flats.\n"
    assert said(text, "en") == [
        "Deposit: The tenant pays a deposit of 900 euros.",
        "Pets: Dogs are allowed in all flats.",
    ]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "La patiente, Mme A. B., 54 ans, prend 5 mg de ramipril par jour."),
        ("de", "Der Patient J. K. erhielt am 3. Mai 2024 eine Tablette zu 5 mg."),
        ("en", "The tree was planted by J. R. Miller in 1952 and is 20 metres high."),
    ],
)
def test_initials_end_no_sentence(language: str, sentence: str) -> None:
    assert said(sentence, language) == [sentence]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("补助金每年五月支\n付。", "补助金每年五月支付。"),
        ("補助金は五月に支払わ\nれる。", "補助金は五月に支払われる。"),
        ("보조금은 오월에\n지급된다.", "보조금은 오월에 지급된다."),
        ("The grant is\npaid in May.", "The grant is paid in May."),
    ],
)
def test_lines_of_a_paragraph_are_one(text: str, line: str) -> None:
    assert strip_markdown(text) == line
