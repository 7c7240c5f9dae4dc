"""The sliding window counter: the window before counts by the share of it that the sliding window still covers.

As Cloudflare described it (J. Desgats, "How we built rate limiting capable of scaling to millions of domains", 2017).
"""


def retry_after(before: float, now: float, elapsed_s: float, *, limit: int, window_s: int) -> float:
    """Seconds until one more fits.

    Args:
        before: hits in the window before.
        now: hits in the present window, which began ``elapsed_s`` ago.
    """
    if now + 1 > limit:
        # not in this window: in the next one these hits count for less and less
        return (window_s - elapsed_s) + window_s * (1 - (limit - 1) / now)
    covered = (limit - 1 - now) / before if before else 1.0
    return max(0.0, window_s * (1 - covered) - elapsed_s)
