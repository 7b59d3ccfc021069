"""The Bot API methods of the double: each takes the account and a call's parameters and returns its result."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from .account import Account, Body, shown_text
from .chats import Chat, DoubleMessage
from .parameters import bad_request

MAX_TEXT, MAX_CAPTION, MAX_NOTICE = 4096, 1024, 200
Values = Mapping[str, Any]
Files = Mapping[str, tuple[str, bytes]]
Method = Callable[[Account, Values, Files], Any]


def get_me(account: Account, values: Values, files: Files) -> Any:
    """getMe"""
    return account.me


def send_message(account: Account, values: Values, files: Files) -> Any:
    """sendMessage"""
    chat = account.chat(values["chat_id"])
    text, entities = shown_text(values, "text", MAX_TEXT)
    if not text:
        raise bad_request("message text is empty")
    account.check_rate(chat)
    body = new_message(account, chat, values)
    body["text"] = text
    if entities:
        body["entities"] = entities
    return account.post(chat, body, values["text"]).body


def new_message(account: Account, chat: Chat, values: Values) -> Body:
    """The beginning of what a call sends: who, where, what it answers, its keyboard."""
    markup = values.get("reply_markup")
    reply = values.get("reply_parameters")
    body = account.new_body(chat)
    if reply is not None:
        target = chat.messages.get(reply["message_id"])
        if target is not None and not target.deleted:
            body["reply_to_message"] = {k: v for k, v in target.body.items() if k != "reply_to_message"}
        elif not reply.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
    if markup is not None and "inline_keyboard" in markup:
        set_keyboard(body, markup)
    if values.get("protect_content"):
        body["has_protected_content"] = True
    return body


def set_keyboard(body: Body, markup: Values | None) -> None:
    """Put this keyboard under a message, or none."""
    rows = [row for row in markup["inline_keyboard"] if row] if markup else []
    if rows:
        body["reply_markup"] = {"inline_keyboard": rows}
    else:
        body.pop("reply_markup", None)


def edit_message_text(account: Account, values: Values, files: Files) -> Any:
    """editMessageText"""
    chat, message = to_edit(account, values)
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    text, entities = shown_text(values, "text", MAX_TEXT)
    if not text:
        raise bad_request("message text is empty")
    fresh = {key: value for key, value in message.body.items() if key not in ("text", "entities", "reply_markup")}
    fresh["text"] = text
    if entities:
        fresh["entities"] = entities
    set_keyboard(fresh, values.get("reply_markup"))
    return replace_message(account, chat, message, fresh, values["text"])


def edit_message_reply_markup(account: Account, values: Values, files: Files) -> Any:
    """editMessageReplyMarkup"""
    chat, message = to_edit(account, values)
    fresh = dict(message.body)
    set_keyboard(fresh, values.get("reply_markup"))
    return replace_message(account, chat, message, fresh, message.source)


def to_edit(account: Account, values: Values) -> tuple[Chat, DoubleMessage]:
    """The message that a call edits. Raises ApiError."""
    if "chat_id" not in values or "message_id" not in values:
        raise bad_request("message identifier is not specified")
    chat = account.chat(values["chat_id"])
    message = account.message(chat, values["message_id"], "edit")
    if not message.by_bot:
        raise bad_request("message can't be edited")
    return chat, message


def replace_message(account: Account, chat: Chat, message: DoubleMessage, fresh: Body, source: str) -> Body:
    """Let the message be as this. Raises ApiError if it is so already."""
    if {**fresh, "edit_date": 0} == {**message.body, "edit_date": 0}:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    message.body = fresh
    message.source = source
    account.changed(chat, message)
    return fresh


def delete_message(account: Account, values: Values, files: Files) -> Any:
    """deleteMessage"""
    chat = account.chat(values["chat_id"])
    message = account.message(chat, values["message_id"], "delete")
    message.deleted = True
    del chat.messages[message.id]
    chat.note("deleted", message.text)
    return True


def delete_messages(account: Account, values: Values, files: Files) -> Any:
    """deleteMessages: those that are not found are passed over"""
    chat = account.chat(values["chat_id"])
    if not 1 <= len(values["message_ids"]) <= 100:
        raise bad_request("message_ids must have 1 to 100 items")
    for number in values["message_ids"]:
        if number in chat.messages:
            delete_message(account, {"chat_id": chat.id, "message_id": number}, files)
    return True


def answer_callback_query(account: Account, values: Values, files: Files) -> Any:
    """answerCallbackQuery"""
    tap = account.tap_to_answer(values["callback_query_id"])
    notice = values.get("text", "")
    if len(notice) > MAX_NOTICE:
        raise bad_request("MESSAGE_TOO_LONG")
    tap.answered = True
    tap.toast = notice
    chat = account.chats[tap.chat]
    chat.spinning.discard(tap.id)
    if notice:
        chat.note("toast", notice)
    else:
        chat.changed()
    return True


_ACTIONS = re.compile(
    r"typing|choose_sticker|find_location|(upload|record)_(video|voice|video_note)|upload_(photo|document)"
)


def send_chat_action(account: Account, values: Values, files: Files) -> Any:
    """sendChatAction"""
    chat = account.chat(values["chat_id"])
    if not _ACTIONS.fullmatch(values["action"]):
        raise bad_request("wrong parameter action in request")
    chat.note("action", values["action"])
    return True


def get_chat(account: Account, values: Values, files: Files) -> Any:
    """getChat"""
    return {**account.chat(values["chat_id"]).body, "accent_color_id": 0, "max_reaction_count": 11}


def leave_chat(account: Account, values: Values, files: Files) -> Any:
    """leaveChat"""
    chat = account.chat(values["chat_id"])
    if chat.body["type"] == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.left = True
    chat.note("action", "leaving")
    return True


# Commands and descriptions: kept per scope and language

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}|")


def _place(what: str, values: Values) -> tuple[str, str, str]:
    language = values.get("language_code", "")
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return what, json.dumps(values.get("scope") or {"type": "default"}, sort_keys=True), language


def set_my_commands(account: Account, values: Values, files: Files) -> Any:
    """setMyCommands"""
    commands = values["commands"]
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(command["command"].removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    account.settings[_place("commands", values)] = commands
    return True


def get_my_commands(account: Account, values: Values, files: Files) -> Any:
    """getMyCommands"""
    return account.settings.get(_place("commands", values), [])


def delete_my_commands(account: Account, values: Values, files: Files) -> Any:
    """deleteMyCommands"""
    account.settings.pop(_place("commands", values), None)
    return True


def _setter(field: str, most: int) -> Method:
    def set_(account: Account, values: Values, files: Files) -> Any:
        text = values.get(field, "")
        if len(text) > most:
            raise bad_request(f"{field.replace('_', ' ')} is too long")
        account.settings[_place(field, values)] = text
        return True

    return set_


def _getter(field: str) -> Method:
    def get(account: Account, values: Values, files: Files) -> Any:
        what, scope, language = _place(field, values)
        found = account.settings.get((what, scope, language)) or account.settings.get((what, scope, ""), "")
        return {field: found or (account.me["first_name"] if field == "name" else "")}

    return get


METHODS: Mapping[str, Method] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback_query,
    "sendChatAction": send_chat_action,
    "getChat": get_chat,
    "leaveChat": leave_chat,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _setter("name", 64),
    "getMyName": _getter("name"),
    "setMyDescription": _setter("description", 512),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description", 120),
    "getMyShortDescription": _getter("short_description"),
}
"""What needs nothing but the account; getUpdates and the webhook methods are the double's own."""
