"""Mail by SMTP, one connection a mail: a handful an hour needs no more."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

import aiosmtplib

from zerofee.domain.letter import Mail
from zerofee.domain.ports.notifier import NotDelivered
from zerofee.domain.ports.vault import Secret

_TIMEOUT_S: Final = 20
_PORTS: Final = {"smtp": 25, "smtps": 465}
_SUBMISSION: Final = 587


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """
    A mail server.

    `tls`: encrypted from the first byte. `starttls`: encrypted before anything is said, or not at all; when `None`,
    if the server offers it.
    """

    host: str
    port: int
    user: str | None = None
    password: Secret | None = field(default=None, repr=False)
    tls: bool = False
    starttls: bool | None = None

    @classmethod
    def of(cls, url: Secret) -> "SmtpServer":
        """
        Read `smtp://user:password@host:port`, with `?starttls` at its end or not, or `smtps://…`.

        Raises `ValueError`, which does not repeat the URL.
        """
        try:
            parts = urlsplit(url.reveal())
            port, host = parts.port, parts.hostname
        except ValueError:
            raise ValueError("it is no URL") from None
        if parts.scheme not in _PORTS or not host or parts.path not in {"", "/"}:
            raise ValueError("it must look like smtp://user:password@host:587?starttls, or smtps://…")
        starttls = "starttls" in dict(parse_qsl(parts.query, keep_blank_values=True))
        return cls(
            host=host,
            port=port or (_SUBMISSION if starttls else _PORTS[parts.scheme]),
            user=unquote(parts.username) if parts.username else None,
            password=Secret(unquote(parts.password)) if parts.password else None,
            tls=parts.scheme == "smtps",
            starttls=True if starttls else None,
        )


@dataclass(frozen=True, slots=True)
class SmtpNotifier:
    """The `Notifier` port. `sender` is the address that mail comes from."""

    server: SmtpServer
    sender: str

    async def send(self, mail: Mail) -> None:
        server = self.server
        try:
            await aiosmtplib.send(
                _message(mail, self.sender),
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password.reveal() if server.password else None,
                use_tls=server.tls,
                start_tls=False if server.tls else server.starttls,
                timeout=_TIMEOUT_S,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as fault:
            # What a server answers may repeat the address; the kind of the fault is enough to look further.
            raise NotDelivered(f"the mail server did not take a mail: {type(fault).__name__}") from None


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">"))
    # Machines that answer by themselves leave such mail alone (RFC 3834, section 5).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message
