"""A SQLite file that is removed or replaced under a running bot: nothing is committed into it, and why is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store import Batch, StoreUnavailable, open_store


def test_nothing_is_committed_into_a_file_that_is_gone_until_it_is_back(tmp_path: Path) -> None:
    path, away = tmp_path / "bot.db", tmp_path / "away.db"
    with open_store(f"sqlite:///{path}") as store:
        store.commit(Batch(1.0, updates=(1,)))
        path.rename(away)
        for call in (lambda: store.commit(Batch(2.0, updates=(2,))), lambda: store.due(1.0), lambda: store.withdrawn()):
            with pytest.raises(StoreUnavailable, match="removed or moved"):
                call()
        away.rename(path)
        store.commit(Batch(2.0, updates=(2,)))


def test_a_file_that_was_replaced_is_told_from_one_that_is_gone(tmp_path: Path) -> None:
    path, other = tmp_path / "bot.db", tmp_path / "other.db"
    open_store(f"sqlite:///{other}").close()
    with open_store(f"sqlite:///{path}") as store:
        other.replace(path)
        with pytest.raises(StoreUnavailable, match="replaced by another file"):
            store.commit(Batch(1.0, updates=(1,)))
