"""What was seen as one HTML page: phones beside each other, in light and dark, nothing asked of any server, everything escaped."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Literal

from bot.check.screens.measure import choices_of
from bot.core.flow.compiled import Flow
from bot.core.rendering.message import Block, Message, Picture
from bot.core.rendering.phone_lines import FOLD, screen_lines, wrapped
from bot.pictures.drawing import draw, view

from .seen import PhoneItem, SeenCase

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
IN_VIEW = 33
"""Lines of text that a phone shows at once."""
LINES_OF_A_ROW = 2
"""Lines that a row of buttons takes."""
BESIDE, ROWS = 4, 2
"""Phones beside each other, and such rows, on one picture."""
LINE, SHORTEST, WIDTH, GAP = 21, 736, 400, 40
"""Pixels: a line, the height and width of a phone, what is around it."""

PHONE_STYLE = """
body { margin: 0; padding: 16px; font: 16px/21px system-ui, "Noto Sans", sans-serif; }
.light { --page: #f4f4f4; --ink: #111; --back: #d6e4ee; --bot: #fff; --me: #e1f7cb; --key: #ffffffb8; --note: #555; }
.dark { --page: #000; --ink: #f2f2f2; --back: #0e1621; --bot: #182533; --me: #2b5278; --key: #2b3a4a; --note: #a9b8c6; }
.light { --edge: #b9c4cc; --over: #b71c1c; } .dark { --edge: #39485a; --over: #ff8a80; }
.theme { background: var(--page); color: var(--ink); padding: 8px 16px; }
.phones { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
.phone { width: 384px; min-height: 736px; box-sizing: border-box; padding: 10px; border-radius: 22px; }
.phone { background: var(--back); border: 2px solid var(--edge); }
.said { margin: 8px 0; }
.bubble { background: var(--bot); border-radius: 14px; padding: 7px 11px; white-space: pre; overflow-x: hidden; }
.bubble img { display: block; width: 100%; margin-bottom: 7px; border-radius: 9px; }
.patient { text-align: right; } .patient .bubble { background: var(--me); display: inline-block; text-align: left; }
.block { margin-top: 21px; } .block:first-child, .item { margin-top: 0; }
.title, .heading { font-weight: 650; } .note { color: var(--note); font-style: italic; }
.fold { margin-top: 10px; border-left: 3px solid #3390ec; padding-left: 8px; background: #3390ec1c; }
.fold summary { font-weight: 650; }
.keys { display: flex; gap: 4px; margin-top: 4px; }
.key { flex: 1; text-align: center; background: var(--key); border: 1px solid var(--edge); border-radius: 9px; padding: 9px 2px; }
.key { font-size: 15px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; min-width: 0; }
.key.danger { background: #c62828; color: #fff; } .key.primary { background: #1f6fbf; color: #fff; }
.key.tapped { outline: 3px solid #e0a100; }
.between { text-align: center; color: var(--note); font-size: 13px; }
.size { color: var(--note); font-size: 12px; line-height: 16px; } .size.over { color: var(--over); font-weight: 650; }
"""


def phone_page(cases: Sequence[SeenCase], themes: Sequence[Theme] = THEMES) -> str:
    """The page as text."""
    title = escape(cases[0].case.title if len(cases) == 1 else cases[0].case.file)
    return f"""<!doctype html>
<html lang="{escape(cases[0].case.lang, quote=True)}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>{title}</title><style>{PHONE_STYLE}</style></head><body>
{"".join(_case(case, themes) for case in cases)}
</body></html>
"""


def _case(case: SeenCase, themes: Sequence[Theme]) -> str:
    state = "" if case.outcome.passed else " (goes another way than the script says)"
    return f"<section><h1>{escape(case.case.title)}{state}</h1>{''.join(drawn_in(case, t) for t in themes)}</section>"


def drawn_in(case: SeenCase, theme: Theme) -> str:
    """The phones of a case, to be put into a page that has `PHONE_STYLE`."""
    return f'<div class="theme {theme}">{_phones(case.flow, _parts(case))}</div>'


def pictures(case: SeenCase, theme: Theme) -> Iterator[tuple[str, int, int]]:
    """The same in pages of a few phones, each with its width and height in pixels: what is made a picture of."""
    parts = list(_parts(case))
    for first in range(0, len(parts), BESIDE * ROWS):
        part = parts[first : first + BESIDE * ROWS]
        heights = [max(SHORTEST, LINE * sum(_height(case.flow, s) for s in seen)) for seen in part]
        rows = [max(heights[i : i + BESIDE]) + GAP for i in range(0, len(heights), BESIDE)]
        html = f"""<!doctype html><html><head><meta charset="utf-8"><style>{PHONE_STYLE}</style></head>
<body class="theme {theme}">{_phones(case.flow, part)}</body></html>"""
        yield html, WIDTH * min(BESIDE, len(part)) + GAP, sum(rows) + GAP


def _phones(flow: Flow, parts: Iterable[list[PhoneItem]]) -> str:
    drawn = (f'<div class="phone">{"".join(_said(flow, s) for s in seen)}</div>' for seen in parts)
    return f'<div class="phones">{"".join(drawn)}</div>'


def _parts(case: SeenCase) -> Iterator[list[PhoneItem]]:
    """What is seen, screenful by screenful; a message that is longer has one of its own."""
    part: list[PhoneItem] = []
    used = 0
    for seen in case.seen:
        height = _height(case.flow, seen)
        if part and used + height > IN_VIEW:
            yield part
            part, used = [], 0
        part.append(seen)
        used += height
    if part:
        yield part


def _height(flow: Flow, seen: PhoneItem) -> int:
    """Lines that something takes, with the space around it."""
    if seen.message is None:
        return len(wrapped(seen.text, _width(flow))) + 2
    picture = 0
    if seen.message.picture is not None:
        _, _, width, height = view(seen.message.picture.name)
        picture = round(WIDTH * height / width / LINE) + 1
    folds = sum(1 for block in seen.message.blocks if block.kind == FOLD)
    return picture + screen_lines(seen.message, _width(flow)) + LINES_OF_A_ROW * len(seen.message.rows) + 2 * folds + 3


def _width(flow: Flow) -> int:
    return flow.interview.screens.width


def _said(flow: Flow, seen: PhoneItem) -> str:
    if seen.who == "between":
        return f'<div class="said between">{escape(seen.text)}</div>'
    if seen.message is None:
        return f'<div class="said patient"><div class="bubble">{_wrapped(flow, seen.text)}</div></div>'
    blocks = "".join(_block(flow, block) for block in seen.message.blocks)
    bubble = f'<div class="bubble">{_picture(seen.message.picture)}{blocks}</div>' if blocks else ""
    return f'<div class="said bot">{bubble}{_keys(seen)}{_size(flow, seen.message)}</div>'


def _picture(picture: Picture | None) -> str:
    """The picture in the page itself, its words for who cannot see it."""
    if picture is None:
        return ""
    source = b64encode(draw(picture)).decode("ascii")
    return f'<img alt="{escape(picture.words, quote=True)}" src="data:image/png;base64,{source}">'


def _wrapped(flow: Flow, text: str, indent: int = 0) -> str:
    return escape("\n".join(wrapped(text, _width(flow) - indent)))


def _block(flow: Flow, block: Block) -> str:
    if block.kind != FOLD:
        return f'<div class="block {escape(block.kind, quote=True)}">{_wrapped(flow, block.text)}</div>'
    heading, _, rest = block.text.partition("\n")
    return f'<details class="fold"><summary>{_wrapped(flow, heading, 5)}</summary>{_wrapped(flow, rest, 2)}</details>'


def _keys(seen: PhoneItem) -> str:
    rows = []
    for row in seen.message.rows if seen.message is not None else ():
        keys = []
        for button in row:
            tapped = button.data in seen.tapped
            classes = " ".join(x for x in ("key", button.style, "tapped" if tapped else "") if x)
            mark = "\u261d " if tapped else ""
            keys.append(f'<div class="{escape(classes, quote=True)}">{mark}{escape(button.label)}</div>')
        rows.append(f'<div class="keys">{"".join(keys)}</div>')
    return "".join(rows)


def _size(flow: Flow, message: Message) -> str:
    """How large it is, and whether it is higher than a screen with its buttons."""
    lines, choices = screen_lines(message, _width(flow)), choices_of(flow, message)
    over = lines + LINES_OF_A_ROW * len(message.rows) > IN_VIEW
    words = (
        f"{lines} lines"
        + (f", {choices} choices" if choices else "")
        + (" \u2013 higher than a screen" if over else "")
    )
    return f'<div class="size{" over" if over else ""}">{words}</div>'
