"""Where mail goes, by the settings."""

from zerofee.adapters.notify.log import LogNotifier, NoNotifier
from zerofee.adapters.notify.smtp import SmtpNotifier, SmtpServer
from zerofee.domain.ports.notifier import Notifier
from zerofee.entrypoints.settings import PREFIX, Settings, SettingsRefused


def open_notifier(settings: Settings) -> Notifier:
    """Make the notifier of `SMTP_URL`; without one, the log of development. Raise `SettingsRefused` for no such URL."""
    if not settings.smtp_url.reveal():
        return NoNotifier() if settings.production else LogNotifier()
    try:
        return SmtpNotifier(SmtpServer.of(settings.smtp_url), settings.mail_from)
    except ValueError as fault:
        raise SettingsRefused((f"{PREFIX}SMTP_URL: {fault}. See .env.example for its form.",)) from None
