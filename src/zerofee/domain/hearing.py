"""What hearing something of an attempt makes of the attempt itself, whatever it was for."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from zerofee.domain.asking import ABSENCE_GAP, AskRules, absence_counts, absence_is_final, next_ask_at
from zerofee.domain.attempt import Attempt, AttemptDraft, AttemptState
from zerofee.domain.failure import Failure
from zerofee.domain.outcome import Details


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """
    What the world adds to a decision.

    `next_try` is the draft of a further attempt, `None` when the request's time is used up. `asked`: the outcome
    was heard by asking. `absence_final_after_s` is the provider's own (`Capabilities`).
    """

    now: datetime
    rules: AskRules
    next_try: AttemptDraft | None = None
    asked: bool = False
    absence_final_after_s: int = 900


def knowing(attempt: Attempt, reference: str | None, details: Details) -> Attempt:
    """Keep what an answer tells that the adapter will need again."""
    return replace(attempt, reference=reference or attempt.reference, details={**attempt.details, **details})


def asked_again(attempt: Attempt, moment: Moment, note: str | None = None) -> Attempt:
    """Count an asking, and plan the next one; `ask_at` is `None` when only a person can help."""
    asked = attempt.asked + 1 if moment.asked else attempt.asked
    return replace(
        attempt,
        asked=asked,
        ask_at=next_ask_at(moment.rules, attempt.id, asked, attempt.started_at, moment.now),
        note=note or attempt.note,
        version=attempt.version + 1,
    )


def in_doubt(attempt: Attempt, moment: Moment, note: str | None = None) -> Attempt:
    """Go on asking. What was being sent is `unknown` from now on; what the provider has already, goes on waiting."""
    state = AttemptState.UNKNOWN if attempt.state is AttemptState.SENDING else attempt.state
    return replace(asked_again(attempt, moment, note), state=state)


def waiting(
    attempt: Attempt, reference: str | None, details: Details, moment: Moment, ask_after_s: int | None = None
) -> Attempt:
    """Leave it with the provider, which has it; `ask_after_s` is the provider's own word on when to ask first."""
    again = asked_again(knowing(attempt, reference, details), moment)
    hinted = None if ask_after_s is None or moment.asked else moment.now + timedelta(seconds=ask_after_s)
    return replace(again, state=AttemptState.WAITING, ask_at=hinted or again.ask_at, absent_since=None, note=None)


def is_proven_absent(attempt: Attempt, moment: Moment) -> bool:
    """Say whether absence heard now is the second that counts."""
    return absence_is_final(attempt.absent_since, attempt.deadline_at, moment.absence_final_after_s, moment.now)


def maybe_absent(attempt: Attempt, moment: Moment) -> Attempt:
    """Go on asking, and remember the first absence that counts; the second must not be asked for too soon."""
    again = in_doubt(attempt, moment)
    if attempt.absent_since is None and absence_counts(attempt.deadline_at, moment.absence_final_after_s, moment.now):
        soonest = moment.now + ABSENCE_GAP
        return replace(again, absent_since=moment.now, ask_at=max(again.ask_at or soonest, soonest))
    return again


def ended(
    attempt: Attempt, state: AttemptState, moment: Moment, failure: Failure | None = None, note: str | None = None
) -> Attempt:
    """End it, and ask no more."""
    return replace(
        attempt,
        state=state,
        failure=failure,
        note=note,
        next_action=None,
        ask_at=None,
        ended_at=moment.now,
        version=attempt.version + 1,
    )
