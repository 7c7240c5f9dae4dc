"""Every page of the console, by its route: a new one that is not in this table fails the tests that go through it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from fastapi.routing import APIRoute

from pipeline_core.api.console.install import PAGES
from tests.support.console_realm import Realm

Addresses = Callable[[Realm], Sequence[str]]
_REVIEW = "/review-matching/{job_id}"

SHOWN: Mapping[str, Addresses] = MappingProxyType(
    {
        "/sign-in": lambda _: ["/sign-in"],
        "/sign-in/link": lambda _: ["/sign-in/link?ticket=x"],
        "/sign-in/return": lambda _: ["/sign-in/return?token=x&state=y"],
        "/search": lambda _: [
            "/search",
            "/search?q=When does the relief valve open?",
            "/search?q=giraffe",
            "/search?q=When does the relief valve open?&as_of=2999-01-01",
        ],
        "/facts/{fact_id}": lambda realm: [f"/facts/{realm.fact_id}"],
        "/documents/{document_id}/pages/{page}": lambda realm: [
            f"/documents/{realm.document_id}/pages/{n}" for n in (1, 2)
        ],
        _REVIEW: lambda realm: [
            f"/review-matching/{realm.matching_job}",
            f"/review-matching/{realm.matching_job}?fact={realm.matching_fact}&edit=true",
            f"/review-matching/{realm.decided_job}?show=new&order=page",
            f"/review-matching/{realm.decided_job}?show=rejected",
            f"/review-matching/{realm.published_job}?show=out",
        ],
        "/validate/{job_id}": lambda realm: [f"/validate/{job}" for job in realm.validation_jobs],
        "/validate/{job_id}/override": lambda realm: [f"/validate/{realm.validation_jobs[0]}/override"],
        "/batches": lambda _: ["/batches", "/batches?need=true", "/batches?name=nothing"],
        "/batches/{batch_id}": lambda realm: [
            f"/batches/{realm.batch_id}",
            f"/batches/{realm.batch_id}?open={realm.question_id}",
            f"/batches/{realm.batch_id}?open={realm.question_id}&edit=true",
            f"/batches/{realm.alike_batch_id}?show=alike",
        ],
        "/batches/{batch_id}/all": lambda realm: [f"/batches/{realm.batch_id}/all?show=todo"],
        "/duplicates/{batch_id}": lambda realm: [f"/duplicates/{realm.alike_batch_id}"],
        "/duplicates/{batch_id}/group": lambda realm: [f"/duplicates/{realm.alike_batch_id}/group?group={realm.group}"],
        "/realm": lambda _: ["/realm"],
        "/sources": lambda _: ["/sources"],
        "/sources/{source_id}": lambda realm: [
            *(f"/sources/{source_id}" for source_id in realm.sources),
            f"/sources/{realm.sources[0]}?plan=true",
        ],
        "/dashboard": lambda _: ["/dashboard", "/dashboard?order=useful", "/dashboard?by=hour"],
        "/documents": lambda _: ["/documents", "/documents?state=deadletter", "/documents?name=nothing"],
        "/documents/{document_id}/outputs/{stage}/{name}": lambda realm: [realm.output, realm.markdown],
        "/jobs/{job_id}": lambda realm: [
            f"/jobs/{job}"
            for job in (
                realm.published_job,
                realm.matching_job,
                realm.validation_jobs[0],
                realm.dead_job,
                realm.queued_job,
            )
        ],
        "/jobs/{job_id}/withdraw": lambda realm: [
            f"/jobs/{job}/withdraw" for job in (realm.published_job, realm.vanished_job)
        ],
        "/documents/withdrawal": lambda realm: [f"/documents/withdrawal?document_id={realm.document_id}"],
        "/documents/{document_id}/versions": lambda realm: [f"/documents/{realm.document_id}/versions"],
        "/documents/{document_id}/revert/{number}": lambda realm: [f"/documents/{realm.document_id}/revert/1"],
        "/erasures": lambda _: ["/erasures"],
        "/erasures/{erasure_id}": lambda realm: [f"/erasures/{one}" for one in realm.erasures],
        f"{_REVIEW}/missed": lambda realm: [f"/review-matching/{realm.decided_job}/missed"],
        f"{_REVIEW}/approve": lambda realm: [f"/review-matching/{realm.decided_job}/approve"],
    }
)
"""Addresses that show each page in each of its forms."""

NO_PAGES = frozenset(
    {
        "/live",
        "/review",
        "/waiting",
        "/dashboard/changes",
        "/documents/{document_id}/export",
        "/documents/{document_id}/state",
        "/documents/{document_id}/files/{stage}/{name}",
        "/documents/{document_id}/pages/{page}.small.webp",
        "/documents/{document_id}/pages/{page}.webp",
        "/documents/{document_id}/original/{name}",
        "/erasures/{erasure_id}/state",
        "/erasures/{erasure_id}/certificate",
    }
)
"""Answers that are no page of their own: streams, pictures, files, parts of pages, and redirections."""


def routes() -> Iterator[APIRoute]:
    """Every route of the console."""
    for router in PAGES:
        yield from (route for route in router.routes if isinstance(route, APIRoute))


def pages() -> list[str]:
    """The routes that show pages."""
    return sorted({route.path for route in routes() if "GET" in route.methods} - NO_PAGES)
