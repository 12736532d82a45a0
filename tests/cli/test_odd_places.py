"""Users without a home or a name, long names, pipes, links that lead nowhere, other encodings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from optuna.distributions import FloatDistribution
from PIL import Image, ImageDraw
from typer.testing import CliRunner

from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study
from hpo.storage.workspace import default_url
from run_study import app

PROJECT = Path(__file__).parents[2]
PROGRAM = [sys.executable, str(PROJECT / "run_study.py")]
NOBODY = ["unshare", "--user", "--map-user=54321", "--map-group=54321"]
HOMELESS = [*NOBODY, "env", "-u", "HOME", "-u", "XDG_CACHE_HOME"]
NO_RIGHTS = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]
"""What root needs, so that it may do what the modes of files say and no more."""
needs_users = pytest.mark.skipif(
    sys.platform != "linux"
    or subprocess.run([*NOBODY, "true"], capture_output=True, check=False).returncode != 0,
    reason="user namespaces cannot be made here",
)
WriteStudy = Callable[..., str]
Refused = Callable[..., str]


def done(*words: str, before: tuple[str, ...] = (), **environment: str) -> tuple[str, str]:
    """What a process that must succeed prints, on stdout and on stderr."""
    process = subprocess.run(
        [*before, *PROGRAM, *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert "Traceback" not in process.stderr
    return process.stdout, process.stderr


@pytest.mark.parametrize("command", ["run", "retrain"])
def test_a_folder_of_pictures_whose_path_is_not_utf_8_is_refused_before_training(
    command: str, write_study: WriteStudy, glyphs_config: str, refused: Refused
) -> None:
    write_study()
    Path("c.toml").write_text(glyphs_config)
    given = ("run", "tiny.toml") if command == "run" else ("retrain", "c.toml", "--output", "out")
    line = refused(*given, "--dataset", os.fsdecode(b"folder:own\xff"))
    reason = "should name a folder whose path is UTF-8, not 'folder:own\\udcff'"
    assert line == f"error: --dataset: {reason}"


def test_a_window_system_that_matplotlib_does_not_know_is_not_asked_for(
    tmp_path: Path,
) -> None:
    for name in ("ring", "日"):  # letters for which matplotlib's fonts are looked through
        picture = Image.new("L", (60, 60), 255)
        ImageDraw.Draw(picture).ellipse((10, 10, 40 + len(name), 50), outline=0, width=4)
        picture.save(tmp_path / f"{name}.png")
    words = ("classify", "--support", str(tmp_path), "--query", str(tmp_path), "--output", "out")
    done(*words, MPLBACKEND="nosuch")
    assert Path("out/contact-sheet.png").exists()


@needs_users
def test_a_user_without_home_and_name_has_no_cache_and_all_else(write_study: WriteStudy) -> None:
    out, err = done("run", write_study(trials=1, epochs=1), before=tuple(HOMELESS))
    assert "Winner of the retrained" in out
    assert err.count("no home folder is known; XDG_CACHE_HOME names a folder instead") == 1
    out, _ = done("status", "tiny", "--json", before=tuple(HOMELESS))
    assert json.loads(out)["state"] == "finished"


@needs_users
def test_mnist_is_not_looked_for_without_a_home() -> None:
    script = "from data.sources.mnist import load_mnist; load_mnist(None)"
    command = [*HOMELESS, "-u", "MNIST_ROOT", sys.executable, "-c", script]
    process = subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )
    line = process.stderr.splitlines()[-1]
    assert line.startswith(
        "data.sources.mnist.MnistUnavailable: MNIST cannot be had: no home folder"
    )


@needs_users
def test_workers_of_a_nobody_with_a_long_name_of_the_folder_for_temporary_files(
    tmp_path: Path, write_study: WriteStudy
) -> None:
    longest = tmp_path / ("t" * (150 - len(str(tmp_path))))
    longest.mkdir()
    words = ("run", write_study(trials=2, epochs=1), "--workers", "2")
    done(*words, before=(*NOBODY, "env", "-u", "HOME"), TMPDIR=str(longest))
    assert not list(longest.glob("pymp-*"))


@pytest.mark.parametrize("above", [False, True], ids=["the folder", "one above it"])
def test_a_link_that_leads_nowhere_is_refused_before_any_training(
    above: bool, write_study: WriteStudy, refused: Refused
) -> None:
    study, folder = write_study(), "runs" if above else "there"
    Path(folder).symlink_to("nowhere")
    words = ["run", study] if above else ["run", study, "--output", folder]
    named = "runs/tiny" if above else "there"
    assert refused(*words) == (
        f"error: {named}: cannot be a folder, {Path.cwd() / folder} is a link to nowhere, which is"
        " not there"
    )
    Path(folder).unlink()
    Path("kept").symlink_to("nowhere")
    assert "a link to nowhere, which is not there" in refused("run", study, "--artifacts", "kept")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1251"])
def test_stdout_in_any_encoding_has_the_summary_and_whole_files(
    encoding: str, write_study: WriteStudy
) -> None:
    study = Path(write_study(trials=1, epochs=1))
    study.write_text(f'description = "prüfung → Ω"\n{study.read_text()}')
    result = CliRunner(charset=encoding).invoke(app, ["run", str(study)])
    assert result.exit_code == 0, result.exception
    shown = result.stdout_bytes.decode(encoding)
    assert "Winner of the retrained" in shown
    storage = open_storage(default_url(Path("runs/tiny")), create=False)
    space = {"größe": FloatDistribution(0, 2)}  # in the table, as another program names it
    foreign = optuna.create_trial(value=0.5, params={"größe": 1.0}, distributions=space)
    stored_study("tiny", storage)[0].add_trial(foreign)
    for words in (["status", "tiny"], ["test", "runs/tiny"], ["export", "tiny", "--format=json"]):
        result = CliRunner(charset=encoding).invoke(app, words)
        assert result.exit_code == 0, result.exception
    for form in ("toml", "json", "yaml", "csv"):
        written = CliRunner(charset=encoding).invoke(app, ["export", "tiny", "--format", form])
        done_to_file = CliRunner().invoke(app, ["export", "tiny", "--format", form, "--output=f"])
        assert (written.exit_code, done_to_file.exit_code) == (0, 0)
        assert written.stdout_bytes == Path("f").read_bytes()


@pytest.mark.parametrize("form", ["toml", "json"])
def test_a_configuration_may_come_through_a_pipe(form: str, glyphs_config: str) -> None:
    Path("net.toml").write_text(glyphs_config)
    words = ["retrain", "net.toml", "--output", "first", "--dataset", "glyphs"]
    assert CliRunner().invoke(app, words).exit_code == 0
    content = Path("first/best.toml").read_bytes()
    if form == "json":
        import tomllib

        content = json.dumps(tomllib.loads(content.decode())).encode()
    reader, writer = os.pipe()
    os.write(writer, content)
    os.close(writer)
    result = CliRunner().invoke(app, ["retrain", f"/dev/fd/{reader}", "--output", "second"])
    os.close(reader)
    assert result.exit_code == 0, result.output
    assert Path("second/best.toml").read_bytes() == Path("first/best.toml").read_bytes()


def test_a_study_may_come_through_a_pipe(write_study: WriteStudy) -> None:
    content = Path(write_study(trials=1, epochs=1)).read_bytes()
    os.mkfifo("studies")
    feeder = subprocess.Popen(["sh", "-c", "cat > studies"], stdin=subprocess.PIPE)
    assert feeder.stdin is not None
    feeder.stdin.write(content)
    feeder.stdin.close()
    result = CliRunner().invoke(app, ["run", "./studies"])
    assert feeder.wait(60) == 0
    assert result.exit_code == 0, result.output
    assert Path("runs/tiny/results.json").exists()


@pytest.mark.parametrize("by", ["option", "variable"])
def test_a_tilde_is_the_users_home(
    by: str, write_study: WriteStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    url = "sqlite:///~/deep/study.db"
    (home / "deep").mkdir()
    words = ["run", write_study(trials=1, epochs=1), "--output=~/out", "--artifacts=~/store"]
    if by == "option":
        words += ["--storage", url]
    else:
        monkeypatch.setenv("HPO_STORAGE", url)
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert (home / "deep/study.db").is_file()
    assert (home / "out/results.json").is_file()
    assert (home / "store").is_dir()
    assert not list(Path().glob("~*"))


@pytest.mark.parametrize(
    "option", ["--storage=sqlite:///~nobody-of-that-name/s.db", "--output=~nobody-of-that-name/o"]
)
def test_a_home_that_is_not_known_is_refused(
    option: str, write_study: WriteStudy, refused: Refused
) -> None:
    error = refused("run", write_study(), option)
    name = option.partition("=")[0]
    assert error.startswith(f"error: {name}: no home folder is known, which ~nobody-of-that-name")


def test_a_study_that_may_only_be_read_is_looked_at_and_taken_out(write_study: WriteStudy) -> None:
    done("run", write_study(trials=1, epochs=1))
    folder = Path("runs/tiny")
    for path in (*folder.glob("study.db*"), folder):
        path.chmod(0o555)
    reader = (*NO_RIGHTS, "env", "HOME=/nowhere") if os.geteuid() == 0 else ()
    try:
        out, _ = done("status", "tiny", before=reader)
        assert "Study tiny on glyphs: finished" in out
        out, _ = done("export", "tiny", before=reader)
        assert "[network]" in out
        out, _ = done("run", "tiny.toml", before=reader)
        assert "Winner of the retrained" in out
    finally:
        folder.chmod(0o755)


def test_a_data_root_in_a_home_that_is_not_known_is_refused(
    write_study: WriteStudy, refused: Refused
) -> None:
    error = refused("run", write_study(), "--data-root", "~nobody-of-that-name/data")
    stands_for = "no home folder is known, which ~nobody-of-that-name stands for"
    assert error == f"error: --data-root: {stands_for}"
