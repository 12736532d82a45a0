"""Replayed searches that end when little more is expected of them."""

import json
from pathlib import Path

import pytest
from recording import packed

from benchmarks.replay.__main__ import main
from benchmarks.replay.early_stop import RULES, _search, _told
from benchmarks.replay.simulator import Outcome
from hpo.study.definition import StopConfig


def test_a_search_ends_by_its_rule_and_is_the_same_until_then(tmp_path: Path) -> None:
    curves = packed(tmp_path)
    whole = _search(curves, "trees", "random/none", 2, 40, (None, 0))
    ended = _search(curves, "trees", "random/none", 2, 40, (StopConfig(gain=0.99, trials=5), 0))
    never = _search(curves, "trees", "random/none", 2, 40, (StopConfig(gain=1e-9, trials=5), 0))
    assert (whole.trials, ended.trials) == (40, 11)  # one more was running
    assert whole.found[: len(ended.found)] == ended.found
    assert ended.wall < never.wall <= whole.wall


def test_what_is_saved_and_lost() -> None:
    found = [(1.0, 0.5), (5.0, 0.6), (9.0, 0.9)]
    whole = [Outcome(found=found, done=[2, 10, 18], wall=10.0, trials=20)] * 2
    ended = [Outcome(found=found[:1], done=[2], wall=4.0, trials=8), whole[0]]
    told = _told(4, ended, whole)
    assert told["time_saved"]["mean"] == pytest.approx(0.3)
    assert told["points_lost"]["mean"] == pytest.approx(20)
    assert told["points_that_the_next_trials_gained"]["mean"] == pytest.approx(5)
    assert (told["trials_done"], told["searches_that_ended_early"]) == (14, 1)


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["early", str(packed(tmp_path)), str(tmp_path / "out"), "--repetitions", "2"]
    monkeypatch.setattr("sys.argv", ["replay", *words, "--trials", "30"])
    main()
    document = json.loads((tmp_path / "out.json").read_text())
    assert len(document["rules"]) == len(RULES) == len(capsys.readouterr().out.splitlines())
    assert (tmp_path / "out.png").exists()
