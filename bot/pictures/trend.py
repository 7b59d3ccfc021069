"""How it went, as a picture: pain over the days as a line, below it how hard each day was to manage, and a flag on the day on
which the bout began. No text but digits.

It has a ground of its own, so that it can be read in a light and in a dark chat; no value is told by a colour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.core.conversation.screens import MANAGING
from bot.core.rendering.check_ins import BOUT
from bot.core.rendering.message import PictureMark

WIDTH, HEIGHT = 960.0, 620.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 110.0, 890.0, 60.0, 400.0
_DAYS, _BLOCKS = 448.0, 590.0
"""Where the days stand, and the ground of the blocks."""
_GROUND, _LINES, _INK = "#1c2a33", "#5f7484", "#ffffff"
_PAIN, _DAY = re.compile(r"pain:(\d+)"), re.compile(r"-?[0-9]{1,4}")


class _Point(NamedTuple):
    day: int
    pain: int | None
    blocks: int
    bout: bool


def trend_svg(marks: Sequence[PictureMark], digits: str) -> str:
    """The picture of these days: each mark has its day as number, its pain and how it was managed as zones. `digits`: drawings
    named d0 to d9. Raises ValueError for a mark that says something else."""
    points = [_point(mark) for mark in marks]
    apart = (_RIGHT - _LEFT) / max(1, len(points) - 1)
    columns = [(_LEFT + apart * n, point) for n, point in enumerate(points)]
    line = " ".join(f"{x:g},{_height(point.pain):g}" for x, point in columns if point.pain is not None)
    inside = [
        f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="{_GROUND}"/>',
        *_scale(),
        f'<polyline points="{line}" fill="none" stroke="{_INK}" stroke-width="6" stroke-linejoin="round"/>',
        *(part for x, point in columns for part in _drawn(x, point)),
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}"><defs>{digits}</defs>'
    return f"{head}{''.join(inside)}</svg>"


def _point(mark: PictureMark) -> _Point:
    pain = next((found for zone in mark.zones if (found := _PAIN.fullmatch(zone))), None)
    bout = BOUT in mark.zones
    if _DAY.fullmatch(mark.number) is None or (pain is None and not bout) or (pain is not None and int(pain[1]) > 10):
        raise ValueError("a day of the trend names its pain, 0 to 10, or is where the bout began")
    managing = [MANAGING.index(zone) + 1 for zone in mark.zones if zone in MANAGING]
    return _Point(int(mark.number), None if pain is None else int(pain[1]), managing[0] if managing else 0, bout)


def _height(pain: int) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * pain / 10


def _scale() -> Iterator[str]:
    for pain in (0, 5, 10):
        y = _height(pain)
        yield f'<path d="M{_LEFT - 30:g} {y:g}H{_RIGHT + 30:g}" stroke="{_LINES}" stroke-width="2"/>'
        yield _digits(pain, 40, y, 1.7)


def _drawn(x: float, point: _Point) -> Iterator[str]:
    """The pain in a disc, the day below, as many blocks as it was hard, and the flag."""
    if point.bout:
        yield f'<path d="M{x:g} {_BOTTOM:g}V22" stroke="{_INK}" stroke-width="4" stroke-dasharray="10 10"/>'
        yield f'<path d="M{x:g} 12h42l-12 16l12 16h-42z" fill="{_INK}"/>'
    if point.pain is not None:
        y = _height(point.pain)
        yield f'<circle cx="{x:g}" cy="{y:g}" r="30" fill="{_INK}" stroke="{_GROUND}" stroke-width="4"/>'
        yield _digits(point.pain, x, y, 1.9, _GROUND)
    yield _digits(point.day, x, _DAYS, 1.5)
    for n in range(point.blocks):
        yield f'<rect x="{x - 24:g}" y="{_BLOCKS - 34 * n - 26:g}" width="48" height="26" fill="{_INK}"/>'


def _digits(number: int, x: float, y: float, size: float, ink: str = _INK) -> str:
    said = str(number)
    left = -(11 * len(said) - 1) / 2
    drawn = "".join(
        f'<path d="M{left + 11 * i + 1:g} 0h8"/>'
        if sign == "-"
        else f'<use href="#d{sign}" x="{left + 11 * i:g}" y="-8"/>'
        for i, sign in enumerate(said)
    )
    return (
        f'<g transform="translate({x:g} {y:g}) scale({size})" fill="none" stroke="{ink}" stroke-width="2.6" '
        f'stroke-linecap="round" stroke-linejoin="round">{drawn}</g>'
    )
