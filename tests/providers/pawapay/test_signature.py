import base64
from datetime import UTC, datetime
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.providers.pawapay.samples import VECTORS, Json, answer
from zerofee.adapters.http.exchange import HttpCall
from zerofee.adapters.providers.pawapay.signature import read_keys, read_sealed, sign, verify
from zerofee.domain.ports.provider import ForgedEvent, RawEvent

KEYS: Final = read_keys(answer(VECTORS["published_keys"]).body) or {}
PRIVATE: Final = {
    name: load_pem_private_key(text.encode(), None) for name, text in VECTORS["private_keys_for_regeneration"].items()
}


def raw_of(request: Json) -> RawEvent:
    return RawEvent(
        body=base64.b64decode(request["body_base64"]),
        headers={name.lower(): value for name, value in request["headers"].items()},
        method=request["method"],
        url=f"https://{request['authority']}{request['path']}",
    )


def verdict(raw: RawEvent, now: datetime) -> str:
    try:
        sealed = read_sealed(raw)
        if sealed.key_id not in KEYS:
            return "unknown_key"
        verify(sealed, KEYS[sealed.key_id], now)
    except ForgedEvent as forged:
        return str(forged)
    return "ok"


def private(name: str) -> ec.EllipticCurvePrivateKey:
    key = PRIVATE[name]
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def test_there_are_vectors() -> None:
    assert len(VECTORS["cases"]) == 37
    assert set(KEYS) == {"HTTP_EC_P256_KEY:1", "HTTP_EC_P256_KEY:2"}


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["name"]))
def test_gives_the_verdict_of_the_vector(case: Json) -> None:
    said = verdict(raw_of(case["request"]), datetime.fromtimestamp(case["now"], UTC))

    assert said == case["reason"]
    assert (said == "ok") is (case["expect"] == "accept")


@pytest.mark.parametrize(
    "case", [case for case in VECTORS["cases"] if case["reason"] == "expired"], ids=lambda case: str(case["name"])
)
def test_calls_stale_only_what_is_truly_signed(case: Json) -> None:
    raw, now = raw_of(case["request"]), datetime.fromtimestamp(case["now"], UTC)
    other = raw.headers["signature"][:20] + ("A" if raw.headers["signature"][20] != "A" else "B")
    broken = RawEvent(
        body=raw.body,
        headers={**raw.headers, "signature": other + raw.headers["signature"][21:]},
        method=raw.method,
        url=raw.url,
    )

    sealed = read_sealed(raw)
    with pytest.raises(ForgedEvent, match="expired") as old:
        verify(sealed, KEYS[sealed.key_id], now)
    sealed = read_sealed(broken)
    with pytest.raises(ForgedEvent, match="signature_invalid") as false:
        verify(sealed, KEYS[sealed.key_id], now)

    assert old.value.stale
    assert not false.value.stale


def test_a_request_of_ours_has_the_published_form() -> None:
    given = VECTORS["outgoing_request"]
    raw = raw_of(given)
    call = HttpCall(
        method="POST",
        url=raw.url,
        headers={"Content-Type": raw.headers["content-type"]},
        body=raw.body,
    )

    signed = sign(call, private("MERCHANT_TEST_KEY"), "MERCHANT_TEST_KEY", datetime.fromtimestamp(1790171710, UTC))

    assert signed.headers["Content-Digest"] == given["headers"]["Content-Digest"]
    assert signed.headers["Signature-Input"] == given["headers"]["Signature-Input"]
    lowered = {name.lower(): value for name, value in signed.headers.items()}
    sealed = read_sealed(RawEvent(body=signed.body, headers=lowered, method="POST", url=signed.url))
    verify(sealed, private("MERCHANT_TEST_KEY").public_key(), datetime.fromtimestamp(1790171715, UTC))
    with pytest.raises(ForgedEvent, match="signature_invalid"):
        verify(sealed, KEYS["HTTP_EC_P256_KEY:1"], datetime.fromtimestamp(1790171715, UTC))


def test_signs_the_same_call_to_the_same_bytes() -> None:
    call = HttpCall(method="POST", url="https://a.test/v2/deposits", headers={"Content-Type": "x"}, body=b"{}")
    now = datetime(2026, 11, 24, tzinfo=UTC)

    assert sign(call, private("MERCHANT_TEST_KEY"), "k", now) == sign(call, private("MERCHANT_TEST_KEY"), "k", now)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b'[{"id": 1, "key": "x"}]', b"\xff", b"[" * 100_000], ids=lambda body: repr(body[:20])
)
def test_what_is_no_list_of_keys_gives_none(body: bytes) -> None:
    assert read_keys(body) is None


def test_leaves_out_a_key_of_another_kind() -> None:
    named = {"id": "good", "key": VECTORS["published_keys"][0]["key"]}

    keys = read_keys(answer([named, {"id": "bad", "key": "no key"}]).body)

    assert keys is not None
    assert set(keys) == {"good"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signature-input", "sig-pp=1"),
        ("signature-input", 'sig-pp=("@method";req "@authority" "@path" "signature-date" "content-digest")'),
        ("signature-input", "\x00"),
        ("signature-input", "é"),
        ("signature", "sig-pp=1"),
        ("signature", "sig-pp=::"),
        ("signature", "sig-pp=(:YQ==:)"),
        ("signature", "sig-pp=:YQ==:, other=:YQ==:"),
        ("content-digest", "sha-256=(1)"),
        ("content-digest", "sha-256"),
    ],
)
def test_refuses_what_is_malformed_without_falling_over(name: str, value: str) -> None:
    good = raw_of(VECTORS["cases"][0]["request"])
    bad = RawEvent(body=good.body, headers={**good.headers, name: value}, method=good.method, url=good.url)

    assert verdict(bad, datetime.fromtimestamp(1790171715, UTC)) != "ok"
