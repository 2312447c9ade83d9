"""Phone numbers by the numbering plans that the library `phonenumbers` carries."""

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, parse


class PhoneNumbers:
    """The `Phones` port. Possible is enough: which ranges are in use changes faster than the library is updated."""

    def normal(self, number: str) -> str | None:
        try:
            parsed = parse(number)
        except NumberParseException:
            return None
        return format_number(parsed, PhoneNumberFormat.E164) if is_possible_number(parsed) else None
