"""Following what changes in production."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.output import out, print_json
from pipeline_core.cli.wiring import connected

if TYPE_CHECKING:
    from pipeline_core.domain.rows.feed import KnowledgeChange

commands = typer.Typer()


@commands.command(
    rich_help_panel="Published knowledge",
    epilog=examples(
        "pipeline changes", "pipeline changes --since now", "pipeline changes --cursor my-index --follow --json"
    ),
)
def changes(
    since: Annotated[
        str | None, typer.Option(help="Only what came after this mark, as it was printed; or now.", show_default=False)
    ] = None,
    cursor: Annotated[
        str | None,
        typer.Option(help="Go on where the consumer of this name has come, and remember how far it comes."),
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more, until Ctrl-C.")] = False,
    cursors: Annotated[bool, typer.Option("--cursors", help="List the consumers that have a name.")] = False,
    forget: Annotated[str | None, typer.Option(help="Forget the consumer of this name.")] = None,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Show what came to production, changed there and left it.

    In the order of each document, each change once, with the ids of its facts; for an index of your own that is to stay
    in step. The mark at the end is for the next --since. With --json and --follow there is a line each time.
    """
    from pipeline_core.terminal.changes import print_change, print_cursors, print_mark

    with connected(realm) as client:
        if forget:
            client.forget_cursor(forget)
        if cursors or forget:
            known = client.change_cursors()
            print_json(known) if as_json else print_cursors(out, known)
            return
        mark = client.mark_of_changes(cursor) if since == "now" else since
        found: list[KnowledgeChange] = []
        for page in client.pages_of_changes(since=mark, cursor=cursor, follow=follow):
            mark = page.mark.text
            if as_json and follow:
                print_json({"items": page.items, "since": mark})
            elif as_json:
                found += page.items
            else:
                for change in page.items:
                    print_change(out, change)
        if not follow:
            print_json({"items": found, "since": mark}) if as_json else print_mark(out, mark or "")
