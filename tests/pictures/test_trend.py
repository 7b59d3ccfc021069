"""How it went, as a picture: each day at its height, told by digits and places, readable on any ground."""

from __future__ import annotations

import re

import pytest
import resvg_py

from bot.core.conversation.screens import MANAGING
from bot.core.rendering.check_ins import BOUT, TREND
from bot.core.rendering.message import Picture, PictureMark
from bot.pictures.drawing import as_svg, draw


def mark(day: int, pain: int, managing: str = "") -> PictureMark:
    return PictureMark(str(day), (f"pain:{pain}", *([managing] if managing else ())), False)


def trend(*marks: PictureMark) -> Picture:
    return Picture(TREND, marks, "how it went")


def heights(svg: str) -> list[float]:
    (line,) = re.findall(r'points="([^"]*)"', svg)
    return [float(place.split(",")[1]) for place in line.split()]


def test_less_pain_stands_lower() -> None:
    assert heights(as_svg(trend(mark(0, 10), mark(1, 5), mark(3, 0)))) == [60.0, 230.0, 400.0]


def test_a_harder_day_has_more_blocks() -> None:
    blocks = [as_svg(trend(mark(0, 4), mark(1, 4, managing))).count('height="26"') for managing in ("", *MANAGING)]
    assert blocks == [0, 1, 2, 3]


def test_it_has_a_ground_of_its_own_and_needs_no_font() -> None:
    svg = as_svg(trend(mark(0, 7), mark(14, 0, MANAGING[0])))
    assert svg.count("<rect width=") == 1
    assert "<text" not in svg
    alone = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=720, skip_system_fonts=True))
    assert draw(trend(mark(0, 7), mark(14, 0, MANAGING[0]))) == alone


def test_a_flag_stands_where_the_bout_began_and_leaves_the_line_as_it_is() -> None:
    days = mark(0, 7), mark(3, 2)
    before = as_svg(trend(PictureMark("-12", (BOUT,), False), *days))
    assert [place.count(",") for place in re.findall(r'points="([^"]*)"', before)] == [2]
    assert len(flags(before)) == 1
    assert flags(before)[0] < float(re.findall(r'points="([\d.]+),', before)[0])
    same_day = as_svg(trend(PictureMark("0", (BOUT, "pain:7"), False), days[1]))
    assert heights(same_day) == heights(as_svg(trend(*days)))
    assert flags(same_day) == [float(re.findall(r'points="([\d.]+),', same_day)[0])]
    assert not flags(as_svg(trend(*days)))


def flags(svg: str) -> list[float]:
    return [float(x) for x in re.findall(r'<path d="M([\d.]+) 12h42', svg)]


def test_two_histories_look_different() -> None:
    assert draw(trend(mark(0, 7), mark(1, 3))) != draw(trend(mark(0, 7), mark(1, 4)))


@pytest.mark.parametrize(
    "bad", [PictureMark("x", ("pain:3",), False), PictureMark("1", ("pain:11",), False), PictureMark("1", (), False)]
)
def test_what_is_no_day_is_not_drawn(bad: PictureMark) -> None:
    with pytest.raises(ValueError, match="trend"):
        draw(trend(mark(0, 4), bad))
