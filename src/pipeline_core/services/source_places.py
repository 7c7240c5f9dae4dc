"""Places that members of realms may make sources of: not all that this machine, or its credentials, can read."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline_core.domain.errors import NotPermittedError
from pipeline_core.domain.sources import SourceKind, SourcePlace


def require_allowed(place: SourcePlace, roots: str) -> None:
    """Require that admins of realms may make a source of this place.

    Args:
        roots: The folders and S3 prefixes that they may, separated by commas. Websites are public anyway.

    Raises:
        NotPermittedError: it is in none of them.
    """
    if place.kind is SourceKind.WEB or any(_is_below(place, root) for root in _listed(roots)):
        return
    raise NotPermittedError(
        "This place is not among those that sources may be made of here.",
        action="Add it with `pipeline source add` on the machine, or name it in UPLOAD_PIPELINE_SOURCE_ROOTS.",
        http_action="Ask the operator to add it, or to name it in UPLOAD_PIPELINE_SOURCE_ROOTS.",
        page_action="Ask whoever runs this installation to add it, or to allow the place.",
    )


def _is_below(place: SourcePlace, root: str) -> bool:
    if place.kind is SourceKind.S3:
        address, _, service = place.uri.partition("?endpoint=")
        of_root, _, root_service = root.partition("?endpoint=")
        return service == root_service and f"{address.rstrip('/')}/".startswith(f"{of_root.rstrip('/')}/")
    if root.startswith("s3://"):
        return False
    # links are resolved on both sides: none leads out of what is allowed
    return Path(os.path.realpath(_path(place.uri))).is_relative_to(os.path.realpath(_path(root)))


def _path(uri: str) -> str:
    return unquote(urlsplit(uri).path) if uri.startswith("file://") else str(Path(uri).expanduser())


def _listed(text: str) -> Iterator[str]:
    return (part.strip() for part in text.split(",") if part.strip())
