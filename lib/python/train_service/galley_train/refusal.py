"""What the server refuses, in the protocol's words."""

STATUS = {
    "invalid_request": 400,
    "unauthorized": 401,
    "not_found": 404,
    "unknown_base_model": 404,
    "no_model": 404,
    "gradient_incomplete": 409,
    "stale_epoch": 409,
    "conflict": 409,
    "too_large": 413,
    "unsupported_media_type": 415,
    "unsupported": 422,
    "invalid_state": 422,
    "internal": 500,
    "model_failed": 500,
    "closing": 503,
    "too_many_models": 503,
    "storage": 507,
}


class Refusal(Exception):
    """A foreseen refusal: nothing has changed. The message goes to the client."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = STATUS[code]
