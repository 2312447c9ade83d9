"""Whether an account's token holds, and what in its set-up will not work."""

from collections.abc import Iterator

from zerofee.adapters.http.exchange import HttpReply, Silence
from zerofee.adapters.provider_kind import Opening
from zerofee.adapters.providers.pawapay.configuration import Configuration, read_configuration
from zerofee.adapters.providers.pawapay.responses import OK, read_denial
from zerofee.adapters.providers.pawapay.settings import HINT, UNSIGNED, chosen, misread
from zerofee.domain.ports.provider import (
    CredentialCheck,
    CredentialsAccepted,
    CredentialsRefused,
    CredentialsUnproven,
)


def read_check(reply: HttpReply | Silence, opening: Opening, *, signs: bool) -> CredentialCheck:
    """Read the active configuration as an answer about the token that asked for it."""
    if isinstance(reply, Silence):
        return CredentialsUnproven(reply.reason)
    if denial := read_denial(reply):
        return CredentialsRefused(f"pawaPay does not take this token in {opening.environment}: {denial}.")
    account = read_configuration(reply.body) if reply.status == OK else None
    if account is None:
        return CredentialsUnproven(f"pawaPay answered HTTP {reply.status} without a configuration.")
    return CredentialsAccepted(" ".join(_warnings(account, opening, signs=signs)) or None)


def _warnings(account: Configuration, opening: Opening, *, signs: bool) -> Iterator[str]:
    yield from misread(opening.settings)
    if account.signed_requests and not signs:
        yield "The account takes signed requests only: add signing_key and signing_key_id."
    if account.signed_callbacks is False and chosen(opening.settings, UNSIGNED) != HINT:
        yield "The account's callbacks are not signed, so they are refused: switch signing on in the dashboard."
    shared = f"{opening.public_url.rstrip('/')}/v1/webhooks/pawapay"
    own = f"{shared}/{opening.connection_id}"
    if account.callback_urls.isdisjoint({shared, own}):
        yield f"Set the callback URLs in the dashboard to {own}."
