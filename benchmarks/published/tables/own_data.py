"""What was found on folders of pictures, and how often `classify` says unknown."""

from __future__ import annotations

from benchmarks.published.markdown import Link, Row, Table, percent
from benchmarks.published.results import Document, Results
from hpo.runtime.wording import duration
from model.evaluation.standard_error import mean_and_error

FOLDERS = "own-folders"
SCRIPTS = f"{FOLDERS}/scripts.json"
NETWORKS = ("the network that comes with the project", "a network of `quick`")
"""Whose rejection was measured, in the order of the command's folders."""
COMES_WITH = "../trained/results.json"
"""Its figures, as the files below studies/results see them."""


def own_folders(results: Results) -> Table:
    """Folders of pictures, studied or only tested on."""
    kanji, jpeg = f"{FOLDERS}/kanjivg.json", f"{FOLDERS}/omniglot-jpeg.json"
    shipped = f"{FOLDERS}/kanjivg-shipped.json"
    study = results.document(kanji)
    test, way = study["test"], str(study["way"])
    searched = duration(results.origin(kanji).seconds or 0)
    # The network that comes with the project, on the study's test alphabets alone.
    of_test = [results.document(shipped)["per_alphabet"][name] for name in test["per_alphabet"]]
    own = results.document(COMES_WITH)["test"]["one_shot"]
    rows: list[Row] = [
        (
            Link("KanjiVG, `run quick`", kanji),
            way,
            percent(test["one_shot_accuracy"], test["standard_error"]),
            _every_pair(test),
            searched,
        ),
        (
            Link("the same test alphabets, nothing trained", shipped),
            way,
            "",
            percent(*mean_and_error(of_test)),
            "",
        ),
        (Link("Omniglot's test alphabets as JPEGs", jpeg), *_tested(results.document(jpeg))),
        ("Omniglot's own, as a comparison", "20", "", _every_pair(own), ""),
    ]
    return Table(("pictures", "way", "fixed runs", "every pair of pictures", "time"), rows)


def unseen_scripts(results: Results) -> Table:
    """Scripts that Omniglot has not, drawn by simulated hands, those known least first."""
    document = results.document(SCRIPTS)
    scripts = document["per_alphabet"]
    rows: list[Row] = [
        (Link(name.replace("_", " "), SCRIPTS), percent(scripts[name]))
        for name in sorted(scripts, key=scripts.__getitem__)
    ]
    mean = percent(document["accuracy"], document["standard_error"])
    rows.append((Link(f"all {len(scripts)}", SCRIPTS), mean))
    return Table(("script", f"{document['way']}-way, every pair of simulated hands"), rows)


def rejection(results: Results) -> Table:
    """How several known pictures of a class are pooled, and how often unknown is right."""
    file = "benchmarks.jsonl"
    lines = results.lines(file, "rejection", "network", "pooling", "shots")
    rows: list[Row] = [
        (
            Link(NETWORKS[line["network"]], file),
            str(line["shots"]),
            "" if line["shots"] == 1 else line["pooling"],
            *(
                percent(line[share])
                for share in (
                    "accuracy",
                    "false_refusal",
                    "false_acceptance",
                    "silently_wrong",
                )
            ),
        )
        for line in lines
        if line["shots"] > 1 or line["pooling"] == "mean of scores"
    ]
    columns = ("network", "known pictures of a class", "pooled by", "nearest is right")
    return Table(
        (*columns, "of these refused", "of no class, accepted", "said wrongly"),
        rows,
    )


def _tested(document: Document) -> tuple[str, str, str, str]:
    accuracy = percent(document["accuracy"], document["standard_error"])
    return str(document["way"]), "", accuracy, ""


def _every_pair(test: Document) -> str:
    return percent(test["every_drawer_pair_accuracy"], test["every_drawer_pair_standard_error"])
