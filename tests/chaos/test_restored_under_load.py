"""The long drill: back up again and again under load, lose everything, restore, verify, go on to the same end."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.corpus import write_markdown
from tests.e2e.conftest import CommandLine
from tests.support.database import copied_database
from tests.support.killing import settled

pytestmark = pytest.mark.chaos
DOCUMENTS = 200
_STEADY = {"retry_base_s": "0.1", "batch_size": "20", "concurrency": "1"}


@pytest.mark.timeout(1800)
def test_backups_under_load_are_restored_and_go_on(
    command_line: Callable[..., CommandLine],
    prefect_api_url: str,
    database_url: str,
    postgres_url: str,
    template_database: str,
    tmp_path: Path,
) -> None:
    corpus = tmp_path / "corpus"
    write_markdown(corpus, DOCUMENTS, characters=4000)
    cli = command_line(**_STEADY)
    run, backups = cli.start("run", str(corpus)), list[Path]()
    while run.poll() is None:
        time.sleep(2)
        backups.append(tmp_path / f"backup-{len(backups)}")
        cli("backup", str(backups[-1]), "--json")
    assert run.returncode in (0, 3), run.communicate()
    undisturbed = settled(database_url)

    # the first, one of the middle, and the last
    for number in sorted({0, len(backups) // 2, len(backups) - 1}):
        with copied_database(postgres_url, template_database) as url:
            lost = tmp_path / f"lost-{number}"
            lost.mkdir()
            new = CommandLine.over(url, prefect_api_url, lost, **_STEADY)
            new("restore", str(backups[number]), "--json")
            new("verify", "--json")
            told = [new("run", str(corpus), code=None) for _ in range(2)]
            new("verify", "--json")
            assert settled(url) == undisturbed, (backups[number].name, told)
