"""What an operation needs before it can begin: a charge, and a provider that does such things."""

from dataclasses import dataclass

from zerofee.domain.attempt import Attempt
from zerofee.domain.capabilities import Operation
from zerofee.domain.errors import DomainError
from zerofee.domain.opening import WrongStatus
from zerofee.domain.payment import Payment
from zerofee.domain.ports.provider import Providers


class Unsupported(DomainError):
    """The payment's provider does not do this."""

    code = "unsupported"

    def __init__(self, provider_id: str, operation: Operation) -> None:
        super().__init__(f"{provider_id} does not offer {operation}: see GET /v1/providers for what each one does.")


@dataclass(frozen=True, slots=True)
class Charged:
    """Finds the charge of a payment, and asks the table of capabilities."""

    providers: Providers

    def __call__(self, payment: Payment, charge: Attempt | None, verb: str, *needed: Operation) -> Attempt:
        """Give the charge; raise `WrongStatus` when there is none, `Unsupported` for the first thing not offered."""
        if charge is None:
            raise WrongStatus(verb, payment.status, "at a provider")
        for operation in needed:
            if not self.offers(charge, operation):
                raise Unsupported(charge.provider_id, operation)
        return charge

    def offers(self, charge: Attempt, operation: Operation) -> bool:
        """Say whether the charge's provider does `operation`."""
        capabilities = self.providers.capabilities(charge.provider_id)
        return capabilities is not None and operation in capabilities.operations
