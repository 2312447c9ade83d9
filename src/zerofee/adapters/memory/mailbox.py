"""Mail that goes nowhere: kept, so that a test or a demo can read it."""

from zerofee.domain.letter import Mail
from zerofee.domain.ports.notifier import NotDelivered


class MemoryNotifier:
    """The `Notifier` port. While `refusing` it takes no mail, as a server that is down."""

    def __init__(self) -> None:
        """Begin with no mail."""
        self.mails: list[Mail] = []
        self.refusing = False

    async def send(self, mail: Mail) -> None:
        if self.refusing:
            raise NotDelivered("refused on purpose")
        self.mails.append(mail)
