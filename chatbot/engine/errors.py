"""Every way the engine says no, in one envelope: {"error": {message, type, param, code}}."""

from __future__ import annotations

import errno
import logging
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from chatbot.engine.bases import BaseModelError
from chatbot.engine.llama import LlamaCrashed, LlamaError
from chatbot.engine.pool import ModelDamaged, ModelUnavailable
from chatbot.engine.presence import ClientGone
from chatbot.engine.shelf import Busy
from chatbot.engine.template import TemplateError

log = logging.getLogger(__name__)

PARSE = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library "
    "correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)"
)
NO_KEY = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
    "(i.e. Authorization: Bearer YOUR_KEY)."
)
SERVER = "The server had an error while processing your request. Sorry about that!"
DISK_FULL = "The disk is full, so this could not be saved. Free some space, then try again."


class ApiError(Exception):
    """An answer that is not 2xx. `headers` are added to the response."""

    def __init__(
        self,
        message: str,
        param: str | None = None,
        code: str | None = None,
        status: int = 400,
        headers: dict[str, str] | None = None,
    ):
        super().__init__(message)
        self.message, self.param, self.code, self.status, self.headers = message, param, code, status, headers or {}

    def body(self) -> dict[str, Any]:
        """The envelope, as it also stands in a stream that breaks off."""
        kind = "server_error" if self.status >= 500 else "requests" if self.status == 429 else "invalid_request_error"
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}

    def response(self) -> Response:
        response = jsonify(self.body())
        response.status_code = self.status
        response.headers.update(self.headers)
        return response


def no_key() -> ApiError:
    return ApiError(NO_KEY, status=401)


def wrong_key(key: str) -> ApiError:
    masked = f"{key[:6]}***{key[-3:]}" if len(key) > 12 else "***"
    return ApiError(f"Incorrect API key provided: {masked}.", code="invalid_api_key", status=401)


def no_model(model: str) -> ApiError:
    message = f"The model `{model}` does not exist or you do not have access to it."
    return ApiError(message, "model", "model_not_found", 404)


def no_file(file_id: str) -> ApiError:
    return ApiError(f"No such File object: {file_id}", "id", status=404)


def no_job(job_id: str) -> ApiError:
    return ApiError(f"Could not find fine tune: {job_id}", "fine_tune_id", "fine_tune_not_found", 404)


def later(message: str, seconds: int) -> ApiError:
    """It may work in some seconds; clients try again by themselves."""
    return ApiError(message, status=503, headers={"retry-after": str(seconds)})


def from_exception(error: BaseException) -> ApiError:
    """What a client may know about `error`; the rest goes to the log."""
    match error:
        case ApiError():
            return error
        case TemplateError():
            return ApiError(str(error), "messages", "invalid_value")
        case ModelUnavailable():
            return later(str(error), error.retry_after)
        case LlamaCrashed():
            log.warning("a model stopped while it was answering: %s", error)
            return later("The model stopped while it was answering. Please try again.", 2)
        case LlamaError() if 400 <= error.status < 500:
            return ApiError(error.message)
        case ClientGone():
            return ApiError("The client closed the connection.", status=499)
        case Busy():
            return later("Something else is changing this at the moment. Please try again.", 1)
        case ModelDamaged() | BaseModelError():
            return ApiError(str(error), "model", "model_damaged", 500, {"x-should-retry": "false"})
        case OSError() if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return ApiError(DISK_FULL, status=500, headers={"x-should-retry": "false"})
        case HTTPException():
            return _from_http(error)
    log.error("uncaught in the engine", exc_info=error)
    return ApiError(SERVER, status=500)


def _from_http(error: HTTPException) -> ApiError:
    where = f"{request.method} {request.path}"
    if isinstance(error, NotFound):
        return ApiError(f"Invalid URL ({where})", status=404)
    if isinstance(error, MethodNotAllowed):
        allowed = " or ".join(sorted(set(error.valid_methods or ()) - {"HEAD", "OPTIONS"}))
        hint = f"(HINT: Perhaps you meant to make a {allowed} request?)"
        message = f"Not allowed to {request.method} on {request.path}. {hint}"
        return ApiError(message, code="method_not_supported", status=405)
    if isinstance(error, RequestEntityTooLarge):
        return ApiError("The request is larger than this server accepts.", status=413)
    return ApiError(error.description or error.name, status=error.code or 500)


def install(app: Flask) -> None:
    """Let every failure of `app` leave as an envelope."""
    app.register_error_handler(Exception, lambda error: from_exception(error).response())
