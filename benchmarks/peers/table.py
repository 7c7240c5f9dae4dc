"""The peers. A new one is a row here, a program in ``programs`` and its pinned packages in ``requirements``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True, eq=False)
class Peer:
    """Software that is measured.

    ``size`` is its splitter's setting, such that it makes about as many chunks as ours does by default. ``package`` is
    whose version is printed; ``documents``, ``chunks`` and ``repeated`` are SQL that counts what can be read,
    ``finding`` counts chunks with a text.
    """

    name: str
    program: str
    package: str
    size: int
    documents: str
    chunks: str
    repeated: str
    finding: str
    settings: Mapping[str, str] = field(default_factory=dict)
    environment: str = ""
    """The folder of its virtual environment, and the name of its requirements; empty: it runs in the project's own."""

    @property
    def key(self) -> str:
        """Its name on the command line."""
        return self.name.split(":")[0].lower().replace("ours, ", "").replace(" ", "-")

    @property
    def script(self) -> Path:
        return _HERE / "programs" / f"{self.program}.py"

    @property
    def requirements(self) -> Path:
        return _HERE / "requirements" / f"{self.environment}.txt"


_REALM = "5eed0000-0000-4000-8000-000000000016"
"""A realm of the measured documents: the one that a process warms up with is another's, and not counted."""
_IN_REALM = f"WHERE realm_id = '{_REALM}'"
_OUR_CHUNKS = "FROM upload_pipeline.document_chunks"


def _ours(name: str, **settings: str) -> Peer:
    return Peer(
        name,
        "with_ours",
        "document-pipeline",
        size=1600,
        documents=f"SELECT count(*) FROM upload_pipeline.documents {_IN_REALM} AND published_at IS NOT NULL",  # noqa: S608
        chunks=f"SELECT count(*) {_OUR_CHUNKS} {_IN_REALM}",
        repeated=f"SELECT count(*) - count(DISTINCT (document_id, char_from)) {_OUR_CHUNKS} {_IN_REALM}",
        finding=f"SELECT count(*) {_OUR_CHUNKS} {_IN_REALM} AND strpos(text, %s) > 0",
        settings={"UPLOAD_PIPELINE_REALM_ID": _REALM, **settings},
    )


OURS = _ours("ours, same work", UPLOAD_PIPELINE_FACT_GENERATOR="none")
OURS_WHOLE = _ours("ours, everything on")
_IN_CHUNKS = {
    "documents": "SELECT count(DISTINCT document) FROM chunks",
    "chunks": "SELECT count(*) FROM chunks",
    "repeated": "SELECT count(*) - count(DISTINCT (document, position)) FROM chunks",
    "finding": "SELECT count(*) FROM chunks WHERE strpos(text, %s) > 0",
}
"""Of peers whose table is ours to name."""
FLOOR = Peer(
    "floor: split, embed, COPY",
    "with_floor",
    "psycopg",
    size=1270,
    **_IN_CHUNKS,
    environment="floor",
)
LLAMA_INDEX = Peer(
    "LlamaIndex",
    "with_llama_index",
    "llama-index-core",
    size=335,
    documents="SELECT count(DISTINCT metadata_->>'file_name') FROM data_chunks",
    chunks="SELECT count(*) FROM data_chunks",
    repeated="SELECT count(*) - count(DISTINCT (metadata_->>'file_name', text)) FROM data_chunks",
    finding="SELECT count(*) FROM data_chunks WHERE strpos(text, %s) > 0",
    environment="llama_index",
)
COCOINDEX = Peer(
    "CocoIndex",
    "with_cocoindex",
    "cocoindex",
    size=1425,
    **_IN_CHUNKS,
    environment="cocoindex",
)
LANGCHAIN = Peer(
    "LangChain",
    "with_langchain",
    "langchain-core",
    size=1500,
    documents="SELECT count(DISTINCT cmetadata->>'source') FROM langchain_pg_embedding",
    chunks="SELECT count(*) FROM langchain_pg_embedding",
    repeated="SELECT count(*) - count(DISTINCT (cmetadata->>'source', document)) FROM langchain_pg_embedding",
    finding="SELECT count(*) FROM langchain_pg_embedding WHERE strpos(document, %s) > 0",
    environment="langchain",
)

PEERS = (LLAMA_INDEX, COCOINDEX, LANGCHAIN)
ALL = (FLOOR, *PEERS, OURS, OURS_WHOLE)
