"""What the payer sees of PayPal's stand-in, and two things that happen out of a merchant's sight."""

import secrets
from urllib.parse import urlsplit

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.response import Redirect

from zerofee.entrypoints.standins.pages import decision_page, notice_page, said
from zerofee.entrypoints.standins.paypal_desk import PayPalDesk
from zerofee.entrypoints.standins.paypal_gate import PayPalGate
from zerofee.entrypoints.standins.paypal_records import Order
from zerofee.entrypoints.standins.paypal_shapes import Experience, PayPalError

Desk = NamedDependency[SkipValidation[PayPalDesk]]
Gate = NamedDependency[SkipValidation[PayPalGate]]


class PageController(Controller):
    """The page on which a payer agrees, and two things that only PayPal can do."""

    path = "/"

    @get("/checkoutnow", media_type=MediaType.HTML)
    async def show(self, desk: Desk, token: FromQuery[str] = "") -> str:
        """Ask the payer."""
        order = desk.order(token)
        if order.status == "COMPLETED":
            return notice_page("PayPal", "This order is completed.")
        lines = (f"Pay {said(order.money)}?", order.wanted.purchase_units[0].description or "")
        return decision_page("PayPal", lines, f"/checkoutnow/{order.id}/approve", f"/checkoutnow/{order.id}/decline")

    @post("/checkoutnow/{order_id:str}/approve")
    async def approve(
        self,
        order_id: FromPath[str],
        desk: Desk,
        issue: FromQuery[str | None] = None,
        capture: FromQuery[str] = "COMPLETED",
    ) -> Redirect:
        """
        Say yes, and go back to the merchant.

        `?issue=INSTRUMENT_DECLINED` lets the next capture fail with that issue, `?capture=PENDING` or `DECLINED`
        lets it end like that.
        """
        order = desk.order(order_id)
        desk.approve(order, issue, capture)
        return _back(_experience(order).return_url, f"token={order.id}&PayerID={secrets.token_hex(6).upper()}")

    @post("/checkoutnow/{order_id:str}/decline")
    async def decline(self, order_id: FromPath[str], desk: Desk) -> Redirect:
        """Go back without paying; the order stays as it is."""
        order = desk.order(order_id)
        return _back(_experience(order).cancel_url, f"token={order.id}")

    @post("/_tokens/revoke", status_code=204)
    async def revoke(self, gate: Gate) -> None:
        """Take back every token, as PayPal may at any time."""
        gate.revoke_all()

    @post("/_captures/{capture_id:str}/{status:str}", status_code=204)
    async def settle(self, capture_id: FromPath[str], status: FromPath[str], desk: Desk) -> None:
        """End the review of a pending capture: `COMPLETED` or `DECLINED`."""
        mode = next((order.mode for order in desk.orders.values() if _has(order, capture_id)), "")
        order, capture = desk.capture_found(capture_id, mode)
        desk.settle(order, capture, status)


def _experience(order: Order) -> Experience:
    source = order.wanted.payment_source
    wallet = source.paypal if source is not None else None
    return wallet.experience_context if wallet is not None else order.wanted.application_context


def _back(url: str | None, told: str) -> Redirect:
    if url is None:
        raise PayPalError(404, "INVALID_RESOURCE_ID")
    return Redirect(f"{url}{'&' if urlsplit(url).query else '?'}{told}", status_code=303)


def _has(order: Order, capture_id: str) -> bool:
    return any(capture.id == capture_id for capture in order.all_captures())
