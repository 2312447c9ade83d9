"""Kept answers that show a secret once: they replay byte for byte, and cannot be read in the file (IDM-11)."""

from dataclasses import dataclass, replace
from typing import Final

from zerofee.adapters.crypto.envelope import Envelopes, Place
from zerofee.domain.idempotency import Answer, Claim

_SEALED: Final = "application/vnd.zerofee.sealed+json"
_JSON: Final = "application/json"
_FIELD: Final = "answer"


@dataclass(frozen=True, slots=True)
class SealedAnswers:
    """Seals answers in JSON for the claim that they belong to; their type says that they are sealed."""

    envelopes: Envelopes

    def seal(self, claim: Claim, answer: Answer) -> Answer:
        """Seal an answer."""
        return replace(answer, body=self.envelopes.seal(_place(claim), answer.body), content_type=_SEALED)

    def open(self, claim: Claim, answer: Answer) -> Answer:
        """Open what was sealed, and give everything else as it is; raise `SealBroken` when it does not open."""
        if answer.content_type != _SEALED:
            return answer
        body = self.envelopes.open(_place(claim), answer.body)
        return replace(answer, body=body, content_type=_JSON)


def _place(claim: Claim) -> Place:
    return Place(
        app_id=claim.scope.app_id,
        environment=claim.scope.environment,
        owner_id=claim.id,
        provider_id="claim",
        field=_FIELD,
    )
