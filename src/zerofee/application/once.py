"""One answer for one idempotency key, whoever asks again."""

from dataclasses import dataclass, replace

from zerofee.domain.change_set import ChangeSet, Conflict, ConflictKind, Insert
from zerofee.domain.idempotency import Answer, Claim, InFlight, replay
from zerofee.domain.ports.store import Commit, Reads


class Replayed(Exception):
    """The request was answered before: here is that answer, and nothing was done again."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("answered before")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Once:
    """Commits under a claim, and keeps the answers of requests that were refused."""

    commit: Commit
    reads: Reads

    async def first(self, changes: ChangeSet, claim: Claim | None) -> None:
        """
        Commit the first change set of a request, which holds its claim.

        Raises `Replayed` when the same request was answered before, `KeyReused` or `InFlight`; any other conflict is
        the caller's to decide upon again.
        """
        try:
            await self.commit(changes)
        except Conflict as conflict:
            if claim is None or conflict.kind is not ConflictKind.CLAIM:
                raise
            raise Replayed(await self._kept(claim)) from conflict

    async def refused(self, claim: Claim, answer: Answer) -> None:
        """Keep the answer of a request that was refused before anything of it was written."""
        await self.first(ChangeSet((Insert(replace(claim, answer=answer, finished_at=claim.created_at)),)), claim)

    async def _kept(self, wanted: Claim) -> Answer:
        kept = await self.reads.claim(wanted.scope, wanted.id)
        if kept is None:
            # It was reaped between the conflict and this look: the next try is a first request.
            raise InFlight
        return replay(kept, wanted)
