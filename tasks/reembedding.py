"""A change of the embedding model as tasks: each step can be tried again, and goes on from the rows that are there."""

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.embedding_models import EmbeddingModel, Switched
from pipeline_core.tasks.runtime import run_logger
from pipeline_core.tasks.stage_task import retried_task


@retried_task(name="begin-reembedding")
def begin_reembedding(name: str) -> EmbeddingModel | None:
    """Make the model known; None if production is in it already."""
    model = pipeline().reembed.begin(name)
    return None if pipeline().reembed.is_active(model) else model


@retried_task(name="fill-vectors")
def fill_vectors(model: EmbeddingModel) -> int:
    """Vectors of the model for all that is published and has none, beside the live ones."""
    filled = pipeline().reembed.fill(model)
    run_logger().info("%d chunks and questions embedded by %s", filled, model.name)
    return filled


@retried_task(name="check-recall")
def check_recall(model: EmbeddingModel) -> float | None:
    """The recall of the new vectors' index, which is built for it; too little of it ends the run."""
    recall = pipeline().reembed.check(model)
    told = "searched exactly: too few for an index" if recall is None else f"{recall:.1%} of the ten nearest found"
    run_logger().info("%s: %s", model.name, told)
    return recall


@retried_task(name="switch-model")
def switch_model(model: EmbeddingModel, recall: float | None) -> Switched:
    """Production from the old model to the new one, in one transaction."""
    return pipeline().reembed.switch(model, recall)


@retried_task(name="drop-old-vectors")
def drop_old_vectors() -> None:
    """Drop the old model's indexes, and its vectors that were still waiting."""
    pipeline().reembed.clean()
