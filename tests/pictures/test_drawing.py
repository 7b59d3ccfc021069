"""The drawing: its zones and views are those of the flows, it needs no font, and a mark changes only its own zone."""

from __future__ import annotations

import itertools
import math
import re
import zlib
from pathlib import Path

import pytest
import resvg_py

from bot.core.flow.compiled import Flow
from bot.core.model.pictures import PICTURES, ZONES
from bot.core.rendering.message import Picture, PictureMark
from bot.pictures import drawing
from bot.pictures.drawing import UnknownPicture, as_svg, draw, spots, view
from tests.support.flow_edits import BACK_SPASM, flow_at

RADIUS = 29
SMALL = 240
LIGHT, DARK = (255, 255, 255), (24, 37, 51)
"""Telegram's bubbles in its light and its dark theme."""


def picture(name: str, *zones: str, marked: str = "") -> Picture:
    marks = [PictureMark(str(n), (zone,), str(n) in marked) for n, zone in enumerate(zones, 1)]
    return Picture(name, tuple(marks), "a body")


class Pixels:
    """A PNG of 8 bits a channel, read."""

    def __init__(self, png: bytes) -> None:
        self.width, self.height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
        self.step = {2: 3, 6: 4}[png[25]]
        data, at = b"", 8
        while at < len(png):
            size = int.from_bytes(png[at : at + 4])
            if png[at + 4 : at + 8] == b"IDAT":
                data += png[at + 8 : at + 8 + size]
            at += 12 + size
        raw, line = zlib.decompress(data), self.width * self.step
        self.rows: list[bytearray] = []
        before = bytearray(line)
        for y in range(self.height):
            row = bytearray(raw[y * (line + 1) + 1 : (y + 1) * (line + 1)])
            self._unfilter(raw[y * (line + 1)], row, before)
            self.rows.append(row)
            before = row

    def _unfilter(self, kind: int, row: bytearray, above: bytearray) -> None:
        for i in range(len(row)):
            left = row[i - self.step] if i >= self.step else 0
            corner = above[i - self.step] if i >= self.step else 0
            up = above[i]
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda v: abs(guess - v))
            row[i] = (row[i] + (0, left, up, (left + up) // 2, paeth)[kind]) & 255

    def at(self, x: float, y: float) -> tuple[int, int, int]:
        place = int(x) * self.step
        red, green, blue = self.rows[int(y)][place : place + 3]
        return red, green, blue


def small(shown: Picture) -> Pixels:
    """As on a phone of few pixels."""
    return Pixels(bytes(resvg_py.svg_to_bytes(svg_string=as_svg(shown), width=SMALL, skip_system_fonts=True)))


def brightness(colour: tuple[int, int, int]) -> float:
    parts = [(c / 255 / 12.92) if c / 255 <= 0.03928 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


def test_zones_and_views_are_those_that_flows_can_name() -> None:
    assert tuple(sorted(spots())) == tuple(sorted(ZONES))
    assert {name: view(name) for name in PICTURES}
    for name, zones in PICTURES.items():
        left, top, width, height = view(name)
        seen = {
            zone
            for zone, (first, *_) in spots().items()
            if left + RADIUS <= first[0] <= left + width - RADIUS and top + RADIUS <= first[1] <= top + height - RADIUS
        }
        assert set(zones) <= seen, f"numbers that cannot be seen on {name}: {set(zones) - seen}"


def test_released_names_stay() -> None:
    """Stored versions of flows name them; a name may be added here, never taken out."""
    assert set(ZONES) >= {
        "head", "neck", "shoulders", "upper_back", "low_back", "chest", "belly", "arms", "buttocks", "groin", "hands",
        "front_of_thighs", "back_of_thighs", "knees", "shins", "calves", "feet",
    }  # fmt: skip
    assert set(PICTURES) >= {"body", "trunk", "legs"}


def test_nothing_in_it_is_text() -> None:
    """No font of the machine decides how a number looks, nor whether it is there."""
    svg = as_svg(picture("body", *ZONES))
    assert not re.search(
        r"<text|<tspan|font|<image|<a |<script|url\((?!#)|href=\"(?!#)", re.sub(r"<!--.*?-->", "", svg, flags=re.S)
    )


def test_a_picture_or_zone_that_is_not_drawn_is_said() -> None:
    with pytest.raises(UnknownPicture, match="has no face"):
        draw(picture("face", "neck"))
    with pytest.raises(UnknownPicture, match="has no tail"):
        draw(picture("body", "tail"))


def of_the_flow(name: str) -> Picture:
    question = flow_at(BACK_SPASM).questions[name]
    marks = [PictureMark(str(n), tuple(o.zones), False) for n, o in enumerate(question.options, 1)]
    return Picture(str(question.picture), tuple(marks), "")


def places(shown: Picture) -> dict[str, tuple[float, float]]:
    found = re.findall(r'<g transform="translate\(([\d.]+) ([\d.]+)\)"><circle r="29"', as_svg(shown))
    return dict(zip([m.number for m in shown.marks if m.zones], [(float(x), float(y)) for x, y in found], strict=True))


@pytest.mark.parametrize("name", ["where", "legs"])
def test_numbers_stand_apart_and_inside_the_picture(name: str) -> None:
    shown = of_the_flow(name)
    left, top, width, height = view(shown.name)
    for x, y in places(shown).values():
        assert left + RADIUS < x < left + width - RADIUS
        assert top + RADIUS < y < top + height - RADIUS
    for (one, a), (other, b) in itertools.combinations(places(shown).items(), 2):
        assert math.dist(a, b) > 2 * RADIUS + 6, f"{one} covers {other}"


@pytest.mark.parametrize("name", ["where", "legs"])
def test_a_mark_is_seen_without_colours_and_in_both_themes(name: str) -> None:
    """Its disc turns from light to dark, its zone from plain to striped; the ground is of its own colour, whatever the theme."""
    plain = of_the_flow(name)
    number, (x, y) = next(iter(places(plain).items()))
    marked = plain._replace(marks=tuple(m._replace(marked=m.number == number) for m in plain.marks))
    left, top, width, _ = view(plain.name)
    size = SMALL / width
    before, after = small(plain), small(marked)
    rim = ((x - left) * size + 20 * size, (y - top) * size)
    assert contrast(before.at(*rim), after.at(*rim)) > 10
    assert contrast(before.at(*rim), (16, 26, 34)) > 12, "digits on their disc"
    line = [((x - left + i) * size, (y - top - 35) * size) for i in range(-15, 15)]
    stripes = sorted(brightness(after.at(*p)) for p in line)
    assert (stripes[-1] + 0.05) / (stripes[0] + 0.05) > 1.8, "stripes are seen in grey as well"
    background = before.at(1, 1)
    assert contrast(background, LIGHT) > 10
    assert contrast(background, before.at((240 - left + 60) * size, (470 - top) * size)) > 4.5, "the body on its ground"


def test_what_it_weighs() -> None:
    """A tap sends it over a slow line, at most once."""
    everything = of_the_flow("legs")
    everything = everything._replace(marks=tuple(m._replace(marked=True) for m in everything.marks))
    assert len(draw(everything)) < 40_000
    assert len(draw(of_the_flow("where"))) < 40_000


def test_a_number_of_two_digits_and_more_numbers_than_places() -> None:
    marks = tuple(PictureMark(str(n), ("neck",), n == 11) for n in range(9, 13))
    where = places(Picture("body", marks, ""))
    assert len(set(where.values())) == 4
    assert '<use href="#d1"' in as_svg(Picture("body", marks, ""))


def test_it_is_shipped_with_the_package() -> None:
    assert (Path(drawing.__file__).parent / "body.svg").is_file()


def test_every_place_of_the_shipped_flow_is_drawn() -> None:
    flow: Flow = flow_at(BACK_SPASM)
    assert [q.ask for q in flow.interview.questions if q.picture] == ["where", "legs"]
