"""Findings of validation resolved to the facts, chunks and pages that they are about."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from pipeline_core.db.own_headings import EvidencePlace, HeadingsOf, headings_above
from pipeline_core.db.session import Session
from pipeline_core.domain.findings import FindingRow, Severity
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.rows.findings import FindingPlace, PlacedFinding

_CHUNK = re.compile(r"chunk (\d+)")
_PAGE = re.compile(r"\w+ (\d+)")


def placed(
    session: Session,
    realm_id: RealmId,
    document_id: DocumentId,
    findings: Sequence[FindingRow],
    headings_of: HeadingsOf,
) -> list[PlacedFinding]:
    """The findings of a document, each with its places; a fact that is there no more has none."""
    ids = {one for finding in findings for one in _facts(finding)}
    ordinals = {one for finding in findings for one in _chunks(finding)}
    facts = session.rows(
        FindingPlace, "finding_facts", realm_id=realm_id, document_id=document_id, question_ids=list(ids)
    )
    chunks = session.rows(FindingPlace, "finding_chunks", document_id=document_id, ordinals=list(ordinals))
    above = headings_above(session, list(map(_evidence, facts)), headings_of)
    by_id = {place.question_id: replace(place, heading_path=path) for place, path in zip(facts, above, strict=True)}
    by_ordinal = {place.chunk: place for place in chunks}
    return [_placed(finding, by_id, by_ordinal) for finding in findings]


def _evidence(place: FindingPlace) -> EvidencePlace:
    first = next((span["char_from"] for span in place.spans), None)
    return EvidencePlace(place.chunk_id, first, place.status == "imported")


def _placed(
    finding: FindingRow, facts: Mapping[UUID | None, FindingPlace], chunks: Mapping[int | None, FindingPlace]
) -> PlacedFinding:
    places = [facts[one] for one in _facts(finding) if one in facts]
    places += [chunks[one] for one in _chunks(finding) if one in chunks]
    severity = Severity(finding["severity"])
    said = (finding["code"], severity, finding["subject"], finding["message"], finding["numbers"])
    return PlacedFinding(*said, places=places, pages=[] if places else _pages(finding))


def _facts(finding: FindingRow) -> list[UUID]:
    """The facts that it is about, in the order in which it names them."""
    named = [finding["subject"], *_listed(finding["numbers"], "question_ids")]
    return list(dict.fromkeys(one for one in map(_as_id, named) if one))


def _chunks(finding: FindingRow) -> list[int]:
    match = _CHUNK.fullmatch(finding["subject"])
    named = [int(match[1])] if match else []
    return list(dict.fromkeys([*named, *_numbers(finding, "chunk", "chunks")]))


def _pages(finding: FindingRow) -> list[int]:
    match = _PAGE.fullmatch(finding["subject"])
    return sorted({*([int(match[1])] if match else []), *_numbers(finding, "page", "pages")})


def _numbers(finding: FindingRow, one: str, many: str) -> list[int]:
    numbers = finding["numbers"]
    return [value for value in (numbers.get(one), *_listed(numbers, many)) if isinstance(value, int)]


def _listed(numbers: Mapping[str, Any], name: str) -> Iterable[Any]:
    value = numbers.get(name)
    return value if isinstance(value, list) else ()


def _as_id(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
