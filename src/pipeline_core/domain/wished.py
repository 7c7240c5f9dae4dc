"""Choices for the processing of documents: thresholds, workflow, profile and priority."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.lifecycle import Profile, Workflow
from pipeline_core.domain.policy import Policy

LOWEST_PRIORITY, USUAL_PRIORITY, HIGHEST_PRIORITY = -100, 0, 100
_Choice = TypeVar("_Choice", bound=StrEnum)


def check_priority(priority: int) -> None:
    """Raise RefusedError if it is not within -100..100."""
    if not LOWEST_PRIORITY <= priority <= HIGHEST_PRIORITY:
        raise RefusedError(
            f"The priority cannot be {priority}.", action=f"From {LOWEST_PRIORITY} to {HIGHEST_PRIORITY}."
        )


@dataclass(frozen=True, slots=True)
class Wished:
    """Processing requested by an upload, a run or a source; the settings apply to whatever it leaves open."""

    publish_from: float | None = None
    ask_from: float | None = None
    workflow: Workflow | None = None
    profile: Profile | None = None
    priority: int | None = None

    def __post_init__(self) -> None:
        if self.priority is not None:
            check_priority(self.priority)

    @classmethod
    def of(
        cls,
        *,
        publish_from: float | None = None,
        ask_from: float | None = None,
        workflow: str | None = None,
        profile: str | None = None,
        priority: int | None = None,
    ) -> "Wished":
        """Read what somebody typed.

        Raises:
            RefusedError: there is no such workflow or profile, or the priority is out of range.
        """
        return cls(
            publish_from,
            ask_from,
            _one_of(Workflow, "workflow", workflow),
            _one_of(Profile, "profile", profile),
            priority,
        )

    def over(self, default: Policy) -> Policy:
        """The policy that holds.

        Only ``publish_from`` said: ``ask_from`` goes with it where the two of the settings are equal, or where it
        would be above.

        Raises:
            RefusedError: the two together are no policy.
        """
        publish_from = default.publish_from if self.publish_from is None else self.publish_from
        if self.ask_from is not None:
            return Policy(publish_from, self.ask_from)
        nobody_asked = default.ask_from == default.publish_from
        return Policy(publish_from, publish_from if nobody_asked else min(default.ask_from, publish_from))

    @property
    def thresholds(self) -> "Wished":
        """The part that says what becomes of a fact by its confidence."""
        return Wished(self.publish_from, self.ask_from)

    @classmethod
    def of_thresholds(cls, said: Mapping[str, Any] | None) -> "Wished":
        """Read the thresholds that a document has of its own."""
        return cls(**(said or {}))

    def thresholds_json(self) -> dict[str, float]:
        """The thresholds as a document keeps them."""
        said = {"publish_from": self.publish_from, "ask_from": self.ask_from}
        return {name: value for name, value in said.items() if value is not None}


NOTHING_WISHED = Wished()
"""All as the settings have it."""


def _one_of(kind: type[_Choice], what: str, said: str | None) -> _Choice | None:
    if not said:
        return None
    try:
        return kind(said.strip().lower())
    except ValueError:
        names = " or ".join(kind)
        raise RefusedError(
            f"There is no {what} {said!r}.", action=f"Give --{what} {names}.", http_action=f"Give `{what}` {names}."
        ) from None
