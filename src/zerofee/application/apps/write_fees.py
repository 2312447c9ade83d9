"""Set and remove what the house keeps of an app's payments."""

from dataclasses import dataclass
from datetime import datetime

from zerofee.application.apps.audited import Audited, Decided
from zerofee.domain.audit import AuditAction, Author
from zerofee.domain.change_set import Change, Delete, Insert
from zerofee.domain.currency import Currency
from zerofee.domain.fee import FeeRule, refuse_rule
from zerofee.domain.ids import FeeRuleId
from zerofee.domain.in_words import deed
from zerofee.domain.method import Method
from zerofee.domain.ports.apps import Apps
from zerofee.domain.ports.clock import Ids
from zerofee.domain.ports.ledger import FeeRules
from zerofee.domain.ports.store import NotFound
from zerofee.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class WriteFees:
    """What an operator does about an app's fees; payments that succeed from a few seconds later on follow it."""

    audited: Audited
    apps: Apps
    fees: FeeRules
    ids: Ids

    async def set(
        self,
        author: Author,
        scope: Scope,
        fits: tuple[Method | None, Currency | None],
        basis_points: int,
        fixed_minor: int,
    ) -> FeeRule:
        """Set the rule for a method and a currency, `None` for any; raise `InvalidField`, or `NotFound` for no app."""
        await self.apps.app(scope.app_id)
        rule_id = self.ids.new(FeeRuleId)

        async def decide(now: datetime) -> Decided[FeeRule]:
            method, currency = fits
            rule = FeeRule(
                id=rule_id,
                scope=scope,
                method=method,
                currency=currency,
                basis_points=basis_points,
                fixed_minor=fixed_minor,
                created_at=now,
            )
            refuse_rule(rule)
            before = await self._found(scope, fits)
            gone: tuple[Change, ...] = () if before is None else (Delete(before),)
            return Decided(rule, deed(AuditAction.FEE_SET, before=before, after=rule), (*gone, Insert(rule)))

        return await self.audited(author, scope.app_id, decide)

    async def remove(self, author: Author, scope: Scope, fits: tuple[Method | None, Currency | None]) -> None:
        """Remove the rule for a method and a currency; raise `NotFound` when there is none."""

        async def decide(_: datetime) -> Decided[None]:
            rule = await self._found(scope, fits)
            if rule is None:
                raise NotFound("fee rule")
            return Decided(None, deed(AuditAction.FEE_REMOVED, before=rule), (Delete(rule),))

        await self.audited(author, scope.app_id, decide)

    async def _found(self, scope: Scope, fits: tuple[Method | None, Currency | None]) -> FeeRule | None:
        rules = await self.fees.fee_rules(scope)
        return next((rule for rule in rules if (rule.method, rule.currency) == fits), None)
