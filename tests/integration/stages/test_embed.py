"""Vectors on their way into production: in half precision, and in the cache only where they cost something."""

from collections.abc import Callable

import numpy as np

from pipeline_core.bootstrap import Pipeline
from pipeline_core.ports.embedder import Instant
from tests.support.through import publish, upload

MakePipeline = Callable[..., Pipeline]


def test_what_is_published_has_its_own_vector_and_none_of_a_passage_is_cached(make_pipeline: MakePipeline) -> None:
    app = make_pipeline()
    assert isinstance(app.embedders.active(), Instant)
    publish(app, upload("manual.md"))
    with app.open_uow() as uow:
        query = uow.session.connection.execute
        said = query(
            "SELECT text, embedding FROM document_chunks UNION ALL "
            "SELECT fact_text(question, answer, statement), embedding FROM all_questions"
        ).fetchall()
        cached = query("SELECT count(*) FROM embedding_cache JOIN document_chunks USING (content_sha256)").fetchone()
        read_in = query("SELECT words_language FROM documents").fetchone()
    right = app.embedders.active().embed([text for text, _ in said]).vectors
    assert len(said) > 1
    assert np.allclose([vector.to_numpy() for _, vector in said], right, rtol=1e-3, atol=1e-6)
    assert cached == (0,)
    assert read_in == ("en",)
