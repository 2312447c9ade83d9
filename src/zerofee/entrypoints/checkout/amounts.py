"""Amounts and times as people of a language write them; how many decimals there are is ours to say, never babel's."""

from datetime import datetime
from decimal import Decimal

from babel.dates import format_datetime
from babel.numbers import format_currency, get_currency_symbol

from zerofee.domain.currency import exponent
from zerofee.domain.money import Money, to_major


def amount_text(money: Money, language: str) -> str:
    """Write an amount with its currency: `5 000 F CFA`, `$12.34`."""
    digits = exponent(money.currency)
    number = Decimal(to_major(money, digits=digits))
    fraction = "0" * digits
    pattern = f"#,##0{'.' if fraction else ''}{fraction}"
    # Letters need air before a number, signs do not.
    gap = "\N{NO-BREAK SPACE}" if get_currency_symbol(money.currency, language)[-1].isalpha() else ""
    places = f"¤{gap}{pattern}" if language == "en" else f"{pattern}\N{NO-BREAK SPACE}¤"
    return format_currency(
        number, money.currency, format=places, locale=language, currency_digits=False, decimal_quantization=False
    )


def time_text(at: datetime, language: str) -> str:
    """Write a time, in UTC: only a script knows the customer's own zone."""
    return f"{format_datetime(at, 'd MMM HH:mm', locale=language)} UTC"
