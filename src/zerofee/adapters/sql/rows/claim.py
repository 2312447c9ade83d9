"""Claims and their answers, from and to rows."""

from typing import Any

from zerofee.adapters.sql.rows.encoding import Row, maybe_micros, maybe_time, micros, scope_of, time_of
from zerofee.domain.change_set import Finish
from zerofee.domain.idempotency import Answer, Claim


def claim_row(claim: Claim) -> dict[str, Any]:
    """Write a claim, with its answer if it has one already."""
    return {
        "id": claim.id,
        "app_id": claim.scope.app_id,
        "environment": claim.scope.environment.value,
        "key": claim.key,
        "operation": claim.operation,
        "fingerprint": claim.fingerprint,
        "created_at": micros(claim.created_at),
        **_answer_row(claim.answer),
        "finished_at": maybe_micros(claim.finished_at),
    }


def finish_row(finish: Finish) -> dict[str, Any]:
    """Write the answer of a claim."""
    return {"id": finish.claim_id, **_answer_row(finish.answer), "finished_at": micros(finish.at)}


def claim_of(row: Row) -> Claim:
    """Read a claim."""
    return Claim(
        id=row["id"],
        scope=scope_of(row),
        key=row["key"],
        operation=row["operation"],
        fingerprint=row["fingerprint"],
        created_at=time_of(row["created_at"]),
        answer=_answer_of(row),
        finished_at=maybe_time(row["finished_at"]),
    )


def _answer_row(answer: Answer | None) -> dict[str, Any]:
    return {
        "answer_status": answer.status if answer else None,
        "answer_content_type": answer.content_type if answer else None,
        "answer_location": answer.location if answer else None,
        "answer_body": answer.body if answer else None,
    }


def _answer_of(row: Row) -> Answer | None:
    if row["answer_status"] is None:
        return None
    return Answer(
        status=row["answer_status"],
        body=row["answer_body"],
        content_type=row["answer_content_type"],
        location=row["answer_location"],
    )
