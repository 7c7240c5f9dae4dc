"""Places that documents come from, one file and one row a kind."""

from collections.abc import Callable, Mapping

from pipeline_core.adapters.sources.folder import FolderReader
from pipeline_core.domain.sources import SourceKind, SourcePlace
from pipeline_core.ports.source_reader import SourceReader
from pipeline_core.settings import Settings

READERS: Mapping[SourceKind, Callable[[SourcePlace, Settings], SourceReader]] = {
    SourceKind.FOLDER: lambda place, _settings: FolderReader(place.uri, place.means),
}
"""How a source of each kind is opened; raises ``RefusedError`` where its URI is none of that kind."""
