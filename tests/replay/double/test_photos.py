"""Photos at the Telegram double: sent, changed, named by their number, refused as Telegram refuses them."""

from __future__ import annotations

import pytest
from telegram import Bot, InputMediaPhoto, Message
from telegram.error import BadRequest

from bot.core.rendering.message import Picture, PictureMark
from bot.pictures.drawing import draw
from bot.replay.double.server import TelegramDouble
from tests.support.double_calls import keys, refused

BODY = Picture("body", (PictureMark("1", ("low_back",), True),), "a body")


async def test_photos_are_sent_changed_and_named(telegram: TelegramDouble, bot: Bot) -> None:
    ann = telegram.user(1)
    first, second = draw(BODY), draw(BODY._replace(name="legs"))
    photo = await bot.send_photo(1, first, caption="<b>Where</b>", parse_mode="HTML", show_caption_above_media=True)
    assert photo.photo[-1].width == 720
    assert photo.show_caption_above_media
    assert "there is no text" in await refused(bot.edit_message_text("x", 1, photo.message_id))
    edited = await bot.edit_message_media(
        InputMediaPhoto(second, "Here"), 1, photo.message_id, reply_markup=keys("1|2")
    )
    assert isinstance(edited, Message)
    assert ann.last_message.file is not None
    assert (ann.last_message.text, ann.last_message.labels, ann.last_message.file[1]) == ("Here", ["1", "2"], second)
    again = InputMediaPhoto(photo.photo[-1].file_id, "Here")
    await bot.edit_message_media(again, 1, photo.message_id, reply_markup=keys("1|2"))
    assert ann.last_message.file[1] == first
    assert "not modified" in await refused(bot.edit_message_media(again, 1, photo.message_id, reply_markup=keys("1|2")))
    text = await bot.send_message(1, "words")
    assert "no caption" in await refused(bot.edit_message_caption(1, text.message_id, caption="x"))
    await bot.edit_message_media(again, 1, text.message_id)
    assert (ann.last_message.text, "text" in ann.last_message.body) == ("Here", False), "a text became a photo"


async def test_what_is_no_photo_is_refused(telegram: TelegramDouble, bot: Bot) -> None:
    telegram.user(1)
    photo = draw(BODY)
    assert "image_process_failed" in await refused(bot.send_photo(1, b"\x89PNG"))
    thin = photo[:16] + (9000).to_bytes(4) + (9).to_bytes(4) + photo[24:]
    assert "photo_invalid_dimensions" in await refused(bot.send_photo(1, thin))
    assert "caption is too long" in await refused(bot.send_photo(1, photo, caption="x" * 1025))
    assert "wrong file identifier" in await refused(bot.send_photo(1, "a-number-of-another-bot"))
    sent = await bot.send_photo(1, photo)
    for media in ({"type": "photo"}, {"type": "photo", "media": "x", "colour": 1}, {"type": "song", "media": "x"}):
        with pytest.raises(BadRequest):
            await bot.do_api_request("editMessageMedia", {"chat_id": 1, "message_id": sent.message_id, "media": media})
    assert "wrong file identifier" in await refused(
        bot.do_api_request(
            "editMessageMedia",
            {"chat_id": 1, "message_id": sent.message_id, "media": {"type": "photo", "media": "attach://nothing"}},
        )
    )
