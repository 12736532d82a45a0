"""The configurations that studies found, and what their networks still get wrong."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.published.markdown import Link, Row, Table, change, percent
from benchmarks.published.results import Document, Results
from model.evaluation.standard_error import mean_and_error

STUDIES = ("quick", "compact", "deep")
PARTS = ("validation", "test")
NEWER = "confusions/shipped.json"
"""What the network that comes with the project takes for what."""
DISTURBANCES = {
    "clean": "prepared, and nothing more",
    "grey_background": "on grey, unevenly lit, noisy paper",
    "small_jpeg": "as a JPEG file of 300x200 pixels",
    "thick_pen": "drawn with a pen twice as thick",
    "everything": "all of it at once",
    "shadow_edge": "the edge of a hard shadow across them",
    "dark_desk": "on a sheet on a dark desk",
    "grained_desk": "on a sheet on a wooden desk",
    "dark_strip": "a dark strip at an edge",
    "margin_line": "a line along the margin",
    "thumb": "a thumb at an edge",
    "finger": "a finger that points at them",
    "boxed": "in a box",
    "red_on_green": "red on green of the same brightness",
    "light_table": "on a sheet on a light wooden table, from a slant",
    "ruler": "a ruler at an edge",
    "pen": "the pen beside them",
    "punched": "punched holes along a margin",
    "lined": "on lined paper with a red margin line",
    "squared": "on squared paper",
    "whiteboard": "on a whiteboard that mirrors a lamp",
    "blackboard": "chalk on a blackboard",
    "crumpled": "on crumpled paper",
    "folded": "on paper that was folded in four",
    "table_cloth": "on a sheet on a cloth with checks",
    "torn_out": "on a page torn out of a spiral notebook",
    "sticky_note": "on a yellow note on white paper",
    "shining_through": "on paper through which its other side shines",
    "turned_twice": "taken crooked, straightened by hand, turned by EXIF",
    "vignetting": "the picture dark towards its corners",
    "flash": "lit by a flash in part",
    "hard_jpeg": "as a small JPEG of quality 20",
    "off_a_screen": "photographed off a screen",
    "window": "as a screenshot of a drawing program",
    "cut_off": "a part of them beyond the picture's edge",
    "dated": "the date in a corner of the picture",
    "page_of": "two to six on a page",
}


def winners(results: Results) -> Table:
    """The winners' settings, side by side."""
    columns = [
        _settings(results.document(f"{study}.json")["winner"]["config"]) for study in STUDIES
    ]
    headings = [Link(f"`{study}`", f"{study}-best.toml") for study in STUDIES]
    rows: list[Row] = [(name, *(column[name] for column in columns)) for name in columns[0]]
    return Table(("setting", *headings), rows)


def weakest_alphabets(results: Results) -> Table:
    """The two test alphabets that each study's saved network knows least."""
    rows: list[Row] = []
    for study in STUDIES:
        file = f"{study}.json"
        alphabets = results.document(file)["test"]["per_alphabet"]
        weakest = sorted(alphabets, key=alphabets.__getitem__)[:2]
        cells = [f"{_alphabet(name)} {percent(alphabets[name])}" for name in weakest]
        rows.append((Link(f"`{study}`", file), *cells))
    return Table(("the saved network of", "weakest", "second weakest"), rows)


def confusions(results: Results) -> Table:
    """How much of the weakest alphabets' errors a few pairs of characters make up."""
    file = "confusions/compact.json"
    document = results.document(file)
    rows: list[Row] = [
        (
            Link(_alphabet(alphabet["alphabet"]), file),
            part,
            percent(alphabet["accuracy"]),
            f"{100 * alphabet['share_of_errors']:.0f}",
            str(len(alphabet["confused"])),
        )
        for part in PARTS
        for alphabet in document[part]["weakest"]
    ]
    columns = ("alphabet", "part", "accuracy", "of its errors", "are between pairs")
    return Table(columns, rows)


def before_and_after(results: Results) -> Table:
    """The alphabets that are known least: by an older network, and by the one that is shipped."""
    older, newer = (results.document(f"confusions/{name}.json") for name in ("compact", "shipped"))
    rows: list[Row] = []
    differences = []
    for part in PARTS:
        before, after = older[part]["per_alphabet"], newer[part]["per_alphabet"]
        weakest = [told["alphabet"] for of in (newer, older) for told in of[part]["weakest"]]
        for name in dict.fromkeys(weakest):
            gained = f"{100 * (after[name] - before[name]):+.1f}"
            cells = (percent(before[name]), percent(after[name]), gained)
            rows.append((Link(_alphabet(name), NEWER), part, *cells))
        of_part = [after[name] - before[name] for name in before]
        differences += of_part
        rows.append(_of_all(part, older[part], newer[part], of_part))
    both = f"all {len(differences)}"
    rows.append((Link(both, NEWER), "", "", "", change(*mean_and_error(differences))))
    columns = ("alphabet", "part", "`compact`'s network", "the network that comes with the project")
    return Table((*columns, "difference"), rows)


def _of_all(part: str, older: Document, newer: Document, differences: Sequence[float]) -> Row:
    """A part's mean before and after, and the mean difference over its alphabets."""
    before, after = (percent(of["accuracy"], of["standard_error"]) for of in (older, newer))
    difference = change(*mean_and_error(differences))
    return (Link(f"all {len(differences)}", NEWER), part, before, after, difference)


def disturbed(results: Results) -> Table:
    """What becomes of queries that are photographed, compressed or drawn otherwise."""
    lines = results.lines("benchmarks.jsonl", "classify", "disturbance", "disturbed")
    found = {line["disturbance"]: line for line in lines if line["disturbed"] == "query"}
    rows: list[Row] = [
        (Link("as they are", "benchmarks.jsonl"), percent(lines[0]["clean_accuracy"]), "", "", "")
    ]
    for disturbance, what in DISTURBANCES.items():
        line = found[disturbance]
        shares = ("right", "refused", "silently_wrong")
        cells = [percent(line[share]) for share in shares]
        nearest = percent(line["accuracy"], line["standard_error"])
        rows.append((Link(what, "benchmarks.jsonl"), nearest, *cells))
    return Table(("queries", "nearest", "said rightly", "refused", "said wrongly"), rows)


def _settings(config: Document) -> dict[str, str]:
    network, train = config["network"], config["train"]
    convolutions, layers = network["convolutions"], train["layers"]
    batch, distortion = train["batch"], train["distortion"]
    return {
        "loss": f"`{train['loss']}`",
        "its temperature": _digits(train["temperature"]),
        "schedule": f"`{train['schedule']}`",
        "filters": _listed([layer["filters"] for layer in convolutions]),
        "kernel widths": _listed([layer["kernel"] for layer in convolutions]),
        "units of the embedding": str(network["units"]),
        "batch normalisation": _switch(network["batch_norm"]),
        "drawings centred": _switch(network["centred"]),
        "brought to one size (0 not at all, 1 wholly)": _digits(network["resized"]),
        "sizes looked at": str(network.get("copies", 1)),
        "learning rate": _digits(train["learning_rate"]),
        "times, in each layer": _listed([layer["learning_rate"] for layer in layers]),
        "momentum of each layer": _listed([layer["momentum"] for layer in layers]),
        "L2 weight of each layer": ", ".join(f"{layer['l2']:.0e}" for layer in layers),
        "alphabets a batch": str(batch["alphabets"]),
        "characters a batch": str(batch["characters"]),
        "drawers of each": str(batch["drawers"]),
        "batches turned and mirrored": _switch(batch["symmetries"]),
        "affine distortion (1 as the paper's)": _digits(distortion["affine"]),
        "elastic distortion (part of the width)": f"{distortion['elastic']:.3f}",
        "stroke distortion (pixels)": _digits(distortion.get("stroke", 0.0)),
    }


def _digits(value: float) -> str:
    return f"{value:.2f}"


def _listed(values: Sequence[float]) -> str:
    return ", ".join(str(value) if isinstance(value, int) else _digits(value) for value in values)


def _switch(on: bool) -> str:
    return "yes" if on else "no"


def _alphabet(name: str) -> str:
    return name.replace("Ge_ez", "Ge'ez").replace("_", " ")
