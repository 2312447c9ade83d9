"""The tables of what goes out: where apps listen, and every event on its way to them."""

from typing import Final

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table

from zerofee.adapters.sql.columns import blob, flag, moment, one_of, partial, text, whole, word
from zerofee.adapters.sql.tables import METADATA, SCOPE, SCOPED_ID
from zerofee.domain.delivery import DeliveryStatus
from zerofee.domain.endpoint import DisabledBecause, EndpointStatus
from zerofee.domain.scope import Environment

LISTENS: Final = f"status = '{EndpointStatus.ENABLED}'"
"""What the partial index of enabled endpoints is over."""

GIVEN_UP: Final = f"status = '{DeliveryStatus.FAILED}' AND NOT redelivered"
"""What the partial index of deliveries to be made anew is over."""

WEBHOOK_ENDPOINTS: Final = Table(
    "webhook_endpoints",
    METADATA,
    word("app_id"),
    word("environment"),
    word("id"),
    text("url"),
    text("events"),
    text("description", null=True),
    word("status"),
    word("disabled_because", null=True),
    moment("failing_since", null=True),
    whole("failures"),
    blob("sealed"),
    blob("previous_sealed"),
    moment("previous_until", null=True),
    word("subscriber", null=True),
    flag("is_default"),
    whole("news"),
    # Which process delivers to it, and until when; no new version of the endpoint.
    word("lane_owner", null=True),
    moment("lane_until", null=True),
    moment("created_at"),
    moment("updated_at"),
    whole("version"),
    PrimaryKeyConstraint(*SCOPED_ID),
    ForeignKeyConstraint(["app_id"], ["apps.id"]),
    one_of("environment", Environment),
    one_of("status", EndpointStatus),
    one_of("disabled_because", DisabledBecause),
    CheckConstraint("failures >= 0", name="failures"),
    partial("ix_webhook_endpoints_listens", *SCOPED_ID, where=LISTENS),
    partial("ix_webhook_endpoints_subscriber", *SCOPE, "subscriber", where="subscriber IS NOT NULL", unique=True),
    partial("ix_webhook_endpoints_default", *SCOPE, where="is_default", unique=True),
    sqlite_strict=True,
)

WEBHOOK_DELIVERIES: Final = Table(
    "webhook_deliveries",
    METADATA,
    word("app_id"),
    word("environment"),
    word("id"),
    # No reference to the endpoint: an event must be kept also when its endpoint was deleted a moment ago.
    word("endpoint_id"),
    word("event_id"),
    word("event_type"),
    word("status"),
    text("tries"),
    moment("due_at", null=True),
    word("redelivery_of", null=True),
    flag("redelivered"),
    moment("created_at"),
    moment("updated_at"),
    whole("version"),
    PrimaryKeyConstraint(*SCOPED_ID),
    ForeignKeyConstraint([*SCOPE, "event_id"], [f"events.{name}" for name in SCOPED_ID]),
    one_of("status", DeliveryStatus),
    # One delivery of an event to an endpoint; what is delivered anew names the first one (reliability rules OUTB-1).
    partial(
        "ix_webhook_deliveries_once", "event_id", "endpoint_id", *SCOPE, where="redelivery_of IS NULL", unique=True
    ),
    Index("ix_webhook_deliveries_endpoint", "endpoint_id", *SCOPED_ID),
    partial("ix_webhook_deliveries_due", "endpoint_id", *SCOPE, "due_at", where="due_at IS NOT NULL"),
    partial("ix_webhook_deliveries_given_up", "endpoint_id", *SCOPED_ID, where=GIVEN_UP),
    Index("ix_webhook_deliveries_updated", "updated_at"),
    sqlite_strict=True,
)
