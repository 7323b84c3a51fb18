"""Bodies and URLs that people write themselves: Jinja templates in a sandbox.

What a template prints is escaped for the place where it stands, so that a quote in a status text breaks no JSON.
"""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from hexmon.alerts.notify.contract import Unsendable

_MOST = 512 * 1024  # characters of a body

Escape = Callable[[str], str]


def _for_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _for_url(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _as_it_is(text: str) -> str:
    return text


def escape_for(content_type: str) -> Escape:
    """How values are escaped in a body of that type: for JSON inside quotes, for HTML and XML, for a form, or not."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        return _for_json
    if kind.endswith(("html", "xml")):
        return lambda text: str(escape(text))
    return _for_url if kind.endswith("x-www-form-urlencoded") else _as_it_is


class _Values:
    """What is to be printed, made ready for its place."""

    def __init__(self, escape: Escape) -> None:
        self._escape = escape

    def __call__(self, value: object) -> object:
        if isinstance(value, Markup):  # from `tojson` or `safe`
            return value
        if isinstance(value, jinja2.Undefined):
            return str(value)
        if isinstance(value, str):
            return self._escape(value)
        whole = json.dumps(value, ensure_ascii=False, default=str)
        return whole if self._escape is _for_json else self._escape(whole)


class Template:
    """A template and the place its text is for. Raises ValueError when it cannot be read."""

    def __init__(self, text: str, escape: Escape) -> None:
        environment = ImmutableSandboxedEnvironment(
            undefined=jinja2.StrictUndefined, finalize=_Values(escape), keep_trailing_newline=True
        )
        # `tojson` keeps the order of keys and the letters as they are.
        environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": False}
        try:
            self._template = environment.from_string(text)
        except jinja2.TemplateSyntaxError as error:
            raise ValueError(f"line {error.lineno} of the template: {error.message}") from None

    def render(self, values: Mapping[str, Any]) -> str:
        """The text. Raises Unsendable with the template's mistake."""
        try:
            text = "".join(self._bounded(values))
        except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError) as error:
            raise Unsendable(f"the template: {error}") from None
        return text

    def _bounded(self, values: Mapping[str, Any]) -> list[str]:
        room, parts = _MOST, []
        for part in self._template.generate(dict(values)):
            room -= len(part)
            if room < 0:
                raise ValueError(f"makes more than {_MOST} characters")
            parts.append(part)
        return parts


@lru_cache(maxsize=256)
def compiled(text: str, content_type: str) -> Template:
    """The template of a body of that type. Raises ValueError."""
    return Template(text, escape_for(content_type))


@lru_cache(maxsize=256)
def compiled_url(text: str) -> Template:
    """The template of a URL. Raises ValueError."""
    return Template(text, _for_url)


def check(template: Template, values: Mapping[str, Any]) -> None:
    """Try it with an example. Raises ValueError: a name that does not exist, a filter used wrongly."""
    template.render(values)
