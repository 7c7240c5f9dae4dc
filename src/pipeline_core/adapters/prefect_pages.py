"""Addresses of Prefect's own pages, as browsers reach them."""

from collections.abc import Mapping
from urllib.parse import urlsplit


def pages_of(environment: Mapping[str, str]) -> str:
    """Return where Prefect's pages begin; "" if it is not known."""
    api = environment.get("PREFECT_API_URL", "")
    url = (environment.get("PREFECT_UI_URL") or api.removesuffix("/").removesuffix("/api")).rstrip("/")
    # a login in it is not for browsers
    return url if url.startswith(("http://", "https://")) and "@" not in url else ""


def run_page(pages: str, flow_run_id: object) -> str:
    """Return the page of a run.

    Of a server it is that of the newer pages: where a login is asked for they come back to the run after it. The older
    ones end on "Page not found".
    """
    is_cloud = (urlsplit(pages).hostname or "").endswith("prefect.cloud")
    version = "" if is_cloud or pages.endswith("/v2") else "/v2"
    return f"{pages}{version}/runs/flow-run/{flow_run_id}"
