"""JSON as the channel and the store read and write it: what orjson refuses is not lost."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import fast_json

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Pair(NamedTuple):
    a: int
    b: str


@given(value=plain)
def test_what_is_written_is_read_again_by_anybody(value: Any) -> None:
    assert fast_json.read(fast_json.text(value)) == value
    assert json.loads(fast_json.encoded(value)) == value


def test_tuples_named_or_not_are_lists() -> None:
    assert fast_json.text({"x": (1, Pair(2, "b"))}) == '{"x":[1,[2,"b"]]}'


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_lone_surrogates_pass_as_escapes(text: str) -> None:
    assert fast_json.read(json.dumps({"text": text})) == {"text": text}
    assert json.loads(fast_json.encoded({"text": text})) == {"text": text}


@pytest.mark.parametrize("content", [b"", b"{", b"nope", b"\xff\xfe", "{]"])
def test_what_is_no_json_is_a_value_error(content: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        fast_json.read(content)


def test_what_cannot_be_written_is_an_error() -> None:
    with pytest.raises(TypeError):
        fast_json.text({"x": object()})
