"""Brings messages to Telegram: one stored message becomes calls of the Bot API, and their errors become what to do next."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NamedTuple

from telegram import Bot, InputFile
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.core import fast_json
from bot.core.rendering.message import Picture
from bot.server.delivery import DeliveryResult, Gone, Later, Never, Taken
from bot.server.rate_limits import Limits
from bot.service.payload import Payload
from bot.service.replies import LATE
from bot.store import Delivery

from .clocks import TwoClocks
from .http_request import HttpRequest
from .messages import Call, Look, calls, first_look, next_look, plainer
from .pictures import Pictures, paper_file
from .remembered import keep_newest
from .updates import chat_id, date_of, message_number

LONGEST_PAUSE = 60.0
PIECES, FIXED = 2, 3
"""The last two ways to say something urgent (see `plainer`); 0 is the usual one, 1 plain text."""
URGENT_TRIES, URGENT_PAUSE = 5, 60.0
"""How often, and after how many seconds, something urgent is tried again although it was refused in every way."""
FORBIDDEN_PAUSE, HOPELESS = 60.0, 7 * 86400.0
"""Seconds between tries while a chat is forbidden without being blocked, and for how long that goes on."""

log = logging.getLogger("symptom_bot.telegram")

LookUp = Callable[[str, str], Awaitable[int | None]]
"""(chat, ref) -> the number of the message that was sent under that name."""


class Api:
    """The Bot API: `call` for what is sent all day, `bot` for the rest."""

    def __init__(self, bot: Bot, request: HttpRequest) -> None:
        self.bot = bot
        self._base = bot.base_url
        self._request = request
        self._pictures = Pictures()

    async def call(self, call: Call) -> Any:
        """The result of a call. Raises telegram.error.TelegramError."""
        if call.file is not None:
            return await self._upload(call, "document", *call.file)
        if call.paper is not None:
            return await self._upload(call, "document", *await asyncio.to_thread(paper_file, call.paper))
        if call.picture is not None and call.sends_picture:
            return await self._with_picture(call, call.picture)
        return await self._request.call(f"{self._base}/{call.method}", call.values)

    async def _with_picture(self, call: Call, picture: Picture) -> Any:
        """A call with a photo: by the number that Telegram gave it, or uploaded. Raises as `call`, and ValueError."""
        url = f"{self._base}/{call.method}"
        known = self._pictures.file_id(picture)
        if known is not None:
            try:
                return await self._request.call(url, call.with_photo(known))
            except BadRequest as error:
                if "file" not in error.message.lower():
                    raise
                self._pictures.forget(picture)
        edits = call.method == "editMessageMedia"
        photo = InputFile(self._pictures.png(picture), filename="picture.png", attach=edits)
        sent = await self._send(url, call.with_photo(photo.attach_uri), photo, ("photo", "media"))
        self._pictures.sent(picture, sent)
        return sent

    async def _upload(self, call: Call, field: str, name: str, content: bytes) -> Any:
        """A call with a file. Raises as `call`."""
        file = InputFile(content, filename=name)
        return await self._send(f"{self._base}/{call.method}", {**call.values, field: file.attach_uri}, file, (field,))

    async def _send(self, url: str, values: Mapping[str, Any], file: InputFile, fields: tuple[str, ...]) -> Any:
        parts = [RequestParameter(n, v, [file] if n in fields else None) for n, v in values.items()]
        return await self._request.post(url, RequestData(parts))

    async def updates(self, values: Mapping[str, Any], request: BaseRequest, wait: float) -> list[Mapping[str, Any]]:
        """getUpdates as plain JSON. `wait`: seconds that it may take to come to something."""
        found = await request.post(f"{self.bot.base_url}/getUpdates", _data(values), read_timeout=wait + 10.0)
        return [update for update in found if isinstance(update, dict)] if isinstance(found, list) else []


def _data(values: Mapping[str, Any]) -> RequestData:
    return RequestData([RequestParameter(name, value, None) for name, value in values.items()])


def asked_pause(error: RetryAfter) -> float:
    """The seconds that a 429 asks for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PTB announces that this will become a timedelta
        wait = error.retry_after
    seconds = wait if isinstance(wait, int | float) else wait.total_seconds()
    return float(seconds)


def short_pause(error: RetryAfter) -> float:
    """The same, but a minute at most: then it is tried in any case."""
    return max(0.0, min(asked_pause(error), LONGEST_PAUSE))


@dataclass(slots=True)
class _Reached:
    """How far a message has come: which of the ways to say it, how many of its calls are done, why one of them was refused; and
    how it looks where it has a picture, with the looks that were refused."""

    way: int = 0
    done: int = 0
    refused: str = ""
    look: Look | None = None
    tried: tuple[Look, ...] = ()


class _Shown(NamedTuple):
    """What a message shows now: under which lease it was sent, what tells it from others, and its picture."""

    fence: int
    looks: str
    picture: Picture | None


class Post:
    """`limits`: is told when Telegram asks for a pause; `look_up`: finds the messages that other processes sent; `cut_short`:
    what stands in for something urgent that has no words for that; `clocks`: how the two compare."""

    def __init__(
        self, api: Api, limits: Limits, clock: Callable[[], float], look_up: LookUp, cut_short: Callable[[], str]
    ) -> None:
        self._api, self._limits, self._clock, self._look_up, self._cut_short = api, limits, clock, look_up, cut_short
        self._shown: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._shows: OrderedDict[tuple[str, int], _Shown] = OrderedDict()
        self._reached: OrderedDict[tuple[str, int], _Reached] = OrderedDict()
        self._slowed: dict[str, float] = {}
        self.clocks = TwoClocks()

    async def send(self, delivery: Delivery, payload: Payload) -> DeliveryResult:
        """Bring one message to its chat. Of a message in several parts only those that are still missing are sent. What is
        urgent and refused is said ever more plainly."""
        key = (delivery.chat, delivery.seq)
        reached = self._reached.pop(key, None) or _Reached()
        message = await self._edited(delivery, payload) if payload.edits else None
        while True:
            reached.look = reached.look or self._look(delivery, payload, message)
            result = await self._by(reached, delivery, payload, message)
            if isinstance(result, Later):
                keep_newest(self._reached, key, reached)
            if not isinstance(result, Never):
                return result
            other = _other_look(reached, payload, result.reason)
            if other is not None:
                log.warning("picture refused: said in another way", extra={"reason": result.reason})
                reached = other
                continue
            if not payload.urgent:
                return result
            if reached.way == FIXED:
                return Later(result.reason, URGENT_PAUSE) if delivery.attempts < URGENT_TRIES else result
            log.warning("urgent message refused: said more plainly", extra={"reason": result.reason})
            reached = _Reached(reached.way + 1)

    async def _edited(self, delivery: Delivery, payload: Payload) -> int | None:
        """The number of the message that an edit replaces, if it is known."""
        known = payload.known or self._shown.get((delivery.chat, payload.ref))
        return known if known is not None else await self._look_up(delivery.chat, payload.ref)

    def _look(self, delivery: Delivery, payload: Payload, message: int | None) -> Look:
        """With or without its picture. A photo is never edited as a text, nor the other way round, as far as it is known."""
        look = first_look(payload)
        if not payload.edits or look == "text" or message is None:
            return look
        shown = self._shows.get((delivery.chat, message))
        if shown is None or delivery.fence - shown.fence > 1:
            return look
        return "text" if shown.picture is None else "caption" if shown.picture == payload.picture else look

    def _calls(
        self, way: int, look: Look, delivery: Delivery, payload: Payload, message: int | None
    ) -> tuple[Call, ...]:
        chat, late = chat_id(delivery.chat), payload.lateness(self._clock(), LATE)
        if way == 0:
            return calls(chat, payload, message, late, look)
        return plainer(chat, payload, late, payload.cut_short or self._cut_short())[way - 1]

    async def _by(self, reached: _Reached, delivery: Delivery, payload: Payload, message: int | None) -> DeliveryResult:
        """Send a message in one of the ways to say it, from where it was left."""
        try:
            wanted = self._calls(reached.way, reached.look or "text", delivery, payload, message)
        except Exception as error:
            return Never(f"error {type(error).__name__}")
        for call in wanted[reached.done :]:
            if payload.edits and self._shows_already(delivery, call):
                continue
            before = self._clock()
            if payload.edits:  # what it shows is not known until an answer comes: it may be done, and the answer lost
                self._shows.pop((delivery.chat, call.values["message_id"]), None)
            try:
                result = await self._api.call(call)
            except Exception as error:
                verdict = self._verdict(error, delivery, payload)
                if reached.way == PIECES and isinstance(verdict, Never):
                    reached.refused = verdict.reason  # the other pieces are better than nothing
                elif not (payload.leave and isinstance(verdict, Gone | Never)):
                    return verdict
            else:
                self._now_shows(delivery, call, result)
                if call.method in ("sendMessage", "sendPhoto") and isinstance(result, dict):
                    message = message_number(result)
                    self.clocks.sent(before, self._clock(), date_of(result) or 0.0)
            reached.done += 1
        if reached.refused or (payload.urgent and not wanted):
            return Never(reached.refused or "empty")
        if payload.edits or reached.way >= PIECES:
            return Taken()
        if message is not None and payload.ref:
            keep_newest(self._shown, (delivery.chat, payload.ref), message)
        return Taken(message)

    def _now_shows(self, delivery: Delivery, call: Call, result: Any) -> None:
        """What a message shows now, and under which lease it was sent."""
        number = message_number(result) if isinstance(result, dict) else call.values.get("message_id")
        if isinstance(number, int) and call.method in _SHOWING:
            keep_newest(self._shows, (delivery.chat, number), _Shown(delivery.fence, _shown_by(call), call.picture))

    def _shows_already(self, delivery: Delivery, call: Call) -> bool:
        """Whether an edit would change nothing, and nobody else can have changed the message: a lease that somebody else had
        in between would have made the fence two higher."""
        shown = self._shows.get((delivery.chat, call.values["message_id"]))
        return shown is not None and delivery.fence - shown.fence <= 1 and shown.looks == _shown_by(call)

    def _verdict(self, error: Exception, delivery: Delivery, payload: Payload) -> DeliveryResult:
        match error:
            case RetryAfter():
                return self._slowed_down(delivery.chat, error)
            case Forbidden():
                return self._forbidden(error, delivery)
            case TimedOut():
                return Later("timed_out")
            case BadRequest() | ChatMigrated():
                reason = error.message.lower()
                if payload.edits and "not modified" in reason:
                    return Taken()
                return Never(_code(reason))
            case InvalidToken():
                return Later("unauthorized")
            case NetworkError():
                return Later("network")
        return Never(type(error).__name__)

    def _forbidden(self, error: Forbidden, delivery: Delivery) -> DeliveryResult:
        """403. Only that the person blocked the bot, or that it was put out of a group, says that nothing is wanted any more;
        whatever else it may mean, it may pass."""
        if "blocked by the user" in error.message.lower() or chat_id(delivery.chat) < 0:
            return Gone()
        if self._clock() - delivery.created > HOPELESS:
            return Never("forbidden")
        return Later("forbidden", FORBIDDEN_PAUSE if delivery.attempts else None)

    def _slowed_down(self, chat: str, error: RetryAfter) -> Later:
        """429 holds its chat; told to three chats at once it holds everybody."""
        seconds = short_pause(error)
        now = self._clock()
        self._slowed = {other: until for other, until in self._slowed.items() if until > now}
        self._slowed[chat] = now + seconds
        if len(self._slowed) > 2:
            self._limits.pause(asyncio.get_running_loop().time() + seconds)
        return Later("too_many", seconds)


_SHOWING = frozenset({"sendMessage", "editMessageText", "sendPhoto", "editMessageMedia", "editMessageCaption"})


def _other_look(reached: _Reached, payload: Payload, reason: str) -> _Reached | None:
    """How to go on where only the picture, or what the message was taken for, is in the way; each look is tried once."""
    if reached.look is None or reached.way:
        return None
    look, tried = next_look(reached.look, reason, payload.edits), (*reached.tried, reached.look)
    return None if look is None or look in tried else _Reached(look=look, tried=tried)


def _shown_by(call: Call) -> str:
    """What tells the words, keyboard and picture of a call from others; its words are not kept."""
    words = call.values.get("media", call.values)
    shown = [words.get("text"), words.get("caption"), call.values.get("reply_markup"), call.picture]
    return blake2b(fast_json.text(shown).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


_CODES = (
    ("no text in the message", "no_text"),
    ("no caption in the message", "no_caption"),
    ("no media in the message", "no_media"),
    ("chat not found", "chat_not_found"),
    ("parse entities", "broken_html"),
    ("too long", "too_long"),
    ("not found", "message_not_found"),
    ("can't be edited", "cannot_edit"),
    ("button_data", "button_data"),
    ("too old", "too_old"),
)


def _code(reason: str) -> str:
    """A refusal as a code of ours: Telegram's own words may quote what was sent."""
    return next((code for words, code in _CODES if words in reason), "bad_request")
