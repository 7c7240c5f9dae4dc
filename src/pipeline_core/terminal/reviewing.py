"""Reviewing on the command line: what waits next, and the facts of what waits."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import StagedFact, WaitingJob
from pipeline_core.domain.rows.details import DocumentDetail
from pipeline_core.terminal.hints import typed
from pipeline_core.terminal.places import place
from pipeline_core.terminal.tables import short, why_it_waits

if TYPE_CHECKING:
    from pipeline_core.client import Client


def next_after(client: "Client", document_id: DocumentId, phase: int) -> WaitingJob | None:
    """Return the next document to look at: first another in the same phase, then any."""
    besides = (document_id,)
    return client.next_waiting(phase=phase, besides=besides) or client.next_waiting(besides=besides)


def print_next(console: Console, waiting: WaitingJob | None) -> None:
    if waiting is None:
        console.print("[dim]Nothing else waits for a person.[/]")
        return
    why = why_it_waits(
        at_validation=waiting.phase == 4,
        critical=waiting.critical,
        undecided=waiting.undecided,
        profile=waiting.profile,
        to_decide=waiting.facts_to_decide,
    )
    console.print(
        f"Next: [bold]{escape(waiting.filename)}[/] ({why}, "
        f"waits since {waiting.waits_since:%Y-%m-%d %H:%M})   {typed(f'review {short(waiting.job_id)}')}",
        soft_wrap=True,
    )


def next_json(waiting: WaitingJob | None) -> dict[str, Any] | None:
    return asdict(waiting) if waiting else None


def facts_to_show(client: "Client", row: DocumentDetail, *, everything: bool) -> list[StagedFact]:
    """The document's facts if they are asked for; of a deep scan that waits, at least those that are new."""
    new = row.profile == "deep" and row.state == "awaiting_review"
    if not (everything or new):
        return []
    found = client.facts(row.document_id)
    return found if everything else [fact for fact in found if fact.status == "pending"]


def print_facts(console: Console, facts: Sequence[StagedFact]) -> None:
    """Every fact with its id, its status and its evidence."""
    for fact in facts:
        who = (("added", fact.added_by), ("edited", fact.edited_by))
        by = [f" · {what} by {escape(name)}" for what, name in who if name]
        console.print(f"[bold]{short(fact.question_id)}[/] {fact.status}{''.join(by)}  {escape(fact.title)}")
        if fact.answer is not None:
            console.print(Padding(escape(fact.answer), (0, 0, 0, 9)))
        quote = escape(" ".join(fact.quote.split()))
        at = place(fact.page, fact.page_unit, fact.heading_path)
        where = f"{at} · " if at and fact.page is None else f"{at} " if at else ""
        console.print(Padding(f"[dim]{escape(where)}{fact.match}: “{quote}”[/]", (0, 0, 0, 9)))
        if fact.confidence_words:
            console.print(Padding(f"[dim]{escape(fact.confidence_words)}[/]", (0, 0, 0, 9)), highlight=False)
