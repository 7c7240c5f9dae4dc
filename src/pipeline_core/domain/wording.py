"""How many of what, in words for people."""


def counted(number: int, one: str, many: str = "") -> str:
    """The number and its noun: "1 fact", "2,000 facts"; ``many`` where an s at the end does not do."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
