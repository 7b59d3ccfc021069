"""DATABASE_URL is understood or refused with what to write; no password in it is ever shown."""

from __future__ import annotations

import pytest

from bot.settings import Settings
from bot.store import StoreError, open_store, programs_of_postgresql
from bot.store.place.address import address_of, address_shown

SECRET = "hunter2"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://bot:p@ss{SECRET}@host/name",
        f"postgresql://bot:{SECRET}@x@host/name",
        f"host=db user=bot password={SECRET} dbname=bot",
        f"password='{SECRET}' host=db",
        f"bot:{SECRET}@host/name",
        f"postgresql:bot:{SECRET}@host/name",
        f"mysql://bot:{SECRET}@host/name",
        f"{SECRET}://host/name",
        f"jdbc:postgresql://host/name?user=bot&password={SECRET}",
        f"sqlite://bot:{SECRET}@host/bot.db",
        f"postgresql://bot:{SECRET}@host:port/name",
        f"postgresql://bot:#{SECRET}/x@@host/name",
    ],
)
def test_what_cannot_be_used_is_refused_without_being_quoted(url: str, tmp_path: object) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert SECRET not in str(caught.value)
    assert "DATABASE_URL" in str(caught.value)
    assert "rite" in str(caught.value), "it does not say what to write"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://bot:{SECRET}@127.0.0.1:9/name",
        f"postgres://bot:{SECRET}@127.0.0.1:9/name",
        f"postgresql+psycopg2://bot:{SECRET}@127.0.0.1:9/name",
        f"postgresql://bot@127.0.0.1:9/name?password={SECRET}",
        f"postgresql://127.0.0.1:9/name?user=bot&password={SECRET}&sslpassword={SECRET}",
        f"postgresql:///name?host=127.0.0.1&port=9&user=bot&password={SECRET}",
        f"postgresql://bot:%40{SECRET}%2F@127.0.0.1:9/name",
    ],
)
def test_a_server_that_does_not_answer_is_named_without_the_password(
    url: str, tmp_path: object, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert "127.0.0.1" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert SECRET not in caplog.text
    assert SECRET not in repr(Settings(_env_file=None, database_url=url))
    programs = programs_of_postgresql(url, "a file")
    assert programs is not None
    assert all(SECRET not in program and "'a file'" in program for program in programs)


def test_files_are_taken_as_files() -> None:
    for url, file in (
        ("bot.db", "bot.db"),
        ("/var/lib/bot.db", "/var/lib/bot.db"),
        (r"C:\bots\bot.db", r"C:\bots\bot.db"),
        ("sqlite:////var/lib/bot.db", "/var/lib/bot.db"),
    ):
        assert address_of(url).database == file
    assert address_shown(address_of("postgresql://bot:x@db:5433/name")) == "db:5433/name"
