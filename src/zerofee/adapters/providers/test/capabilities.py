"""What the test provider can do: everything, in every currency, in the sandbox."""

from typing import Final

from zerofee.domain.capabilities import Capabilities, Flow, Operation, Step
from zerofee.domain.method import METHODS
from zerofee.domain.scope import Environment

CAPABILITIES: Final = Capabilities(
    provider_id="test",
    name="Test provider",
    flows=tuple(Flow(method=method, steps=frozenset(Step)) for method in METHODS),
    operations=frozenset(Operation) - {Operation.SWEEP},
    environments=frozenset({Environment.SANDBOX}),
    # It answers at once, so what it does not know a second later it never got.
    call_timeout_s=1,
    absence_final_after_s=0,
)
