"""Places that members of realms may make sources of: not all that this machine, or its credentials, can read."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline_core.domain.errors import PlaceNotAllowedError, RefusedError
from pipeline_core.domain.sources import SourceKind, SourcePlace


def require_allowed(place: SourcePlace, roots: str) -> None:
    """Require that admins of realms may make a source of this place.

    Args:
        roots: The folders and S3 prefixes that they may, separated by commas. Websites are public anyway.

    Raises:
        PlaceNotAllowedError: it is in none of them.
    """
    if place.kind is SourceKind.WEB or any(_is_below(place, root) for root in _listed(roots)):
        return
    raise PlaceNotAllowedError("This place is not among those that sources may be made of here.")


def look(place: SourcePlace) -> str | None:
    """Look at a folder before anything is read: why it cannot be listed now, if that may change by itself.

    Raises:
        RefusedError: it is a file, which never is a source.
    """
    if place.kind is not SourceKind.FOLDER:
        return None
    folder = Path(_path(place.uri))
    if folder.is_file():
        raise RefusedError(
            f"{folder} is a file, and no folder.", action="Name the folder that it is in, and the file as a pattern."
        )
    return None if folder.is_dir() else f"The folder {folder} cannot be seen now: syncs fail until it is there."


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
