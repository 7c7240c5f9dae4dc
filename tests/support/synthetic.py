"""Published questions made straight in PostgreSQL, as many as a test of indexes needs."""

from typing import Any
from uuid import uuid4

import numpy as np
import psycopg
from pgvector.psycopg import register_vector

from pipeline_core.db.packed_rows import half
from pipeline_core.domain.ids import RealmId

_COLUMNS = (
    "question_id, realm_id, question_type, question, answer, generator, match_text, match_sha256, match_trigrams, "
    "match_signature, embedding, embed_model, embed_version"
)
_TYPES = ["uuid", "uuid", "text", "text", "text", "text", "text", "text", "int4", "bytea", "halfvec", "text", "text"]


def unit(rows: int, dims: int, seed: int) -> np.ndarray[Any, Any]:
    """Random directions: the hardest to index, for none is near another."""
    made = np.random.default_rng(seed).standard_normal((rows, dims)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def publish_questions(
    url: str, realm_id: RealmId, vectors: np.ndarray[Any, Any], *, model: str, words: str = "question"
) -> None:
    """A question for each vector; the model becomes the active one if none is."""
    with psycopg.connect(url, options="-c search_path=upload_pipeline,public") as connection:
        register_vector(connection)
        connection.execute(
            "INSERT INTO embedding_models (embed_model, dims, is_active, activated_at) VALUES (%s, %s, true, now()) "
            "ON CONFLICT DO NOTHING",
            (model, vectors.shape[1]),
        )
        with connection.cursor().copy(f"COPY all_questions ({_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(_TYPES)
            for number, vector in enumerate(vectors):
                text = f"{words} {number} {uuid4().hex}"
                match = (text, "0" * 64, 1, bytes(64))
                copy.write_row((uuid4(), realm_id, "fact", text, "an answer", "test", *match, half(vector), model, "1"))
        connection.execute("ANALYZE all_questions")
