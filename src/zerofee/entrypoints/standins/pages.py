"""The few pages that a payer sees at a stand-in: plain HTML, no script."""

from collections.abc import Iterable
from html import escape

from zerofee.domain.currency import exponent
from zerofee.domain.money import Money, to_major
from zerofee.entrypoints.standins.handset import Prompt, PromptState

_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }}
article {{ border: 1px solid #8888; border-radius: .5rem; padding: 1rem; margin: 1rem 0 }}
form {{ display: inline }} button {{ font: inherit; padding: .5rem 1rem; margin-right: .5rem }}
</style></head><body><h1>{title}</h1>
{body}
</body></html>"""


def said(money: Money) -> str:
    """Write an amount for people."""
    return f"{to_major(money, digits=exponent(money.currency))} {money.currency}"


def decision_page(title: str, lines: Iterable[str], approve_path: str, decline_path: str) -> str:
    """Show what is to be paid, with a button for yes and one for no; each posts an empty form."""
    told = "".join(f"<p>{escape(line)}</p>" for line in lines)
    buttons = _button(approve_path, "Approve") + _button(decline_path, "Decline")
    return _FRAME.format(title=escape(title), body=told + buttons)


def notice_page(title: str, line: str) -> str:
    """Show one sentence and nothing to press."""
    return _FRAME.format(title=escape(title), body=f"<p>{escape(line)}</p>")


def handset_page(prompts: Iterable[Prompt]) -> str:
    """Show a handset's screens, newest first."""
    cards = "".join(_card(prompt) for prompt in prompts) or "<p>Nothing has arrived yet.</p>"
    reload = '<form method="get" action="/"><button>Look again</button></form>'
    return _FRAME.format(title="Handset", body=reload + _dial_form() + cards)


def _card(prompt: Prompt) -> str:
    amount = "" if prompt.money is None else f" · {said(prompt.money)}"
    head = f"<p><small>{escape(prompt.provider)} → {escape(prompt.phone)}{escape(amount)} · {prompt.state}</small></p>"
    buttons = ""
    if prompt.state is PromptState.WAITING:
        path = f"/prompts/{prompt.id}"
        buttons = _button(f"{path}/approve", "Approve") + _button(f"{path}/decline", "Decline")
    return f"<article>{head}<p>{escape(prompt.text)}</p>{buttons}</article>"


def _button(path: str, label: str) -> str:
    return f'<form method="post" action="{escape(path)}"><button>{escape(label)}</button></form>'


def _dial_form() -> str:
    return (
        '<form method="post" action="/dial"><p>Get a one-time code by USSD: '
        '<input name="provider" value="hub2" size="8" aria-label="provider"> '
        '<input name="phone" placeholder="+2250700000000" aria-label="phone number"> '
        "<button>Dial</button></p></form>"
    )
