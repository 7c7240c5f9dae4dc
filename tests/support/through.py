"""Taking documents through the stages without Prefect, as the flow does."""

from collections.abc import Sequence
from pathlib import Path

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.services.intake import Received, Upload
from pipeline_core.services.run_stage import StageReport

MANUAL = """# Boiler manual

## Safety

The boiler must be serviced once every 12 months by a certified engineer.
The pressure relief valve opens at 3 bar and protects the vessel from bursting.

## Operation

Members of staff must switch the boiler off before they clean the burner.
The thermostat keeps the water at 65 degrees during the heating season.
"""


def receive(app: Pipeline, *files: Path | Upload) -> Received:
    return app.intake.receive(files, realm_id=app.realm_id)


def upload(name: str = "manual.md", text: str = MANUAL, source: str | None = None) -> Upload:
    return Upload(name, text.encode(), source)


def needs_work(app: Pipeline, received: Received) -> list[DocumentId]:
    needed = app.find_work(list(received.documents), correlation_id=received.correlation_id)
    return needed.run


def through(
    app: Pipeline, document_ids: Sequence[DocumentId], *, until: StageName | None = None
) -> tuple[WorkBatch, dict[StageName, StageReport]]:
    """Claim and run every stage up to ``until`` (inclusive); returns what is left and each stage's report."""
    batch = app.claim(document_ids)
    with app.claim.released(batch):
        return app.run_through(batch, until=until)


def publish(app: Pipeline, *files: Path | Upload) -> list[DocumentId]:
    """Take files in and through everything."""
    received = receive(app, *files)
    through(app, needs_work(app, received))
    return list(received.documents)
