"""The floor: a loop that splits, embeds and sends rows by binary COPY, and remembers nothing."""

from pathlib import Path

import numpy as np
import protocol
import psycopg
from local_embedder import DIMENSIONS, LocalEmbedder

_TABLE = "CREATE TABLE chunks (document text, position integer, text text, vector vector(256))"
_COPY = "COPY chunks FROM STDIN (FORMAT BINARY)"


def _get_ready(asked: protocol.Asked) -> protocol.Work:
    embedder = LocalEmbedder()
    embedder.embed(["warm up"])
    connection = psycopg.connect(asked.database)
    connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    [oid] = connection.execute("SELECT 'vector'::regtype::oid::integer").fetchone()
    connection.adapters.register_dumper(_Vector, type("Dumper", (_Dumper,), {"oid": oid}))
    connection.commit()

    def work() -> protocol.Counts:
        connection.execute("DROP TABLE IF EXISTS chunks")
        connection.execute(_TABLE)
        chunks = 0
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.set_types(["text", "int4", "text", oid])
            for path in asked.documents():
                chunks += _send(copy, path, embedder, asked.size)
        connection.commit()
        return {"chunks": chunks}

    return work


def _send(copy: psycopg.Copy, path: Path, embedder: LocalEmbedder, size: int) -> int:
    texts = list(_split(path.read_text("utf-8"), size))
    for position, (text, vector) in enumerate(zip(texts, embedder.embed(texts), strict=True)):
        copy.write_row((path.name, position, text, _Vector(vector)))
    return len(texts)


def _split(text: str, size: int) -> list[str]:
    """Blocks in order, as many together as fit."""
    chunks: list[str] = []
    for block in text.split("\n\n"):
        if chunks and len(chunks[-1]) + 2 + len(block) <= size:
            chunks[-1] += f"\n\n{block}"
        else:
            chunks.append(block)
    return chunks


class _Vector:
    """A vector in the binary form of pgvector: the number of dimensions, a zero, and big-endian floats."""

    def __init__(self, numbers: "np.ndarray") -> None:
        self.data = DIMENSIONS.to_bytes(2, "big") + b"\0\0" + numbers.astype(">f4").tobytes()


class _Dumper(psycopg.adapt.Dumper):
    format = psycopg.pq.Format.BINARY

    def dump(self, obj: _Vector) -> bytes:
        return obj.data


if __name__ == "__main__":
    protocol.run(_get_ready)
