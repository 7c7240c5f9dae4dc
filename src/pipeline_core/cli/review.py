"""Review: what waits for a person, and the decision."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.output import out, print_json
from pipeline_core.cli.processing import go_on
from pipeline_core.cli.wiring import ask_name, connected
from pipeline_core.domain.lifecycle import JobState

if TYPE_CHECKING:
    from pipeline_core.client import Client

commands = typer.Typer()


@commands.command(
    rich_help_panel="Documents",
    epilog=examples(
        "pipeline review",
        "pipeline review bulletin.md",
        "pipeline review bulletin.md override --reason 'The second amount is next year’s.'",
        "pipeline review second.md resolve --pair 1a2b3c4d --as keep_both",
        "pipeline review manual.md undo --fact 1a2b3c4d",
        "pipeline review manual.md edit --fact 1a2b3c4d --answer 'Once every 12 months.'",
        "pipeline review manual.md add --words 'serviced once every 12 months' --statement 'Service is due yearly.'",
    ),
)
def review(
    job: Annotated[str | None, typer.Argument(help="A job, document or file name (default: all that wait).")] = None,
    decision: Annotated[
        str | None,
        typer.Argument(
            help="approve, reject, return, override; keep (whose file has vanished); edit, add (a fact), resolve (a "
            "pair), undo."
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option(help="Reason for the decision; an override needs at least 10 characters.")
    ] = "",
    duplicates: Annotated[
        str | None, typer.Option(help="keep_existing, replace_existing, keep_both or not_duplicate.")
    ] = None,
    fact: Annotated[
        list[str] | None, typer.Option(help="With approve, reject, edit, undo: only this fact (repeatable).")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="With approve: exactly these facts; every other undecided one is rejected (repeatable)."),
    ] = None,
    question: Annotated[str | None, typer.Option(help="With edit, add: the fact's question.")] = None,
    answer: Annotated[str | None, typer.Option(help="With edit, add: the fact's answer.")] = None,
    statement: Annotated[str | None, typer.Option(help="With edit, add: the fact's statement.")] = None,
    no_question: Annotated[
        bool,
        typer.Option("--no-question", help="With edit: remove the question and the answer, and keep the statement."),
    ] = False,
    words: Annotated[
        list[str] | None,
        typer.Option(help="With add: words that prove the fact, exactly as in the source (repeatable)."),
    ] = None,
    chunk: Annotated[str | None, typer.Option(help="With add: the chunk that contains the words.")] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(help="With add: characters of the chunk, FROM-TO, instead of --words (repeatable)."),
    ] = None,
    pair: Annotated[str | None, typer.Option(help="With resolve, undo: the pair of near-duplicates.")] = None,
    resolution: Annotated[
        str | None, typer.Option("--as", help="With resolve: the resolution, as for --duplicates.")
    ] = None,
    next_: Annotated[bool, typer.Option("--next", help="Show the document that has waited longest.")] = False,
    facts: Annotated[bool, typer.Option("--facts", help="Show the document's facts, with ids and evidence.")] = False,
    start: Annotated[bool, typer.Option("--run/--no-run", help="Let the document continue now.")] = True,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Show what waits for a person, and decide.

    A decision concerns a document, a single fact or a pair of near-duplicates; docs/review.md explains each one.
    """
    from pipeline_core.domain.review import OfDocument
    from pipeline_core.terminal import reviewing
    from pipeline_core.terminal.actions import Typed, carry_out, new_words
    from pipeline_core.terminal.sources import print_sources_waiting

    with connected(realm) as client:
        waiting = client.next_waiting() if next_ else None
        wanted = waiting.job_id if waiting else None if next_ else job
        if wanted is None:
            _list_waiting(client, as_json=as_json, nothing={} if next_ else [])
            return
        row = client.details(wanted)
        if decision is None:
            found = reviewing.facts_to_show(client, row, everything=facts)
            if as_json:
                print_json({**row, "facts_staged": [fact.as_json() for fact in found]} if facts else row)
                return
            reviewing.print_review(out, row, everything=facts)
            print_sources_waiting(out, client.vanished(document=row.document_id), [])
            reviewing.print_facts(out, found)
            return
        changes = new_words(question, answer, statement, no_question=no_question)
        pairs = [pair] if pair else []
        typed = Typed(
            decision, reason, fact or (), only, changes, pairs, resolution or duplicates,
            words=words or (), chunk=chunk, at=at or (),
        )  # fmt: skip
        ask_name(client, as_json=as_json)
        decided = carry_out(client, OfDocument(row.document_id), typed)
        others = [one for one in decided.to_run if one != row.document_id]
        upcoming = reviewing.next_after(client, row.document_id, row.phase)
        if not as_json:
            out.print(f"{row.filename}: {decided.message}.", markup=False)
        try:
            go_on(
                client, row.document_id, start=start and bool(decided.to_run), as_json=as_json,
                more={"next": reviewing.next_json(upcoming)}, others=others,
            )  # fmt: skip
        finally:
            if not as_json:
                reviewing.print_next(out, upcoming)


def _list_waiting(client: "Client", *, as_json: bool, nothing: object) -> None:
    """Everything that waits, however much it is: documents, newest first, what has vanished, and sources."""
    from pipeline_core.terminal.sources import print_sources_waiting, source_json
    from pipeline_core.terminal.tables import print_waiting

    rows = client.newest(states=[JobState.AWAITING_REVIEW], limit=None)
    vanished = [one for one in client.vanished() if one.asks]
    sources = [one for one in client.sources() if one.waits]
    if as_json:
        gone = [{"kind": "vanished", **one} for one in vanished]
        away = [{"kind": "source", **source_json(one)} for one in sources]
        print_json([*rows, *gone, *away] or nothing)
        return
    if rows:
        print_waiting(out, rows)
    print_sources_waiting(out, vanished, sources)
    if not (rows or vanished or sources):
        out.print("Nothing waits for a person.")
