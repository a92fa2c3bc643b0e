"""The errors before the 200, as application/problem+json (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

logger = logging.getLogger(__name__)

#: The limit of a detail in the log, because a detail may quote the caller.
_MAX_CHARACTERS = 200


class Problem(HTTPException):
    """An HTTP error. `members` are fields of the document beside the standard ones: `field`, `code`, `id`."""

    def __init__(
        self, status: HTTPStatus, detail: str, *, headers: Mapping[str, str] | None = None, **members: object
    ) -> None:
        super().__init__(status, detail, headers)
        self.members = members


async def answer_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    fields = {"status": int(status), "code": getattr(error, "members", {}).get("code")}
    logger.info("The request is refused: %s", error.detail[:_MAX_CHARACTERS], extra={"fields": fields})
    if isinstance(error, Problem):
        return problem_document(status, error.detail, error.headers, **error.members)
    # Starlette's own: 404 and 405.
    detail = f"{request.method} {request.url.path}: {status.description or status.phrase}."
    return problem_document(status, detail, error.headers)


async def answer_unexpected_error(request: Request, error: Exception) -> Response:
    return problem_document(HTTPStatus.INTERNAL_SERVER_ERROR, "The service failed.")


def problem_document(
    status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None, **members: object
) -> Response:
    document = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail, **members}
    return Response(
        json.dumps(document),
        status_code=status,
        headers={"cache-control": "no-store", **(headers or {})},
        media_type="application/problem+json",
    )
