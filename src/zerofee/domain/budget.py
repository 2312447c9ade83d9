"""How often something may be done within a span of time."""

from dataclasses import dataclass
from typing import Final

from zerofee.domain.new_payment import InvalidField

MOST_REQUESTS: Final = 1_000_000
LONGEST_SPAN_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `requests` within any `seconds` on end."""

    requests: int
    seconds: int


def budget(requests: int, seconds: int) -> Budget:
    """Check a budget that an app asks for; raise `InvalidField`, which names the part."""
    if not 1 <= requests <= MOST_REQUESTS:
        raise InvalidField(f"requests must be 1 to {MOST_REQUESTS}.", field="rate_limit.requests")
    if not 1 <= seconds <= LONGEST_SPAN_S:
        raise InvalidField(f"seconds must be 1 to {LONGEST_SPAN_S}.", field="rate_limit.seconds")
    return Budget(requests, seconds)
