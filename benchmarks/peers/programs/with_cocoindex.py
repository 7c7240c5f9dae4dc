"""CocoIndex: files, split, embedded, into a table of PostgreSQL; each file's function is remembered."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

os.environ["COCOINDEX_DISABLE_USAGE_TRACKING"] = "1"

import cocoindex as coco
import numpy as np
import protocol
from cocoindex.connectors import localfs, postgres
from cocoindex.ops.text import RecursiveSplitter
from cocoindex.resources.file import FileLike, PatternFilePathMatcher
from cocoindex.resources.schema import VectorSchema
from local_embedder import DIMENSIONS, LocalEmbedder
from numpy.typing import NDArray

_POOL = coco.ContextKey("pool")
_MODEL = LocalEmbedder()
_SPLITTER = RecursiveSplitter()


@dataclass
class Chunk:
    """A row."""

    document: str
    position: int
    text: str
    vector: Annotated[NDArray[np.float32], VectorSchema(dtype=np.dtype(np.float32), size=DIMENSIONS)]


@coco.fn(memo=True)
async def index_file(file: FileLike, table: postgres.TableTarget[Chunk], size: int) -> None:
    text = await file.read_text()
    texts = [chunk.text for chunk in _SPLITTER.split(text, size, chunk_overlap=0, language="markdown")]
    for position, (chunk, vector) in enumerate(zip(texts, _MODEL.embed(texts), strict=True)):
        table.declare_row(row=Chunk(file.file_path.path.name, position, chunk, vector))


@coco.fn
async def index_folder(folder: str, size: int) -> None:
    schema = await postgres.TableSchema.from_class(Chunk, primary_key=["document", "position"])
    table = await postgres.mount_table_target(_POOL, "chunks", schema)
    matcher = PatternFilePathMatcher(included_patterns=["**/*.md"])
    await coco.mount_each(index_file, localfs.walk_dir(folder, path_matcher=matcher).items(), table, size)


def _get_ready(asked: protocol.Asked) -> protocol.Work:
    _MODEL.embed(["warm up"])

    @coco.lifespan
    async def lifespan(builder: coco.EnvironmentBuilder) -> AsyncIterator[None]:
        builder.settings.db_path = asked.state / "cocoindex"
        async with await postgres.create_pool(asked.database) as pool:
            builder.provide(_POOL, pool)
            yield

    app = coco.App(coco.AppConfig(name="chunks"), index_folder, folder=str(asked.files), size=asked.size)
    coco.start_blocking()

    def work() -> protocol.Counts:
        app.update_blocking()
        return {}

    return work


if __name__ == "__main__":
    protocol.run(_get_ready)
