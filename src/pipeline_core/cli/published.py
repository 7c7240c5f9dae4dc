"""Commands on published knowledge: searching and unpublishing."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.output import complain, out, print_json
from pipeline_core.cli.wiring import connected
from pipeline_core.domain.wording import counted

commands = typer.Typer()
_PANEL = "Published knowledge"


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples(
        "pipeline search 'When is the premium due?'",
        "pipeline search 'theft police' --limit 1 --json",
        "pipeline search 'When is the premium due?' --as-of 2026-11-01",
    ),
)
def search(
    text: Annotated[str, typer.Argument(help="A question, or words.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="Maximum number of answers.")] = 5,
    mode: Annotated[
        str, typer.Option(help="hybrid (by meaning and by words), vector (by meaning) or text (by words).")
    ] = "hybrid",
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="What was published then: a day (its end, UTC) or a moment.", metavar="WHEN"),
    ] = None,
    nearest: Annotated[
        bool, typer.Option("--nearest", help="Show the nearest hits, even if none is an answer.")
    ] = False,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Search published knowledge.

    Answers are facts and passages with evidence, page and source; the first is shown in full. If nothing comes close
    enough to the question, the exit code says so. With --as-of each says in which version of its document it was
    published, from when to when, and who approved it.
    """
    from pipeline_core.cli.exits import of_answer
    from pipeline_core.domain.errors import RefusedError
    from pipeline_core.domain.moments import moment_of
    from pipeline_core.domain.search import SearchMode
    from pipeline_core.terminal.answering import not_found, print_hits, print_waiting_sources
    from pipeline_core.terminal.naming import one_of

    if not text.strip():
        raise RefusedError("There is nothing to search for.", action="Give a question, or some words.")
    chosen = one_of(SearchMode, mode, "--mode")
    with connected(realm) as client:
        answer = client.answer(text, limit=limit, mode=chosen, as_of=None if as_of is None else moment_of(as_of))
        shown = answer.nearest if nearest else answer.hits
        if as_json:
            print_json(shown)
        elif shown:
            print_hits(out, shown)
            if answer.not_reranked:
                out.print(f"Not ordered by the reranker: {answer.not_reranked}", markup=False, soft_wrap=True)
    if shown:
        if not as_json:
            print_waiting_sources(out, answer)
        return
    code, told = of_answer(answer), not_found(answer)
    if as_json:
        complain(told, code)
    else:
        out.print(f"{told.message}\n  {told.what_to_do}", markup=False, soft_wrap=True)
    raise typer.Exit(code)


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples(
        "pipeline export policy.pdf -o policy.json",
        "pipeline export policy.pdf --format jsonl | head -3",
        "pipeline export policy.pdf -o facts.csv",
    ),
)
def export(
    document: Annotated[str, typer.Argument(help="A job, document or file name.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of printing.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="json, jsonl (one record per line) or csv (facts only); default: by the extension of --output, "
            "else json.",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="As it was published then: a day (its end, UTC) or a moment.", metavar="WHEN"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --output: report as JSON what was written.")] = False,
    realm: InRealm = "",
) -> None:
    """Export a document as published.

    Writes chunks and facts with evidence, as of one moment. Acknowledges the document (phase 6) once they are written,
    unless it is of the past: --as-of writes what stood there then, be it with other content.
    """
    from pipeline_core.domain.moments import moment_of
    from pipeline_core.terminal.exporting import format_of, write

    chosen = format_of(form, output)
    with connected(realm) as client:
        exported = client.export(
            document, take=lambda whole: write(whole, chosen, output), as_of=None if as_of is None else moment_of(as_of)
        )
        if output is not None:
            facts, chunks = len(exported.facts), len(exported.chunks)
            if as_json:
                print_json({"output": str(output), "format": chosen, "facts": facts, "chunks": chunks})
            else:
                what = counted(facts, "fact") + (f" and {counted(chunks, 'chunk')}" if chosen != "csv" else "")
                out.print(f"{what} in {output}", markup=False, soft_wrap=True)
