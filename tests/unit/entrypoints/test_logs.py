import io
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerofee.entrypoints.logs import REQUEST_ID, JsonLines, TextLines
from zerofee.entrypoints.redaction import redact

KEY = "sk_live_0123456789ABCDEFGHIJabcdefghij3tgoOs"


@pytest.fixture(params=[JsonLines, TextLines])
def written(request: pytest.FixtureRequest) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    logger = logging.getLogger(f"zerofee.test.{request.param.__name__}")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield logger, stream
    logger.removeHandler(handler)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"the key {KEY} came", KEY[8:]),
        (KEY.replace("sk_live", "pk_sand"), "0123"),
        ("sk_test_51Habc4242", "51Habc"),
        ("signed with whsec_C2FtcGxlc2VjcmV0", "C2Ft"),
        ("renewed by rt_MDFLRFZRNlIwMDAw-x_y", "MDFLRFZR"),
        ("Authorization: Bearer abcdefghijkl", "abcdefghijkl"),
        ("{'authorization': 'Basic dXNlcjpwYXNz'}", "dXNl"),
        ('{"password": "hunter2", "a": 1}', "hunter2"),
        (r'"{\"client_secret\": \"hunter2\"}"', "hunter2"),
        ("password=hunter2&x=1", "hunter2"),
        ("otp: 123456", "123456"),
        ("Stripe-Signature: t=1,v1=abcdef", "t=1"),
        ("postgresql+asyncpg://me:hunter2@db/zerofee", "hunter2"),
        ("token eyJhbGciOiJI.eyJzdWIi.c2ln in line", "c2ln"),
        ("card 4242424242424242 given", "42424242"),
        ("card 4242 4242 4242 4242", "4242 4242"),
        ("card 4242-4242-4242-4242.", "4242-4242"),
        ("call +2250700000000 now", "0700000"),
        ("call +225 07 00 00 00 00", "00 00 00"),
        ("mail jane.doe@example.com", "jane"),
    ],
)
def test_takes_a_secret_out(text: str, secret: str) -> None:
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "payment pay_01JABCDEFGHJKMNPQRSTVWXYZ0 succeeded",
        "provider key 12345678-1234-4123-8123-123456789012",
        "amount 10000 XOF at 2026-01-01 12:00:00",
        "1234567890123 is no card",
        "the connection's credentials do not open",
        "http://127.0.0.1:8000/v1/payments",
    ],
)
def test_leaves_the_rest_alone(text: str) -> None:
    assert redact(text) == text


def test_leaves_enough_to_recognise_it_by() -> None:
    assert redact(f"{KEY} 4242424242424242 +2250700000042 jane@example.com") == (
        "sk_live_… …4242 +225…42 j…@example.com"
    )


@given(st.text())
def test_redacts_any_text_without_fail(text: str) -> None:
    assert redact(redact(text)) == redact(redact(redact(text)))


def test_redacts_arguments_and_exceptions(written: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = written

    try:
        raise ValueError(f"bad {KEY}")  # noqa: TRY301  the traceback is what is tested
    except ValueError:
        logger.exception("failed with %s", KEY)

    assert KEY not in stream.getvalue()
    assert stream.getvalue().count("sk_live_…") == 2


@given(st.text(st.characters(), max_size=40))
def test_no_input_starts_a_line(hostile: str) -> None:
    for formatter in (JsonLines(), TextLines()):
        record = logging.LogRecord("zerofee", logging.INFO, "", 0, "name %s", (hostile,), None)

        assert not {"\r", "\n"} & set(formatter.format(record))
        assert formatter.format(record).encode()


def test_a_line_break_is_written_as_an_escape() -> None:
    record = logging.LogRecord("zerofee", logging.INFO, "", 0, "a\r\n2026 info forged", (), None)

    assert r"a\r\n2026 info forged" in TextLines().format(record)
    assert json.loads(JsonLines().format(record))["message"] == "a\r\n2026 info forged"


def test_names_the_request(written: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = written

    token = REQUEST_ID.set("req-42")
    logger.info("hello")
    REQUEST_ID.reset(token)
    logger.info("goodbye")

    first, second = stream.getvalue().splitlines()
    assert "req-42" in first
    assert "req-42" not in second
