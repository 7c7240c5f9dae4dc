"""LlamaIndex: an IngestionPipeline with a document store (upserts), into PGVectorStore."""

import protocol
from llama_index.core import SimpleDirectoryReader
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.ingestion import DocstoreStrategy, IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.vector_stores.postgres import PGVectorStore
from local_embedder import DIMENSIONS, LocalEmbedder

_MODEL = LocalEmbedder()


class _Embedding(BaseEmbedding):
    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return _MODEL.embed(texts).tolist()

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def _get_ready(asked: protocol.Asked) -> protocol.Work:
    embedding = _Embedding(embed_batch_size=512)
    embedding.get_text_embedding("warm up")
    splitter = SentenceSplitter(chunk_size=asked.size, chunk_overlap=0)
    splitter.split_text("Warm up. It loads its tokenizer.")
    store = PGVectorStore(
        connection_string=asked.url("psycopg2"),
        async_connection_string=asked.url("asyncpg"),
        table_name="chunks",
        schema_name="public",
        embed_dim=DIMENSIONS,
    )
    pipeline = IngestionPipeline(
        transformations=[splitter, embedding],
        docstore=SimpleDocumentStore(),
        vector_store=store,
        docstore_strategy=DocstoreStrategy.UPSERTS,
    )
    kept = asked.state / "pipeline"
    if kept.exists():
        pipeline.load(str(kept))

    def work() -> protocol.Counts:
        documents = SimpleDirectoryReader(str(asked.files), filename_as_id=True, required_exts=[".md"]).load_data()
        return {"chunks": len(pipeline.run(documents=documents))}

    # what it keeps for the next run is written when the rows can be read
    protocol.after(lambda: pipeline.persist(str(kept)))
    return work


if __name__ == "__main__":
    protocol.run(_get_ready)
