"""HTTP message signatures as pawaPay makes and takes them: RFC 9421 and RFC 9530, with ASN.1 signatures."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import http_sf
import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from zerofee.adapters.http.exchange import HttpCall
from zerofee.domain.ports.provider import ForgedEvent, RawEvent

LABEL: Final = "sig-pp"
ALGORITHM: Final = "ecdsa-p256-sha256"
COVERED: Final = ("@method", "@authority", "@path", "signature-date", "content-digest", "content-type")
SKEW_S: Final = 5
LIFE_S: Final = 60
_RAW_LENGTH: Final = 64
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_DIGESTS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "sha-256": lambda body: hashlib.sha256(body).digest(),
    "sha-512": lambda body: hashlib.sha512(body).digest(),
}
_PARAMETERS: Final = ("alg", "keyid", "created", "expires")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A signed message whose digest fits its body: what was signed, by which key, when. Not verified yet."""

    text: bytes
    signature: bytes
    key_id: str
    created: int
    expires: int


def read_sealed(raw: RawEvent) -> Sealed:
    """
    Take a callback's signature apart, and hold its digest against the body.

    Raises `ForgedEvent`, whose first word says why, for all but the one form that pawaPay is known to send.

    Source: RFC 9421, sections 2 and 3.2; RFC 9530, section 2; docs/providers/pawapay.md, "Callbacks".
    """
    for name in ("content-digest", "signature", "signature-input"):
        if not raw.headers.get(name):
            raise ForgedEvent("missing_header")
    _hold_digest(raw.headers["content-digest"], raw.body)
    inputs = _dictionary(raw.headers["signature-input"], "malformed_signature_input")
    signatures = _dictionary(raw.headers["signature"], "malformed_signature")
    if set(inputs) != {LABEL} or set(signatures) != {LABEL}:
        raise ForgedEvent("label_mismatch")
    components, parameters = _inner_list(inputs[LABEL])
    signature = _bytes(signatures[LABEL])
    if signature is None:
        raise ForgedEvent("malformed_signature")
    missing = [name for name in COVERED if name not in components]
    if missing:
        raise ForgedEvent("insufficient_coverage")
    key_id, created, expires = _checked(parameters)
    lines = [f'"{name}": {_value(name, raw)}' for name in components]
    received = raw.headers["signature-input"].strip().removeprefix(f"{LABEL}=")
    text = "\n".join([*lines, f'"@signature-params": {received}'])
    return Sealed(text=text.encode(), signature=signature, key_id=key_id, created=created, expires=expires)


def verify(sealed: Sealed, key: ec.EllipticCurvePublicKey, now: datetime) -> None:
    """
    Check a signature and then its time, so that `stale` is said of true signatures only.

    Both ASN.1 DER, which pawaPay sends, and the 64 bytes of RFC 9421 are taken. Raises `ForgedEvent`.
    """
    try:
        key.verify(_der(sealed.signature), sealed.text, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        raise ForgedEvent("signature_invalid") from None
    at = int(now.timestamp())
    if sealed.created > at + SKEW_S:
        raise ForgedEvent("created_in_future")
    if sealed.expires < at - SKEW_S:
        raise ForgedEvent("expired", stale=True)


def sign(call: HttpCall, key: ec.EllipticCurvePrivateKey, key_id: str, now: datetime) -> HttpCall:
    """
    Add the headers of a signed request: the same form as pawaPay's own callbacks have.

    The signature is deterministic (RFC 6979), so that the same call at the same moment has the same bytes.
    """
    created = int(now.timestamp())
    digest = http_sf.ser({"sha-512": (_DIGESTS["sha-512"](call.body), {})})
    headers = {**call.headers, "Signature-Date": now.isoformat().replace("+00:00", "Z"), "Content-Digest": digest}
    names = " ".join(http_sf.ser(name) for name in COVERED)
    parameters = (
        f"alg={http_sf.ser(ALGORITHM)};keyid={http_sf.ser(key_id)};created={created};expires={created + LIFE_S}"
    )
    signed = f"({names});{parameters}"
    lowered = {name.lower(): value for name, value in headers.items()}
    event = RawEvent(body=call.body, headers=lowered, method=call.method, url=call.url)
    lines = [f'"{name}": {_value(name, event)}' for name in COVERED]
    text = "\n".join([*lines, f'"@signature-params": {signed}'])
    signature = key.sign(text.encode(), ec.ECDSA(SHA256(), deterministic_signing=True))
    headers |= {"Signature-Input": f"{LABEL}={signed}", "Signature": http_sf.ser({LABEL: (signature, {})})}
    return replace(call, headers=headers)


class _PublishedKey(msgspec.Struct, frozen=True):
    id: str
    key: str


def read_keys(body: bytes) -> Mapping[str, ec.EllipticCurvePublicKey] | None:
    """
    Read the keys that pawaPay publishes; `None` when the answer is no list of keys.

    A key of a kind that cannot have signed a callback is left out.
    """
    try:
        published = msgspec.json.decode(body, type=list[_PublishedKey])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    keys = {entry.id: _public_key(entry.key) for entry in published}
    return {key_id: key for key_id, key in keys.items() if key is not None}


def _public_key(text: str) -> ec.EllipticCurvePublicKey | None:
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    return None


def _hold_digest(header: str, body: bytes) -> None:
    known = {name: value for name, value in _dictionary(header, "digest_malformed").items() if name in _DIGESTS}
    if not known:
        raise ForgedEvent("digest_unsupported")
    for name, member in known.items():
        said = _bytes(member)
        if said is None:
            raise ForgedEvent("digest_malformed")
        if not hmac.compare_digest(said, _DIGESTS[name](body)):
            raise ForgedEvent("digest_mismatch")


def _dictionary(header: str, otherwise: str) -> Mapping[str, object]:
    try:
        parsed = http_sf.parse(header.encode(), tltype="dictionary")
    except (ValueError, RecursionError):
        raise ForgedEvent(otherwise) from None
    if not isinstance(parsed, dict):
        raise ForgedEvent(otherwise)
    return dict(parsed)


def _inner_list(member: object) -> tuple[list[str], Mapping[str, object]]:
    """Read the covered components and the parameters; a component with parameters of its own is none of theirs."""
    match member:
        case (list(items), dict(parameters)):
            names = [name for name, options in items if isinstance(name, str) and not options]
        case _:
            raise ForgedEvent("malformed_signature_input")
    if len(names) != len(items) or len(set(names)) != len(names):
        raise ForgedEvent("malformed_signature_input")
    return names, parameters


def _bytes(member: object) -> bytes | None:
    match member:
        case (bytes(value), _):
            return value
        case _:
            return None


def _checked(parameters: Mapping[str, object]) -> tuple[str, int, int]:
    if any(name not in parameters for name in _PARAMETERS):
        raise ForgedEvent("missing_parameter")
    if parameters["alg"] != ALGORITHM:
        raise ForgedEvent("unsupported_alg")
    key_id, created, expires = parameters["keyid"], parameters["created"], parameters["expires"]
    # `type`, not `isinstance`: a boolean is an integer too.
    if type(key_id) is not str or type(created) is not int or type(expires) is not int:
        raise ForgedEvent("malformed_parameter")
    return key_id, created, expires


def _value(component: str, raw: RawEvent) -> str:
    match component:
        case "@method":
            return raw.method.upper()
        case "@authority":
            return _authority(raw.url)
        case "@path":
            return urlsplit(raw.url).path or "/"
        case _ if component in raw.headers:
            return raw.headers[component].strip()
        case _:
            raise ForgedEvent("missing_component")


def _authority(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f"{host}:{parts.port}"


def _der(signature: bytes) -> bytes:
    """Give the ASN.1 form of a signature; one of exactly 64 bytes that is no ASN.1 sequence is r and s."""
    half = _RAW_LENGTH >> 1
    if len(signature) == _RAW_LENGTH and not (signature[0] == 0x30 and signature[1] == _RAW_LENGTH - 2):  # noqa: PLR2004
        return encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
    return signature
