"""DATABASE_URL as an address. Law: nothing of it but host, port, file and name is ever shown, whatever it looks like."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sqlalchemy import exc
from sqlalchemy.engine import URL, make_url

from bot.store.errors import StoreError

WHAT_TO_WRITE = "Write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."
_LIBPQ = re.compile(r"(?:^|[\s'\"])(?:host|hostaddr|user|password|dbname|port|service)\s*=", re.I)
_ESCAPE = "In a user name or password write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25."


def address_of(url: str) -> URL:
    """The address, of SQLite or of PostgreSQL through psycopg. Raises StoreError, which says what to write and
    quotes nothing of it."""
    url = url.strip()
    if "://" not in url:
        if _LIBPQ.search(url):
            raise StoreError(f"DATABASE_URL is a list of libpq's settings. {WHAT_TO_WRITE}")
        if "@" in url or re.match(r"[A-Za-z][\w+]+:", url):  # one letter is a drive of Windows
            raise StoreError(f"DATABASE_URL is no URL and no file name. {WHAT_TO_WRITE}")
        url = f"sqlite:///{url}"
    scheme = url.partition("://")[0].partition("+")[0].lower()
    if scheme not in ("sqlite", "postgresql", "postgres"):
        known = f"begins with {scheme}://, which" if scheme in _KNOWN else "begins with a scheme that"
        raise StoreError(f"DATABASE_URL {known} is not supported. {WHAT_TO_WRITE}")
    if scheme != "sqlite" and url.partition("?")[0].count("@") > 1:
        raise StoreError(f"DATABASE_URL has more than one @. {_ESCAPE}")
    try:
        address = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise StoreError(f"DATABASE_URL is no URL. {WHAT_TO_WRITE} {_ESCAPE}") from None
    if scheme == "sqlite":
        if address.host or address.username or address.password:
            raise StoreError(
                "DATABASE_URL names a host, which a SQLite file has not. Write sqlite:///FILE with three slashes."
            )
        file = None if address.database is None else os.path.expanduser(address.database)
        return address.set(drivername="sqlite", database=file)
    if address.host is not None and re.search(r"[@#?/\s]", address.host):
        raise StoreError(f"DATABASE_URL names no host that can be. {_ESCAPE}")
    return address.set(drivername="postgresql+psycopg")


_KNOWN = {
    "mysql",
    "mariadb",
    "oracle",
    "mssql",
    "sqlserver",
    "mongodb",
    "redis",
    "http",
    "https",
    "file",
    "jdbc",
    "cockroachdb",
}


def address_shown(address: URL) -> str:
    """The address in messages: host, port and name."""
    query = address.query.get("host")
    host = address.host or (query if isinstance(query, str) else "")
    port = f":{address.port}" if address.port else ""
    return f"{host}{port}/{address.database or ''}"


def sqlite_file(address: URL) -> Path | None:
    """The file of a SQLite database; None for one in memory or of PostgreSQL."""
    here = address.get_backend_name() == "sqlite" and address.database and address.database != ":memory:"
    return Path(str(address.database)) if here else None
