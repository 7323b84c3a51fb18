"""What a form sends, within bounds."""

from urllib.parse import parse_qsl

from starlette.requests import Request

LONGEST = 16 * 1024  # bytes
MOST_FIELDS = 50


class FormError(ValueError):
    """Too long, or no form."""


async def read_form(request: Request) -> dict[str, str]:
    """The fields of an urlencoded form; of equal names the last. Raises FormError."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            raise FormError
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise FormError from error
    return dict(pairs)
