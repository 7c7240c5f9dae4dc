"""The language of facts is that of their document, told once: no frame of another is put around them."""

from dataclasses import replace

import pytest

from pipeline_core.adapters.facts.extractive import ExtractiveFactGenerator
from pipeline_core.domain.documents import Page, PageMap
from pipeline_core.domain.facts import FactCandidate, Generated
from pipeline_core.domain.ids import document_id_for, user_id_for
from pipeline_core.stages.chunk_inputs import cache_key, chunk_inputs
from pipeline_core.stages.chunking import split

HUNGARIAN = """# Kikötő

A kikötő minden hajót 30 napon belül nyilvántartásba vesz. Az API egy nyílt felület a hajók adataihoz.

A díj 500 forint naponta. Ezt a díjat a hajó tulajdonosa fizeti meg a kikötő irodájában minden hónap végén.
"""
TURKISH = """# Liman

Liman her gemiyi 30 gün içinde kaydeder. Gemi sahibi ücreti her ayın sonunda liman ofisinde öder.
"""
GREEK = """# Λιμάνι

Το λιμάνι καταγράφει κάθε πλοίο μέσα σε 30 ημέρες. Αυτό το τέλος πληρώνεται κάθε μήνα από τον ιδιοκτήτη.
"""
ENGLISH = {"the", "what", "does", "say", "and", "about", "must", "according"}
PORTUGUESE = {"que", "diz", "sobre", "o", "do", "da"}


def facts(markdown: str) -> list[FactCandidate]:
    chunks = split(
        markdown,
        PageMap((Page(1, 0, len(markdown)),)),
        document_id=document_id_for(user_id_for("test"), "a.md"),
        min_chars=600,
        max_chars=1600,
        overlap_chars=0,
    )
    generator = ExtractiveFactGenerator(6)
    answers = [answer for answer in generator.generate(chunk_inputs(chunks, 0)) if isinstance(answer, Generated)]
    return [fact for answer in answers for fact in answer.candidates]


@pytest.mark.parametrize("markdown", [HUNGARIAN, TURKISH, GREEK])
def test_no_words_of_another_language(markdown: str) -> None:
    found = facts(markdown)
    assert found
    for fact in found:
        words = set(f"{fact.question or ''} {fact.statement}".lower().split())
        assert not words & (ENGLISH | PORTUGUESE)
        assert fact.question is None


def test_what_leans_in_them_is_said_with_the_sentence_before() -> None:
    assert [fact.statement for fact in facts(GREEK)] == [
        "Το λιμάνι καταγράφει κάθε πλοίο μέσα σε 30 ημέρες. Αυτό το τέλος πληρώνεται κάθε μήνα από τον ιδιοκτήτη."
    ]


def test_the_language_is_a_part_of_the_cache_key() -> None:
    generator = ExtractiveFactGenerator(6)
    chunks = split(
        HUNGARIAN,
        PageMap((Page(1, 0, len(HUNGARIAN)),)),
        document_id=document_id_for(user_id_for("test"), "a.md"),
        min_chars=600,
        max_chars=1600,
        overlap_chars=0,
    )
    [chunk] = chunk_inputs(chunks, 0)
    assert chunk.language == "hu"
    assert cache_key(generator, chunk) != cache_key(generator, replace(chunk, language="en"))


def test_every_chunk_knows_the_title_and_it_is_a_part_of_the_cache_key() -> None:
    text = "# Anchor: tides\n\n" + "Anchor shows the tides of a harbour and is kept by its crew. " * 20
    text += "\n\n# Use\n\nThe library supports all the logs that the crews of 40 harbours keep.\n"
    document = document_id_for(user_id_for("test"), "a.md")
    pages = PageMap((Page(1, 0, len(text)),))
    chunks = chunk_inputs(split(text, pages, document_id=document, min_chars=60, max_chars=400, overlap_chars=0), 0)
    last = chunks[-1]
    assert (len(chunks) > 1, last.title, "Anchor: tides" in last.heading_path) == (True, "Anchor: tides", False)
    generator = ExtractiveFactGenerator(6)
    assert cache_key(generator, last) != cache_key(generator, replace(last, title="Quay: tides"))
    [answer] = generator.generate([last])
    assert isinstance(answer, Generated)
    assert [fact.statement for fact in answer.candidates] == [
        "Anchor: The library supports all the logs that the crews of 40 harbours keep."
    ]
