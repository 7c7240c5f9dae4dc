"""The supervisor, its children and the sweeper, with real processes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.adapters.supervision.child import ChildProcess, PrefectWorker
from pipeline_core.adapters.supervision.readiness import serves
from pipeline_core.adapters.supervision.supervisor import Patience, Supervisor
from pipeline_core.adapters.supervision.sweeper import MARK, Sweeper, marked
from pipeline_core.machine.processes import listens
from tests.support.paths import ROOT
from tests.support.servers import wait_until

SLEEPS = [sys.executable, "-S", "-c", "import os, time; os.write(1, b'here\\n'); time.sleep(60)"]
DEAF = [
    sys.executable, "-S", "-c",
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.write(1, b'here\\n'); time.sleep(60)",
]  # fmt: skip
QUICK = Patience(first_s=0.1, longest_s=0.4)


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[str]:
    yield tmp_path.name
    for process in marked(tmp_path.name):
        with suppress(psutil.Error):
            process.kill()


@pytest.fixture
def child(mark: str, tmp_path: Path) -> Callable[..., ChildProcess]:
    def make(name: str, command: list[str], grace_s: float = 5.0) -> ChildProcess:
        environment = {**os.environ, MARK: mark}
        return ChildProcess(
            name, command, environment=lambda: environment, log=tmp_path / f"{name}.log", grace_s=grace_s
        )

    return make


def starts(tmp_path: Path, name: str) -> int:
    log = tmp_path / f"{name}.log"
    return log.read_text().count("here") if log.exists() else 0


def test_what_dies_is_started_again_and_all_stop(child: Callable[..., ChildProcess], mark: str, tmp_path: Path) -> None:
    told: list[str] = []
    one, deaf = child("one", SLEEPS), child("deaf", DEAF, 0.3)
    supervisor = Supervisor([one, deaf], told.append, QUICK)
    supervisor.start()
    assert wait_until(lambda: starts(tmp_path, "one") == starts(tmp_path, "deaf") == 1)
    assert one.pid
    psutil.Process(one.pid).kill()
    supervisor.watch(until=lambda: starts(tmp_path, "one") == 2)
    assert told == ["one died; it is restarted in 0.1 s.", "one is restarted."]
    assert starts(tmp_path, "deaf") == 1
    supervisor.stop()
    assert list(marked(mark)) == []


class Part:
    """Lives, dies and is ready as it is told."""

    def __init__(self, name: str, ready: bool = False) -> None:
        self.name, self.is_alive, self.is_ready, self.asked = name, True, ready, 0

    def start(self) -> None:
        self.is_alive = True

    def alive(self) -> bool:
        return self.is_alive

    def ready(self) -> bool:
        self.asked += 1
        return self.is_ready

    def ask_to_stop(self) -> None: ...

    def stop(self) -> None: ...


def test_what_is_awaited_is_there_when_all_parts_are_at_once() -> None:
    api, worker = Part("api"), Part("worker", ready=True)
    supervisor = Supervisor([api, worker], patience=Patience(first_s=0.05, longest_s=0.05))
    supervisor.start()
    assert supervisor.awaited() == ["api"]
    api.is_ready = True
    worker.is_alive = False  # it died before the other one was there
    assert supervisor.awaited() == ["worker"]
    worker.is_ready = False
    supervisor.look()
    assert supervisor.awaited() == ["worker"]
    supervisor.watch(until=lambda: worker.is_alive)
    assert supervisor.awaited() == ["worker"]  # started again, which is not enough
    worker.is_ready = True
    assert supervisor.awaited() == []
    asked = api.asked
    assert (supervisor.awaited(), api.asked) == ([], asked)


SERVER = """
import http.server, sys, time
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.BaseHTTPRequestHandler)
time.sleep(float(sys.argv[2])); server.serve_forever()
"""


def test_a_program_is_there_when_it_answers_itself(free_port: Callable[[], int]) -> None:
    """Not when it is bound, and not when somebody else has its port."""
    port = free_port()
    command = [sys.executable, "-S", "-c", SERVER, str(port)]
    with subprocess.Popen([*command, "60"]) as bound, subprocess.Popen([sys.executable, "-c", "input()"]) as other:
        assert wait_until(lambda: listens(bound.pid, port))
        assert not serves(bound.pid, "127.0.0.1", port)
        bound.kill()
        bound.wait()
        with subprocess.Popen([*command, "0"]) as answers:
            assert wait_until(lambda: serves(answers.pid, "0.0.0.0", port))
            assert not serves(other.pid, "127.0.0.1", port)
            answers.kill()
        other.kill()


RUN = """
import signal, sys, time
def give_back(*_):
    time.sleep(0.3); print("given back", flush=True); sys.exit()
signal.signal(signal.SIGTERM, give_back); print("here", flush=True); time.sleep(60)
"""
KILLS_ITS_RUN = """
import signal, subprocess, sys, time
run = subprocess.Popen([sys.executable, "-S", "-c", sys.argv[1]])
signal.signal(signal.SIGTERM, lambda *_: (run.kill(), sys.exit()))
while True: run.poll(); time.sleep(0.05)
"""


def test_the_runs_of_a_worker_give_back_what_they_hold_before_it_ends(mark: str, tmp_path: Path) -> None:
    """As Prefect's does, this worker kills its run when it is told to end; several signals are one to the run."""
    environment, log = {**os.environ, MARK: mark}, tmp_path / "worker.log"
    command = [sys.executable, "-S", "-c", KILLS_ITS_RUN, RUN]
    worker = PrefectWorker("worker", command, environment=lambda: environment, log=log)
    supervisor = Supervisor([worker], patience=QUICK)
    supervisor.start()
    assert wait_until(lambda: starts(tmp_path, "worker") == 1)
    supervisor.stop()
    assert log.read_text() == "here\ngiven back\n"
    assert list(marked(mark)) == []


def test_what_dies_at_once_is_tried_less_and_less_often(child: Callable[..., ChildProcess], tmp_path: Path) -> None:
    told: list[str] = []
    missing = child("missing", [str(tmp_path / "no such program")])
    dying = child("dying", [sys.executable, "-S", "-c", ""])
    supervisor = Supervisor([dying, missing], told.append, QUICK)
    with pytest.raises(FileNotFoundError):
        supervisor.start()
    supervisor.watch(until=lambda: sum("missing d" in line for line in told) >= 4)
    waits = [line.rpartition(" in ")[2] for line in told if line.startswith("missing d")]
    assert waits[:4] == ["0.1 s.", "0.2 s.", "0.4 s.", "0.4 s."]
    assert any(line.startswith("dying died") for line in told)
    supervisor.stop()


@given(st.lists(st.floats(0, 200), min_size=1, max_size=20))
def test_waits_grow_to_a_bound_and_begin_anew_after_a_steady_life(lives: list[float]) -> None:
    patience, wait = Patience(), 0.0
    for lived in lives:
        before, wait = wait, patience.after(wait, lived)
        assert patience.first_s <= wait <= patience.longest_s
        assert wait == patience.first_s if lived >= patience.steady_s else wait >= before


def test_the_sweeper_ends_what_a_killed_parent_left(mark: str, tmp_path: Path) -> None:
    """Grandchildren too, in a session of their own, whether they listen to SIGTERM or not."""
    program = f"""
import os, subprocess, sys, time
from pipeline_core.adapters.supervision.sweeper import Sweeper
sweeper = Sweeper({mark!r})
sweeper.start()
environment = {{**os.environ, {MARK!r}: {mark!r}}}
nested = [sys.executable, "-S", "-c", "import subprocess, sys; subprocess.Popen(sys.argv[1:], start_new_session=True)"]
for command in ({SLEEPS!r}, {DEAF!r}):
    subprocess.run([*nested, *command], env=environment)
os.write(1, b"ready\\n")
time.sleep(60)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    parent = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    # both children are there, and the one that is deaf is so by now
    assert sorted(parent.stdout.readline() for _ in range(3)) == ["here\n", "here\n", "ready\n"]
    assert len(list(marked(mark))) == 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_until(lambda: not list(marked(mark)))


def test_a_sweeper_that_is_stopped_leaves_what_bears_another_mark(mark: str, tmp_path: Path) -> None:
    other = subprocess.Popen(SLEEPS, env={**os.environ, MARK: f"{mark}-other"}, stdout=subprocess.DEVNULL)
    sweeper = Sweeper(mark)
    sweeper.start()
    sweeper.stop()
    assert not sweeper.alive()
    assert other.poll() is None
    other.kill()
    other.wait()
