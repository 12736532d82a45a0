"""Storages that cannot be used: one line, without the password, and nothing is left behind."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import boto3
import pytest
from sqlalchemy import create_engine, make_url, text
from typer.testing import CliRunner

import hpo.database.engine
import hpo.database.opening
import hpo.database.retrying
from hpo.database.opening import open_storage
from hpo.storage.studies import Stores, open_study
from hpo.storage.workspace import default_url
from hpo.study.file import load_study
from run_study import app

Refused = Callable[..., str]
WriteStudy = Callable[..., str]


def test_a_file_that_is_no_database(refused: Refused, write_study: WriteStudy) -> None:
    Path("text.db").write_text("no database at all, but long enough to look like some file " * 20)
    error = refused("run", write_study(), "--storage", "sqlite:///text.db")
    assert error == "error: storage sqlite:///text.db: cannot be used: file is not a database"


def test_a_database_that_cannot_be_reached(refused: Refused, write_study: WriteStudy) -> None:
    """SQLite's driver is there, and the file can be neither found nor made."""
    Path("away.db").symlink_to("unmounted/study.db")
    reason = "cannot be used: unable to open database file"
    error = refused("run", write_study(), "--storage", "sqlite:///away.db")
    assert error == f"error: storage sqlite:///away.db: {reason}"
    assert not Path("unmounted").exists()
    if Path("/proc/self").exists():  # where nobody may make a file, not even root
        error = refused("run", "tiny.toml", "--storage", "sqlite:////proc/study.db")
        assert error == f"error: storage sqlite:////proc/study.db: {reason}"


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("cached_statements=99999999999999", "Python int too large"),
        ("timeout=1&timeout=2", "timeout: is given twice"),
    ],
)
@pytest.mark.usefixtures("begun")
def test_a_setting_after_the_path_that_cannot_be(
    setting: str, reason: str, refused: Refused
) -> None:
    url = f"sqlite:///runs/tiny/study.db?{setting}"
    line = refused("status", "tiny", "--storage", url)
    assert line.startswith(f"error: study tiny: storage {url}: {reason}")


def test_a_folder_that_cannot_be_made(refused: Refused, write_study: WriteStudy) -> None:
    Path("file").write_text("")
    assert refused("run", write_study(), "--output", "file/deep").startswith("error: file/deep: ")
    error = refused("run", "tiny.toml", "--storage", "sqlite:///file/study.db")
    assert "there is no folder file; make it" in error


@pytest.mark.parametrize("by", ["option", "variable"])
def test_no_command_makes_the_folder_of_a_storage_that_was_named(
    by: str, refused: Refused, write_study: WriteStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "sqlite:///mistyped/study.db"
    option = ["--storage", url] if by == "option" else []
    if by == "variable":
        monkeypatch.setenv("HPO_STORAGE", url)
    error = refused("run", write_study(), *option)
    assert error == (
        f"error: storage {url}: there is no folder mistyped; make it, or name a file in another"
    )
    Path("c.toml").write_text("")
    for command in (
        *(["join", "tiny"], ["status", "tiny"], ["report", "tiny"], ["dashboard", "tiny"]),
        *(["export", "tiny"], ["narrow", "tiny"], ["enqueue", "tiny", "c.toml"], ["proxy"]),
        ["compare", "tiny", "other"],
    ):
        assert f"storage {url}: no such file; " in refused(*command, *option)


def test_a_file_that_is_not_there_is_not_served(refused: Refused) -> None:
    error = refused("proxy", "--storage", "sqlite:///mistyped.db")
    assert error == "error: storage sqlite:///mistyped.db: no such file; `run` starts a study"


def test_a_storage_in_the_studys_own_folder_is_made_with_it(write_study: WriteStudy) -> None:
    file = Path("deep/er/study.db")
    words = ["run", write_study(trials=1, epochs=1), "--output", "deep/er", "--storage"]
    result = CliRunner().invoke(app, [*words, f"sqlite:///{file.absolute()}"])
    assert result.exit_code == 0, result.output
    assert file.is_file()


@pytest.mark.skipif(find_spec("pymssql") is not None, reason="pymssql is installed")
def test_a_driver_that_is_not_installed(refused: Refused, write_study: WriteStudy) -> None:
    url = "mssql+pymssql://me:secret@127.0.0.1:1/x"
    error = refused("run", write_study(), "--storage", url)
    assert error == (
        "error: storage mssql+pymssql://me:***@127.0.0.1:1/x:"
        " needs the Python package pymssql, which is not installed"
    )


@pytest.mark.parametrize(
    "missing",
    [ModuleNotFoundError("No module", name="psycopg"), ImportError("no pq wrapper available")],
)
def test_the_extra_that_postgresql_needs_is_named(
    missing: ImportError,
    refused: Refused,
    write_study: WriteStudy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def not_there(*_: object) -> None:
        raise missing

    monkeypatch.setattr("hpo.database.opening.engine_options", not_there)
    error = refused("run", write_study(), "--storage", "postgresql://me:secret@127.0.0.1:1/x")
    assert error == (
        "error: storage postgresql://me:***@127.0.0.1:1/x:"
        " needs the package psycopg: pip install '.[postgres]'"
    )


def test_what_is_no_url(refused: Refused, write_study: WriteStudy) -> None:
    error = refused("run", write_study(), "--storage", "study.db")
    example = "no database URL, such as sqlite:///runs/quick/study.db"
    assert error == f"error: storage study.db: {example}"
    error = refused("run", "tiny.toml", "--storage", "postgresql//me:secret@localhost/x")
    assert error == f"error: storage ***: {example}"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("me:se-cret@host/db", "***"),
        ("host=host user=me password=se-cret", "***"),
        ("postgresql:me:se-cret@host/db", "***"),
        ("postgresql://me:se-cret@host:port/db", "postgresql://***"),
        ("postgresql://me:se@cret@127.0.0.1:1/db", "postgresql://***"),
        ("postgresql://me:se/@cret@127.0.0.1:1/db", "postgresql://***"),
        ("postgresql://me:se/cret@127.0.0.1:1/db", "postgresql://***"),
        ("postgresql://me:se?cret@127.0.0.1:1/db", "postgresql://***"),
        ("postgresql://m/e:cret@127.0.0.1:1/db", "postgresql://***"),
        ("postgresql://127.0.0.1:1/db?password=se@cret", "postgresql://***"),
        ("mysql://me:se@cret@127.0.0.1:1/db", "mysql://***"),
        ("grpc://me:se@cret@127.0.0.1:1", "grpc://***"),
    ],
)
def test_of_a_url_that_cannot_be_understood_no_password_is_shown(
    url: str, shown: str, refused: Refused, write_study: WriteStudy
) -> None:
    for words in (("run", write_study()), ("status", "tiny")):
        error = refused(*words, "--storage", url)
        assert f"storage {shown}: no database URL, such as" in error
        assert "cret" not in error
    # Nor where it stands in another one's place.
    for words in (("status", url), ("run", write_study(), url), ("run", write_study(), "--trials")):
        error = refused(*words, url)
        assert "://" not in url or "cret" not in error


def test_an_escaped_password_is_understood_and_hidden(
    refused: Refused, write_study: WriteStudy
) -> None:
    url = "postgresql+psycopg://me:%40%2Fcret@127.0.0.1:1/db"
    error = refused("run", write_study(), "--storage", url)
    assert error.startswith("error: storage postgresql+psycopg://me:***@127.0.0.1:1/db: cannot be")
    assert "cret" not in error
    error = refused("run", write_study(), "--artifacts", "s3://me:se-cret@bucket")
    assert error.startswith("error: s3://me:***@bucket: no artifact store; ")


def test_a_bucket_that_cannot_be_used(
    refused: Refused, write_study: WriteStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nosuch")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    error = refused("run", write_study(), "--artifacts", "s3://bucket")
    wrong = "s3://bucket: cannot be used: The config profile (nosuch) could not be found"
    assert error == f"error: {wrong}"
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_CONFIG_FILE", "none")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    error = refused("run", "tiny.toml", "--artifacts", "s3://bucket")
    begin = "error: s3://bucket: cannot be used: there are no credentials; "
    assert error.startswith(begin)
    storage = open_storage(default_url(Path("runs/tiny")), create=True)
    Stores("s3://bucket", "s3://bucket").save(open_study(load_study("tiny.toml"), storage))
    storage.disconnect()
    assert refused("join", "tiny").startswith(begin)


@pytest.mark.usefixtures("begun")
@pytest.mark.parametrize("command", ["run", "join", "status", "export", "report", "dashboard"])
def test_a_database_that_someone_else_locks_for_too_long(
    command: str, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(hpo.database.engine.TIMEOUTS, "sqlite", {"timeout": 0.1})
    monkeypatch.setattr(hpo.database.retrying, "PATIENCE", 0.2)
    with closing(sqlite3.connect("runs/tiny/study.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        error = refused(command, "tiny.toml" if command == "run" else "tiny", status=1)
    assert error == (
        "failed: storage sqlite:///runs/tiny/study.db: database is locked;"
        " once it answers, the same command goes on"
    )


def test_a_database_where_nothing_may_be_made(
    refused: Refused, write_study: WriteStudy, postgres: str
) -> None:
    owner = create_engine(postgres)
    with owner.begin() as connection:
        connection.execute(text("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
        connection.execute(text("CREATE ROLE guest LOGIN"))
    owner.dispose()
    url = make_url(postgres).set(username="guest", password=None).render_as_string()
    start = time.monotonic()
    error = refused("run", write_study(), "--storage", url)
    assert time.monotonic() - start < hpo.database.opening.START_PATIENCE / 2
    assert error == f"error: storage {url}: cannot be used: permission denied for schema public"


def test_a_connection_option_that_there_is_not(
    refused: Refused, write_study: WriteStudy, postgres: str
) -> None:
    mistyped = make_url(postgres).set(password=None).update_query_dict({"optoin": "-c"})
    url = mistyped.render_as_string()
    start = time.monotonic()
    error = refused("run", write_study(), "--storage", url)
    assert time.monotonic() - start < hpo.database.opening.START_PATIENCE / 2
    assert error.startswith(f"error: storage {url}: cannot be used: invalid ")
    assert error.endswith('option "optoin"')


@pytest.mark.parametrize("host", ["a..b", 70 * "a", ".a", "\udcff"])
def test_a_host_that_can_be_no_name(host: str, refused: Refused) -> None:
    Path("there.db").touch()
    error = refused("proxy", "--storage", "sqlite:///there.db", "--host", host)
    assert error.startswith("error: --host ")


def test_a_folder_whose_name_is_not_utf_8(refused: Refused, write_study: WriteStudy) -> None:
    for words in (("run", write_study(), "--output", "caf\udce9"), ("compare", "a\udcff", "b")):
        assert refused(*words).endswith(": its name must be UTF-8, for a database lies there")
    assert not [path for path in Path().iterdir() if "caf" in path.name]
