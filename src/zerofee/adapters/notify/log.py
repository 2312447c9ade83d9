"""Mail without a mail server: into the log of a developer, and nowhere in production."""

import logging
from typing import Final

from zerofee.domain.letter import Mail
from zerofee.domain.ports.notifier import NotDelivered

_LOG: Final = logging.getLogger(__name__)


class LogNotifier:
    """The `Notifier` port in development: whoever reads the log reads the mail, codes and all."""

    async def send(self, mail: Mail) -> None:
        _LOG.info("DEVELOPMENT mail to %s: %s", mail.to, " ".join(mail.text.split()))


class NoNotifier:
    """The `Notifier` port of a server that was told of no mail server, and must not write codes into its log."""

    async def send(self, mail: Mail) -> None:
        raise NotDelivered("ZEROFEE_SMTP_URL is not set, so no mail goes out")
