"""People, logins, codes, letters and tallies, from and to rows."""

from typing import Any, Final

import msgspec

from zerofee.adapters.sql.rows.encoding import Row, json_of, maybe_micros, maybe_time, micros, time_of
from zerofee.domain.letter import Letter, LetterKind
from zerofee.domain.one_time_code import OneTimeCode
from zerofee.domain.session import Session
from zerofee.domain.tally import Tally
from zerofee.domain.user import User

_MOMENTS: Final = msgspec.json.Decoder(list[int])


def user_row(user: User) -> dict[str, Any]:
    """Write a user."""
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "phone": user.phone,
        "password_hash": user.password_hash,
        "session_version": user.session_version,
        "verified_at": maybe_micros(user.verified_at),
        "disabled_at": maybe_micros(user.disabled_at),
        "created_at": micros(user.created_at),
        "updated_at": micros(user.updated_at),
        "version": user.version,
    }


def user_of(row: Row) -> User:
    """Read a user."""
    return User(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        phone=row["phone"],
        password_hash=row["password_hash"],
        session_version=row["session_version"],
        verified_at=maybe_time(row["verified_at"]),
        disabled_at=maybe_time(row["disabled_at"]),
        created_at=time_of(row["created_at"]),
        updated_at=time_of(row["updated_at"]),
        version=row["version"],
    )


def session_row(session: Session) -> dict[str, Any]:
    """Write a session, whose tokens are only digests."""
    return {
        "id": session.id,
        "user_id": session.user_id,
        "digest": session.digest,
        "previous_digest": session.previous_digest,
        "rotated_at": maybe_micros(session.rotated_at),
        "session_version": session.session_version,
        "authenticated_at": micros(session.authenticated_at),
        "expires_at": micros(session.expires_at),
        "revoked_at": maybe_micros(session.revoked_at),
        "created_at": micros(session.created_at),
        "version": session.version,
    }


def session_of(row: Row) -> Session:
    """Read a session."""
    return Session(
        id=row["id"],
        user_id=row["user_id"],
        digest=row["digest"],
        previous_digest=row["previous_digest"],
        rotated_at=maybe_time(row["rotated_at"]),
        session_version=row["session_version"],
        authenticated_at=time_of(row["authenticated_at"]),
        expires_at=time_of(row["expires_at"]),
        revoked_at=maybe_time(row["revoked_at"]),
        created_at=time_of(row["created_at"]),
        version=row["version"],
    )


def code_row(code: OneTimeCode) -> dict[str, Any]:
    """Write a request for a code, which is only a digest."""
    return {
        "id": code.id,
        "email": code.email,
        "user_id": code.user_id,
        "digest": code.digest,
        "tries": code.tries,
        "used_at": maybe_micros(code.used_at),
        "expires_at": micros(code.expires_at),
        "created_at": micros(code.created_at),
        "version": code.version,
    }


def code_of(row: Row) -> OneTimeCode:
    """Read a request for a code."""
    return OneTimeCode(
        id=row["id"],
        email=row["email"],
        user_id=row["user_id"],
        digest=row["digest"],
        tries=row["tries"],
        used_at=maybe_time(row["used_at"]),
        expires_at=time_of(row["expires_at"]),
        created_at=time_of(row["created_at"]),
        version=row["version"],
    )


def letter_row(letter: Letter) -> dict[str, Any]:
    """Write a letter."""
    return {
        "id": letter.id,
        "kind": letter.kind.value,
        "email": letter.email,
        "code_id": letter.code_id,
        "tries": letter.tries,
        "due_at": maybe_micros(letter.due_at),
        "sent_at": maybe_micros(letter.sent_at),
        "created_at": micros(letter.created_at),
        "version": letter.version,
    }


def letter_of(row: Row) -> Letter:
    """Read a letter."""
    return Letter(
        id=row["id"],
        kind=LetterKind(row["kind"]),
        email=row["email"],
        code_id=row["code_id"],
        tries=row["tries"],
        due_at=maybe_time(row["due_at"]),
        sent_at=maybe_time(row["sent_at"]),
        created_at=time_of(row["created_at"]),
        version=row["version"],
    )


def tally_row(tally: Tally) -> dict[str, Any]:
    """Write a tally; it has been counted at least once."""
    return {
        "id": tally.id,
        "moments": json_of([micros(at) for at in tally.moments]),
        "last_at": micros(tally.moments[-1]),
        "version": tally.version,
    }


def tally_of(row: Row) -> Tally:
    """Read a tally."""
    return Tally(id=row["id"], moments=tuple(map(time_of, _MOMENTS.decode(row["moments"]))), version=row["version"])
