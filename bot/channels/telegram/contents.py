"""What a message holds: its words wherever they stand, and which kind of content it is, known or not.

Signs are looked for in all words that somebody could have written: captions, polls, lists, forwarded and quoted text, and
whatever a later Bot API brings. Names of files, songs, people and addresses of the net are nobody's words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

WITHOUT_WORDS = frozenset({
    "sticker", "voice", "photo", "live_photo", "video", "video_note", "audio", "animation", "document", "location", "dice",
    "story", "paid_media",
})  # fmt: skip
"""Contents whose only words are a caption."""

ENVELOPE = frozenset({
    "message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat", "sender_boost_count", "sender_tag",
    "sender_business_bot", "date", "guest_query_id", "business_connection_id", "chat", "forward_origin", "forward_date",
    "forward_from", "forward_from_chat", "forward_from_message_id", "forward_signature", "forward_sender_name",
    "is_topic_message", "is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story",
    "reply_to_checklist_task_id", "reply_to_poll_option_id", "via_bot", "guest_bot_caller_user", "guest_bot_caller_chat",
    "edit_date", "has_protected_content", "is_from_offline", "is_paid_post", "media_group_id", "author_signature",
    "paid_star_count", "text", "entities", "caption", "caption_entities", "link_preview_options", "suggested_post_info",
    "effect_id", "show_caption_above_media", "has_media_spoiler", "reply_markup",
})  # fmt: skip
"""Fields that say something about a message, or are its plain text; every other one is content or Telegram's own note."""

NOTES = frozenset({
    "new_chat_members", "left_chat_member", "chat_owner_left", "chat_owner_changed", "new_chat_title", "new_chat_photo",
    "delete_chat_photo", "group_chat_created", "supergroup_chat_created", "channel_chat_created",
    "message_auto_delete_timer_changed", "migrate_to_chat_id", "migrate_from_chat_id", "pinned_message",
    "successful_payment", "refunded_payment", "connected_website", "write_access_allowed", "proximity_alert_triggered",
    "boost_added", "chat_background_set", "direct_message_price_changed", "forum_topic_created", "forum_topic_edited",
    "forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden",
    "giveaway_created", "giveaway_completed", "managed_bot_created", "paid_message_price_changed",
    "suggested_post_approved", "suggested_post_approval_failed", "suggested_post_declined", "suggested_post_paid",
    "suggested_post_refunded", "video_chat_scheduled", "video_chat_started", "video_chat_ended",
    "video_chat_participants_invited",
})  # fmt: skip
"""What Telegram says about a chat by itself: nobody waits for an answer to it."""

_INLINE = frozenset({"text", "expression", "alternative_text"})
"""Fields of a piece of formatted text: pieces of one line."""

_NO_WORDS = frozenset({
    "type", "url", "username", "user", "mime_type", "file_name", "language", "name", "anchor_name", "reference_name",
    "email_address", "phone_number", "bank_card_number", "bot_command", "hashtag", "cashtag", "date_time_format", "align",
    "valign", "vcard", "currency", "start_parameter", "country_codes", "emoji", "foursquare_type", "google_place_type",
})  # fmt: skip
"""Fields inside a content whose strings nobody wrote as words."""

LONGEST_WORD = 40
"""Characters without a space that may still be a word; longer ones are names that programs give."""
DEEPEST = 40
"""Contents inside contents that are looked into."""


def kind_of(message: Json) -> str | None:
    """The kind of content that a message has beside plain text, known here or not; None if it has none."""
    return next((name for name in message if name not in ENVELOPE and name not in NOTES), None)


def plain_words(message: Json) -> str | None:
    """What the person typed: the text, or the words of a rich message. None if the message is of another kind."""
    text = message.get("text")
    if isinstance(text, str):
        return text
    rich = message.get("rich_message")
    return None if rich is None else words_in(rich)


def all_words(message: Json) -> str:
    """Every word in a message, line by line: text, caption, whatever its contents say, and what it quotes."""
    parts = [message.get("text"), message.get("caption")]
    parts += [words_in(message[name]) for name in message if name not in ENVELOPE | NOTES | WITHOUT_WORDS]
    return "\n".join(part for part in (*parts, quoted(message)) if isinstance(part, str) and part.strip())


def quoted(message: Json) -> str:
    """The words that a message quotes from somebody; "" if they are the bot's own."""
    replied, quote = message.get("reply_to_message"), message.get("quote")
    if isinstance(replied, Mapping) and (replied.get("from") or {}).get("is_bot"):
        return ""
    text = quote.get("text") if isinstance(quote, Mapping) else None
    return text if isinstance(text, str) else ""


def words_in(content: Any) -> str:
    """The words of a content of any shape, each block on a line of its own."""
    return "\n".join(line for line in (line.strip() for line in _lines(content, 0)) if line)


def _lines(content: Any, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(content, str):
        if " " in content.strip() or len(content) <= LONGEST_WORD:
            yield content
    elif isinstance(content, Mapping):
        for name, value in content.items():
            if name in _NO_WORDS or name.endswith(("_id", "_entities")) or name == "id":
                continue
            if name in _INLINE:
                yield _line(value, depth + 1)
            else:
                yield from _lines(value, depth + 1)
    elif isinstance(content, list):
        if any(isinstance(piece, str) for piece in content):
            yield _line(content, depth + 1)
        else:
            for piece in content:
                yield from _lines(piece, depth + 1)


def _line(piece: Any, depth: int) -> str:
    """Formatted text as it is read: its pieces follow each other without a break."""
    if isinstance(piece, str):
        return piece
    if depth > DEEPEST:
        return ""
    if isinstance(piece, list):
        return "".join(_line(part, depth + 1) for part in piece)
    if isinstance(piece, Mapping):
        inline = [name for name in piece if name in _INLINE]
        return "".join(_line(piece[name], depth + 1) for name in inline) or " ".join(_lines(piece, depth + 1))
    return ""
