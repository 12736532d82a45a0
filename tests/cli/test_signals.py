"""A study that is interrupted, as by Ctrl-C, and started again."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study
from hpo.storage.workspace import default_url
from hpo.trials.budget import counts

Start = Callable[..., "subprocess.Popen[str]"]
WriteStudy = Callable[..., str]


def test_interrupted_by_signals_it_goes_on_to_exactly_the_budget(
    start: Start, write_study: WriteStudy
) -> None:
    study = write_study(trials=2, epochs=4, steps=150)
    output = Path("runs/tiny")

    def interrupted(by: signal.Signals, when: str) -> str:
        process = start("run", study)
        deadline = time.monotonic() + 120
        while not any(output.glob(when)):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(by)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        assert out == ""
        return err.splitlines()[-1]

    message = "interrupted: the same command goes on where it stopped"
    assert interrupted(signal.SIGTERM, "unfinished-tiny/checkpoints/*-0-*") == message
    tiny, _ = stored_study("tiny", open_storage(default_url(output), create=False))
    assert (counts(tiny.trials).waiting, len(tiny.trials)) == (1, 1)
    assert list((output / "unfinished-tiny/checkpoints").glob("*-0-*"))

    assert interrupted(signal.SIGINT, "unfinished-tiny/retrained-*/*.safetensors") == message
    assert (counts(tiny.trials).complete, len(tiny.trials)) == (2, 2)
    assert [len(trial.intermediate_values) for trial in tiny.trials] == [4, 4]
    assert not (output / "results.json").exists()

    process = start("run", study)
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert "\nTrials: 2 complete, 0 pruned, 0 failed, 0 infeasible\n" in out
    assert (output / "results.json").exists()
    assert not (output / "unfinished-tiny").exists()
