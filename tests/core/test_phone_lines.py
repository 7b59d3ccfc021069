"""A long result in cards that a phone shows whole: nothing is lost or moved, and only what cannot be parted is longer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.rendering.message import Block, Message
from bot.core.rendering.phone_lines import FOLD, phone_cards, screen_lines

WIDTH, MOST = 20, 6
_SAID = st.lists(st.sampled_from(["a", "bb", "abab"]), min_size=1, max_size=24).map(" ".join)
_BLOCKS = st.lists(
    st.builds(Block, st.sampled_from(["text", "item", "item", "heading", "title", "note", FOLD]), _SAID), max_size=14
)


def _said_again(card: list[Block], earlier: list[Block]) -> list[Block]:
    """A card without the heading that it repeats."""
    repeated = card[:1] and card[0].kind == "heading" and card[0] in earlier and len(card) > 1
    return card[1:] if repeated else card


@given(_BLOCKS)
def test_every_block_stands_on_a_card_in_its_order(blocks: list[Block]) -> None:
    unique = [Block(kind, f"{n} {text}") for n, (kind, text) in enumerate(blocks)]
    seen: list[Block] = []
    for card in phone_cards(unique, MOST, WIDTH):
        seen += _said_again(card, seen)
    assert seen == unique


@given(_BLOCKS)
def test_a_card_is_longer_only_if_it_cannot_be_parted(blocks: list[Block]) -> None:
    for card in phone_cards(blocks, MOST, WIDTH):
        shown = [block for block in card if block.kind != FOLD]
        if screen_lines(Message(tuple(card)), WIDTH) > MOST:
            assert len(shown) <= 1 + (shown[0].kind == "heading") + (shown[-1].kind == "title")


def test_a_part_that_fits_on_one_card_is_not_torn() -> None:
    first = [Block("heading", "One"), *(Block("item", f"{n}") for n in range(3))]
    second = [Block("heading", "Two"), *(Block("item", f"{n}") for n in range(4))]
    assert phone_cards([*first, *second], MOST, WIDTH) == [first, second]


def test_the_title_at_the_end_stands_under_no_heading() -> None:
    part = [Block("heading", "One"), *(Block("item", f"{n}") for n in range(5))]
    assert phone_cards([*part, Block("title", "So")], MOST, WIDTH) == [part, [Block("title", "So")]]


def test_a_part_that_does_not_goes_on_under_its_heading() -> None:
    items = [Block("item", f"{n}") for n in range(8)]
    cards = phone_cards([Block("heading", "One"), *items], MOST, WIDTH)
    assert [card[0].text for card in cards] == ["One", "One"]
    assert [block for card in cards for block in card[1:]] == items
