"""Places that documents come from, one file and one row a kind."""

from collections.abc import Callable, Mapping

from pipeline_core.adapters.checked_hosts import CheckedHosts
from pipeline_core.adapters.sources.folder import FolderReader
from pipeline_core.adapters.sources.s3 import S3Place, S3SourceReader
from pipeline_core.adapters.sources.web import WebPlace, WebSourceReader
from pipeline_core.adapters.sources.web_client import WebClient
from pipeline_core.domain.addresses import networks
from pipeline_core.domain.sources import SourceKind, SourcePlace
from pipeline_core.ports.source_reader import SourceReader
from pipeline_core.settings import Settings


def _s3(place: SourcePlace, settings: Settings) -> SourceReader:
    return S3SourceReader(S3Place.of(place.uri, default_endpoint=settings.s3_endpoint_url), place.means)


def _web(place: SourcePlace, settings: Settings) -> SourceReader:
    hosts = CheckedHosts(
        what="source",
        setting="UPLOAD_PIPELINE_SOURCES_ALLOW_PRIVATE",
        schemes=("https", "http"),
        allow_private=settings.sources_allow_private,
        refused=networks(settings.sources_refused_networks),
    )
    others = frozenset(host.strip().lower() for host in settings.source_hosts.split(",") if host.strip())
    addresses = WebPlace.of(place.uri, hosts)
    return WebSourceReader(addresses, place.means, hosts=hosts, client=WebClient(hosts), other_hosts=others)


READERS: Mapping[SourceKind, Callable[[SourcePlace, Settings], SourceReader]] = {
    SourceKind.FOLDER: lambda place, _settings: FolderReader(place.uri, place.means),
    SourceKind.S3: _s3,
    SourceKind.WEB: _web,
}
"""How a source of each kind is opened; raises ``RefusedError`` where its URI is none of that kind."""
