"""Policy for facts by their confidence: published, shown to a person first, or left out."""

from dataclasses import dataclass

from pipeline_core.domain.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Policy:
    """Two probabilities: from ``publish_from`` on a fact needs nobody, from ``ask_from`` on a person is asked about it,
    and below it is left out until a person takes it in. Where both are equal nobody is asked."""

    publish_from: float
    ask_from: float

    def __post_init__(self) -> None:
        # what is out of range itself is to blame, not what goes with it
        for name, value in (("publish_from", self.publish_from), ("ask_from", self.ask_from)):
            if not 0 <= value <= 1:
                option = f"--{name.replace('_', '-')}"
                raise RefusedError(
                    f"{name} ({value:g}) is not valid: it must be a probability from 0 to 1.",
                    action=f"Give {option} a number from 0 to 1.",
                    http_action=f"Give `{name}` a number from 0 to 1.",
                )
        if self.ask_from > self.publish_from:
            raise RefusedError(
                f"ask_from ({self.ask_from:g}) and publish_from ({self.publish_from:g}) are not valid: ask_from "
                "must not be above publish_from.",
                action="Lower --ask-from, or raise --publish-from.",
                http_action="Lower `ask_from`, or raise `publish_from`.",
            )

    def leaves_out(self, confidence: float | None) -> bool:
        return confidence is not None and confidence < self.ask_from

    def asks(self, confidence: float | None) -> bool:
        return confidence is not None and self.ask_from <= confidence < self.publish_from


EVERYTHING = Policy(0.0, 0.0)
"""All is published."""
