"""A picture as PNG: the drawing `body.svg`, cut to what is shown, with its zones filled and their numbers put on it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from xml.etree import ElementTree

import resvg_py

from bot.core.rendering.check_ins import TREND
from bot.core.rendering.message import Picture, PictureMark

from .trend import trend_svg

WIDTH = 720
"""Pixels: a phone of 360 points shows a photo about 300 points wide, at two or three pixels each."""
PRINTED = 380
"""Pixels on paper, where a picture is at most 50 mm wide: 190 for each inch, and drawn in half the time."""
SVG = "{http://www.w3.org/2000/svg}"
ASIDE = 60.0
"""How far to the right a number stands whose zone has no place left for it."""
_PLAIN, _MARKED = ("#ffffff", "#101a22", 3), ("#101a22", "#ffffff", 6)
"""A number's disc: its colour, that of its rim and digits, and the width of the rim. So a mark is never only a colour."""


class UnknownPicture(ValueError):
    """A picture or a zone that the drawing does not have."""


class _Body(NamedTuple):
    """The drawing: its text before and after the numbers, the parts of it that are shown alone, the places of numbers,
    and its digits."""

    head: str
    numbers: str
    tail: str
    views: dict[str, str]
    spots: dict[str, tuple[tuple[float, float], ...]]
    digits: str


def draw(picture: Picture, width: int = WIDTH) -> bytes:
    """The picture as PNG, so many pixels wide. Raises UnknownPicture."""
    return bytes(resvg_py.svg_to_bytes(svg_string=as_svg(picture), width=width, skip_system_fonts=True))


def as_svg(picture: Picture) -> str:
    """The picture as SVG, without a font. Raises UnknownPicture, or ValueError."""
    body = _body()
    if picture.name == TREND:
        return trend_svg(picture.marks, body.digits)
    unknown = [zone for mark in picture.marks for zone in mark.zones if zone not in body.spots]
    if picture.name not in body.views or unknown:
        raise UnknownPicture(f"bot/pictures/body.svg has no {unknown[0] if unknown else picture.name}")
    head = f'<svg xmlns="{SVG[1:-1]}" viewBox="{body.views[picture.name]}"><style>{"".join(_styles(picture.marks))}</style>'
    return f"{head}{body.head}{''.join(_numbers(picture.marks, body.spots))}{body.tail}"


def view(name: str) -> tuple[float, float, float, float]:
    """Which part of the drawing a picture shows: left, top, width, height."""
    left, top, width, height = map(float, _body().views[name].split())
    return left, top, width, height


def spots() -> dict[str, tuple[tuple[float, float], ...]]:
    """Zone -> where on the drawing its numbers can stand."""
    return _body().spots


@cache
def _body() -> _Body:
    text = files(__package__).joinpath("body.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    zones = root.find(f"{SVG}g[@id='zones']")
    assert zones is not None
    views = {str(part.get("id")): str(part.get("viewBox")) for part in root.iter(f"{SVG}view")}
    found = {str(zone.get("id")): tuple(_spots(zone)) for zone in zones}
    head, numbers, tail = text[text.index(">", text.index("<svg")) + 1 :].partition('<g id="numbers"/>')
    digits = "".join(re.findall(r'<g id="d\d">.*?</g>', text))
    return _Body(head, numbers, tail, views, found, digits)


def _spots(zone: ElementTree.Element) -> Iterator[tuple[float, float]]:
    for circle in zone.iter(f"{SVG}circle"):
        yield float(circle.get("cx", 0)), float(circle.get("cy", 0))


def _styles(marks: Sequence[PictureMark]) -> Iterator[str]:
    marked = {zone for mark in marks if mark.marked for zone in mark.zones}
    yield "#zones path,#zones rect,#zones circle{fill:none}"
    for zone in sorted({mark.zones[0] for mark in marks if mark.zones} - marked):
        yield f"#{zone} path,#{zone} rect{{fill:#8ea1af}}"
    for zone in sorted(marked):
        yield f"#{zone} path,#{zone} rect{{fill:url(#hatch)}}"


def _numbers(marks: Sequence[PictureMark], spots: dict[str, tuple[tuple[float, float], ...]]) -> Iterator[str]:
    taken: Counter[str] = Counter()
    for mark in marks:
        if not mark.zones:
            continue
        zone = mark.zones[0]
        places, n = spots[zone], taken[zone]
        x, y = places[min(n, len(places) - 1)]
        x += ASIDE * max(0, n - len(places) + 1)
        taken[zone] += 1
        yield _number(mark, x, y)


def _number(mark: PictureMark, x: float, y: float) -> str:
    disc, ink, rim = _MARKED if mark.marked else _PLAIN
    size = 2.0 if len(mark.number) == 1 else 1.6
    left = -(11 * len(mark.number) - 1) / 2
    digits = "".join(f'<use href="#d{digit}" x="{left + 11 * i:g}" y="-8"/>' for i, digit in enumerate(mark.number))
    return (
        f'<g transform="translate({x:g} {y:g})"><circle r="29" fill="{disc}" stroke="{ink}" stroke-width="{rim}"/>'
        f'<g transform="scale({size})" fill="none" stroke="{ink}" stroke-width="2.6" stroke-linecap="round" '
        f'stroke-linejoin="round">{digits}</g></g>'
    )
