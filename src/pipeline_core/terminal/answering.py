"""Messages where a search finds nothing, and on documents that may have the answer once they are reviewed."""

from rich.console import Console
from rich.markup import escape

from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.rows.search import WaitingSource
from pipeline_core.domain.search import WITHOUT_WORDS, Answer
from pipeline_core.terminal.hints import typed
from pipeline_core.terminal.tables import short


def not_found(answer: Answer) -> NotFoundError:
    """Why there is no answer, and what to do: review what may have it, or look at what comes nearest."""
    if answer.waiting:
        return NotFoundError(
            f"Nothing published answers this. {_may_have_it(answer.waiting[0])}.", action=_review(answer.waiting[0])
        )
    if answer.floor is None or answer.similarity is None:
        return NotFoundError("Nothing published answers this.", action="`pipeline status` shows what is published.")
    least = answer.floor if answer.similarity < answer.floor else answer.floor + WITHOUT_WORDS
    without = "" if least == answer.floor else " and none of its words"
    return NotFoundError(
        f"Nothing published answers this: the nearest has a similarity of {answer.similarity:.2f}{without}, less than "
        f"{least:.2f}.",
        action="Rephrase the question, or see the nearest hits with `--nearest`.",
    )


def print_waiting_sources(console: Console, answer: Answer) -> None:
    """Print the waiting documents that may have a better answer."""
    for waiting in answer.waiting:
        console.print(
            f"[yellow]●[/] {escape(_may_have_it(waiting))}: {_review(waiting)}", highlight=False, soft_wrap=True
        )


def _may_have_it(waiting: WaitingSource) -> str:
    return f"{waiting.filename} may have the answer and waits for review"


def _review(waiting: WaitingSource) -> str:
    return typed(f"review {short(waiting.job_id)}")
