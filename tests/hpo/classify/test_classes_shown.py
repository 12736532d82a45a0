"""What `classify` prints."""

from typing import Any

import pytest

from hpo.classify.answers import Answer, Classified
from hpo.classify.summary import print_classes


def answer(file: str, chosen: str, **other: Any) -> Answer:  # noqa: ANN401
    return Answer(**{"file": file, "chosen": chosen, "nearest": chosen, "known": 0.9} | other)


def classified(rows: list[Answer]) -> Classified:
    return Classified(classes=["a", "b"], shots={}, least=0.5, queries=rows, skipped=[])


def test_no_class_is_certain_or_out_of_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    def row(file: str, a: float, same: float) -> Answer:
        both = {"a": a, "b": 1 - a}
        return answer(file, "a", probability=a, same=same, probabilities=both)

    rows = [row("x.png", 1 - 1e-9, 4e-4), row("y.png", 0.9994, 0.5)]
    print_classes(classified(rows))
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["picture", "class", "%", "same,", "%", "else,", "%"] in shown
    assert ["x.png", "a", ">99.9", "<0.1", "b", "<0.1"] in shown
    assert ["y.png", "a", "99.9", "50.0", "b", "0.1"] in shown


def test_names_of_files_are_no_control_of_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    name = "[bold]x\x1b[2J"
    row = answer(name, name, probability=0.9, same=0.5, probabilities={name: 0.9})
    print_classes(classified([row]))
    assert capsys.readouterr().out.count(r"[bold]x\x1b[2J") == 2


def test_unknown_names_the_nearest_and_gives_no_chance(capsys: pytest.CaptureFixture[str]) -> None:
    both = {"a": 0.9, "b": 0.1}
    one = answer("x.png", "unknown", nearest="a", probability=0.9, same=0.01, probabilities=both)
    two = one.model_copy(update={"drawing": 2, "drawings": 2, "notes": ["a box is left out"]})
    print_classes(classified([one, two]))
    printed = capsys.readouterr()
    shown = [line.split() for line in printed.out.splitlines()]
    assert ["x.png", "unknown", "1.0", "a", "90.0"] in shown
    assert ["x.png", "(2)", "unknown", "1.0", "a", "90.0"] in shown
    assert printed.err == "x.png (2): a box is left out\n"
