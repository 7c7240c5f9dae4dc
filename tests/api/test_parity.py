"""Whatever the command line can do to a document, a fact, a pair or a bank the HTTP API can do too."""

from collections.abc import Callable

from pipeline_core.api.app import create_app
from pipeline_core.bootstrap import Pipeline
from pipeline_core.terminal.actions import ACTIONS
from tests.api.conftest import NO_LIMITS

OF_DOCUMENTS = {
    "approve": {"approve_stage2", "change_fact", "review_facts"},
    "reject": {"reject_job", "change_fact", "review_facts"},
    "return": {"return_to_matching"},
    "override": {"override_validation"},
    "keep": {"keep_document"},
    "edit": {"change_fact"},
    "add": {"add_fact"},
    "resolve": {"resolve_duplicate"},
    "undo": {"undo_decision", "undo_fact", "undo_duplicate", "undo_last"},
}
OF_BANKS = {
    "approve": {"review_batch"},
    "reject": {"review_batch"},
    "edit": {"change_question"},
    "resolve": {"resolve_batch", "resolve_duplicate"},
    "undo": {"undo_question", "undo_duplicate"},
    "compare": {"compare_batch"},
    # the counts are read from the rows each time
    "recount": {"get_batch"},
    "import": {"import_batch"},
}
SHOWN = {
    "review": {"next_job", "list_jobs"},
    "review NAME": {"get_job", "list_document_duplicates"},
    "review NAME --facts": {"list_facts"},
    "review NAME --next": {"next_job"},
    "import-questions": {"upload_markdown"},
    "batches": {"list_batches"},
    "batches NAME": {"get_batch", "list_questions", "list_duplicates"},
    "batches NAME --history": {"batch_history", "question_history", "pair_history"},
    "status NAME": {"get_job", "document_history", "fact_history", "list_stages", "list_files", "download_file"},
    "mark": {"set_staging_status"},
    "retry": {"retry_job", "retry_all_jobs"},
    "run": {"upload_document"},
    "source": {
        *("list_sources", "add_source", "get_source", "change_source", "remove_source", "sync_source"),
        *("list_source_runs", "list_source_files", "list_vanished", "decide_vanishing"),
    },
    "withdraw": {"withdraw_document", "withdraw_documents"},
    "erase": {"erase", "get_erasure"},
    "erasures": {"list_erasures"},
    "versions": {"list_versions"},
    "diff": {"compare_versions"},
    "revert": {"revert_document"},
}
"""What the commands show, and do to documents as a whole."""


def test_every_action_of_the_command_line_has_its_request(make_pipeline: Callable[..., Pipeline]) -> None:
    assert {name for name, action in ACTIONS.items() if action.document} == OF_DOCUMENTS.keys()
    assert {name for name, action in ACTIONS.items() if action.bank} == OF_BANKS.keys()
    paths = create_app(make_pipeline(changes=NO_LIMITS)).openapi()["paths"].values()
    known = {operation["operationId"]: operation for methods in paths for operation in methods.values()}
    wanted = set().union(*OF_DOCUMENTS.values(), *OF_BANKS.values(), *SHOWN.values())
    assert wanted - known.keys() == set()
