"""What Stripe's stand-in is asked: forms with nested names, checked strictly, and errors in Stripe's form."""

import re
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import parse_qsl

import msgspec

_PARTS: Final = re.compile(r"[^\[\]]+")
_AT: Final = re.compile(r" - at `\$\.?(?P<path>[^`]*)`")
_UNKNOWN: Final = re.compile(r"unknown field `(?P<name>[^`]+)`")
_MISSING: Final = re.compile(r"missing required field `(?P<name>[^`]+)`")
_KEYS: Final = 50

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=5000)]
Url = Annotated[str, msgspec.Meta(pattern=r"^https?://\S+$", max_length=5000)]
Metadata = Annotated[
    dict[Annotated[str, msgspec.Meta(max_length=40)], Annotated[str, msgspec.Meta(max_length=500)]],
    msgspec.Meta(max_length=_KEYS),
]
Shape = TypeVar("Shape")


class StripeError(Exception):
    """An answer in Stripe's form of errors. `kept`: the endpoint had begun, so its key replays it."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None = None,
        *,
        param: str | None = None,
        kind: str = "invalid_request_error",
        kept: bool = True,
    ) -> None:
        """Keep what the body will say."""
        super().__init__(message)
        self.status = status
        self.kept = kept
        told = {"type": kind, "message": message, "code": code, "param": param}
        self.body = {"error": {name: value for name, value in told.items() if value is not None}}


class Fields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form of which every name is known."""

    expand: list[str] = []


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sold."""

    name: Text
    description: Text | None = None


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For how much."""

    currency: Text
    product_data: Product
    unit_amount: Annotated[int, msgspec.Meta(ge=0)]


class LineItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a session."""

    price_data: Price
    quantity: Annotated[int, msgspec.Meta(ge=1)]


class IntentData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the intent will carry."""

    capture_method: Literal["automatic", "automatic_async", "manual"] = "automatic_async"
    description: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)] | None = None
    metadata: Metadata = {}
    statement_descriptor_suffix: Annotated[str, msgspec.Meta(min_length=1, max_length=22)] | None = None


class AdaptivePricing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the payer may choose another currency; here nobody may."""

    enabled: bool


class NewSession(Fields, frozen=True, kw_only=True):
    """The form of a new Checkout Session, as much of it as this stand-in plays."""

    mode: Literal["payment"]
    line_items: Annotated[list[LineItem], msgspec.Meta(min_length=1, max_length=100)]
    success_url: Url
    cancel_url: Url | None = None
    client_reference_id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    customer_email: Text | None = None
    expires_at: int | None = None
    locale: Text | None = None
    metadata: Metadata = {}
    payment_intent_data: IntentData = IntentData()
    adaptive_pricing: AdaptivePricing = AdaptivePricing(enabled=False)
    allowed_payment_method_types: list[str] = msgspec.field(default_factory=lambda: ["card"])


class Cancellation(Fields, frozen=True, kw_only=True):
    """The form of a cancel."""

    cancellation_reason: Literal["abandoned", "duplicate", "fraudulent", "requested_by_customer"] | None = None


class Capture(Fields, frozen=True, kw_only=True):
    """The form of a capture."""

    amount_to_capture: Annotated[int, msgspec.Meta(ge=1)] | None = None


class NewRefund(Fields, frozen=True, kw_only=True):
    """The form of a refund."""

    payment_intent: Text | None = None
    charge: Text | None = None
    amount: Annotated[int, msgspec.Meta(ge=1)] | None = None
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None
    metadata: Metadata = {}


class NewEndpoint(Fields, frozen=True, kw_only=True):
    """The form of a webhook endpoint."""

    url: Url
    enabled_events: list[str]


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A span of Unix seconds."""

    gt: int | None = None
    gte: int | None = None
    lt: int | None = None
    lte: int | None = None

    def __contains__(self, at: int) -> bool:
        """Say whether a second lies in it."""
        return (
            (self.gt is None or at > self.gt)
            and (self.gte is None or at >= self.gte)
            and (self.lt is None or at < self.lt)
            and (self.lte is None or at <= self.lte)
        )


class Listing(Fields, frozen=True, kw_only=True):
    """The query of a list."""

    created: int | Range = Range()
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    starting_after: Text | None = None
    payment_intent: Text | None = None
    charge: Text | None = None
    status: Text | None = None
    type: Text | None = None


def read_form(text: str, shape: type[Shape]) -> Shape:
    """Read a form or a query into its shape; raise `StripeError` in Stripe's words for what does not fit."""
    pairs = parse_qsl(text, keep_blank_values=True)
    for name, value in pairs:
        if name.startswith("payment_method_types"):
            raise _wrong("payment_method_types is gone.", "payment_method_types_no_longer_supported", name)
        if not value:
            raise _wrong(f"You passed an empty string for '{name}'.", "parameter_invalid_empty", name)
    try:
        return msgspec.convert(nested(pairs), type=shape, strict=False)
    except msgspec.ValidationError as wrong:
        raise _explained(str(wrong)) from wrong


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Read `a[b][0][c]=v`, and `a[]=v` as the next of a list."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        *outer, last = [*_PARTS.findall(name), ""] if name.endswith("[]") else _PARTS.findall(name) or [name]
        at = tree
        for part in outer:
            at = at.setdefault(part, {})
            if not isinstance(at, dict):
                raise _wrong(f"Invalid object: {name}", None, name)
        at[last or str(len(at))] = value
    whole: dict[str, Any] = _with_lists(tree)
    return whole


def _with_lists(value: Any) -> Any:  # noqa: ANN401  # a form is anything
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(item) for name, item in value.items()}
    return list(inner.values()) if inner and all(name.isdigit() for name in inner) else inner


def _explained(said: str) -> StripeError:
    at = _AT.search(said)
    path = re.sub(r"\[(\.*|\d+)\]", "", at["path"]) if at else ""
    if found := _UNKNOWN.search(said):
        param = f"{path}.{found['name']}".strip(".")
        return _wrong(f"Received unknown parameter: {param}", "parameter_unknown", param)
    if found := _MISSING.search(said):
        param = f"{path}.{found['name']}".strip(".")
        return _wrong(f"Missing required param: {param}.", "parameter_missing", param)
    code = "parameter_invalid_integer" if "`int`" in said else None
    if path.endswith("_url") or path == "url":
        code = "url_invalid"
    return _wrong(f"Invalid {path}: {said}", code, path or None)


def _wrong(message: str, code: str | None, param: str | None) -> StripeError:
    return StripeError(400, message, code, param=param, kept=False)
