"""What a sentence is about is named by its title or heading, where its own words do not tell."""

import pytest

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.adapters.facts.subjects import subject_of
from pipeline_core.domain.titles import naming_title
from pipeline_core.ports.fact_generator import ChunkInput
from tests.support.validated import codes, fact, subject

TITLE = "Anchor: quick charts of tides"


def test_a_subject_behind_an_opening_is_named_too() -> None:
    sentence = "Built on a small kernel, the library draws tides."
    assert subject_of(sentence, (), TITLE, "en") == "Anchor"
    assert subject_of("En hiver, la bibliothèque dessine les marées.", (), TITLE, "fr") == "Anchor"
    # the opening may tell it itself: it leans on nothing
    assert subject_of(sentence, (), "", "en") == ""
    assert subject_of("In every port, the method is the same.", (), TITLE, "en") == ""


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The library draws tides from a table of soundings."),
        ("en", "This package is tested on three systems."),
        ("en", "The code's speed is measured each night."),
        ("en", "The proposed framework also reads old logs."),
        ("en", "The author has kept a harbour for years."),
        ("de", "Die Bibliothek zeichnet Gezeiten aus einer Tabelle."),
        ("de", "Dieses Paket wird auf drei Systemen geprüft."),
        ("fr", "La bibliothèque dessine les marées à partir de sondages."),
        ("fr", "L'outil lit aussi les anciens journaux."),
        ("es", "Este paquete se prueba cada noche."),
        ("it", "Lo strumento legge anche i vecchi registri."),
        ("it", "L'autore ha tenuto un porto."),
        ("pt", "A ferramenta desenha as marés."),
        ("nl", "De bibliotheek tekent getijden."),
        ("id", "Pustaka ini menggambar pasang surut."),
        ("ru", "Эта библиотека рисует приливы."),
        ("pl", "Ta biblioteka rysuje pływy."),
        ("zh", "该库可以绘制潮汐图表。"),
    ],
)
def test_the_title_names_the_subject(language: str, sentence: str) -> None:
    assert subject_of(sentence, (), TITLE, language) == "Anchor"
    assert subject_of(sentence, (), "", language) is None  # leans
    assert subject_of(sentence, ("Introduction",), "Summary", language) is None


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The library NumPy draws arrays."),
        ("en", "The library of the town is open on Sundays."),
        ("en", "The code coverage must be 80 %."),
        ("en", "The tool that measures depth is a lead."),
        ("en", "The tide is drawn from a table."),
        ("en", "The policy does not cover floods."),
        ("en", "The code was taken from Anchor."),
        ("de", "Die Bibliothek der Stadt ist sonntags offen."),
        ("fr", "L'outil de sondage est un plomb."),
        ("ru", "Код ошибки записывается в журнал."),
    ],
)
def test_a_subject_that_its_sentence_names_gets_no_other(language: str, sentence: str) -> None:
    assert subject_of(sentence, (), TITLE, language) == ""


@pytest.mark.parametrize(
    ("sentence", "headings", "title", "name"),
    [
        ("The module reads soundings.", ("Design", "Depth Module"), TITLE, "Depth Module"),
        ("The module reads soundings.", ("Design",), TITLE, None),
        ("The module reads soundings.", ("Similar module",), TITLE, None),
        ("The module reads soundings.", (), "Anchor: a module for tides", "Anchor"),
        ("The system is locked at night.", (), "Harbour Alarm System", "Harbour Alarm System"),
        ("The system is locked at night.", (), TITLE, ""),
        ("The application is locked at night.", (), "Application Safety Rules", ""),
        ("The library is fast.", (), "Whose tide is it? All about the library", None),
        ("The library is fast.", (), "Chapter 2: Tides", None),
    ],
)
def test_what_names_a_subject(sentence: str, headings: tuple[str, ...], title: str, name: str | None) -> None:
    assert subject_of(sentence, headings, title, "en") == name


def test_the_statement_has_the_name_and_the_evidence_is_the_sentence() -> None:
    said = "The library provides tides from a table of 90 soundings."
    [fact] = extract(ChunkInput(said, ("Use of it",), title=TITLE, language="en"), 9).candidates
    assert (fact.statement, fact.quotes, fact.question) == (f"Anchor: {said}", (said,), None)


def test_without_a_name_it_is_said_with_the_sentence_that_has_it() -> None:
    text = "Anchor provides the tides of 90 harbours. The library requires a table of soundings."
    assert [fact.statement for fact in extract(ChunkInput(text, (), language="en"), 9).candidates] == [text]
    assert not extract(ChunkInput("The library requires a table of soundings.", (), language="en"), 9).candidates


def test_the_lead_in_of_a_list_is_named_too() -> None:
    text = "The library supports:\n\n- tables of soundings\n- logs of harbours\n"
    named = extract(ChunkInput(text, (), title=TITLE, language="en"), 9).candidates
    assert len(named) == 2
    assert all(fact.statement.startswith("Anchor: The library supports") for fact in named)


@pytest.mark.parametrize(
    ("markdown", "title"),
    [
        ("# Anchor\n\nTides.\n\n# Use\n", "Anchor"),
        ("![logo](a.png)\n\n# Anchor\n\nTides.\n", "Anchor"),
        ("#### DOI: none\n\n# Anchor: tides\n\n# Summary\n", "Anchor: tides"),
        ("Some preface of ours.\n\n# First section\n", ""),
        ("```\n# a comment: no title\n```\n", ""),
        ("---\ntitle: Anchor\n---\n\n# Use\n", "Anchor"),
        ("No heading.\n", ""),
    ],
)
def test_the_title_that_names_a_document(markdown: str, title: str) -> None:
    assert naming_title(markdown) == title


def test_a_number_of_the_name_is_no_number_of_the_statement() -> None:
    said = "The library draws tides."
    for heading, is_refused in (("# Anchor 7: tides\n\n", False), ("# Other: tides\n\n", True)):
        text = f"{heading}{said}\n"
        facts = [fact(said, text, statement=f"Anchor 7: {said}", question=None)]
        assert ("number_not_in_evidence" in codes(subject(text, facts=facts))) is is_refused
