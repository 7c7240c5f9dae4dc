"""LangChain: its indexing API (scoped full cleanup, records in PostgreSQL), into its PGVector."""

import protocol
from langchain_classic.indexes import SQLRecordManager
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.indexing import index
from langchain_postgres import PGVector
from langchain_text_splitters import Language, RecursiveCharacterTextSplitter
from local_embedder import DIMENSIONS, LocalEmbedder


class _Embeddings(Embeddings):
    def __init__(self) -> None:
        self._model = LocalEmbedder()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._model.embed(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def _get_ready(asked: protocol.Asked) -> protocol.Work:
    embeddings = _Embeddings()
    embeddings.embed_query("warm up")
    url = asked.url("psycopg")
    store = PGVector(embeddings, connection=url, collection_name="chunks", embedding_length=DIMENSIONS)
    records = SQLRecordManager("pgvector/chunks", db_url=url)
    records.create_schema()
    splitter = RecursiveCharacterTextSplitter.from_language(Language.MARKDOWN, chunk_size=asked.size, chunk_overlap=0)

    def work() -> protocol.Counts:
        documents = [Document(path.read_text("utf-8"), metadata={"source": path.name}) for path in asked.documents()]
        done = index(
            splitter.split_documents(documents),
            records,
            store,
            cleanup="scoped_full",
            source_id_key="source",
            batch_size=1000,
            key_encoder="sha256",
        )
        return {"chunks": done["num_added"] + done["num_updated"]}

    return work


if __name__ == "__main__":
    protocol.run(_get_ready)
