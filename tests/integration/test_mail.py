"""Mail to a real SMTP server, over a real socket."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from zerofee.adapters.notify.smtp import SmtpNotifier, SmtpServer
from zerofee.domain.letter import Mail, code_mail
from zerofee.domain.ports.notifier import NotDelivered
from zerofee.domain.ports.vault import Secret

MAIL = Mail("ama@example.com", "Grüße, Ama", "Your code is 314159\n\nCafé — good once.\n")
# The server warns of itself: whoever logs in without encryption says the password to everybody on the way.
IN_THE_CLEAR = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
SENDER = "zerofee <no-reply@pay.example>"


@dataclass
class Mailbox:
    """What the server was given; `refusing` answers every recipient with a no."""

    received: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    refusing: bool = False

    async def handle_RCPT(  # noqa: N802  the library calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refusing:
            return f"550 5.1.1 <{address}> is nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  the same
        content = BytesParser(policy=default).parsebytes(cast("bytes", envelope.content))
        self.received.append((envelope.rcpt_tos, content))
        self.encrypted.append(session.ssl is not None)
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss:word/1", handled=False)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """Return what a server needs that names itself."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, SHA256())
    )
    pem = made.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path / "server.pem"
    path.write_bytes(pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return context


@asynccontextmanager
async def serving(mailbox: Mailbox, **how: Any) -> AsyncIterator[int]:  # noqa: ANN401  whatever the library takes
    """Serve SMTP in this loop, and give the port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, loop=loop, **how), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
async def plain(mailbox: Mailbox) -> AsyncIterator[int]:
    async with serving(mailbox) as port:
        yield port


@pytest.fixture
async def guarded(mailbox: Mailbox) -> AsyncIterator[int]:
    """Yield the port of a server that takes mail from those alone who log in."""
    how = {"auth_required": True, "auth_require_tls": False, "authenticator": mailbox.authenticate}
    async with serving(mailbox, **how) as port:
        yield port


@pytest.fixture
async def starttls(mailbox: Mailbox, certificate: ssl.SSLContext) -> AsyncIterator[int]:
    """Yield the port of a server that encrypts when it is asked to, under a certificate that nobody vouches for."""
    async with serving(mailbox, tls_context=certificate) as port:
        yield port


def notifier(url: str) -> SmtpNotifier:
    return SmtpNotifier(SmtpServer.of(Secret(url)), SENDER)


async def test_delivers_a_mail_as_it_was_written(plain: int, mailbox: Mailbox) -> None:
    await notifier(f"smtp://127.0.0.1:{plain}").send(MAIL)

    ((recipients, message),) = mailbox.received
    assert recipients == [MAIL.to]
    assert (message["To"], message["From"], message["Subject"]) == (MAIL.to, SENDER, MAIL.subject)
    assert message.get_content().splitlines() == MAIL.text.splitlines()
    assert message["Message-ID"].endswith("@pay.example>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"]


@IN_THE_CLEAR
async def test_logs_in_by_what_the_url_says(guarded: int, mailbox: Mailbox) -> None:
    await notifier(f"smtp://mailer%40pay.example:p%40ss%3Aword%2F1@127.0.0.1:{guarded}").send(MAIL)

    assert len(mailbox.received) == 1
    assert (b"mailer@pay.example", b"p@ss:word/1") in mailbox.logins


@IN_THE_CLEAR
async def test_says_that_a_mail_was_not_taken_and_not_whose(guarded: int, mailbox: Mailbox) -> None:
    with pytest.raises(NotDelivered) as fault:
        await notifier(f"smtp://mailer:wrong@127.0.0.1:{guarded}").send(MAIL)

    assert mailbox.received == []
    assert not [word for word in ("wrong", "mailer", MAIL.to, "314159") if word in str(fault.value)]
    assert fault.value.__suppress_context__


async def test_a_mailbox_that_is_not_there_is_a_mail_not_taken(plain: int, mailbox: Mailbox) -> None:
    mailbox.refusing = True

    with pytest.raises(NotDelivered):
        await notifier(f"smtp://127.0.0.1:{plain}").send(MAIL)


async def test_a_server_that_is_down_is_a_mail_not_taken(unused_tcp_port: int) -> None:
    with pytest.raises(NotDelivered):
        await notifier(f"smtp://127.0.0.1:{unused_tcp_port}").send(MAIL)


async def test_sends_nothing_in_the_clear_when_it_must_encrypt(plain: int, mailbox: Mailbox) -> None:
    with pytest.raises(NotDelivered):
        await notifier(f"smtp://127.0.0.1:{plain}?starttls").send(MAIL)

    assert mailbox.received == []


async def test_trusts_no_certificate_that_nobody_vouches_for(starttls: int, mailbox: Mailbox) -> None:
    for url in (f"smtp://127.0.0.1:{starttls}?starttls", f"smtp://127.0.0.1:{starttls}"):
        with pytest.raises(NotDelivered):
            await notifier(url).send(MAIL)

    assert mailbox.received == []


async def test_encrypts_before_it_says_anything(
    starttls: int, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator with an authority of their own names it to OpenSSL."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))

    await notifier(f"smtp://127.0.0.1:{starttls}?starttls").send(MAIL)
    await notifier(f"smtp://127.0.0.1:{starttls}").send(MAIL)

    assert mailbox.encrypted == [True, True]


async def test_no_address_can_add_a_header(plain: int, mailbox: Mailbox) -> None:
    with pytest.raises(NotDelivered):
        await notifier(f"smtp://127.0.0.1:{plain}").send(code_mail("a@example.com\r\nBcc: b@example.com", "1"))

    assert mailbox.received == []


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "starttls"),
    [
        ("smtp://mail.example", "mail.example", 25, False, None),
        ("smtp://mail.example?starttls", "mail.example", 587, False, True),
        ("smtp://mail.example:2525/?starttls", "mail.example", 2525, False, True),
        ("smtps://u:p@mail.example", "mail.example", 465, True, None),
        ("smtps://[2001:db8::1]:4650", "2001:db8::1", 4650, True, None),
    ],
)
def test_reads_the_servers_url(url: str, host: str, port: int, tls: bool, starttls: bool | None) -> None:
    server = SmtpServer.of(Secret(url))

    assert (server.host, server.port, server.tls, server.starttls) == (host, port, tls, starttls)


@pytest.mark.parametrize(
    "url", ["", "mail.example", "http://u:hunter2@mail.example", "smtp://", "smtp://u:hunter2@h:x", "smtp://h/path"]
)
def test_refuses_what_is_no_such_url_and_does_not_repeat_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"smtp|URL") as fault:
        SmtpServer.of(Secret(url))

    assert "hunter2" not in str(fault.value)


def test_a_server_does_not_show_its_password() -> None:
    assert "hunter2" not in repr(SmtpServer.of(Secret("smtp://u:hunter2@mail.example")))
