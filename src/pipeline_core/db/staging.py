"""Staged chunks, staged questions and the pairs of near-duplicates."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from psycopg.types.json import Jsonb

from pipeline_core.db.session import Row, Session, json_text
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.documents import Document
from pipeline_core.domain.facts import ChunkOutcome, ChunkResult, Fact, LeftOut, Span, Usage
from pipeline_core.domain.ids import (
    BatchId,
    ChunkId,
    DocumentId,
    Ids,
    JobId,
    QuestionId,
    RealmId,
    UserId,
    batch_id_for,
    duplicate_id_for,
)
from pipeline_core.domain.languages import may_be_one
from pipeline_core.domain.regeneration import reconcile
from pipeline_core.domain.sketches import padded, sketch_bytes
from pipeline_core.domain.staging import (
    AskedBefore,
    Compared,
    Counterpart,
    Differing,
    Matchable,
    NewQuestion,
    NewRows,
    Pair,
    SignatureTable,
    Similar,
    StagedBefore,
    StagedChunk,
    StagedQuestion,
    comparable_texts,
)
from pipeline_core.domain.vectors import Vectors

_CHUNK_COLUMNS = {
    "chunk_id": "uuid",
    "document_id": "uuid",
    "realm_id": "uuid",
    "ordinal": "int4",
    "text": "text",
    "heading_path": "text[]",
    "page_from": "int4",
    "page_to": "int4",
    "char_from": "int4",
    "char_to": "int4",
    "token_count": "int4",
    "content_sha256": "text",
    "chunker_name": "text",
    "chunker_version": "text",
    "outcome": "text",
}

MATCH_COLUMNS = {
    "match_text": "text",
    "match_sha256": "text",
    "match_trigrams": "int4",
    "match_signature": "bytea",
    "language": "text",
}
"""What a row is compared by, in every table of facts and questions."""

_QUESTION_COLUMNS = {
    "question_id": "uuid",
    "upload_batch_id": "uuid",
    "realm_id": "uuid",
    "document_id": "uuid",
    "chunk_id": "uuid",
    "topic": "text",
    "subtopic": "text",
    "question": "text",
    "answer": "text",
    "statement": "text",
    "evidence": "jsonb",
    "evidence_match": "text",
    "generator": "text",
    **MATCH_COLUMNS,
    "status": "text",
    "left_out_reason": "text",
    "evidence_pieces": "jsonb",
    "confidence": "float4",
    "confidence_reasons": "text",
    "publish_from": "float4",
    "ask_from": "float4",
}

_SIGNATURE = np.dtype(
    [("question_id", "V16"), ("match_trigrams", ">i4"), ("match_signature", "V64"), ("is_staged", "u1")]
)
_SIGNATURE_BLOCK = 32_768
_COSINE = np.dtype([("pair", ">i4"), ("cosine", ">f4")])
_COSINES_AT_A_TIME = 65_536


def _besides(new: NewRows) -> dict[str, Any]:
    return {
        "realm_id": new.realm_id,
        "document_ids": list(new.document_ids),
        "question_ids": list(new.question_ids),
        "scanned": list(new.scanned),
        "languages": list(new.languages) or None,
    }


def matchable(row: Row) -> Matchable:
    """A row of ``questions_to_match`` or of ``batch_to_match``."""
    return Matchable(
        row["question_id"],
        row["realm_id"],
        row["match_sha256"],
        row["match_trigrams"],
        row["match_signature"],
        row["match_text"],
        row["answer"],
        row["is_statement"],
        row["embed_text"],
        row["embed_sha256"],
        row["language"],
        row["own_words"],
    )


def _batches_of(documents: Sequence[Document]) -> dict[str, Any]:
    return {
        "batch_ids": [batch_id_for(document.document_id) for document in documents],
        "document_ids": [document.document_id for document in documents],
        "file_names": [document.filename for document in documents],
    }


def _array_of_ints(values: npt.NDArray[np.integer]) -> str:
    return "{" + ",".join(map(str, values.tolist())) + "}"


def _signature_table(rows: np.ndarray[Any, np.dtype[np.void]]) -> SignatureTable:
    maps = np.ascontiguousarray(rows["match_signature"]).view(np.uint64)
    sketches = padded(rows["sketch"]) if "sketch" in (rows.dtype.names or ()) else None
    return SignatureTable(
        rows["question_id"],
        rows["is_staged"].astype(bool),
        rows["match_trigrams"].astype(np.int32),
        maps.reshape(len(rows), _SIGNATURE["match_signature"].itemsize // 8),
        sketches,
    )


def _staged_chunk(row: Row) -> StagedChunk:
    chunk = Chunk(
        row["chunk_id"],
        row["ordinal"],
        row["text"],
        tuple(row["heading_path"]),
        row["page_from"],
        row["page_to"],
        row["char_from"],
        row["char_to"],
        row["token_count"],
        row["content_sha256"],
    )
    outcome = ChunkOutcome(row["outcome"]) if row["outcome"] else None
    return StagedChunk(chunk, outcome, row["outcome_reason"], row["fact_count"], row["refused_count"])


def _question_row(question: NewQuestion, batch_id: BatchId | None = None) -> tuple[Any, ...]:
    fact, match = question.fact, question.match
    path = question.heading_path
    return (
        fact.question_id,
        batch_id or batch_id_for(question.document_id),
        question.realm_id,
        question.document_id,
        question.chunk_id,
        path[0] if path else None,
        path[-1] if len(path) > 1 else None,
        fact.question,
        fact.answer,
        fact.statement,
        evidence_json(fact.evidence),
        fact.match.value,
        question.generator,
        match.text,
        match.sha256,
        match.trigrams,
        match.signature,
        match.language,
        "left_out" if fact.left_out else "pending",
        fact.left_out,
        Jsonb(_pieces(fact)) if fact.scattered else None,
        *_weight(fact),
    )


def evidence_json(evidence: Sequence[Span]) -> Jsonb:
    return Jsonb([span.as_json() for span in evidence])


def _weight(fact: Fact) -> tuple[float | None, str | None, float | None, float | None]:
    """Its confidence, the reasons, and the policy: publish from, ask from."""
    if fact.confidence is None:
        return None, None, None, None
    return fact.confidence.value, fact.confidence.reasons_text(), fact.policy.publish_from, fact.policy.ask_from


def _json(rows: Sequence[Any]) -> str:
    return orjson.dumps(rows).decode()


def _pieces(fact: Fact) -> list[dict[str, Any]]:
    return [piece.as_json() for piece in fact.scattered]


def record_pairs(session: Session, pairs: Sequence[Pair]) -> None:
    """Store pairs of near-duplicates; what a person decided about the two rows, or about their texts, stands."""
    session.execute(
        "record_pairs",
        duplicate_ids=[duplicate_id_for(pair.staged, pair.existing) for pair in pairs],
        staged_ids=[pair.staged for pair in pairs],
        existing_ids=[pair.existing for pair in pairs],
        are_staged=[pair.existing_is_staged for pair in pairs],
        scores=[pair.score for pair in pairs],
        methods=[pair.method for pair in pairs],
        resolutions=[pair.resolution for pair in pairs],
        notes=[pair.reason for pair in pairs],
        reasons=[json_text(pair.reasons) for pair in pairs],
    )


class Staging:
    def __init__(self, session: Session) -> None:
        self._session = session

    def replace_chunks(
        self,
        chunks: Mapping[DocumentId, tuple[RealmId, Sequence[Chunk]]],
        *,
        chunker: str,
        version: str,
        outcome: ChunkOutcome | None = None,
    ) -> None:
        """Stage exactly these chunks; those that stay the same keep their id and their facts.

        ``outcome`` is the line in the ledger that new ones are born with.
        """
        there = {row["chunk_id"] for row in self._session.all("staged_chunk_ids", document_ids=list(chunks))}
        wanted = {chunk.chunk_id for _, of_document in chunks.values() for chunk in of_document}
        if gone := there - wanted:
            self._session.execute("delete_chunks", chunk_ids=list(gone))
        kept = [c for _, of_document in chunks.values() for c in of_document if c.chunk_id in there]
        if kept:
            self._session.execute(
                "update_chunks",
                chunk_ids=[c.chunk_id for c in kept],
                ordinals=[c.ordinal for c in kept],
                page_from=[c.page_from for c in kept],
                page_to=[c.page_to for c in kept],
                heading_paths=["\x1f".join(c.heading_path) for c in kept],
            )
        fresh = {
            document_id: (realm_id, [c for c in of_document if c.chunk_id not in there])
            for document_id, (realm_id, of_document) in chunks.items()
        }
        self.insert_chunks(fresh, chunker=chunker, version=version, outcome=outcome)

    def insert_chunks(
        self,
        chunks: Mapping[DocumentId, tuple[RealmId, Sequence[Chunk]]],
        *,
        chunker: str,
        version: str,
        outcome: ChunkOutcome | None = None,
    ) -> None:
        """Add chunks that are not there."""
        rows = [
            (
                c.chunk_id, document_id, realm_id, c.ordinal, c.text, list(c.heading_path), c.page_from, c.page_to,
                c.char_from, c.char_to, c.token_count, c.content_sha256, chunker, version, outcome,
            )
            for document_id, (realm_id, of_document) in chunks.items()
            for c in of_document
        ]  # fmt: skip
        self._session.copy("staged_chunks", _CHUNK_COLUMNS, rows)

    def chunks(self, document_ids: Ids) -> dict[DocumentId, list[StagedChunk]]:
        found: dict[DocumentId, list[StagedChunk]] = {document_id: [] for document_id in document_ids}
        for row in self._session.all("staged_chunks", document_ids=list(document_ids)):
            found[row["document_id"]].append(_staged_chunk(row))
        return found

    def record_outcomes(self, outcomes: Mapping[ChunkId, ChunkResult]) -> None:
        results = outcomes.values()
        self._session.execute(
            "record_chunk_outcomes",
            chunk_ids=list(outcomes),
            outcomes=[result.outcome.value for result in results],
            reasons=[result.reason for result in results],
            facts=[len(result.facts) for result in results],
            refused=[result.refused for result in results],
            keys=[result.key for result in results],
        )

    def ask_nothing(self, document_ids: Ids) -> None:
        """Have the ledger say that none of the documents' chunks was asked for facts."""
        self._session.execute("ask_no_chunks", document_ids=list(document_ids))

    def replace_questions(self, documents: Sequence[Document], questions: Sequence[NewQuestion]) -> None:
        """Stage these questions in each document's batch, and no others.

        Decisions on those found again stand, and so does every fact that a person has decided about by itself: found
        in other words, or not at all, it stays (``staging.regeneration``).
        """
        self._session.execute("open_batches", **_batches_of(documents))
        document_ids = [document.document_id for document in documents]
        wanted = {question.fact.question_id: question for question in questions}
        told = reconcile(
            self.staged_before(document_ids),
            {key: (question.document_id, question.fact) for key, question in wanted.items()},
        )
        if told.go:
            self._session.execute("delete_questions", question_ids=list(told.go))
        if kept := told.stay | told.decided.keys():
            self._session.execute("keep_questions", question_ids=list(kept))
            taken = [replace(wanted[new].fact, question_id=old) for old, new in told.decided.items() if new]
            self._judge_again([*(wanted[key].fact for key in told.stay), *taken], told.stay)
        self.insert_questions([question for key, question in wanted.items() if key in told.come])
        if told.decided:
            self._session.execute("count_carried_facts", document_ids=document_ids)

    def open_missing_batches(self, documents: Sequence[Document]) -> None:
        """Have a batch for each of these documents, of which people may add facts."""
        if documents:
            self._session.execute("open_missing_batches", **_batches_of(documents))

    def staged_before(self, document_ids: Ids) -> list[StagedBefore]:
        """The documents' staged facts, to be compared with those found anew."""
        rows = self._session.all("staged_before", document_ids=list(document_ids))
        return [
            StagedBefore(
                row["question_id"],
                row["document_id"],
                row["statement"],
                tuple(map(Span.from_json, row["evidence"])),
                row["is_decided"],
                row["status"],
                LeftOut(row["left_out_reason"]) if row["left_out_reason"] else None,
                row["is_reviewed"],
                row["is_edited"],
                row["is_added"],
            )
            for row in rows
        ]

    def _judge_again(self, facts: Sequence[Fact], unchanged: Collection[QuestionId]) -> None:
        """Leave out what is found against facts that were staged before; let wait what nothing speaks against now.

        Those that say what they said, ``unchanged``, take the evidence that is found for them now.
        """
        weights = [_weight(fact) for fact in facts]
        self._session.execute(
            "judge_again",
            question_ids=[fact.question_id for fact in facts],
            reasons=[fact.left_out for fact in facts],
            pieces=[_json(_pieces(fact)) if fact.scattered else None for fact in facts],
            confidences=[confidence for confidence, _, _, _ in weights],
            confidence_reasons=[reasons for _, reasons, _, _ in weights],
            publish_from=[publish_from for _, _, publish_from, _ in weights],
            ask_from=[ask_from for _, _, _, ask_from in weights],
            evidence=[
                _json([span.as_json() for span in fact.evidence]) if fact.question_id in unchanged else None
                for fact in facts
            ],
        )

    def insert_questions(self, questions: Sequence[NewQuestion], *, batch_id: BatchId | None = None) -> None:
        """Add questions that are not there, to this batch or to that of their document."""
        rows = [_question_row(question, batch_id) for question in questions]
        self._session.copy("staged_questions", _QUESTION_COLUMNS, rows)

    def add_fact(self, question: NewQuestion, batch_id: BatchId, *, added_by: str) -> None:
        """Stage a fact that a reviewer has found, undecided; the ledger of its chunk counts it."""
        columns = {**_QUESTION_COLUMNS, "added_by": "text"}
        self._session.copy("staged_questions", columns, [(*_question_row(question, batch_id), added_by)])

    def questions(self, document_ids: Ids) -> dict[DocumentId, list[StagedQuestion]]:
        found: dict[DocumentId, list[StagedQuestion]] = {document_id: [] for document_id in document_ids}
        for row in self._session.all("staged_questions", document_ids=list(document_ids)):
            found[row["document_id"]].append(
                StagedQuestion(
                    row["question_id"],
                    row["document_id"],
                    row["chunk_id"],
                    row["question"],
                    row["answer"],
                    row["statement"],
                    tuple(map(Span.from_json, row["evidence"])),
                    row["evidence_match"],
                    row["generator"],
                    row["status"],
                    LeftOut(row["left_out_reason"]) if row["left_out_reason"] else None,
                    row["own_words"],
                )
            )
        return found

    def trigrams(self, texts: Sequence[str]) -> list[list[str]]:
        """The trigrams of each text, as pg_trgm makes them."""
        return self._session.column("trigrams", texts=list(texts))

    def lock_matching(self, realm_ids: Sequence[RealmId]) -> None:
        """Compare, revive, publish or decide one at a time for each user, to the end of the transaction.

        Taken after the locks of a bank's batch and of jobs that are one's own or wait for a person, and before any
        other: of documents, of jobs at rest, of staged and published rows.
        """
        if realm_ids:
            self._session.execute("lock_matching", realm_ids=list(realm_ids))

    def lock_matching_of(self, document_ids: Ids) -> None:
        """The same lock for the documents' users."""
        rows = self._session.all("users_of_documents", document_ids=list(document_ids))
        self.lock_matching([row["realm_id"] for row in rows])

    def lock_matching_of_staged(self, document_ids: Ids) -> None:
        """The same lock for the users of those that have staged facts already: others may be changing them."""
        rows = self._session.all("users_with_staged", document_ids=list(document_ids))
        self.lock_matching([row["realm_id"] for row in rows])

    def spend(self, usages: Mapping[QuestionId, Usage]) -> None:
        """Record what embedding staged questions cost, with their document's fact generation or with their bank."""
        values = usages.values()
        for name in ("spend_on_documents", "spend_on_banks"):
            self._session.execute(
                name,
                question_ids=list(usages),
                input_tokens=[usage.input_tokens for usage in values],
                output_tokens=[usage.output_tokens for usage in values],
                costs=[usage.cost_usd for usage in values],
            )

    def to_match(self, document_ids: Ids, *, again: bool = False) -> list[Matchable]:
        """The documents' facts that were never compared; with ``again`` all that stand."""
        rows = self._session.all("questions_to_match", document_ids=list(document_ids), again=again)
        return [matchable(row) for row in rows]

    def exact_duplicates(self, new: NewRows, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Counterpart]:
        """Earlier rows with one of these ``match_sha256``, in a language that may be the same as the key's."""
        hashes, languages = [key for key, _ in keys], [language for _, language in keys]
        rows = self._session.all("exact_duplicates", keys=hashes, of_keys=languages, **_besides(new))
        # what is published comes last, and so stands
        return {(row["key"], row["language"]): Counterpart(row["question_id"], row["is_staged"]) for row in rows}

    def asked_before(self, question_ids: Sequence[QuestionId]) -> list[AskedBefore]:
        """Questions of other banks, published or standing, in the same letters and digits as these."""
        return self._session.rows(AskedBefore, "asked_before", question_ids=list(question_ids))

    def comparable(self, new: NewRows) -> Iterator[SignatureTable]:
        """All that was there before, in blocks. Nothing else may be asked meanwhile."""
        blocks = self._session.stream_packed("signatures", _SIGNATURE, _SIGNATURE_BLOCK, **_besides(new))
        return map(_signature_table, blocks)

    def comparable_sketches(self, new: NewRows, *, model: str, version: str, dims: int) -> Iterator[SignatureTable]:
        # PostgreSQL's wire of a bit string: its length, the bits in whole bytes
        """The same with sketches of the vectors of this model."""
        row = np.dtype([*_SIGNATURE.descr, ("_length", ">i4"), ("sketch", "u1", (sketch_bytes(dims),))])
        blocks = self._session.stream_packed(
            "comparable_sketches",
            row,
            _SIGNATURE_BLOCK,
            model=model,
            version=version,
            dims=dims,
            **_besides(new),
        )
        return map(_signature_table, blocks)

    def cosines(
        self,
        vectors: Vectors,
        rows: npt.NDArray[np.int32],
        ids: npt.NDArray[np.void],
        staged: npt.NDArray[np.bool_],
        *,
        model: str,
        version: str,
    ) -> npt.NDArray[np.float32]:
        """Of pairs: vector ``rows[i]`` of ``vectors`` and that of the row ``ids[i]``; NaN where that has none."""
        found = np.full(len(rows), np.nan, dtype=np.float32)
        # no vector, no cosine; in the order of their keys, which are near each other in the index then
        has_vector = np.any(vectors != 0, axis=1)
        known = np.flatnonzero(has_vector[rows])
        known = known[np.argsort(np.ascontiguousarray(ids[known]).view(">u8")[::2], kind="stable")]
        for start in range(0, len(known), _COSINES_AT_A_TIME):
            asked = known[start : start + _COSINES_AT_A_TIME]
            own, places = np.unique(rows[asked], return_inverse=True)
            blocks = self._session.stream_packed(
                "cosines",
                _COSINE,
                _COSINES_AT_A_TIME,
                vectors=list(vectors[own]),
                # PostgreSQL's words for arrays: far quicker to make than their elements one by one
                places=_array_of_ints(places),
                ids="{" + ids[asked].tobytes().hex(",", 16) + "}",
                staged=_array_of_ints(staged[asked].astype(np.int8)),
                model=model,
                version=version,
            )
            for block in blocks:
                found[asked[block["pair"]]] = block["cosine"]
        return found

    def compared_texts(self, question_ids: Sequence[QuestionId]) -> dict[QuestionId, Compared]:
        """Text and answer of rows, staged or published."""
        rows = self._session.all("compared_texts", question_ids=list(question_ids))
        return {
            row["question_id"]: Compared(row["match_text"], row["answer"], row["language"], row["own_words"])
            for row in rows
        }

    def similarities(
        self, pairs: Sequence[tuple[QuestionId, QuestionId]], threshold: float
    ) -> dict[tuple[QuestionId, QuestionId], Similar]:
        rows = self._session.all(
            "pair_similarity",
            staged_ids=[staged for staged, _ in pairs],
            existing_ids=[existing for _, existing in pairs],
            threshold=threshold,
        )
        return {
            (row["staged_id"], row["existing_id"]): Similar(
                row["score"],
                *comparable_texts(row["staged_text"], row["staged_own"], row["existing_text"], row["existing_own"]),
            )
            for row in rows
            if may_be_one(row["staged_language"], row["existing_language"])
        }

    def record_pairs(self, pairs: Sequence[Pair], document_ids: Ids) -> None:
        """Store the pairs, apply what is decided, and mark the documents' batches as compared."""
        if pairs:
            record_pairs(self._session, pairs)
            record_pairs(self._session, self._undecided_of_copies([pair for pair in pairs if pair.existing_is_staged]))
            self._session.execute("apply_resolutions", document_ids=list(document_ids))
        self._session.execute("mark_matched", document_ids=list(document_ids))

    def _undecided_of_copies(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Pairs that wait for a decision in another document, for the copies of their facts in these documents."""
        rows = self._session.all(
            "undecided_of_copies",
            staged_ids=[pair.staged for pair in pairs],
            existing_ids=[pair.existing for pair in pairs],
        )
        return [
            Pair(
                row["staged"],
                row["existing"],
                row["existing_is_staged"],
                row["similarity_score"],
                row["method"],
                reasons=row["reasons"],
            )
            for row in rows
        ]

    def settle_gone_pairs(self, realm_id: RealmId) -> tuple[set[BatchId], set[DocumentId]]:
        """Decide undecided pairs whose other end is there no more; returns the banks and the documents concerned."""
        rows = self._session.all("settle_gone_pairs", realm_id=realm_id)
        banks = {row["batch_id"] for row in rows if row["batch_id"]}
        return banks, {row["document_id"] for row in rows if row["document_id"]}

    def keep_both_within(self, document_ids: Ids) -> None:
        """Keep both facts of every undecided pair that is of one and the same document."""
        self._session.execute("keep_both_within", document_ids=list(document_ids))

    def undecided(self, document_ids: Ids) -> dict[DocumentId, int]:
        return self._session.mapping("undecided_counts", document_ids=list(document_ids))

    def substitutes(self, document_ids: Ids) -> set[QuestionId]:
        """Facts left out for a copy that is only staged: published, if the document is before that copy."""
        return set(self._session.column("substitutes", document_ids=list(document_ids)))

    def replaced_within(self, document_ids: Ids) -> set[QuestionId]:
        """Facts in whose place a reviewer put another fact of the same document."""
        return set(self._session.column("replaced_within", document_ids=list(document_ids)))

    def settle_replaced_within(self, document_ids: Ids) -> int:
        """Make those facts duplicates of what replaces them: they leave with the next publication."""
        return self._session.execute("settle_replaced_within", document_ids=list(document_ids))

    def differing(self, document_ids: Ids) -> dict[DocumentId, list[Differing]]:
        """Staged facts with what production says with other numbers, denied, or to the same question, by document.

        Not with what a person has judged.
        """
        found: dict[DocumentId, list[Differing]] = {document_id: [] for document_id in document_ids}
        for row in self._session.all("differ_from_published", document_ids=list(document_ids)):
            found[row["document_id"]].append(Differing(**row))
        return found

    def to_decide(self, document_ids: Ids) -> dict[DocumentId, int]:
        """The number of facts whose confidence asks for a person, by document; only documents with such facts."""
        return self._session.mapping("facts_to_decide", document_ids=list(document_ids))

    def approve_pending(self, document_ids: Ids, *, by: UserId | None, notes: str) -> int:
        """Approve what waits. Without a person (``by`` None), what one was to be asked about is left out instead."""
        if by is None:
            self._session.execute("leave_unasked_out", document_ids=list(document_ids))
        return self._session.execute("approve_pending", document_ids=list(document_ids), by=by, notes=notes)

    def reject(self, document_id: DocumentId, *, by: UserId, notes: str) -> int:
        """Reject all facts that are not rejected yet, with their document."""
        return self._session.execute("reject_questions", document_id=document_id, by=by, notes=notes)

    def revive_orphans(self, realm_ids: Sequence[RealmId]) -> list[JobId]:
        """Facts left out as duplicates of what is no longer there wait again; returns the jobs to restart."""
        rows = self._session.all("orphans_at_rest", realm_ids=list(realm_ids))
        if rows:
            orphans = [row["question_id"] for row in rows if row["is_orphan"]]
            self._session.execute("revive_questions", question_ids=orphans)
            self._session.execute("unmatch_documents", document_ids=[row["document_id"] for row in rows])
        return list(dict.fromkeys(row["job_id"] for row in rows))

    def compared_since(self, document_ids: Ids) -> set[DocumentId]:
        """Documents that ended unpublished and whose facts must be compared again before they go on."""
        return set(self._session.column("compared_since", document_ids=list(document_ids)))

    def compare_again(self, document_ids: Ids) -> None:
        """Let the documents' facts be compared anew: those published before, and those left out for what has gone."""
        ids = list(document_ids)
        rows = self._session.all("orphans_of_documents", document_ids=ids)
        self._session.execute("revive_questions", question_ids=[row["question_id"] for row in rows])
        self._session.execute("approve_withdrawn", document_ids=ids)
        self._session.execute("unmatch_documents", document_ids=ids)

    def reopen(self, document_id: DocumentId) -> int:
        """Facts that were rejected with their document wait for a decision again."""
        return self._session.execute("reopen_questions", document_id=document_id)
