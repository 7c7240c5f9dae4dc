"""Lists below a heading or a short line without a colon: it is their lead-in where it reads so."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.domain.facts import FactCandidate
from pipeline_core.ports.fact_generator import ChunkInput


def facts(markdown: str, language: str = "en", *headings: str) -> tuple[FactCandidate, ...]:
    return extract(ChunkInput(markdown, headings, language=language), 6).candidates


@pytest.mark.parametrize(
    ("language", "markdown", "statements"),
    [
        # the items go on with its words
        ("en", "## We do not cover\n\n- hail\n- rust\n", ["We do not cover hail.", "We do not cover rust."]),
        ("en", "**You need**\n\n- a helmet\n- a permit\n", ["You need a helmet.", "You need a permit."]),
        # it names what they are
        ("en", "## Exclusions\n\n- hail\n- rust and rot\n", ["Exclusions: hail; rust and rot."]),
        ("en", "## What is not insured\n\n- Loss of keys\n- Rot\n", ["What is not insured: Loss of keys; Rot."]),
        ("en", "## Opening hours\n\n- Shop 9 to 5\n- Bar 6 to 12\n", ["Opening hours: Shop 9 to 5; Bar 6 to 12."]),
        ("en", "The guest gets either\n\n(a) a key, or\n(b) a card.\n", ["The guest gets either: a key; or a card."]),
        ("de", "## Nicht versichert sind\n\n- Hagel\n- Rost\n", ["Nicht versichert sind: Hagel; Rost."]),
        ("de", "## Ausschlüsse\n\n- Vorsatz\n- Rost\n", ["Ausschlüsse: Vorsatz; Rost."]),
        ("fr", "## Vous devez apporter\n\n- un casque\n- un permis\n", ["Vous devez apporter: un casque; un permis."]),
        ("es", "## No están cubiertos\n\n- el granizo\n- el óxido\n", ["No están cubiertos: el granizo; el óxido."]),
        ("it", "## Esclusioni\n\n- grandine\n- ruggine\n", ["Esclusioni: grandine; ruggine."]),
        ("nl", "## Uitsluitingen\n\n- hagel\n- roest\n", ["Uitsluitingen: hagel; roest."]),
        ("pl", "## Wyłączenia\n\n- grad\n- rdza\n", ["Wyłączenia: grad; rdza."]),
        ("ru", "## Не покрывается\n\n- град\n- ржавчина\n", ["Не покрывается: град; ржавчина."]),
        ("zh", "## 不承保的项目\n\n- 地震\n- 生锈\n", ["不承保的项目: 地震; 生锈。"]),
        # sentences of a language without blanks are sentences
        (
            "ja",
            "## 注意\n\n- 館内では飲酒を禁止します。\n- 体育館は午前九時に開きます。\n",
            ["注意: 館内では飲酒を禁止します。", "注意: 体育館は午前九時に開きます。"],
        ),
        # what would say the contrary alone is said with it
        (
            "en",
            "## Exclusions\n\n- Damage that you cause on purpose with a tool of your own.\n- The roof leaks.\n",
            ["Exclusions: Damage that you cause on purpose with a tool of your own.", "Exclusions: The roof leaks."],
        ),
        # a heading that names nothing, or where sources stand
        ("en", "## Contents\n\n- Methods\n- Results\n", []),
        ("en", "## References\n\n- A book\n- A paper\n", []),
    ],
)
def test_how_items_below_a_heading_are_said(language: str, markdown: str, statements: list[str]) -> None:
    assert [fact.statement for fact in facts(markdown, language)] == statements


def test_heading_and_items_are_its_evidence() -> None:
    (fact,) = facts("## Exclusions\n\n- hail\n- rust\n")
    assert fact.quotes == ("Exclusions", "hail", "rust")
    first, second = facts("## We do not cover\n\n- hail\n- rust\n")
    assert (first.quotes, second.quotes) == (("We do not cover", "hail"), ("We do not cover", "rust"))


def test_a_heading_of_the_chunk_before_still_says_what_is_not_so() -> None:
    said = [fact.statement for fact in facts("- Hail.\n- The roof leaks.\n", "en", "Policy", "Exclusions")]
    assert said
    assert all(statement.startswith("Exclusions: ") for statement in said)
