"""Connections of worker processes to a database: few enough, and waited for."""

import time

from short_study import Start, Write, trials_of, wait_for
from sqlalchemy import create_engine, make_url, text

from hpo.trials.budget import counts

CONNECTIONS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)
"""Those of others to the database."""


def test_workers_for_whom_there_is_no_connection_wait_and_end_nobody(
    postgres: str, write_study: Write, start: Start
) -> None:
    url = make_url(postgres)
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP ROLE IF EXISTS few"))
        connection.execute(text("CREATE ROLE few LOGIN CONNECTION LIMIT 2"))
        connection.execute(text(f'ALTER DATABASE "{url.database}" OWNER TO few'))
    few = url.set(username="few").render_as_string(hide_password=False)
    process = start("run", write_study(trials=6), "--storage", few, "--workers", 4)
    _, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    assert " ended: " not in err
    found = counts(trials_of(postgres))
    assert (found.done, found.failed, found.running) == (6, 0, 0)
    with admin.connect() as connection:
        connection.execute(text("REASSIGN OWNED BY few TO postgres"))
        connection.execute(text(f'ALTER DATABASE "{url.database}" OWNER TO postgres'))
        connection.execute(text("DROP ROLE few"))
    admin.dispose()


def test_each_worker_has_a_connection_and_the_process_that_watches_them_has_none(
    postgres: str, write_study: Write, start: Start
) -> None:
    start("run", write_study(trials=60, steps=60), "--storage", postgres, "--workers", 2)
    observer = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with observer.connect() as connection:

        def number(query: str) -> int:
            return int(connection.execute(text(query)).scalar_one())

        def two_run() -> bool:
            there = number("SELECT count(*) FROM pg_tables WHERE tablename = 'trials'")
            return bool(there) and number("SELECT count(*) FROM trials WHERE state = 'RUNNING'") > 1

        wait_for(two_run)
        wait_for(lambda: number(CONNECTIONS) == 2)  # one that is closed is there for a moment more
        for _ in range(10):
            time.sleep(0.1)
            assert number(CONNECTIONS) == 2
    observer.dispose()
