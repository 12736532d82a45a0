"""Speed, as ratios within one run, and what storage, notes and artifacts take of a trial."""

from __future__ import annotations

from benchmarks.published.headline import PROCESSORS, STEP, USUAL
from benchmarks.published.markdown import Link, Row, Table, percent
from benchmarks.published.results import Document, Results
from hpo.runtime.wording import duration

FILE = "benchmarks.jsonl"
STORAGES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
STATES = ("complete", "pruned")
WAYS = ("as OpenMP has it", "as here")
ONE, TWO = "one worker, two threads", "two workers, a thread each"
SAMPLERS = {"tpe": "TPE", "gp": "Gaussian process", "additive": "`additive`"}


def speed(results: Results) -> Table:
    """Loading, training and evaluation against the usual way."""
    [loading] = results.lines(FILE, "Omniglot from its cache file")
    measured = [
        (
            f"Omniglot from its cache file to a tensor of {loading['pictures']} pictures,"
            " first in a process",
            f"{loading['median_first_load_seconds']} s (median of {loading['fresh_processes']};"
            f" slowest {loading['slowest_first_load_seconds']} s)",
        ),
        *(
            (
                "400 official trials, paper's network, embedding once, against"
                f" {line['pairs_at_once']} pair{'s' * (line['pairs_at_once'] > 1)} at a time"
                " in float32",
                f"{line['times_faster']} times faster,"
                f" {line['same_predictions']} of {line['compared']} predictions the same",
            )
            for line in results.lines(
                FILE, "400 official trials, embedding once against pair by pair", "pairs_at_once"
            )
        ),
    ]
    return Table(("what", "figure"), [(Link(what, FILE), figure) for what, figure in measured])


def training(results: Results) -> Table:
    """Training on sampled pairs against the usual loop, and the loss of a batch beside it."""
    lines = results.lines(FILE, USUAL, "network", "precision")
    rows: list[Row] = [
        (
            Link(line["network"], FILE),
            _processor(line),
            f"{line['pairs_per_second']:,.0f}",
            f"{line['usual_pictures_per_second'] / 2:,.0f}",
            _ratio(line["times_faster"], 1),
            f"{line['pairs_per_second_of_its_own_loss']:,.0f}",
        )
        for line in lines
    ]
    heads = ("sampled pairs a second", "usual loop", "times as many", "with the network's own loss")
    return Table(("network", "processor", *heads), rows)


def steps(results: Results) -> Table:
    """A training step by part, and what it reaches of the machine's ceiling."""
    lines = results.lines(FILE, STEP, "network", "precision")
    table = _by_part(lines, FILE)
    fractions = [_ratio(line["fraction_of_bare_step"], 3) for line in lines]
    return Table(
        table.columns, [*table.rows, ("bare step, of the step with its pictures", *fractions)]
    )


def steps_before(results: Results) -> Table:
    """A training step by part, before it was worked on."""
    file = "speed/step-before.jsonl"
    return _by_part(results.lines(file, STEP, "network", "precision"), file)


def _by_part(lines: list[Document], file: str) -> Table:
    parts = list(dict.fromkeys(part for line in lines for part in line["milliseconds"]))
    rows: list[Row] = [
        (f"{part} (ms)", *(_milliseconds(line["milliseconds"].get(part)) for line in lines))
        for part in parts
    ]
    for what, key in (
        ("bare step (GFLOP/s)", "bare_step_gflops"),
        ("large matrix product (GFLOP/s)", "matrix_product_gflops"),
        ("large convolution (GFLOP/s)", "convolution_gflops"),
    ):
        rows.append((what, *(f"{line[key]:,.0f}" for line in lines)))
    reached = [f"{line['part_of_matrix_product']:.2f}" for line in lines]
    rows.append(("bare step, of the matrix product", *reached))
    heads = (Link(f"{line['network']}, {_processor(line)}", file) for line in lines)
    return Table(("part", *heads), rows)


def threads(results: Results) -> Table:
    """Two workers with a thread each against one with two threads."""
    rows: list[Row] = []
    for line in results.lines(FILE, "two workers against two threads", "precision"):
        each = line["pictures_per_second"]
        cells = (*(f"{each[name]:,}" for name in (ONE, TWO)), _ratio(line["times"], 2))
        rows.append((Link(_processor(line), FILE), *cells))
    heads = (ONE, TWO, "times as many")
    return Table(("pictures a second", *heads), rows)


def neighbours(results: Results) -> Table:
    """Training with two threads alone, and beside programs that want the cores."""
    rows: list[Row] = []
    lines = results.lines(FILE, "training beside busy programs", "precision", "programs")
    for line in lines:
        beside = f"{line['programs']} busy programs" if line["programs"] else "nothing"
        each = line["pictures_per_second"]
        cells = (*(f"{each[way]:,}" for way in WAYS), _ratio(line["times"], 2))
        rows.append((Link(_processor(line), FILE), beside, *cells))
    heads = ("OpenMP's own waiting", "as here", "times as many")
    return Table(("pictures a second", "beside", *heads), rows)


def compiled(results: Results) -> Table:
    """A step that torch.compile has compiled against the step as it is."""
    rows: list[Row] = []
    for line in results.lines(FILE, "compiled step", "network", "precision"):
        cells = (
            f"{line['seconds_to_compile']:.0f} s",
            *(f"{line['milliseconds'][kind]:.0f} ms" for kind in ("as it is", "compiled")),
            _ratio(line["times"], 2),
        )
        rows.append((Link(f"{line['network']}, {_processor(line)}", FILE), *cells))
    heads = ("compiled in", "a step as it is", "compiled", "times as fast")
    return Table(("network", *heads), rows)


def _ratio(found: Document, digits: int) -> str:
    return f"{found['value']:.{digits}f} ± {found['standard_error']:.{digits}f}"


def _milliseconds(found: float | None) -> str:
    return "" if found is None else f"{found:,.1f}" if found < 100 else f"{found:,.0f}"


def _processor(line: Document) -> str:
    return f"{_instructions(line)}, {line['precision']}"


def _instructions(line: Document) -> str:
    instructions: str = line["computer"]["instruction_set"]
    return instructions


def starts(results: Results) -> Table:
    """Commands from a cold start to their end."""
    lines = results.lines(FILE, "command from start to end", "words")
    rows: list[Row] = [
        (Link(f"`{line['words']}`", FILE), _instructions(line), _ratio(line["seconds"], 2))
        for line in lines
    ]
    return Table(("command", "processor", "seconds"), rows)


def quick_studies(results: Results) -> Table:
    """The main job from start to end, on each kind of processor."""
    rows: list[Row] = []
    for processor, precision in PROCESSORS.items():
        file = f"speed/quick-{processor}.json"
        found = results.document(file)
        low, high = found["time_left_in_times_the_truth"]
        seconds = found["seconds"]
        rows.append(
            (
                Link(f"{found['computer']['instruction_set']}, {precision}", file),
                str(len(found["studies"])),
                f"{duration(seconds['value'])} ± {duration(seconds['standard_error'])}",
                *(
                    percent(found[what]["value"], found[what]["standard_error"])
                    for what in ("official", "every_pair", "validation")
                ),
                f"{low:.2f} to {high:.2f}",
                f"{found['longest_silence']:.0f} s",
            )
        )
    heads = ("processor", "studies", "time", "official runs", "every drawer pair", "validation")
    return Table((*heads, "time left, times the truth", "longest silence"), rows)


def time_to_accuracy(results: Results) -> Table:
    """Seconds of training to what others end at."""
    file = "speed/time-to-accuracy-avx2.json"
    found = results.document(file)
    reached = [
        f"{found[what]['value']:.1f} ± {found[what]['standard_error']:.1f} s"
        for what in ("paper_92", "every_pair_71")
    ]
    heads = ("92.0 % on the official runs (the paper)", "71 % over every drawer pair")
    row: Row = (Link(_processor(found), file), str(len(found["seeds"])), *reached)
    return Table(("processor", "trainings", *heads), [row])


def notes(results: Results) -> Table:
    """What notes and artifacts take of a trial's time."""
    rows: list[Row] = []
    for line in results.lines(FILE, "notes and artifacts", "other_trials"):
        parts = line["median_fraction_of_a_trial"]
        shown = [f"{100 * parts[state]:.1f} %" if state in parts else "" for state in STATES]
        rows.append((Link(str(line["other_trials"]), FILE), *shown))
    return Table(("other trials in the study", "of a complete trial", "of a pruned one"), rows)


def overhead(results: Results) -> Table:
    """What storage and Optuna take of a trial, by the number of finished trials."""
    file = "workers.jsonl"
    lines = results.lines(file, "overhead of storage and Optuna", "sampler", "storage")
    sizes = list(lines[0]["seconds_a_trial"])
    heads = [f"at {int(size):,} trials" for size in sizes]
    columns = ["sampler", "storage", *heads, "of a trial of `quick`, at 1,000"]
    rows: list[list[str | Link]] = [
        [
            Link(SAMPLERS[line["sampler"]], file),
            STORAGES[line["storage"]],
            *(f"{line['seconds_a_trial'][size]:.2f} s" for size in sizes),
            f"{100 * line['fraction_at_1000']:.1f} %",
        ]
        for line in lines
    ]
    proposing = [line.get("of_proposing") for line in lines]  # older lines do not have it
    if any(proposing):
        columns += [f"to propose alone, {head}" for head in heads]
        for row, found in zip(rows, proposing, strict=True):
            row += [f"{found[size]:.3f} s" if found else "" for size in sizes]
    return Table(tuple(columns), [tuple(row) for row in rows])
