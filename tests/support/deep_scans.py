"""A document with more facts than the usual way finds, and its deep scan."""

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from tests.support.through import through

# more facts to a section than a chunk gives in the usual way
LONG = "# Stores\n\n" + "\n".join(
    f"## Part {n}\n\n"
    + "".join(
        f"The {what} of part {n} must be kept at {n * 7 + k} degrees in cabinet {n * 20 + k}. "
        for k, what in enumerate(["housing", "filter", "gasket", "spindle", "cover", "spring", "valve", "sensor"])
    )
    + "\n\n"
    for n in range(1, 6)
)
USUAL: dict[str, object] = {
    "duplicate_threshold": 1.0,
    "facts_per_chunk": 4,
    "validation_max_facts_per_10k_chars": 1e6,
}


def select(app: Pipeline, *document_ids: DocumentId) -> None:
    app.dual_status.set_status(document_ids, "Selected", realm_id=app.realm_id)


def scan(app: Pipeline, limit: int = 10) -> list[DocumentId]:
    """As the flow does it, without Prefect."""
    ids = app.deep_scan.claim(limit)
    through(app, ids)
    app.deep_scan.settle()
    return ids
