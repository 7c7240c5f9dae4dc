"""An orchestrator without one."""

from dataclasses import dataclass, field, replace

from pipeline_core.ports.queue_runs import RunsSeen

IDLE = RunsSeen(waiting=0, running=0, youngest_s=600.0, places=4, booked=0, workers=2, key="k")


@dataclass
class Runs:
    """An orchestrator on which runs stand as they are put; what is asked for waits for a worker."""

    stands: RunsSeen = IDLE
    asked: list[str] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    tidied: int = 0

    def seen(self) -> RunsSeen:
        if self.failures:
            raise self.failures.pop()
        return self.stands

    def ask_beside(self, seen: RunsSeen) -> None:
        self.asked.append(seen.key)
        self.stands = replace(self.stands, waiting=1, key=f"k{len(self.asked)}")

    def begin(self) -> None:
        """A worker takes what waits."""
        self.stands = replace(self.stands, waiting=0, running=self.stands.running + self.stands.waiting)

    def end(self) -> None:
        self.stands = replace(self.stands, waiting=0, running=0)

    def tidy(self) -> int:
        self.tidied += 1
        return 0

    def ask(self) -> None:
        raise NotImplementedError

    def tell_of_uploads(self, count: int) -> None:
        raise NotImplementedError

    def is_up(self) -> bool:
        return True
