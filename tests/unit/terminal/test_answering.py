"""What a search says where it finds nothing."""

from dataclasses import replace
from uuid import UUID

import pytest
from rich.console import Console

from pipeline_core.cli.exits import Exit, of_answer
from pipeline_core.domain.ids import DocumentId, JobId
from pipeline_core.domain.rows.search import Hit, WaitingSource
from pipeline_core.domain.search import Answer
from pipeline_core.terminal.answering import not_found, print_hits
from tests.support.rows import row_of

HIT = row_of(
    Hit, kind="fact", question="Who?", answer="The tenant.", evidence="The tenant pays.", page=1, page_unit="page",
    match="exact", filename="lease.md", heading_path=[], score=0.01, words=1.0, facts=[],
)  # fmt: skip
WAITING = WaitingSource(DocumentId(UUID(int=8)), "claims-bulletin.md", JobId(UUID(int=7)), 0.9)


def test_a_hit_without_similarity_is_shown() -> None:
    console = Console(width=100, record=True)
    print_hits(console, [HIT])
    shown = console.export_text()
    assert "The tenant." in shown
    assert "similarity" not in shown


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        (Answer([HIT], [HIT], None, []), Exit.OK, ""),
        (Answer([], [], 0.25, [WAITING]), Exit.WAITING, "claims-bulletin.md may have the answer and waits for review"),
        (Answer([], [replace(HIT, similarity=0.1)], 0.25, []), Exit.NOTHING_FOUND, "0.10, less than 0.25"),
        (
            Answer([], [replace(HIT, similarity=0.3)], 0.25, []),
            Exit.NOTHING_FOUND,
            "0.30 and none of its words, less than 0.45",
        ),
        (Answer([], [], None, []), Exit.NOTHING_FOUND, "Nothing published answers this"),
    ],
)
def test_what_is_said_and_the_exit_code(answer: Answer, code: Exit, told: str) -> None:
    assert of_answer(answer) is code
    assert answer.hits or told in not_found(answer).message
    # however the command is called where the tests run
    assert " review 00000000" in not_found(answer).what_to_do or not answer.waiting
