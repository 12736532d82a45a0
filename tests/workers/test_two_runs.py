"""Two runs of one study, as by two people: one finishes it, nothing is tested twice."""

import json
import os
import re
import signal
import time
from pathlib import Path

import optuna
import pytest
from short_study import Start, Write, slow, trials_of, wait_for

from hpo.database.opening import open_storage
from hpo.finish.finisher import FINISHER
from hpo.runtime.process_identity import shown
from hpo.storage.asked_budgets import ASKED
from hpo.storage.stored_results import RESULTS
from hpo.storage.studies import Stores, open_study, stored_study
from hpo.study.file import load_study
from hpo.trials.budget import counts
from model.network.weights import load_network

RETRAINED = re.compile(r"^retraining \d/\d: .*seed", re.MULTILINE)
"""The beginning of what is said of a retraining, again each half minute."""
FILES = ["best.safetensors", "best.toml", "rejection.json", "results.json", "trials.csv"]


def study_in(storage: str) -> optuna.Study:
    return stored_study("short", open_storage(storage, create=False))[0]


def kept(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir() if path.suffix)


def test_one_of_them_finishes_and_both_have_its_results(
    storage: str, write_study: Write, start: Start
) -> None:
    study = slow(write_study(trials=4))
    runs = [start("run", study, "--storage", storage, "--output", out) for out in ("one", "two")]
    said = []
    for process in runs:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert "Winner of the retrained" in out
        said.append(err)
    assert sorted(len(set(RETRAINED.findall(err))) for err in said) == [0, 1]
    assert sum("this process waits for the results" in err for err in said) == 1
    assert kept("one")[:5] == kept("two")[:5] == FILES
    for name in FILES:
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()
    assert counts(trials_of(storage)).done == 4
    assert not list(Path().glob("*/unfinished-*"))

    told = start("status", "short", "--storage", storage, "--output", "elsewhere")
    out, _ = told.communicate(timeout=60)
    assert ": finished" in out
    assert "Winner of the retrained: trial" in out
    assert "its configuration is" not in out

    later = start("run", study, "--storage", storage, "--output", "three")
    _, err = later.communicate(timeout=60)
    assert (later.returncode, err) == (0, "")
    assert Path("three/results.json").read_bytes() == Path("one/results.json").read_bytes()


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
def test_one_takes_over_from_a_finisher_that_is_killed(
    storage: str, write_study: Write, start: Start
) -> None:
    study = slow(write_study(trials=4))
    words = ("run", study, "--storage", storage, "--output")
    runs = [start(*words, out) for out in ("one", "two")]
    # Each is in a folder of its own: the second one trains anew.
    wait_for(lambda: any(Path().glob("*/unfinished-short/retrained-*/*.checkpoint.*")))
    (folder,) = {path.parts[0] for path in Path().glob("*/unfinished-short/retrained-*")}
    killed = runs[folder == "two"]
    claim = study_in(storage).user_attrs[FINISHER]
    assert shown(claim["process"]).endswith(f":{killed.pid}")
    os.killpg(killed.pid, signal.SIGKILL)
    other = runs[folder == "one"]
    _, err = other.communicate(timeout=120)
    assert other.returncode == 0, err
    assert len(set(RETRAINED.findall(err))) == 1
    again = start(*words, folder)
    _, err = again.communicate(timeout=60)
    assert again.returncode == 0, err
    assert not RETRAINED.search(err)
    one, two = (json.loads(Path(out, "results.json").read_text()) for out in ("one", "two"))
    assert one == two == study_in(storage).user_attrs[RESULTS]["results"]
    assert not list(Path().glob("*/unfinished-*"))


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_the_larger_budget_counts_for_both_in_one_folder(
    storage: str, write_study: Write, start: Start
) -> None:
    study = write_study(trials=4, steps=10)
    words = ("run", study, "--storage", storage, "--artifacts", "shared", "--trials")
    small = start(*words, 4)
    wait_for(lambda: bool(trials_of(storage)))
    large = start(*words, 9)
    for process in (small, large):
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    found = counts(trials_of(storage))
    assert (found.done, found.failed, found.running) == (9, 0, 0)
    results = json.loads(Path("runs/short/results.json").read_text())
    assert results["budget"]["trials"] == 9
    assert not list(Path("runs/short").glob("unfinished-*"))
    # Both have ended: what they asked for counts no more, but the study is finished.
    assert set(study_in(storage).user_attrs[ASKED].values()) == {4, 9}
    _, err = (process := start(*words, 4)).communicate(timeout=60)
    said = "short: is finished, and so without effect: trials 4\n"
    assert (process.returncode, err) == (0, said)


def test_a_budget_raised_while_the_finalists_are_retrained_is_searched_before_the_test(
    postgres: str, write_study: Write, start: Start
) -> None:
    study = slow(write_study(trials=3))
    words = ("run", study, "--storage", postgres, "--output")
    small = start(*words, "one")
    wait_for(lambda: any(Path("one").glob("unfinished-short/retrained-*/*.checkpoint.*")))
    os.killpg(small.pid, signal.SIGSTOP)  # until the other has begun
    large = start(*words, "two", "--trials", 6)
    wait_for(lambda: len(study_in(postgres).user_attrs[ASKED]) == 2)
    os.killpg(small.pid, signal.SIGCONT)
    for process in (small, large):
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    assert counts(trials_of(postgres)).done == 6
    one, two = (json.loads(Path(out, "results.json").read_text()) for out in ("one", "two"))
    assert one == two
    assert one["budget"]["trials"] == 6
    assert (
        load_network(Path("two/best.safetensors"))[1]
        == load_network(Path("one/best.safetensors"))[1]
    )


def test_the_one_who_ends_first_leaves_the_others_folder(
    postgres: str, write_study: Write, start: Start
) -> None:
    """Of two in one folder, one is stopped while it waits: it must find its things again."""
    study = slow(write_study(trials=3))
    words = ("run", study, "--storage", postgres)
    runs = [start(*words), start(*words)]
    wait_for(lambda: any(Path().glob("runs/short/unfinished-short/retrained-*/*.checkpoint.*")))
    holder = shown(study_in(postgres).user_attrs[FINISHER]["process"])
    waits = next(process for process in runs if not holder.endswith(f":{process.pid}"))
    (finishes,) = [process for process in runs if process is not waits]
    os.killpg(finishes.pid, signal.SIGSTOP)  # until the other has begun
    wait_for(lambda: len(study_in(postgres).user_attrs[ASKED]) == 2)
    os.killpg(waits.pid, signal.SIGSTOP)
    os.killpg(finishes.pid, signal.SIGCONT)
    _, err = finishes.communicate(timeout=120)
    assert finishes.returncode == 0, err
    folder = Path("runs/short/unfinished-short")
    assert folder.is_dir()
    os.killpg(waits.pid, signal.SIGCONT)
    time.sleep(0.1)
    _, err = waits.communicate(timeout=60)
    assert waits.returncode == 0, err
    assert not folder.exists()


def test_after_an_interrupt_a_smaller_budget_counts(
    postgres: str, write_study: Write, start: Start
) -> None:
    words = ("run", write_study(trials=1000), "--storage", postgres)  # not over by itself
    process = start(*words)
    wait_for(lambda: counts(trials_of(postgres)).done > 1)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert study_in(postgres).user_attrs[ASKED] == {}  # which other machines see, too
    done = counts(trials_of(postgres)).done
    process = start(*words, "--trials", done)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert counts(trials_of(postgres)).done == done < 1000


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
@pytest.mark.parametrize("there", [True, False])
def test_a_later_run_keeps_the_store_that_an_earlier_one_named_where_that_is_there(
    there: bool, storage: str, write_study: Write, start: Start, tmp_path: Path
) -> None:
    file, shared = write_study(trials=1), tmp_path / "shared"
    study = open_study(load_study(str(file)), open_storage(storage, create=True))
    Stores(str(shared), str(shared)).save(study)
    if there:
        shared.mkdir()
    process = start("run", file, "--storage", storage, "--output", "two")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    own = Stores(f"{tmp_path}/two/unfinished-short/checkpoints", f"{tmp_path}/two/artifacts")
    assert Stores.of(study) == (Stores(str(shared), str(shared)) if there else own)
    # As all that others are to have: the winner's weights.
    assert len(list(shared.glob("*-best-*.safetensors"))) == there
