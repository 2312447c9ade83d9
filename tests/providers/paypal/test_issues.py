from collections import Counter
from pathlib import Path

import pytest

from tests.providers.paypal.published import issues
from tests.providers.paypal.samples import VIEW, a_problem, replied
from zerofee.adapters.providers.paypal.events import KNOWN
from zerofee.adapters.providers.paypal.issues import GROUPS, ISSUES, Meaning, No, PayerNo, Special
from zerofee.adapters.providers.paypal.refusals import Look, PayerAgain, in_doubt, read_refusal
from zerofee.adapters.providers.paypal.responses import read_created, read_taken
from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import Declined, Expired, Refused, Unknown

# Words of PayPal's pages and of its threads that the OpenAPI files do not have.
OF_THE_PAGES = {"AUTHENTICATION_FAILURE", "DUPLICATE_REQUEST_ID", "NOT_AUTHORIZED", "RATE_LIMIT_REACHED"}
READ_AS = {
    Special.LOOK: Look,
    Special.PAYER_AGAIN: PayerAgain,
    Special.RUNNING: Unknown,
    Special.LAPSED: Expired,
}


def test_puts_each_word_in_exactly_one_class() -> None:
    """OUT-6."""
    words = Counter(word for _, group in GROUPS for word in group.split())

    assert [word for word, times in words.items() if times > 1] == []


def test_knows_every_issue_that_is_published_and_no_other() -> None:
    assert set(ISSUES) == issues() | OF_THE_PAGES


@pytest.mark.parametrize(("issue", "meaning"), ISSUES.items())
def test_reads_each_issue_as_its_class(issue: str, meaning: Meaning) -> None:
    refusal = read_refusal(replied(422, a_problem(issue)))

    match meaning:
        case No(code):
            assert isinstance(refusal, Refused)
            assert (refusal.code, refusal.provider_code) == (code, issue)
        case PayerNo(code, soft):
            assert isinstance(refusal, Declined)
            assert (refusal.code, refusal.provider_code, refusal.soft) == (code, issue, soft)
        case special:
            assert isinstance(refusal, READ_AS[special])


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 504, 599])
def test_does_not_know_what_an_answer_of_that_status_left_behind(status: int) -> None:
    """The words of the body do not matter: the request may have been carried out."""
    assert isinstance(read_refusal(replied(status, a_problem("TRANSACTION_REFUSED"))), Unknown)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b"<html>Bad Request</html>"),
        (403, b""),
        (404, b"not found"),
        (401, b"{}"),
        (422, b'{"name":'),
        (418, b'{"name":"TEAPOT"}'),
        (302, b""),
        (422, b'{"name":"UNPROCESSABLE_ENTITY","details":[{"issue":"WORD_OF_NEXT_YEAR"}]}'),
        (422, b"\xff\xfe"),
    ],
)
def test_does_not_know_what_no_table_and_no_document_explains(status: int, body: bytes) -> None:
    reply = replied(status)
    object.__setattr__(reply, "body", body)

    assert isinstance(read_refusal(reply), Unknown)


@pytest.mark.parametrize(
    ("status", "body", "code", "word"),
    [
        (400, a_problem("NEW_SYNTAX", "INVALID_REQUEST"), FailureCode.INVALID_REQUEST, "NEW_SYNTAX"),
        (401, {"error": "invalid_token"}, FailureCode.INVALID_CREDENTIALS, "invalid_token"),
        (401, {"name": "AUTHENTICATION_FAILURE"}, FailureCode.INVALID_CREDENTIALS, "AUTHENTICATION_FAILURE"),
        (403, {"name": "NOT_AUTHORIZED"}, FailureCode.INVALID_CREDENTIALS, "NOT_AUTHORIZED"),
        (403, {"name": "NEW_RIGHT"}, FailureCode.INVALID_CREDENTIALS, "NEW_RIGHT"),
        (415, None, FailureCode.INVALID_REQUEST, "415"),
        (429, None, FailureCode.PROVIDER_UNAVAILABLE, "RATE_LIMIT_REACHED"),
    ],
)
def test_takes_these_answers_for_a_definite_no(status: int, body: object, code: FailureCode, word: str) -> None:
    refusal = read_refusal(replied(status, body))

    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.provider_code) == (code, word)


def test_names_the_call_for_whoever_must_ask_paypal() -> None:
    refusal = read_refusal(replied(422, a_problem("AMOUNT_MISMATCH")))

    assert isinstance(refusal, Refused)
    assert refusal.message == "About AMOUNT_MISMATCH. (PayPal debug id 90957fca61718)"


def test_takes_an_unknown_word_for_a_no_only_where_no_money_can_have_moved() -> None:
    reply = replied(422, a_problem("WORD_OF_NEXT_YEAR"))

    assert isinstance(read_created(reply, VIEW), Refused)
    assert isinstance(read_taken(reply, VIEW), Unknown)


@pytest.mark.parametrize("issue", ISSUES)
def test_lets_no_refusal_of_a_question_prove_anything(issue: str) -> None:
    assert isinstance(in_doubt(read_refusal(replied(422, a_problem(issue)))), Unknown)


def test_tells_the_class_of_every_issue_on_the_page() -> None:
    page = (Path(__file__).parents[3] / "docs" / "providers" / "paypal.md").read_text()

    assert [issue for issue in ISSUES if f"`{issue}`" not in page] == []
    assert [event for event in KNOWN if event.rpartition(".")[2] not in page] == []
