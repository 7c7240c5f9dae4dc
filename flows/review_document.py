"""review-document: a person's decision, taken in the Prefect UI as a form; then the document goes on."""

from uuid import UUID

from prefect import flow, runtime
from prefect.client.schemas.objects import State

from pipeline_core import tasks
from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.realms import via_prefect
from pipeline_core.domain.review import Reviewer
from pipeline_core.flows.decisions import require_decisions
from pipeline_core.flows.lanes import outcome_of
from pipeline_core.flows.process_document import process_document
from pipeline_core.review.decisions import Decision, Resolution, request_of


def _run_name() -> str:
    given = runtime.flow_run.parameters
    return f"{Decision(given['decision']).value} {given['document']}"


@flow(name="review-document", flow_run_name=_run_name, validate_parameters=True)
def review_document(
    document: str,
    decision: Decision,
    reason: str = "",
    duplicates: Resolution | None = None,
    approved_matches: list[UUID] | None = None,
    question_ids: list[UUID] | None = None,
    fact_ids: list[UUID] | None = None,
    reviewer: str = "",
    override_reason: str = "",
    user_id: str = "",
    version: int | None = None,
    realm_id: UUID | None = None,
    go_on: bool = True,
) -> State:
    """Decide on a document that waits for a person, and let it continue; or withdraw or revert one that is published.

    Args:
        document: The document: its job id, its document id, the unique beginning of one, or its file name.
        decision: approve lets the facts go on from matching review. override publishes despite critical
            findings. return sends the document from validation review back to matching review. reject publishes
            nothing from it. withdraw takes a published document out of production; it can be published again. revert
            lets production say again what it said in an earlier version. keep lets a document stay published whose
            file has vanished from its source.
        reason: The reason, kept with the decision. An override, a withdrawal and a reversion need at least 10
            characters.
        duplicates: With approve, the resolution of all near-duplicates that are still undecided. keep_existing leaves
            the new fact out; replace_existing withdraws the old one; keep_both and not_duplicate publish both.
        approved_matches: With approve, exactly these facts are approved and every other undecided one is rejected; an
            empty list approves none. Default: all are approved.
        question_ids: With approve, the same as approved_matches. With reject in matching review, only these facts are
            rejected, and the document keeps waiting.
        fact_ids: With approve or reject in matching review, only these facts; the document keeps waiting.
        reviewer: Your name, for the record and for other reviewers.
        override_reason: With override, the same as reason.
        user_id: The same as reviewer.
        version: With revert, the version of the document to go back to; its page lists them.
        realm_id: The id of the document's realm, needed if documents in several realms have this name.
        go_on: Process the document at once if the decision allows it. Otherwise its next run does.
    """
    app = pipeline()
    require_decisions(app.settings)
    job_id = app.views.resolve_job(RealmId(realm_id) if realm_id else None, document)
    row = app.views.job(None, job_id)
    request = request_of(
        decision,
        Reviewer(row.realm_id, user_id=app.person.user_id),
        {
            "reason": reason,
            "override_reason": override_reason,
            "duplicates": duplicates,
            "approved_matches": approved_matches,
            "question_ids": question_ids,
            "fact_ids": fact_ids,
            "reviewer": via_prefect(reviewer or user_id),
            "version": version,
        },
    )
    reporter = tasks.RunReporter(named_after=decision.value)
    reporter.begins([row.document_id])
    decided = tasks.decide(row.document_id, request)
    if go_on and decided.to_run:
        process_document(document_ids=decided.to_run, return_state=True)
    reporter.ends()
    return outcome_of([row.document_id])
