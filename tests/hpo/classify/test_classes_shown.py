"""What `classify` prints."""

import pytest

from hpo.classify.answers import Answer, Classified
from hpo.classify.summary import print_classes


def test_no_class_is_certain_or_out_of_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    def row(file: str, a: float, same: float) -> Answer:
        both = {"a": a, "b": 1 - a}
        return Answer(file=file, chosen="a", probability=a, same=same, probabilities=both)

    rows = [row("x.png", 1 - 1e-9, 4e-4), row("y.png", 0.9994, 0.5)]
    print_classes(Classified(classes=["a", "b"], queries=rows, skipped=[]))
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["picture", "class", "%", "same,", "%", "else,", "%"] in shown
    assert ["x.png", "a", ">99.9", "<0.1", "b", "<0.1"] in shown
    assert ["y.png", "a", "99.9", "50.0", "b", "0.1"] in shown


def test_names_of_files_are_no_control_of_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    name = "[bold]x\x1b[2J"
    row = Answer(file=name, chosen=name, probability=0.9, same=0.5, probabilities={name: 0.9})
    print_classes(Classified(classes=[name], queries=[row], skipped=[]))
    assert capsys.readouterr().out.count(r"[bold]x\x1b[2J") == 2
