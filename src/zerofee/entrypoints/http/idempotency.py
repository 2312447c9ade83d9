"""Idempotency-Key into a claim, and the one answer that every request under it is given."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from zerofee.application.once import Replayed
from zerofee.application.payments.record_outcome import answer_of
from zerofee.domain.attempt import AttemptKind
from zerofee.domain.errors import DomainError
from zerofee.domain.idempotency import Answer, Claim, InvalidKey, claim, idempotency_key
from zerofee.domain.payment import Payment
from zerofee.domain.ports.showing import Shown
from zerofee.entrypoints.http.call import Call, occurrence
from zerofee.entrypoints.http.problems import KINDS, problem
from zerofee.entrypoints.http.reply import Header, Reply

_HEADER: Final = b"idempotency-key"
REPLAYED: Final[Header] = (b"idempotency-replayed", b"true")
_CANONICAL: Final = msgspec.json.Encoder(order="sorted")

Act = Callable[[Claim | None], Awaitable[Shown]]


async def answered(call: Call, body: msgspec.Struct, kind: AttemptKind, act: Act) -> Reply:
    """
    Do something once: under a key that was used before, give the first answer again, byte for byte.

    `act` does it under the claim, if there is one. What it refuses because of the state of things is kept as the
    answer; what passes by itself, or a corrected request mends, is not.

    Source: reliability rules IDM-4, IDM-7, IDM-8.
    """
    claimed = claim_of(call, body)
    try:
        shown = await act(claimed)
        return Reply(await _stored(call, claimed, kind, shown))
    except Replayed as replayed:
        return Reply(replayed.answer, (REPLAYED,))
    except DomainError as refusal:
        if claimed is None or not KINDS[type(refusal)].kept:
            raise
        return await _refused(call, claimed, refusal)


def claim_of(call: Call, body: msgspec.Struct) -> Claim | None:
    """
    Make the claim of a request; `None` without a key.

    Raises `InvalidKey` for a key that is out of form or sent more than once.
    """
    found = [value for name, value in call.scope["headers"] if name == _HEADER]
    if not found:
        return None
    if len(found) > 1:
        raise InvalidKey("Send Idempotency-Key once.", field="Idempotency-Key")
    return claim(
        scope=call.caller.scope,
        key=idempotency_key(found[0].decode("latin-1")),
        operation=_operation(call),
        fingerprint=_fingerprint(body, call.scope["query_string"]),
        now=call.services.clock.now(),
    )


def _operation(call: Call) -> str:
    # The matched route and its decoded parameters: `/x`, `/x/` and `/%78` are one operation.
    return " ".join((call.method, call.scope["path_template"], *map(str, call.path_params.values())))


def _fingerprint(body: msgspec.Struct, query: bytes) -> str:
    canonical = _CANONICAL.encode(body)
    return hashlib.sha256(canonical + b"?" + query if query else canonical).hexdigest()


async def _stored(call: Call, claimed: Claim | None, kind: AttemptKind, shown: Shown) -> Answer:
    """Give the answer that is on disk: almost always the one that is written here, and then it is not read."""
    services = call.services
    if claimed is not None and not _wrote_it_alone(kind, shown):
        kept = await services.once.reads.claim(claimed.scope, claimed.id)
        if kept is not None and kept.answer is not None:
            return kept.answer
    return answer_of(kind, shown, services.showing.show)


def _wrote_it_alone(kind: AttemptKind, shown: Shown) -> bool:
    """
    Say whether nobody but this request can have written the new payment that it made.

    One commit opened it and one recorded each charge. Any further one is another witness's, who may have been the
    first to answer; of an operation on an older payment, the count tells nothing.
    """
    return kind is AttemptKind.CHARGE and isinstance(shown, Payment) and shown.version <= 1 + shown.charges


async def _refused(call: Call, claimed: Claim, refusal: DomainError) -> Reply:
    answer = problem(call.services.settings.public_url, refusal, occurrence(call.scope))
    try:
        await call.services.once.refused(claimed, answer)
    except Replayed as replayed:
        return Reply(replayed.answer, (REPLAYED,))
    return Reply(answer)
