"""An answer that is bytes already, sent as it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar.types import Receive, Scope, Send

from zerofee.domain.idempotency import Answer

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as an ASGI application; Litestar sends it without looking into it."""

    answer: Answer
    headers: Sequence[Header] = ()

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send status, headers and body."""
        answer = self.answer
        headers: list[Header] = [
            (b"content-type", answer.content_type.encode()),
            (b"content-length", b"%d" % len(answer.body)),
            *self.headers,
        ]
        if answer.location is not None:
            headers.append((b"location", answer.location.encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def json_reply(body: bytes, status: int = 200) -> Reply:
    """Answer with JSON that is written already."""
    return Reply(Answer(status=status, body=body))
