"""A check of an installation, and what it found."""

from dataclasses import asdict, dataclass

from pipeline_core.domain.masking import masked


@dataclass(frozen=True, slots=True)
class Check:
    """One check: ``ok``, ``warning`` or ``failed``; ``fix`` says what to do."""

    name: str
    result: str
    detail: str
    fix: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", masked(self.detail))
        object.__setattr__(self, "fix", masked(self.fix))

    def as_json(self) -> dict[str, str]:
        return asdict(self)
