"""The review console in a browser: what is needed is started, and a link that is good once signs its reader in."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline_core.cli.app import examples
from pipeline_core.cli.output import err, out
from pipeline_core.cli.up import run_everything
from pipeline_core.cli.wiring import connected
from pipeline_core.domain.lifecycle import REVIEW_PAGES, JobState

if TYPE_CHECKING:
    from pipeline_core.bootstrap import Pipeline
    from pipeline_core.client import Client
    from pipeline_core.settings import Settings

commands = typer.Typer()
_ANSWERS_WITHIN_S = 3.0


@commands.command(
    rich_help_panel="Set-up",
    epilog=examples("pipeline console", "pipeline console policy.pdf", "pipeline console --no-browser"),
)
def console(
    document: Annotated[
        str | None, typer.Argument(help="Open the page of this document: its name, or an id of it.", show_default=False)
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the pages, or only print their address.")
    ] = True,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Number of workers, if everything is to be started.")] = 2,
) -> None:
    """Open the review console in the browser, signed in.

    If nothing serves it yet, everything is started as by `pipeline up`, and runs until Ctrl-C. The link signs in
    whoever opens it first, within a minute; where tokens are made by an issuer, the pages ask for one.
    """
    from pipeline_core.settings import load_settings

    settings = load_settings()
    if _is_served(settings):
        with connected() as client:
            page = _page_of(client, document)
        _open(settings, page, browser=browser)
    else:
        run_everything(workers, lambda app_: _open(settings, _page_of(_over(app_), document), browser=browser))


def _over(app_: "Pipeline") -> "Client":
    from pipeline_core.client import Client

    return Client(app=app_)


def _page_of(client: "Client", document: str | None) -> str:
    """The path on which the document is decided, or else looked at.

    Raises:
        NotFoundError: there is no such document.
    """
    if document is None:
        return "/"
    row = client.details(document)
    return (REVIEW_PAGES[row.phase] if row.state == JobState.AWAITING_REVIEW else "/jobs/{}").format(row.job_id)


def address(settings: "Settings") -> str:
    """Return where people reach the pages."""
    host = f"[{settings.api_host}]" if ":" in settings.api_host.strip("[]") else settings.api_host
    return settings.api_url.rstrip("/") or f"http://{host}:{settings.api_port}"


def _is_served(settings: "Settings") -> bool:
    """Return whether the API answers where the settings say that it is."""
    import httpx

    try:
        return httpx.get(f"{address(settings)}/health", timeout=_ANSWERS_WITHIN_S).status_code == 200
    except httpx.HTTPError:
        return False


def _open(settings: "Settings", page: str, *, browser: bool) -> None:
    from pipeline_core.api.console.sign_in import LINK_GOOD_S, one_time_link

    base = address(settings)
    is_local = settings.api_auth == "local"
    link = one_time_link(settings, base, page) if is_local else base + page
    # on standard output, so that a script can open it
    out.print(link, soft_wrap=True, markup=False, highlight=False)
    if is_local:
        err.print(f"The link signs in once, within {LINK_GOOD_S} seconds.", soft_wrap=True)
    if browser and _has_windows():
        import webbrowser

        webbrowser.open(link)


def _has_windows() -> bool:
    """Return whether a browser would have a window: without one, Python would start a browser of the terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BROWSER"))
