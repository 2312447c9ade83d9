"""The handset over HTTP: a page for people, and the same as JSON for tests."""

from typing import Any

import msgspec
from litestar import Controller, Request, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.response import Redirect

from zerofee.entrypoints.standins.handset import Handset, Prompt, Verdict
from zerofee.entrypoints.standins.pages import handset_page

Screen = NamedDependency[SkipValidation[Handset]]


class PromptBody(msgspec.Struct, kw_only=True):
    """One prompt as JSON."""

    id: str
    provider: str
    phone: str
    text: str
    amount: int | None
    currency: str | None
    code: str | None
    state: str

    @classmethod
    def of(cls, prompt: Prompt) -> "PromptBody":
        """Write a prompt down."""
        money = prompt.money
        return cls(
            id=prompt.id,
            provider=prompt.provider,
            phone=prompt.phone,
            text=prompt.text,
            amount=None if money is None else money.minor,
            currency=None if money is None else money.currency,
            code=prompt.code,
            state=prompt.state,
        )


class PhoneController(Controller):
    """What a payer can do with a telephone."""

    path = "/"

    @get(media_type=MediaType.HTML)
    async def screen(self, handset: Screen) -> str:
        """Show every prompt, with its buttons."""
        return handset_page(handset.prompts())

    @get("/prompts")
    async def prompts(self, handset: Screen, phone: FromQuery[str | None] = None) -> dict[str, list[PromptBody]]:
        """List prompts and codes, newest first; `?phone=` asks for one number's."""
        return {"data": [PromptBody.of(prompt) for prompt in handset.prompts(phone)]}

    @post("/prompts/{prompt_id:str}/approve", status_code=200)
    async def approve(
        self, request: Request[Any, Any, Any], prompt_id: FromPath[str], handset: Screen
    ) -> PromptBody | Redirect:
        """Press yes."""
        return await _press(request, handset, prompt_id, Verdict(approved=True))

    @post("/prompts/{prompt_id:str}/decline", status_code=200)
    async def decline(
        self,
        request: Request[Any, Any, Any],
        prompt_id: FromPath[str],
        handset: Screen,
        reason: FromQuery[str | None] = None,
    ) -> PromptBody | Redirect:
        """Press no; `?reason=` names the provider's failure code to end with."""
        return await _press(request, handset, prompt_id, Verdict(approved=False, reason=reason))

    @post("/dial", status_code=200)
    async def dial(self, request: Request[Any, Any, Any], handset: Screen) -> dict[str, str] | Redirect:
        """Dial an operator for a one-time code; `provider` and `phone` come as a form or as JSON."""
        asked = await _fields(request)
        provider, phone = asked.get("provider", ""), asked.get("phone", "")
        code = handset.send_code(provider=provider, phone=phone, text="Your payment code, good for ten minutes:")
        return Redirect("/") if _by_hand(request) else {"code": code}


def phone_router(handset: Handset) -> Router:
    """Serve a handset."""
    provide = Provide(lambda: handset, sync_to_thread=False)
    return Router(path="/", route_handlers=[PhoneController], dependencies={"handset": provide})


async def _press(
    request: Request[Any, Any, Any], handset: Handset, prompt_id: str, verdict: Verdict
) -> PromptBody | Redirect:
    try:
        prompt = await handset.decide(prompt_id, verdict)
    except KeyError as unknown:
        raise NotFoundException(f"There is no prompt {prompt_id!r}.") from unknown
    return Redirect("/") if _by_hand(request) else PromptBody.of(prompt)


async def _fields(request: Request[Any, Any, Any]) -> dict[str, str]:
    if _by_hand(request):
        form = await request.form()
        return {name: str(value) for name, value in form.items()}
    return msgspec.json.decode(await request.body(), type=dict[str, str])


def _by_hand(request: Request[Any, Any, Any]) -> bool:
    return "text/html" in request.headers.get("accept", "")
