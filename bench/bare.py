"""The HTTP framework alone: the same request, decoded and answered with the same shape, and no work behind it."""

import msgspec
from litestar import Litestar, Response, post

ANSWER = msgspec.json.encode(
    {
        "id": "pay_01JD0000000000000000000000",
        "object": "payment",
        "status": "succeeded",
        "amount": 10000,
        "currency": "XOF",
        "provider": "test",
        "metadata": {"order": "42"},
    }
)


class Asked(msgspec.Struct):
    """What a benchmark's request carries."""

    amount: int
    currency: str
    payment_method: str
    country: str
    customer: dict[str, str]
    metadata: dict[str, str]


@post("/v1/payments", status_code=201)
async def create(data: Asked) -> Response[bytes]:  # noqa: ARG001  decoded, and that is all
    """Answer as if a payment had been made."""
    return Response(ANSWER, status_code=201, media_type="application/json")


app = Litestar([create], openapi_config=None, logging_config=None)
