"""The bots that the benchmark measures ours against, each as its own documentation shows it, with the same calls per turn.

    python -m tests.benchmarks.contestants ptb_echo|ptb_conversation|aiogram_fsm SCRIPT

SCRIPT: JSON list of [text, keyboard as rows of labels], the messages of one interview. The token and the API's address come
from the environment. A tap is answered (answerCallbackQuery), the tapped message edited to its answer (editMessageText) and
the next one sent (sendMessage); a typed answer is edited and sent.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

TOKEN, URL = os.environ.get("TELEGRAM_BOT_TOKEN", ""), os.environ.get("TELEGRAM_API_URL", "")


def load(path: str) -> list[tuple[str, list[list[str]]]]:
    return [(text, rows) for text, rows in json.loads(Path(path).read_text(encoding="utf-8"))]


def ptb_application(builder: Any) -> Any:
    return builder.token(TOKEN).base_url(f"{URL}/bot").base_file_url(f"{URL}/file/bot").build()


def ptb_echo(script: list[Any]) -> None:
    """python-telegram-bot as in its echo bot example: no state; the step is in the button."""
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
    from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters

    def markup(step: int) -> InlineKeyboardMarkup:
        rows = script[step][1]
        return InlineKeyboardMarkup(
            [[InlineKeyboardButton(label, callback_data=str(step)) for label in r] for r in rows]
        )

    asked: dict[int, tuple[int, int]] = {}  # only so that typed turns can edit; an echo bot has no state

    async def tapped(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        step = (int(query.data) + 1) % len(script)
        await query.answer()
        await query.edit_message_text(f"{query.message.text[:60]}\nanswered", parse_mode="HTML")
        await query.message.chat.send_message(script[step][0], parse_mode="HTML", reply_markup=markup(step))

    async def typed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        chat = update.message.chat_id
        message, step = asked.get(chat, (0, -1))
        step = (step + 1) % len(script)
        if message:
            await context.bot.edit_message_text("answered", chat, message, parse_mode="HTML")
        sent = await update.message.reply_text(script[step][0], parse_mode="HTML", reply_markup=markup(step))
        asked[chat] = sent.message_id, step

    application = ptb_application(Application.builder())
    application.add_handler(CallbackQueryHandler(tapped))
    application.add_handler(MessageHandler(filters.TEXT, typed))
    application.run_polling(allowed_updates=Update.ALL_TYPES)


def ptb_conversation(script: list[Any]) -> None:
    """python-telegram-bot's ConversationHandler with PicklePersistence(update_interval=1)."""
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
    from telegram.ext import (
        Application,
        CallbackQueryHandler,
        CommandHandler,
        ContextTypes,
        ConversationHandler,
        MessageHandler,
        PicklePersistence,
        filters,
    )

    async def say(update: Update, context: ContextTypes.DEFAULT_TYPE, step: int) -> int:
        rows = [[InlineKeyboardButton(label, callback_data=str(step)) for label in row] for row in script[step][1]]
        sent = await update.effective_chat.send_message(
            script[step][0], parse_mode="HTML", reply_markup=InlineKeyboardMarkup(rows)
        )
        context.user_data["message"] = sent.message_id
        return step

    async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        return await say(update, context, 0)

    def answered(step: int) -> Any:
        async def tapped(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
            query = update.callback_query
            context.user_data.setdefault("answers", {})[step] = query.data
            await query.answer()
            await query.edit_message_text(f"{query.message.text[:60]}\nanswered", parse_mode="HTML")
            return await say(update, context, (step + 1) % len(script))

        async def typed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
            context.user_data.setdefault("answers", {})[step] = update.message.text
            await context.bot.edit_message_text(
                "answered", update.message.chat_id, context.user_data["message"], parse_mode="HTML"
            )
            return await say(update, context, (step + 1) % len(script))

        return [CallbackQueryHandler(tapped), MessageHandler(filters.TEXT & ~filters.COMMAND, typed)]

    with tempfile.TemporaryDirectory() as folder:
        persistence = PicklePersistence(filepath=Path(folder) / "bot.pickle", update_interval=1)
        application = ptb_application(Application.builder().persistence(persistence))
        application.add_handler(
            ConversationHandler(
                entry_points=[CommandHandler("start", start)],
                states={step: answered(step) for step in range(len(script))},
                fallbacks=[CommandHandler("start", start)],
                persistent=True,
                name="interview",
            )
        )
        application.run_polling(allowed_updates=Update.ALL_TYPES)


def aiogram_fsm(script: list[Any]) -> None:
    """aiogram 3 with its finite-state machine in memory."""
    from aiogram import Bot, Dispatcher
    from aiogram.client.default import DefaultBotProperties
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.filters import CommandStart
    from aiogram.fsm.context import FSMContext
    from aiogram.fsm.state import State, StatesGroup
    from aiogram.fsm.storage.memory import MemoryStorage
    from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

    class Interview(StatesGroup):
        asking = State()

    session = AiohttpSession(api=TelegramAPIServer.from_base(URL))
    bot = Bot(TOKEN, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    dispatcher = Dispatcher(storage=MemoryStorage())

    async def say(chat: int, state: FSMContext, step: int) -> None:
        rows = [[InlineKeyboardButton(text=label, callback_data=str(step)) for label in row] for row in script[step][1]]
        sent = await bot.send_message(chat, script[step][0], reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))
        await state.update_data(step=step, message=sent.message_id)

    @dispatcher.message(CommandStart())
    async def start(message: Message, state: FSMContext) -> None:
        await state.set_state(Interview.asking)
        await say(message.chat.id, state, 0)

    @dispatcher.callback_query(Interview.asking)
    async def tapped(query: CallbackQuery, state: FSMContext) -> None:
        step = (await state.get_data())["step"]
        await query.answer()
        await query.message.edit_text(f"{query.message.text[:60]}\nanswered")
        await state.update_data({f"answer{step}": query.data})
        await say(query.message.chat.id, state, (step + 1) % len(script))

    @dispatcher.message(Interview.asking)
    async def typed(message: Message, state: FSMContext) -> None:
        data = await state.get_data()
        await bot.edit_message_text("answered", chat_id=message.chat.id, message_id=data["message"])
        await state.update_data({f"answer{data['step']}": message.text})
        await say(message.chat.id, state, (data["step"] + 1) % len(script))

    asyncio.run(dispatcher.start_polling(bot, handle_signals=False))


CONTESTANTS = {"ptb_echo": ptb_echo, "ptb_conversation": ptb_conversation, "aiogram_fsm": aiogram_fsm}

if __name__ == "__main__":
    CONTESTANTS[sys.argv[1]](load(sys.argv[2]))
