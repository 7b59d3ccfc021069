"""Sealing: a chat's row is named by a keyed hash, and what it says is encrypted with the chat's own key.

Law: what stands in a row can be opened only as that row (its table and name are sealed with it), only with the key of its chat, and
that key only with a wrapping key of the key file. Formats: `key` and all sealed values are a nonce of 12 bytes and AES-256-GCM.
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.store.errors import StoreUnavailable

from .key_file import LENGTH, KeyFile

NONCE = 12
REMEMBERED = 20_000
NAMES = 32
"""Hexadecimal digits of a keyed hash: 128 bits. Lower case, so that every database sorts them as Python does."""


class Unreadable(Exception):
    """A sealed value that is not what this row was given: damaged, or moved here from another row."""


class ChatKey:
    """The key of one chat. `by`, `wrapped`: as the chat's row keeps it."""

    __slots__ = ("_cipher", "by", "row", "wrapped")

    def __init__(self, row: str, by: str, wrapped: bytes, cipher: AESGCM) -> None:
        self.row, self.by, self.wrapped, self._cipher = row, by, wrapped, cipher

    def seal(self, place: str, text: str) -> bytes:
        """`place`: the table and, within the chat, the name of the row."""
        nonce = urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(), f"{place} {self.row}".encode())

    def open(self, place: str, sealed: bytes) -> str:
        """The text sealed there. Raises Unreadable."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], bytes(sealed[NONCE:]), f"{place} {self.row}".encode()).decode()
        except (InvalidTag, ValueError):
            raise Unreadable from None


class Vault:
    """Names, makes and opens keys of chats. `keys`: the key file that it works with; `row(chat)`: the name of a chat's row;
    `kind(row, kind)`: that of a due message of the chat in this row, which tells as little."""

    def __init__(self, keys: KeyFile) -> None:
        self.keys = keys
        self.row = lru_cache(REMEMBERED)(self._row)
        self.kind = lru_cache(REMEMBERED)(self._kind)
        self._wrapper: tuple[str, AESGCM] = ("", AESGCM(bytes(LENGTH)))

    def _row(self, chat: str) -> str:
        return self._hashed("chat", chat)

    def _kind(self, row: str, kind: str) -> str:
        return self._hashed("due", f"{row} {kind}")

    def _hashed(self, what: str, name: str) -> str:
        return hmac.digest(self.keys.keys.lookup, f"{what} {name}".encode(), "sha256").hex()[:NAMES]

    def new_key(self, row: str) -> ChatKey:
        """A key for a chat, wrapped by the newest wrapping key that there is."""
        self.keys.refresh()
        by = self.keys.keys.newest
        plain, nonce = AESGCM.generate_key(LENGTH * 8), urandom(NONCE)
        wrapped = nonce + self._wrapping(by.id, by.key).encrypt(nonce, plain, _wrapped_as(row, by.id))
        return ChatKey(row, by.id, wrapped, AESGCM(plain))

    def chat_key(self, row: str, by: str, wrapped: bytes) -> ChatKey:
        """The key that a chat's row keeps. Raises StoreUnavailable if the key file lacks what wrapped it, Unreadable if
        that was destroyed or the key is damaged."""
        found = self.keys.wrapping(by)
        if found is None and by in self.keys.keys.destroyed:
            raise Unreadable
        if found is None:
            raise StoreUnavailable(
                f"The key file {self.keys.path} lacks a key that the database was written with. Put back its newest copy."
            )
        try:
            wrapper = self._wrapping(by, found.key)
            return ChatKey(
                row, by, wrapped, AESGCM(wrapper.decrypt(wrapped[:NONCE], bytes(wrapped[NONCE:]), _wrapped_as(row, by)))
            )
        except (InvalidTag, ValueError):
            raise Unreadable from None

    def _wrapping(self, id_: str, key: bytes) -> AESGCM:
        known = self._wrapper
        if known[0] != id_:
            known = self._wrapper = (id_, AESGCM(key))
        return known[1]


def _wrapped_as(row: str, by: str) -> bytes:
    return f"key {by} {row}".encode()
