"""What the place of a fact in its document and its wording tell, in several languages."""

from uuid import UUID

import pytest

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.facts import Evidence, Fact, MatchKind
from pipeline_core.domain.ids import ChunkId, QuestionId
from pipeline_core.domain.place_traits import Places
from pipeline_core.domain.place_words import is_example
from pipeline_core.domain.policy import EVERYTHING
from pipeline_core.domain.statement_traits import statement_traits
from pipeline_core.domain.wording_traits import wording_traits
from pipeline_core.stages.weigh import weighed

TEXTS = (
    "# Pumps\n\nA pump moves water. It needs oil.\n\nThe seal is checked each year.",
    "The valve closes at night.\n\n## Example\n\nA diver opens the valve.",
)


def chunks(*texts: str, headings: tuple[str, ...] = ()) -> list[Chunk]:
    made, at = [], 0
    for n, text in enumerate(texts):
        made.append(Chunk(ChunkId(UUID(int=n)), n, text, headings, 1, 1, at, at + len(text), 0, ""))
        at += len(text) + 2
    return made


def fact(chunk: Chunk, quote: str, **traits: float) -> Fact:
    at = chunk.char_from + chunk.text.index(quote)
    evidence = (Evidence(quote, at, at + len(quote), match=MatchKind.EXACT),)
    return Fact(QuestionId(UUID(int=9)), None, None, quote, evidence, traits=traits)


@pytest.mark.parametrize(
    ("of", "quote", "seen"),
    [
        (0, "A pump moves water.", {"below_heading": 1}),
        (0, "It needs oil.", {"below_heading": 1}),
        (0, "The seal is checked each year.", {"below_heading": 0}),
        (1, "The valve closes at night.", {"below_heading": 0}),
        (1, "A diver opens the valve.", {"below_heading": 1}),
    ],
)
def test_the_paragraph_below_a_heading_is_told(of: int, quote: str, seen: dict[str, float]) -> None:
    document = chunks(*TEXTS)
    found = Places(document).traits(document[of], fact(document[of], quote), facts=2)
    assert {name: found[name] for name in seen} == seen


def test_a_heading_at_the_end_of_the_chunk_before_counts() -> None:
    document = chunks("Words.\n\n# Pumps", "A pump moves water.")
    found = Places(document).traits(document[1], fact(document[1], "A pump moves water."), facts=1)
    assert found["below_heading"] == 1


def test_a_place_is_a_share_of_the_document_and_said_of_running_text_alone() -> None:
    document = chunks("a " * 100, "The valve closes.")
    place = Places(document).traits(document[1], fact(document[1], "The valve closes."), facts=1)
    assert 0.9 < place["position"] < 1

    def traits_as(kind: str) -> set[str]:
        told = fact(document[1], "The valve closes.", **{kind: 1.0})
        return set(weighed(told, EVERYTHING, place, doubt=lambda _from, _to: None).traits)

    assert {"position", "below_heading", "name_first"} <= traits_as("prose")
    assert not {"position", "below_heading", "name_first"} & (traits_as("row") | traits_as("item"))


@pytest.mark.parametrize(
    ("text", "disorder"),
    [
        ("Το σύστημα λειτουργεί, όπως ορίζεται. Τέλος.", 0),
        ("The .NET runtime starts, runs, and stops. It is small.", 0),
        ("بكلمة :وهي سر ،API والرمز .بدهد", 1),
    ],
)
def test_marks_before_their_words_tell_that_a_page_is_out_of_order(text: str, disorder: float) -> None:
    [chunk] = chunks(text)
    assert Places([chunk]).traits(chunk, fact(chunk, text), facts=1)["disorder"] == disorder


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("2.3 An Application Scenario", True), ("Fallbeispiele", True), ("Casos de uso", True), ("Скенарий", False),
        ("Сценарии применения", True), ("应用案例", True), ("سيناريو الهجوم", True), ("Exclusions", False),
        ("Sample size", False), ("Examination", False),
    ],
)  # fmt: skip
def test_sections_of_examples_are_known_by_their_headings(heading: str, *, expected: bool) -> None:
    assert is_example(heading) is expected


@pytest.mark.parametrize(
    ("statement", "flags"),
    [
        ("The cost is shown in Table 4.", {"refers"}),
        ("Der Ablauf ist in Abbildung 2 gezeigt.", {"refers"}),
        ("El proceso se describe en la sección 3.", {"refers"}),
        ("Порядок показан в разделе 5.", {"refers"}),
        ("结果见表 3。", {"refers"}),
        ("The table has four legs.", set()),
        ("The same pump also heats.", {"compares"}),
        ("Die gleiche Pumpe heizt.", {"compares"}),
        ("La même pompe chauffe.", {"compares"}),
        ("Ta sama pompa również grzeje.", {"compares"}),
        ("Heat pumps save money (Okafor, 2019).", {"cites"}),
        ("Heat pumps save money [3, 7].", {"cites"}),
        ("The fee is 20 EUR.", {"measure"}),
        ("Die Frist beträgt 14 Tage.", {"measure"}),
        ("Срок составляет 10 дней.", {"measure"}),
        ("A pump moves water.", {"indefinite"}),
        ("Eine Pumpe bewegt Wasser.", {"indefinite"}),
        ("A few pumps leak.", set()),
        ("Salted hash (SH) - a hash with a random part.", {"entry"}),
        ("Schlüssel (K) – Zeichen, die etwas öffnen.", {"entry"}),
        ("The pump-house is locked. Rain - it rusts.", set()),
    ],
)
def test_the_wording_tells_in_many_languages(statement: str, flags: set[str]) -> None:
    assert {name for name, value in wording_traits(statement).items() if value} == flags


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("NumPy has arrays of many types.", 1.0),
        ("In Ada tasks run side by side.", 1.0),
        ("The pump runs every night.", 0.0),
        ("Насос работает ночью.", 0.0),
        ("В Москве насос работает ночью.", 1.0),
        ("泵在夜间运行。", None),
    ],
)
def test_a_name_among_the_first_words(statement: str, expected: float | None) -> None:
    assert statement_traits(statement, statement, {"prose": 1.0}).get("name_first") == expected
