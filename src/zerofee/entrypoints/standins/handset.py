"""The payer's telephone, shared by all stand-ins: prompts to approve, and one-time codes to read."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from zerofee.domain.money import Money
from zerofee.domain.ports.clock import Clock

CODE_LIFE: Final = timedelta(minutes=10)
_CODE_DIGITS: Final = 6
_SHOWN_AT_MOST: Final = 200


class PromptState(StrEnum):
    """What became of a prompt; a code is `shown` until somebody uses it up."""

    WAITING = "waiting"
    SHOWN = "shown"
    APPROVED = "approved"
    DECLINED = "declined"
    USED = "used"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the payer did with a prompt. `reason` is the provider's failure code to decline with, if one is wanted."""

    approved: bool
    reason: str | None = None


OnVerdict = Callable[[Verdict], Awaitable[None]]


async def _nothing(_: Verdict) -> None:
    """Do nothing: a text message has no buttons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One thing on the screen: a question to approve or decline, or a text with a code."""

    id: str
    provider: str
    phone: str
    text: str
    money: Money | None = None
    code: str | None = None
    state: PromptState
    at: datetime
    on_verdict: OnVerdict = field(default=_nothing, repr=False)


@dataclass(slots=True)
class Handset:
    """Every payer's screen. Phone numbers are compared by their digits, with or without the `+`."""

    clock: Clock
    _prompts: dict[str, Prompt] = field(default_factory=dict)

    def ask(self, *, provider: str, phone: str, text: str, money: Money, on_verdict: OnVerdict) -> Prompt:
        """Show a USSD question; `on_verdict` hears the answer, once."""
        return self._show(
            Prompt(
                id=secrets.token_hex(8),
                provider=provider,
                phone=phone,
                text=text,
                money=money,
                state=PromptState.WAITING,
                at=self.clock.now(),
                on_verdict=on_verdict,
            )
        )

    def send_code(self, *, provider: str, phone: str, text: str) -> str:
        """Send a fresh one-time code in a text message, and give it to whoever will compare it."""
        code = "".join(secrets.choice("0123456789") for _ in range(_CODE_DIGITS))
        self._show(
            Prompt(
                id=secrets.token_hex(8),
                provider=provider,
                phone=phone,
                text=f"{text} {code}",
                code=code,
                state=PromptState.SHOWN,
                at=self.clock.now(),
            )
        )
        return code

    def use_code(self, provider: str, phone: str, code: str) -> bool:
        """Use a code up, and say whether it was good: of this phone, unused and not too old."""
        oldest = self.clock.now() - CODE_LIFE
        for prompt in self._of(provider, phone):
            if prompt.code == code and prompt.state is PromptState.SHOWN and prompt.at >= oldest:
                self._prompts[prompt.id] = replace(prompt, state=PromptState.USED)
                return True
        return False

    async def decide(self, prompt_id: str, verdict: Verdict) -> Prompt:
        """Press a button; raise `KeyError` for no such prompt. A second press changes nothing."""
        prompt = self._prompts[prompt_id]
        if prompt.state is not PromptState.WAITING:
            return prompt
        state = PromptState.APPROVED if verdict.approved else PromptState.DECLINED
        decided = self._prompts[prompt_id] = replace(prompt, state=state)
        await prompt.on_verdict(verdict)
        return decided

    def prompts(self, phone: str | None = None) -> tuple[Prompt, ...]:
        """List what is on the screens, or on one, newest first."""
        found = self._prompts.values() if phone is None else self._of(None, phone)
        return tuple(reversed(list(found)))

    def _show(self, prompt: Prompt) -> Prompt:
        self._prompts[prompt.id] = prompt
        while len(self._prompts) > _SHOWN_AT_MOST:
            del self._prompts[next(iter(self._prompts))]
        return prompt

    def _of(self, provider: str | None, phone: str) -> list[Prompt]:
        wanted = phone.lstrip("+")
        return [
            prompt
            for prompt in self._prompts.values()
            if prompt.phone.lstrip("+") == wanted and provider in {None, prompt.provider}
        ]
