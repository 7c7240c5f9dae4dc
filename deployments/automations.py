"""Make or update the automations: alerts about dead letters and old reviews, and a run of the queue by an event.

    python deployments/automations.py --webhook https://hooks.example/…    # makes the block webhook/pipeline-alerts
    python deployments/automations.py --block slack-webhook/operations     # a webhook or notification block
    python deployments/automations.py                                      # only the run by an event

``PREFECT_API_URL`` names the server. Running it again updates what is there by its name, and makes nothing twice.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from prefect.automations import AutomationCore, CallWebhook, EventTrigger, Posture, RunDeployment, SendNotification
from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound

Alert = Callable[[str, str], CallWebhook | SendNotification]
"""Makes the action from a subject and a text, both templates."""

BLOCK = "pipeline-alerts"
QUEUE = "process-queue/process-queue"
DEAD = (
    "Document {{ event.payload.filename }} is a dead letter ({{ event.payload.error_code }}): "
    "pipeline status {{ event.payload.job_id }}"
)
WAITING = (
    "{{ event.payload.count }} documents wait for a person, the first for {{ event.payload.oldest_hours|int }} hours"
)


def on(event: str, *, besides: str | None = None) -> EventTrigger:
    """Each event of this name; not those of the resource ``besides``."""
    match = ResourceSpecification({"prefect.resource.id": f"!{besides}"} if besides else {})
    return EventTrigger(expect={event}, match=match, posture=Posture.Reactive, threshold=1, within=timedelta(0))


def automations(alert: Alert | None, queue_id: UUID) -> Iterator[AutomationCore]:
    """Every automation; the alerts only if there is somewhere to send them."""
    if alert:
        yield AutomationCore(
            name="pipeline: dead letter",
            description="A document became a dead letter.",
            trigger=on("pipeline.document.deadletter"),
            actions=[alert("A document is a dead letter", DEAD)],
        )
        yield AutomationCore(
            name="pipeline: reviews wait",
            description="Documents have waited for a person longer than UPLOAD_PIPELINE_REVIEW_ALERT_H.",
            trigger=on("pipeline.review.waiting"),
            actions=[alert("Documents wait for a person", WAITING)],
        )
    yield AutomationCore(
        name="pipeline: process what was uploaded",
        description="The event pipeline.upload of another program starts a run of process-queue.",
        # the pipeline's own come beside a run that it has asked for itself
        trigger=on("pipeline.upload", besides="pipeline.queue"),
        actions=[RunDeployment(source="selected", deployment_id=queue_id, parameters=None)],
    )


def alert_by(block_id: UUID, *, webhook: bool) -> Alert:
    """A webhook gets JSON with ``subject``, ``text`` and the event's payload; a notification block its own kind."""

    def call(subject: str, text: str) -> CallWebhook:
        rendered = f"{{% set text %}}{text}{{% endset %}}"
        told = (
            f'{{"subject": "{subject}", "text": {{{{ text|string|tojson }}}}, "event": {{{{ event.payload|tojson }}}}}}'
        )
        return CallWebhook(block_document_id=block_id, payload=rendered + told)

    def notify(subject: str, text: str) -> SendNotification:
        return SendNotification(block_document_id=block_id, subject=subject, body=text)

    return call if webhook else notify


def put(client: SyncPrefectClient, wanted: AutomationCore) -> str:
    """Make it, or update the one of its name; whether it is switched on stays as people left it."""
    there = client.read_automations_by_name(wanted.name)
    if not there:
        client.create_automation(wanted)
        return f"made: {wanted.name}"
    wanted.enabled = there[0].enabled
    client.update_automation(there[0].id, wanted)
    return f"updated: {wanted.name}"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--webhook", metavar="URL", help="where alerts are posted; kept in a block of its own")
    where.add_argument("--block", metavar="TYPE/NAME", help="a block that is there, such as slack-webhook/operations")
    given = parser.parse_args(arguments)
    if given.webhook:
        Webhook(url=given.webhook).save(BLOCK, overwrite=True)
    block = given.block or (f"webhook/{BLOCK}" if given.webhook else None)
    with get_client(sync_client=True) as client:
        try:
            queue_id = client.read_deployment_by_name(QUEUE).id
        except ObjectNotFound:
            parser.error(f"There is no deployment {QUEUE}: `pipeline deploy` makes it.")
        alert = None
        if block:
            kind, _, name = block.partition("/")
            try:
                block_id = client.read_block_document_by_name(name, kind).id
            except ObjectNotFound:
                parser.error(f"There is no block {block}: `prefect block ls` lists those that are there.")
            alert = alert_by(block_id, webhook=kind == "webhook")
        for wanted in automations(alert, queue_id):
            print(put(client, wanted))
    if alert is None:
        print("No alerts were made or changed: give their target with --webhook or --block.")


if __name__ == "__main__":
    main()
