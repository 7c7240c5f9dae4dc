"""Static files of the console: read once, served under a name that changes with them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathParam
from starlette.responses import Response

from pipeline_core.domain.errors import NotFoundError

_FOLDER = Path(__file__).with_name("static")
_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
}
"""Served kinds of file; others in the folder, such as licences, are not."""
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Assets:
    """The files by their path below the folder, and one digest of them all."""

    files: Mapping[str, bytes]
    version: str

    def url(self, path: str) -> str:
        """Return the address of a file.

        Raises:
            KeyError: there is none.
        """
        _ = self.files[path]
        return f"/static/{self.version}/{path}"


@cache
def assets() -> Assets:
    """Return the files as they were when first asked for."""
    found = {
        path.relative_to(_FOLDER).as_posix(): path.read_bytes()
        for path in sorted(_FOLDER.rglob("*"))
        if path.suffix in _TYPES
    }
    digest = hashlib.sha256()
    for name, data in found.items():
        digest.update(name.encode() + b"\0" + data)
    return Assets(found, digest.hexdigest()[:16])


router = APIRouter(include_in_schema=False)


@router.get("/static/{version}/{path:path}", name="console_asset")
def console_asset(version: str, path: Annotated[str, PathParam(max_length=100)]) -> Response:
    """Serve a file to anybody; under a version that is not this one's it must not be kept."""
    known = assets()
    if path not in known.files:
        raise NotFoundError(f"There is no file {path}.")
    kept = _FOR_EVER if version == known.version else "no-cache"
    return Response(
        known.files[path], media_type=_TYPES[Path(path).suffix], headers={"Cache-Control": kept, "Vary": "Accept"}
    )
