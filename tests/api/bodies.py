"""A body for each endpoint that takes one."""

from typing import Any
from uuid import uuid4

from tests.support.paths import SAMPLES

BANK = (SAMPLES / "question_bank.md").read_bytes()


BODIES: dict[str, Any] = {
    "review_batch": {"decision": "approve"},
    "revert_document": {"version": 1, "reason": "It was right as it was."},
    "review_facts": {"decision": "approve", "matching": {}},
    "resolve_duplicate": {"resolution": "keep_both"},
    "override_validation": {"reason": "a reason that is long enough"},
    "create_webhook": {"url": "https://example.org/hook", "events": ["job.done"]},
    "add_source": {"name": "site", "uri": "https://example.org/sitemap.xml"},
    "change_source": {"every": "PT1H"},
    "sync_source": {"dry_run": True},
    "decide_vanishing": {"decision": "refused"},
    "change_webhook": {"enabled": True},
    "change_fact": {"status": "rejected"},
    "change_question": {"answer": "Another."},
    "resolve_batch": {"resolution": "keep_both"},
    "change_batch": {"notes": "Only the first section."},
    "open_questions": {"question_ids": [str(uuid4())]},
    "open_facts": {"question_ids": [str(uuid4())]},
    "rename_realm": {"name": "other"},
    "put_member": {"role": "reader"},
    "withdraw_documents": {"document_ids": [str(uuid4())], "reason": "It was sent by mistake.", "dry_run": True},
    "erase": {"whole_realm": True, "dry_run": True},
    "move_document": {"to": "personal"},
    "add_fact": {"chunk_id": str(uuid4()), "spans": [{"char_from": 0, "char_to": 1}]},
}
