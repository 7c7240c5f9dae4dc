"""The facts of an exported document as today's code finds and weighs them: in the chunks of ``pipeline export``."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from pipeline_core.adapters.facts.extractive import ExtractiveFactGenerator
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.facts import Evidence, Fact, Generated
from pipeline_core.domain.ids import ChunkId, question_id_for
from pipeline_core.domain.place_traits import Places
from pipeline_core.domain.policy import EVERYTHING
from pipeline_core.settings import load_settings
from pipeline_core.stages import evidence
from pipeline_core.stages.chunk_inputs import chunk_inputs
from pipeline_core.stages.weigh import weighed


def exports_below(folder: Path) -> Iterator[dict[str, Any]]:
    """The exports below a folder, by the names of their files.

    Raises:
        ValueError: there is none.
    """
    found = False
    for path in sorted(folder.rglob("*.json")):
        content = orjson.loads(path.read_bytes())
        if isinstance(content, dict) and content.get("filename") and content.get("chunks"):
            found = True
            yield content
    if not found:
        raise ValueError(f"No export is below {folder}: `pipeline export NAME --output FOLDER/NAME.json` writes one.")


def facts_of(exported: Mapping[str, Any]) -> list[Fact]:
    """Every fact of the document, with its traits and its confidence; those that would be left out as well."""
    chunks = [_chunk(row) for row in exported["chunks"]]
    generator = ExtractiveFactGenerator(load_settings().facts_per_chunk)
    places = Places(chunks)
    found: list[Fact] = []
    for chunk, answer in zip(chunks, generator.generate(chunk_inputs(chunks, 0)), strict=True):
        if not isinstance(answer, Generated):
            raise answer
        proved, _ = evidence.verify(answer.candidates, chunk.text)
        for candidate, proof in proved:
            spans = tuple(_in_document(span, chunk) for span in proof)
            said = (candidate.question, candidate.answer, candidate.statement)
            fact = Fact(
                question_id_for(chunk.chunk_id, candidate.question, candidate.statement, spans[0].char_from),
                *said, spans, traits=candidate.traits,
            )  # fmt: skip
            place = places.traits(chunk, fact, facts=len(proved))
            found.append(weighed(fact, EVERYTHING, place, doubt=lambda _start, _end: None))
    return found


def _chunk(row: Mapping[str, Any]) -> Chunk:
    return Chunk(
        ChunkId(UUID(row["chunk_id"])), row["ordinal"], row["text"], tuple(row["heading_path"]), row["page_from"],
        row["page_to"], row["char_from"], row["char_to"], 0, "",
    )  # fmt: skip


def _in_document(span: Evidence, chunk: Chunk) -> Evidence:
    return replace(span, char_from=chunk.char_from + span.char_from, char_to=chunk.char_from + span.char_to)
