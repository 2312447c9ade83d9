"""The few pages that the server shows by itself: templates, and the policy that keeps each one closed."""

from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from zerofee.domain.idempotency import Answer
from zerofee.entrypoints.http.reply import Header, Reply

HTML: Final = "text/html; charset=utf-8"
_CLOSED: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
READ_ONLY: Final[Header] = (b"content-security-policy", f"{_CLOSED}; form-action 'none'".encode())
# Browsers hold a form's redirects to this too: the customer goes on to the shop from here, wherever it is.
WITH_FORM: Final[Header] = (
    b"content-security-policy",
    f"{_CLOSED}; form-action 'self' https: http://localhost:* http://127.0.0.1:*".encode(),
)
_PAGES: Final = Environment(
    loader=PackageLoader("zerofee.entrypoints.http"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def page(name: str, *, status: int = 200, policy: Header = READ_ONLY, **values: object) -> Reply:
    """Answer with a page; every value is escaped."""
    return Reply(Answer(status=status, body=_written(name, values), content_type=HTML), (policy,))


def text(name: str, content_type: str) -> Reply:
    """Answer with a file that belongs to the pages."""
    return Reply(Answer(status=200, body=_written(name, {}), content_type=content_type))


def _written(name: str, values: dict[str, object]) -> bytes:
    return _PAGES.get_template(name).render(**values).encode()
