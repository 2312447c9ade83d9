"""What the HTTP edge itself refuses, before any rule of payments is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from zerofee.domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that is wrong (`customer.phone`), and what to do about it."""

    field: str
    message: str


class InvalidRequest(DomainError):
    """A field has the wrong type, is missing, is unknown or came twice. `errors` names it."""

    code = "validation_failed"

    def __init__(self, violations: Sequence[Violation]) -> None:
        """Keep every violation; there is at least one."""
        first = violations[0]
        super().__init__(f"{first.field}: {first.message}", field=first.field)
        self.violations = tuple(violations)


class BadJson(DomainError):
    """The body is no JSON object: broken, empty, not UTF-8, or nested deeper than 32."""

    code = "json_invalid"


class BadRequest(DomainError):
    """The request's HTTP is not understood; nothing of it was done."""

    code = "bad_request"


class NotAuthenticated(DomainError):
    """No API key or access token was sent, or one that is unknown, revoked or expired: one answer for all of these."""

    code = "unauthorized"

    def __init__(self) -> None:
        """Say what to do, and not what was wrong."""
        super().__init__("Send a valid secret key of the app, or an access token: Authorization: Bearer …")


class KeyNotAllowed(DomainError):
    """A publishable key may do only what a customer's browser needs; everything else takes a secret key."""

    code = "secret_key_required"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("A publishable key may not do this. Send it from your server, with a secret key.")


class PersonNeeded(DomainError):
    """An API key acts for an app, and this is for its people: log in, and send the access token."""

    code = "access_token_required"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("An API key may not do this. Log in, and send the access token.")


class AppNotNamed(DomainError):
    """An access token is a person's; the headers `X-App-Id` and `X-Environment` say whose data is meant."""

    code = "app_not_named"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("With an access token, send X-App-Id and X-Environment (sandbox or live), each once.")


class InsufficientScope(DomainError):
    """The key is good, and its scopes do not hold what this route needs."""

    code = "insufficient_scope"

    def __init__(self, needed: str) -> None:
        """Name the scope that is missing."""
        super().__init__(f"This key may not do this: it needs the scope {needed}.")


class TooManyRequests(DomainError):
    """More requests than the budget holds; the headers `RateLimit` and `Retry-After` say when there may be more."""

    code = "rate_limited"

    def __init__(self, retry_after_s: int) -> None:
        """Say how many seconds to wait."""
        super().__init__(f"Too many requests. Try again in {retry_after_s} seconds.")
        self.retry_after_s = retry_after_s


class NoSuchRoute(DomainError):
    """There is nothing at this address. The reference lists every address there is."""

    code = "route_not_found"

    def __init__(self) -> None:
        """Say where to look."""
        super().__init__("There is nothing at this address. See /docs for every address there is.")


class MethodNotAllowed(DomainError):
    """The address exists and does not take this method; the header `Allow` says which it takes."""

    code = "method_not_allowed"

    def __init__(self, allow: str) -> None:
        """Name the methods that are taken."""
        super().__init__(f"This address does not take this method. It takes {allow}.")
        self.allow = allow


class BodyTooLarge(DomainError):
    """The body has more bytes than are taken."""

    code = "body_too_large"

    def __init__(self, most: int) -> None:
        """Say how many bytes are taken."""
        super().__init__(f"The body may have at most {most} bytes.")


class BodyTooSlow(DomainError):
    """The body did not arrive whole in time; nothing was done."""

    code = "request_timeout"

    def __init__(self, seconds: int) -> None:
        """Say how long it may take."""
        super().__init__(f"The body did not arrive within {seconds} seconds. Send it again.")


class TargetTooLong(DomainError):
    """The address with its query is longer than is taken."""

    code = "target_too_long"

    def __init__(self, most: int) -> None:
        """Say how long it may be."""
        super().__init__(f"The address with its query may have at most {most} bytes.")


class HeadersTooLarge(DomainError):
    """There are more headers, or they are longer, than is taken."""

    code = "headers_too_large"

    def __init__(self, most: int, most_bytes: int) -> None:
        """Say how many there may be."""
        super().__init__(f"There may be at most {most} headers of {most_bytes} bytes in all.")


class UnsupportedMediaType(DomainError):
    """Bodies are JSON in UTF-8, not compressed: `Content-Type: application/json`."""

    code = "unsupported_media_type"

    def __init__(self) -> None:
        """Say what is taken."""
        super().__init__("Send the body as Content-Type: application/json, in UTF-8, with no Content-Encoding.")


class CursorInvalid(DomainError):
    """A cursor that this list, in this app and environment, never gave."""

    code = "cursor_invalid"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("cursor is none that this list gave: send next_cursor as it came.", field="cursor")
