"""Withdrawals: make, read, list, cancel."""

from typing import Final

from litestar import Controller, get, post
from litestar.params import FromPath
from litestar.types import ASGIApp

from zerofee.domain.attempt import AttemptKind
from zerofee.domain.booking import InsufficientBalance
from zerofee.domain.country import UnknownCountry
from zerofee.domain.currency import UnknownCurrency
from zerofee.domain.ids import WithdrawalId
from zerofee.domain.method import InvalidOperator
from zerofee.domain.money import AmountInvalid
from zerofee.domain.new_payment import InvalidField
from zerofee.domain.opening import OperationInFlight
from zerofee.domain.ports.store import NotFound
from zerofee.domain.scope import Permission
from zerofee.domain.withdrawal import WithdrawalStatusConflict
from zerofee.domain.withdrawing import NoPayoutConnection, WithdrawalLimitExceeded
from zerofee.entrypoints.http.addressed import addressed
from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.idempotency import answered
from zerofee.entrypoints.http.needs import needs
from zerofee.entrypoints.http.pages import PageQuery, newest_first, page_reply
from zerofee.entrypoints.http.refusals import CursorInvalid
from zerofee.entrypoints.http.reply import json_reply
from zerofee.entrypoints.http.wire.attempts import AttemptBody
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.requests import CancelBody
from zerofee.entrypoints.http.wire.withdrawals import NewWithdrawalBody, WithdrawalBody

_LIST: Final = "withdrawals"
_WITHDRAWALS: Final = Permission.WITHDRAWALS
_MEANING: Final = (AmountInvalid, UnknownCurrency, UnknownCountry, InvalidOperator, InvalidField)
_STATE: Final = (InsufficientBalance, NoPayoutConnection, WithdrawalLimitExceeded, OperationInFlight)


class WithdrawalsController(Controller):
    """`/v1/withdrawals` and below."""

    path = "/v1/withdrawals"

    @post(
        opt=needs(
            _WITHDRAWALS,
            takes=NewWithdrawalBody,
            gives={201: WithdrawalBody},
            refuses=(*_MEANING, *_STATE),
            fresh_login=True,
        )
    )
    async def withdraw(self, request: Call) -> ASGIApp:
        """
        Send money out of the app's wallet, to a mobile money account.

        It is reserved at once, and given back only when it is proven that nothing left. Answers 201 with the
        withdrawal as it stands: `processing` while its end is not known, which comes by webhook.
        """
        body = await request.read(NewWithdrawalBody)
        order = body.to_order(request.caller.scope)
        withdraw = request.services.wallets.withdraw
        return await answered(request, body, AttemptKind.PAYOUT, lambda claim: withdraw(order, claim))

    @get(
        opt=needs(_WITHDRAWALS, asks=PageQuery, gives={200: PageBody[WithdrawalBody]}, refuses=(CursorInvalid,)),
    )
    async def list_withdrawals(self, request: Call) -> ASGIApp:
        """List withdrawals, newest first."""
        scope = request.caller.scope
        page = request.asked(PageQuery).page(scope, _LIST)
        listed = await request.services.wallets.ledger.withdrawals(scope, page)
        return page_reply(listed, WithdrawalBody.of, _LIST, scope)

    @get("/{withdrawal_id:str}", opt=needs(_WITHDRAWALS, gives={200: WithdrawalBody}, refuses=(NotFound,)))
    async def read_withdrawal(self, request: Call, withdrawal_id: FromPath[str]) -> ASGIApp:
        """Read one withdrawal."""
        services, wanted = request.services, addressed(WithdrawalId, withdrawal_id)
        withdrawal = await services.wallets.ledger.withdrawal(request.caller.scope, wanted)
        return json_reply(services.showing.show(withdrawal))

    @get(
        "/{withdrawal_id:str}/attempts",
        opt=needs(_WITHDRAWALS, asks=PageQuery, gives={200: PageBody[AttemptBody]}, refuses=(NotFound, CursorInvalid)),
    )
    async def list_payouts(self, request: Call, withdrawal_id: FromPath[str]) -> ASGIApp:
        """List what was asked of the provider for a withdrawal, newest first."""
        scope, wanted = request.caller.scope, addressed(WithdrawalId, withdrawal_id)
        ledger = request.services.wallets.ledger
        name = f"attempts:{wanted}"
        page = request.asked(PageQuery).page(scope, name)
        withdrawal = await ledger.withdrawal(scope, wanted)
        payouts = await ledger.payouts(scope, withdrawal.id)
        return page_reply(newest_first(payouts, page), AttemptBody.of, name, scope)

    @post(
        "/{withdrawal_id:str}/cancel",
        opt=needs(
            _WITHDRAWALS,
            takes=CancelBody,
            gives={200: WithdrawalBody},
            refuses=(NotFound, WithdrawalStatusConflict, OperationInFlight),
        ),
    )
    async def cancel_withdrawal(self, request: Call, withdrawal_id: FromPath[str]) -> ASGIApp:
        """
        Give the money back of a withdrawal that was not sent.

        One whose provider could not be reached waits for another try, and one of a cautious operator waits before it
        is sent; both can be cancelled. Refused once it was sent, whatever came of it.
        """
        body = await request.read(CancelBody)
        scope, cancel = request.caller.scope, request.services.wallets.cancel
        wanted = addressed(WithdrawalId, withdrawal_id)
        return await answered(request, body, AttemptKind.CANCEL, lambda claim: cancel(scope, wanted, claim))
