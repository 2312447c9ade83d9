"""Mail that goes nowhere: kept, so that a test or a demo can read it."""

from zerofee.domain.letter import Mail
from zerofee.domain.ports.notifier import NotDelivered


class MemoryNotifier:
    """The `Notifier` port. `refusing` mails nothing, as a server that is down would."""

    def __init__(self) -> None:
        """Begin with no mail."""
        self.mails: list[Mail] = []
        self.refusing = False

    async def send(self, mail: Mail) -> None:
        if self.refusing:
            raise NotDelivered("refused on purpose")
        self.mails.append(mail)
