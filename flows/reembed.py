"""reembed: everything that is published, from one embedding model to another, while it is searched and published to."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from pipeline_core import tasks


@flow(name="reembed", flow_run_name="reembed {model}", validate_parameters=True)
def reembed(model: str) -> State:
    """Change the embedding model. Search goes on with the old one until the switch, and with the new one after it.

    A run that was stopped, however, is taken up by the next: what is embedded is not embedded again.

    Args:
        model: The new model, as `pipeline reembed` names it.
    """
    wanted = tasks.begin_reembedding(model)
    if wanted is None:
        tasks.drop_old_vectors()
        return Completed(message=f"{model} is active")
    tasks.fill_vectors(wanted)
    switched = tasks.switch_model(wanted, tasks.check_recall(wanted))
    tasks.drop_old_vectors()
    return Completed(
        message=f"{switched.chunks} chunks and {switched.questions} questions are in {model}; "
        f"publishing waited {switched.paused_s:.1f} s"
    )
