"""What the payer sees of Stripe's stand-in, and two things that happen out of a merchant's sight."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.response import Redirect

from zerofee.entrypoints.standins.pages import decision_page, notice_page, said
from zerofee.entrypoints.standins.stripe_desk import StripeDesk
from zerofee.entrypoints.standins.stripe_form import StripeError
from zerofee.entrypoints.standins.stripe_objects import Session, Shown

Desk = NamedDependency[SkipValidation[StripeDesk]]


class PageController(Controller):
    """The hosted page, where the payer's card pays or is declined, and two things of the dashboard's."""

    path = "/"

    @get("/c/pay/{session_id:str}", media_type=MediaType.HTML)
    async def show(self, session_id: FromPath[str], desk: Desk) -> str:
        """Ask the payer; after a declined card, ask again."""
        session = _of_payer(desk, session_id)
        if session.status != "open":
            return notice_page("Checkout", f"This page is {session.status}.")
        entry = desk.world.book.find(session_id)
        item = session.order.line_items[0].price_data.product_data.name
        lines = [item, *([f"Pay {said(entry.money)}?"] if entry is not None else [])]
        intent = desk.shelf.intents.get(session.intent_id or "")
        if intent is not None and intent.error is not None:
            lines.append(f"Your card was declined ({intent.error['decline_code']}). Try another one.")
        return decision_page("Checkout", lines, f"/c/pay/{session_id}/approve", f"/c/pay/{session_id}/decline")

    @post("/c/pay/{session_id:str}/approve")
    async def approve(self, session_id: FromPath[str], desk: Desk) -> Redirect:
        """Pay, and go back to the merchant."""
        session = _of_payer(desk, session_id)
        if session.status == "open":
            desk.approve(session)
        paid = session.status == "complete"
        back = session.order.success_url.replace("{CHECKOUT_SESSION_ID}", session.id)
        return Redirect(back if paid else f"/c/pay/{session_id}", status_code=303)

    @post("/c/pay/{session_id:str}/decline")
    async def decline(
        self, session_id: FromPath[str], desk: Desk, reason: FromQuery[str] = "generic_decline"
    ) -> Redirect:
        """Be declined, and stay on the page; `?reason=` is the bank's decline code."""
        session = _of_payer(desk, session_id)
        if session.status == "open":
            desk.decline(session, reason)
        return Redirect(f"/c/pay/{session_id}", status_code=303)

    @post("/_refunds/{refund_id:str}/fail", status_code=200)
    async def fail_refund(
        self, refund_id: FromPath[str], desk: Desk, reason: FromQuery[str] = "expired_or_canceled_card"
    ) -> Shown:
        """Send a refund back, as the payer's bank may do days later."""
        return desk.fail_refund(refund_id, reason).shown()

    @post("/_roll-secret", status_code=200)
    async def roll(self, desk: Desk) -> dict[str, str]:
        """Roll the webhook secret; the one before goes on signing beside it."""
        return {"secret": desk.events.roll()}


def _of_payer(desk: StripeDesk, session_id: str) -> Session:
    try:
        return desk.session(session_id, live=None)
    except StripeError as error:
        raise NotFoundException("There is no such page.") from error
