"""The Bot API methods of the double that carry files: documents and photos, sent and changed, and their captions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .account import Account, Body, shown_text
from .chats import DoubleMessage
from .methods import MAX_CAPTION, Files, Method, Values, new_message, replace_message, set_keyboard, to_edit
from .parameters import bad_request

LARGEST_PHOTO = 10 * 1024 * 1024
WIDEST_PHOTO, THINNEST_PHOTO = 10_000, 20
"""Width and height together, and how many times the one may be the other."""
MOST_FILES = 1_000
"""Files that are kept in long runs."""
_OF_THE_CAPTION = ("caption", "caption_entities", "show_caption_above_media")


def send_document(account: Account, values: Values, files: Files) -> Any:
    """sendDocument"""
    return _send(account, values, files, "document")


def send_photo(account: Account, values: Values, files: Files) -> Any:
    """sendPhoto"""
    return _send(account, values, files, "photo")


def edit_message_caption(account: Account, values: Values, files: Files) -> Any:
    """editMessageCaption"""
    chat, message = to_edit(account, values)
    if not any(kind in message.body for kind in ("photo", "document")):
        raise bad_request("there is no caption in the message to edit")
    fresh = {name: value for name, value in message.body.items() if name not in (*_OF_THE_CAPTION, "reply_markup")}
    fresh |= _caption(values)
    set_keyboard(fresh, values.get("reply_markup"))
    return replace_message(account, chat, message, fresh, values.get("caption", ""))


def edit_message_media(account: Account, values: Values, files: Files) -> Any:
    """editMessageMedia: of a photo or a document, or of a text, which it replaces"""
    chat, message = to_edit(account, values)
    media: Values = values["media"]
    kind = media.get("type")
    if kind not in ("photo", "document"):
        raise bad_request(f"the double has no media of the type {kind}")
    dropped = (*_OF_THE_CAPTION, "reply_markup", "photo", "document", "text", "entities", "link_preview_options")
    fresh = {name: value for name, value in message.body.items() if name not in dropped}
    file = _file(files, str(media["media"]), "")
    fresh |= {**_described(account, message.id, kind, media["media"], file), **_caption(media)}
    set_keyboard(fresh, values.get("reply_markup"))
    found = replace_message(account, chat, message, fresh, media.get("caption", ""))
    message.file = file or account.files[_number_of(fresh)]
    return found


def _send(account: Account, values: Values, files: Files, kind: str) -> Any:
    chat = account.chat(values["chat_id"])
    given = str(values.get(kind, ""))
    file = _file(files, given, kind)
    if file is None and not given:
        raise bad_request(f"there is no {kind} in the request")
    body = new_message(account, chat, values)
    body |= {**_described(account, body["message_id"], kind, given, file), **_caption(values)}
    account.check_rate(chat)
    message = DoubleMessage(body, by_bot=True, source=values.get("caption", ""))
    message.file = file or account.files[_number_of(body)]
    chat.add(message)
    chat.note("bot", message.text or f"({kind} {file[0] if file else ''})".replace(" )", ")"), message)
    if account.on_message is not None:
        account.on_message(chat, message)
    return body


def _caption(values: Values) -> Body:
    caption, entities = shown_text(values, "caption", MAX_CAPTION)
    found: Body = {"caption": caption} if caption else {}
    if entities:
        found["caption_entities"] = entities
    if caption and values.get("show_caption_above_media"):
        found["show_caption_above_media"] = True
    return found


def _file(files: Files, given: str, kind: str) -> tuple[str, bytes] | None:
    """The file that came with the call, under its own name or the name that it is given."""
    name = given.removeprefix("attach://") if given.startswith("attach://") else kind
    file = files.get(name)
    if file is None and given.startswith("attach://"):
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file is not None and not file[1]:
        raise bad_request("file must be non-empty")
    return file


def _described(account: Account, message: int, kind: str, given: str, file: tuple[str, bytes] | None) -> Body:
    """The media of a message. Its number, which only this bot can use again, stands for the file from then on."""
    if file is None:
        if given not in account.files:
            raise bad_request("wrong file identifier/HTTP URL specified")
        number, file = given, account.files[given]
    else:
        number = f"{kind}-{message}-{len(account.files)}"
    width, height = _size(file[1]) if kind == "photo" else (0, 0)
    account.files[number] = file
    if account.keep is not None and len(account.files) > MOST_FILES:
        del account.files[next(iter(account.files))]
    about: Body = {"file_id": number, "file_unique_id": f"unique-{number}", "file_size": len(file[1])}
    if kind == "document":
        return {"document": {**about, "file_name": file[0]}}
    small = {**about, "file_id": f"{number}-s", "file_unique_id": f"{number}-s", "width": 90, "height": 60}
    return {"photo": [small, {**about, "width": width, "height": height}]}


def _size(photo: bytes) -> tuple[int, int]:
    """Width and height of a PNG. Raises ApiError for what Telegram takes for no photo."""
    if not photo.startswith(b"\x89PNG\r\n\x1a\n") or photo[12:16] != b"IHDR" or b"IEND" not in photo[-12:]:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = int.from_bytes(photo[16:20]), int.from_bytes(photo[20:24])
    if (
        not width
        or not height
        or width + height > WIDEST_PHOTO
        or max(width, height) > THINNEST_PHOTO * min(width, height)
    ):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    if len(photo) > LARGEST_PHOTO:
        raise bad_request("file is too big")
    return width, height


def _number_of(body: Body) -> str:
    return str(body["photo"][-1]["file_id"] if "photo" in body else body["document"]["file_id"])


MEDIA_METHODS: Mapping[str, Method] = {
    "sendDocument": send_document,
    "sendPhoto": send_photo,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
}
"""Those of them that take files."""
