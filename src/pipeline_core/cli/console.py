"""The review console in a browser: what is needed is started, and a link that is good once signs its reader in."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline_core.cli.app import examples
from pipeline_core.cli.output import err, out
from pipeline_core.cli.up import run_everything

if TYPE_CHECKING:
    from pipeline_core.settings import Settings

commands = typer.Typer()
_ANSWERS_WITHIN_S = 3.0


@commands.command(rich_help_panel="Set-up", epilog=examples("pipeline console", "pipeline console --no-browser"))
def console(
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
        _open(settings, browser=browser)
    else:
        run_everything(workers, lambda ours: _open(ours, browser=browser))


def address(settings: "Settings") -> str:
    """Return where people reach the pages."""
    host = f"[{settings.api_host}]" if ":" in settings.api_host.strip("[]") else settings.api_host
    return settings.api_url.rstrip("/") or f"http://{host}:{settings.api_port}"


def _is_served(settings: "Settings") -> bool:
    """Whether the API answers where the settings say that it is."""
    import httpx

    try:
        return httpx.get(f"{address(settings)}/health", timeout=_ANSWERS_WITHIN_S).status_code == 200
    except httpx.HTTPError:
        return False


def _open(settings: "Settings", *, browser: bool) -> None:
    from pipeline_core.api.console.sign_in import LINK_GOOD_S, one_time_link

    base = address(settings)
    is_local = settings.api_auth == "local"
    link = one_time_link(settings, base) if is_local else base
    # on standard output, so that a script can open it
    out.print(link, soft_wrap=True, markup=False, highlight=False)
    if is_local:
        err.print(f"The link signs in once, within {LINK_GOOD_S} seconds.", soft_wrap=True)
    if browser and _has_windows():
        import webbrowser

        webbrowser.open(link)


def _has_windows() -> bool:
    """Whether a browser would have a window: without one, Python would start a browser of the terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BROWSER"))
