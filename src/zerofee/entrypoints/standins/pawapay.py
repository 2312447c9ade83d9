"""pawaPay's stand-in over HTTP: the same paths, token, bodies and codes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Controller, Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from zerofee.entrypoints.standins.handset import Verdict
from zerofee.entrypoints.standins.pages import decision_page, notice_page, said
from zerofee.entrypoints.standins.pawapay_callbacks import PawapayCallbacks
from zerofee.entrypoints.standins.pawapay_desk import PawapayDesk
from zerofee.entrypoints.standins.pawapay_rules import active_configuration, predict, read_body
from zerofee.entrypoints.standins.pawapay_shapes import (
    DEPOSIT,
    FINAL,
    NewDeposit,
    NewPage,
    NewPayout,
    NewRefund,
    Question,
    Rejected,
)
from zerofee.entrypoints.standins.world import StandinKind, World

SANDBOX_TOKEN: Final = "standin-pawapay-sandbox-token"  # noqa: S105  published, for a stand-in alone
# The accounts that there are: a token is of one environment, as at pawaPay.
TOKENS: Final[Mapping[str, str]] = {
    SANDBOX_TOKEN: "sandbox",
    "standin-pawapay-live-token": "live",
}
_KINDS: Final[Mapping[str, str]] = {"deposits": DEPOSIT, "payouts": "payout", "refunds": "refund"}

Call = Request[Any, Any, Any]
Desk = NamedDependency[SkipValidation[PawapayDesk]]
Json = dict[str, Any]


class OrdersController(Controller):
    """What moves money, and what became of it."""

    path = "/v2"

    @post("/deposits", status_code=200)
    async def deposit(self, request: Call, desk: Desk) -> Json:
        """Take a deposit."""
        mode = _merchant(request)
        return desk.deposit(read_body(await request.body(), NewDeposit), mode)

    @post("/paymentpage", status_code=200)
    async def page(self, request: Call, desk: Desk) -> dict[str, str]:
        """Make a page on which the customer chooses."""
        mode = _merchant(request)
        return desk.open_page(read_body(await request.body(), NewPage), mode)

    @post("/payouts", status_code=200)
    async def payout(self, request: Call, desk: Desk) -> Json:
        """Take a payout."""
        mode = _merchant(request)
        return desk.payout(read_body(await request.body(), NewPayout), mode)

    @post("/refunds", status_code=200)
    async def refund(self, request: Call, desk: Desk) -> Json:
        """Take a refund."""
        mode = _merchant(request)
        return desk.refund(read_body(await request.body(), NewRefund), mode)

    @get(["/deposits/{key:str}", "/payouts/{key:str}", "/refunds/{key:str}"])
    async def status(self, request: Call, key: FromPath[str], desk: Desk) -> Json:
        """Show a record, in its envelope."""
        mode = _merchant(request)
        movement = desk.find(_kind(request), key)
        if movement is None or movement.mode != mode:
            return {"status": "NOT_FOUND"}
        return {"status": "FOUND", "data": movement.shown()}

    @post(
        [
            "/deposits/resend-callback/{key:str}",
            "/payouts/resend-callback/{key:str}",
            "/refunds/resend-callback/{key:str}",
        ],
        status_code=200,
    )
    async def resend(self, request: Call, key: FromPath[str], desk: Desk) -> Json:
        """Send a callback again."""
        mode = _merchant(request)
        return desk.resend(_kind(request), key, mode)

    @post(["/payouts/fail-enqueued/{key:str}", "/refunds/fail-enqueued/{key:str}"], status_code=200)
    async def fail_enqueued(self, request: Call, key: FromPath[str], desk: Desk) -> Json:
        """Let go of what waits in a queue."""
        mode = _merchant(request)
        return desk.fail_enqueued(_kind(request), key, mode)


class ToolkitController(Controller):
    """What only tells."""

    path = "/v2"

    @get("/active-conf")
    async def configuration(self, request: Call, desk: Desk, country: FromQuery[str | None] = None) -> Json:
        """Show what the account may do."""
        _merchant(request)
        return active_configuration(desk.callbacks.url, country, request.query_params.get("operationType"))

    @post("/predict-provider", status_code=200)
    async def predict(self, request: Call) -> Json:
        """Name the operator of a number."""
        _merchant(request)
        return predict(read_body(await request.body(), Question).phone_number)

    @get("/wallet-balances")
    async def balances(
        self, request: Call, desk: Desk, country: FromQuery[str | None] = None
    ) -> dict[str, list[dict[str, str]]]:
        """Show what the wallet holds."""
        _merchant(request)
        return {"balances": desk.balances(country)}

    @get("/public-key/http")
    async def keys(self, desk: Desk) -> list[dict[str, str]]:
        """Publish the key that signs callbacks; nobody needs a token for it."""
        return desk.callbacks.published()


class CustomerController(Controller):
    """The pages that a customer sees: pawaPay's own, and an operator's."""

    path = "/"

    @get("/page/{key:str}", media_type=MediaType.HTML)
    async def page(self, key: FromPath[str], desk: Desk) -> str:
        """Ask the customer on pawaPay's page."""
        page = desk.open_until_decided(key)
        if page is None:
            return notice_page("pawaPay", "This page is not in use any more.")
        lines = (f"Pay {said(page.money)}?", page.wanted.customer_message)
        return decision_page("pawaPay", lines, f"/page/{key}/approve", f"/page/{key}/decline")

    @post("/page/{key:str}/{verdict:str}")
    async def decide_page(
        self, key: FromPath[str], verdict: FromPath[str], desk: Desk, reason: FromQuery[str | None] = None
    ) -> Redirect:
        """Take the customer's answer, and go back to the merchant; `?reason=` names the failure code."""
        if key not in desk.pages:
            raise NotFoundException("There is no such page.")
        return Redirect(desk.decide_page(key, _verdict(verdict, reason)), status_code=303)

    @get("/pay/{key:str}", media_type=MediaType.HTML)
    async def operator(self, key: FromPath[str], desk: Desk) -> str:
        """Ask the customer at an operator who redirects."""
        movement = desk.find(DEPOSIT, key)
        if movement is None:
            raise NotFoundException("There is no such deposit.")
        if movement.status in FINAL:
            return notice_page(movement.provider, f"This payment is {movement.status}.")
        lines = (f"Pay {said(movement.money)}?", movement.phone)
        return decision_page(movement.provider, lines, f"/pay/{key}/approve", f"/pay/{key}/decline")

    @post("/pay/{key:str}/{verdict:str}")
    async def decide(
        self, key: FromPath[str], verdict: FromPath[str], desk: Desk, reason: FromQuery[str | None] = None
    ) -> Redirect:
        """Take the customer's answer, and go back to the merchant."""
        if desk.find(DEPOSIT, key) is None:
            raise NotFoundException("There is no such deposit.")
        movement = await desk.decide(key, _verdict(verdict, reason))
        return Redirect(movement.back if movement.status == "COMPLETED" else movement.away, status_code=303)


def build(world: World) -> Sequence[ControllerRouterHandler]:
    """Make pawaPay's routes in a world."""
    desk = PawapayDesk(world, PawapayCallbacks(world, world.webhook_url))
    return [
        Router(
            path="/",
            route_handlers=[OrdersController, ToolkitController, CustomerController],
            dependencies={"desk": Provide(lambda: desk, sync_to_thread=False)},
            exception_handlers={Rejected: _rejected},
        )
    ]


STANDIN: Final = StandinKind(name="pawapay", port=9404, build=build, credentials={"api_token": SANDBOX_TOKEN})


def _merchant(call: Call) -> str:
    """Give the environment of a call's token; raise `Rejected` for any other."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        raise Rejected("NO_AUTHENTICATION", "The header Authorization is missing.", status=401)
    if token not in TOKENS:
        raise Rejected("AUTHENTICATION_ERROR", "The token is not known here.", status=403)
    return TOKENS[token]


def _kind(call: Call) -> str:
    return _KINDS[call.url.path.split("/")[2]]


def _verdict(word: str, reason: str | None) -> Verdict:
    if word not in {"approve", "decline"}:
        raise NotFoundException("Approve or decline.")
    return Verdict(approved=word == "approve", reason=reason)


def _rejected(call: Call, wrong: Rejected) -> Response[Json]:
    """Answer as pawaPay: an order is REJECTED, without its id, which the published samples leave null as well."""
    asks = call.method == "GET" or not any(call.url.path.startswith(f"/v2/{kind}") for kind in _KINDS)
    named = {} if asks else {f"{_kind(call)}Id": None, "status": "REJECTED"}
    page = {"status": "REJECTED"} if call.url.path == "/v2/paymentpage" else {}
    return Response({**named, **page, **wrong.body()}, status_code=wrong.status)
