"""Checks of pictures: that what a question shows is drawn, can be seen there, and is told in words."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.flow.draft import Draft
from bot.core.flow.yaml_places import Path
from bot.core.model.files.parts import Kind
from bot.core.model.findings import Finding, did_you_mean
from bot.core.model.pictures import PICTURES, ZONES

CODE = "FLOW045"


def pictures_are_drawn(draft: Draft) -> Iterator[Finding]:
    """Pictures and zones that exist, on questions that can show them, each number in view."""
    for i, q in enumerate(draft.interview.questions):
        at: Path = ("questions", i)
        zoned = [n for n, option in enumerate(q.options) if option.zones]
        if q.picture is not None:
            if q.picture not in PICTURES:
                remedy = did_you_mean(q.picture, PICTURES) or f"There are {', '.join(PICTURES)}."
                yield draft.finding(
                    "interview.yaml", (*at, "picture"), CODE, f'There is no picture "{q.picture}".', remedy
                )
            elif q.kind not in (Kind.one, Kind.many) or (q.kind is Kind.many and q.tap == "first"):
                yield draft.finding(
                    "interview.yaml", (*at, "picture"), CODE, f'"{q.ask}" cannot show a picture.',
                    "Only lists without `tap: first` can, since emergencies are read; delete it.",
                )  # fmt: skip
            elif not zoned:
                yield draft.finding(
                    "interview.yaml", (*at, "picture"), CODE, f'No option of "{q.ask}" has a place on its picture.',
                    "Give some of them `zones:`, or delete `picture:`.",
                )  # fmt: skip
        for n in zoned:
            yield from _zones(draft, (*at, "options", n, "zones"), q.picture, q.options[n].zones)


def _zones(draft: Draft, path: Path, picture: str | None, zones: list[str]) -> Iterator[Finding]:
    if picture is None:
        yield draft.finding(
            "interview.yaml", path, CODE, "Its question shows no picture.", "Add `picture:` there, or delete `zones:`."
        )
    shown = PICTURES.get(picture or "", ZONES)
    for n, zone in enumerate(zones):
        if zone not in ZONES:
            remedy = did_you_mean(zone, ZONES) or f"There are {', '.join(ZONES)}."
            yield draft.finding("interview.yaml", (*path, n), CODE, f'No picture has a zone "{zone}".', remedy)
        elif n == 0 and zone not in shown:
            yield draft.finding(
                "interview.yaml", (*path, n), CODE, f'The number on "{zone}" cannot be seen on the picture "{picture}".',
                f"Put one of these first: {', '.join(shown)}.",
            )  # fmt: skip


def pictures_are_told(draft: Draft) -> Iterator[Finding]:
    """Who cannot see a picture is told what it shows, in every language."""
    for q in draft.interview.questions:
        for lang, texts in draft.texts.items():
            words = texts.questions.get(q.ask)
            if words is None or (q.picture is None) == (words.picture is None):
                continue
            path: Path = ("questions", q.ask)
            if words.picture is None:
                yield draft.finding(
                    f"texts.{lang}.yaml", path, CODE, f'"{q.ask}" shows a picture, and nothing says what is on it.',
                    "Write `picture:` for who cannot see it.", key=True,
                )  # fmt: skip
            else:
                yield draft.finding(
                    f"texts.{lang}.yaml", (*path, "picture"), CODE, f'"{q.ask}" shows no picture.', "Delete it.", key=True
                )  # fmt: skip
