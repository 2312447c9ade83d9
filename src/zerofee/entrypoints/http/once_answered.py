"""POSTs whose whole answer is known when they commit: it is kept in the same commit, sealed where it shows a secret."""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from zerofee.application.once import Replayed
from zerofee.domain.errors import DomainError
from zerofee.domain.idempotency import Answer, Claim
from zerofee.entrypoints.http.call import Call, occurrence
from zerofee.entrypoints.http.idempotency import claim_of
from zerofee.entrypoints.http.problems import KINDS, problem
from zerofee.entrypoints.http.reply import Header, Reply

_REPLAYED: Final[Header] = (b"idempotency-replayed", b"true")

Act = Callable[[Claim | None], Awaitable[Answer]]


async def answered_once(call: Call, body: msgspec.Struct, act: Act) -> Reply:
    """
    Do something once: under a key that was used before, give the first answer again, byte for byte.

    `act` commits under the claim, together with the answer that it gives; what it refuses because of the state of
    things is kept as the answer.

    Source: reliability rules IDM-4, IDM-7, IDM-8, IDM-11.
    """
    claimed = claim_of(call, body)
    try:
        return Reply(await act(claimed))
    except Replayed as replayed:
        return _again(call, claimed, replayed)
    except DomainError as refusal:
        if claimed is None or not KINDS[type(refusal)].kept:
            raise
        answer = problem(call.services.settings.public_url, refusal, occurrence(call.scope))
        try:
            await call.services.once.refused(claimed, answer)
        except Replayed as replayed:
            return _again(call, claimed, replayed)
        return Reply(answer)


def _again(call: Call, claimed: Claim | None, replayed: Replayed) -> Reply:
    answer = replayed.answer
    if claimed is not None:
        answer = call.services.webhooks.sealed_answers.open(claimed, answer)
    return Reply(answer, (_REPLAYED,))
