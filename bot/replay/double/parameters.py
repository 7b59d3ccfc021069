"""Which parameters each Bot API method takes, and of what type: read off python-telegram-bot's own signatures.

Telegram itself ignores names that it does not know; the double refuses them, because a misspelt name is a bug.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import telegram

MAX_CALLBACK_DATA = 64
MAX_BUTTONS = 100
_STYLES = frozenset({"danger", "success", "primary"})
_LINKS = ("http://", "https://", "tg://")


class ApiError(Exception):
    """An answer that is no success: HTTP status, Telegram's description, its `parameters`."""

    def __init__(self, status: int, description: str, parameters: Mapping[str, Any] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(words: str) -> ApiError:
    """A 400 in Telegram's form."""
    return ApiError(400, f"Bad Request: {words}")


class ParameterKind:
    """The types that a parameter may have: JSON scalars, arrays of another kind, objects of PTB's classes, files."""

    __slots__ = ("array", "file", "objects", "scalars")

    def __init__(self, annotation: object) -> None:
        text = annotation if isinstance(annotation, str) else str(annotation)
        inner = re.search(r"(?:Sequence|list|tuple)\[(.*)\]", text)
        self.array: ParameterKind | None = (
            ParameterKind(inner[1]) if inner and "tuple[str, str]" not in text[: inner.start()] else None
        )
        outside = text[: inner.start()] if inner else text
        words = set(re.findall(r"[A-Za-z_]+", outside.replace("ReplyMarkup", _MARKUPS)))
        self.file = bool(words & {"FileInput", "InputFile"})
        self.scalars = frozenset(kind for kind, names in _SCALARS.items() if words & names)
        self.objects = tuple(sorted(name for name in words if _is_object(name)))

    def read(self, value: Any, name: str) -> Any:
        """The value as JSON, whether it came as JSON or as form text. Raises ApiError."""
        if isinstance(value, str):
            if "string" in self.scalars or self.file:
                return value
            value = _from_text(value, self, name)
        if isinstance(value, bool):
            fits = "boolean" in self.scalars
        elif isinstance(value, int):
            fits = bool(self.scalars & {"integer", "float"})
            if not fits and "string" in self.scalars:
                return str(value)
        elif isinstance(value, float):
            fits = "float" in self.scalars
        elif isinstance(value, list):
            if self.array is not None:
                return [self.array.read(item, name) for item in value]
            fits = False
        elif isinstance(value, dict):
            if self.objects:
                check_object(value, self.objects, name)
                return value
            fits = False
        else:
            fits = False
        if not fits:
            raise bad_request(f"parameter {name} has a wrong type")
        return value


_MARKUPS = "InlineKeyboardMarkup ReplyKeyboardMarkup ReplyKeyboardRemove ForceReply"
_SCALARS = {
    "integer": {"int", "timedelta", "datetime", "TimePeriod"},
    "float": {"float"},
    "boolean": {"bool"},
    "string": {"str"},
}
_FROM_TEXT: Mapping[str, Callable[[str], Any]] = {
    "boolean": lambda text: {"true": True, "false": False, "1": True, "0": False}[text.lower()],
    "integer": int,
    "float": float,
}


def _from_text(text: str, kind: ParameterKind, name: str) -> Any:
    for scalar in ("boolean", "integer", "float"):
        if scalar in kind.scalars:
            try:
                return _FROM_TEXT[scalar](text)
            except (ValueError, KeyError):
                continue
    if kind.array is not None or kind.objects:
        try:
            return json.loads(text)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None
    raise bad_request(f"parameter {name} has a wrong type")


def _is_object(name: str) -> bool:
    found = getattr(telegram, name, None)
    return inspect.isclass(found) and issubclass(found, telegram.TelegramObject)


@lru_cache(None)
def parameters(method: str) -> Mapping[str, tuple[ParameterKind, bool]] | None:
    """Name -> (kind, whether it must be given) of a Bot API method such as "sendMessage"; None if there is none."""
    name = re.sub(r"([A-Z])", lambda letter: "_" + letter[1].lower(), method)
    function = getattr(telegram.Bot, name, None)
    if function is None or "_" in method or not inspect.iscoroutinefunction(inspect.unwrap(function)):
        return None
    # What is keyword-only in PTB's methods is a convenience of PTB, no parameter of Telegram's.
    return {
        parameter.name: (ParameterKind(parameter.annotation), parameter.default is inspect.Parameter.empty)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD and parameter.name != "self"
    }


_RENAMED = {"from_user": "from"}


@lru_cache(None)
def object_fields(name: str) -> Mapping[str, tuple[ParameterKind, bool]]:
    """The same for the fields of one of PTB's classes."""
    return {
        _RENAMED.get(parameter.name, parameter.name): (
            ParameterKind(parameter.annotation),
            parameter.default is inspect.Parameter.empty,
        )
        for parameter in inspect.signature(getattr(telegram, name).__init__).parameters.values()
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD and parameter.name not in ("self", "api_kwargs")
    }


@lru_cache(None)
def _constants(name: str) -> frozenset[str]:
    """Fields that PTB fills in by itself, such as `type` and `remove_keyboard`."""
    slots = (slot for each in getattr(telegram, name).__mro__ for slot in getattr(each, "__slots__", ()))
    return frozenset(slot for slot in slots if not slot.startswith("_") and slot != "api_kwargs")


@lru_cache(None)
def _variants(name: str) -> tuple[str, ...]:
    """A class and those that specialise it: BotCommandScope stands for any of its kinds."""
    below = [each.__name__ for each in getattr(telegram, name).__subclasses__() if _is_object(each.__name__)]
    return (*below, name)


def check_object(value: Mapping[str, Any], classes: tuple[str, ...], parameter: str) -> None:
    """Raise ApiError unless the value has the fields of one of the classes."""
    if "inline_keyboard" in value and "InlineKeyboardMarkup" in classes:
        check_inline_keyboard(value)
        return
    problem = ""
    for name in [variant for each in classes for variant in _variants(each)]:
        known = object_fields(name)
        unknown = [field for field in value if field not in known and field not in _constants(name)]
        missing = [field for field, (_, required) in known.items() if required and field not in value]
        if unknown or missing:
            problem = problem or f"can't parse {parameter}: " + (
                f"unknown field {unknown[0]}" if unknown else f"no field {missing[0]}"
            )
            continue
        for field, item in value.items():
            if field in known:
                known[field][0].read(item, f"{parameter}.{field}")
        return
    raise bad_request(problem)


_PLAIN_BUTTON = {"text", "callback_data"}


def check_inline_keyboard(markup: Mapping[str, Any]) -> None:
    """Raise ApiError for a keyboard that Telegram refuses."""
    rows = markup["inline_keyboard"]
    if len(markup) != 1 or not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse inline keyboard markup JSON object")
    count = 0
    for row in rows:
        for button in row:
            count += 1
            if not isinstance(button, dict) or not isinstance(button.get("text"), str):
                raise bad_request('can\'t parse inline keyboard button: Field "text" must be of type String')
            if not button["text"].strip():
                raise bad_request("inline keyboard button text must be non-empty")
            if button.keys() != _PLAIN_BUTTON:
                _check_other_button(button)
            if "callback_data" in button:
                _check_callback_data(button["callback_data"])
    if count > MAX_BUTTONS:
        raise bad_request("reply markup is too long")


def _check_callback_data(data: Any) -> None:
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= MAX_CALLBACK_DATA:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_other_button(button: Mapping[str, Any]) -> None:
    known = object_fields("InlineKeyboardButton")
    for field, value in button.items():
        if field not in known:
            raise bad_request(f"can't parse inline keyboard button: unknown field {field}")
        known[field][0].read(value, f"button.{field}")
    if button.get("style", "primary") not in _STYLES:
        raise bad_request("can't parse inline keyboard button: button style is invalid")
    actions = set(button) - {"text", "style", "icon_custom_emoji_id"}
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("can't parse inline keyboard button: a button has one action")
    url = button.get("url")
    if url is not None and not url.lower().startswith(_LINKS) and ("://" in url or ":" in url or "." not in url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")


def read_parameters(method: str, given: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]]) -> dict[str, Any]:
    """The parameters of a call with their JSON types. Raises ApiError for unknown, missing or ill-typed ones."""
    known = parameters(method)
    if known is None:
        raise ApiError(404, "Not Found")
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise bad_request(f"{method} has no parameter {name}")
        if value is not None:
            values[name] = known[name][0].read(value, name)
    for name in files:
        if name in known and not known[name][0].file:
            raise bad_request(f"parameter {name} is no file")
    for name, (_, required) in known.items():
        if required and name not in values and name not in files:
            raise bad_request(f"parameter {name} is missing")
    return values
