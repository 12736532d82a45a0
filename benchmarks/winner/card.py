"""The card of the network that comes with the project, from its figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.published.markdown import percent
from model.config import RunConfig

CARD = Path(__file__).with_suffix(".md")
"""Its words."""


def card(document: dict[str, Any], config: RunConfig, size: int) -> str:
    """The card's text, in Markdown.

    Args:
        document: results.json of `shipped`.
        config: the network's.
        size: of the file of weights, in bytes.
    """
    test, network, validation = document["test"], config.network, document["validation"]
    one_shot, trained = test["one_shot"], document["trained"]
    return CARD.read_text().format(
        command=document["command"],
        convolutions=len(network.convolutions),
        units=network.units,
        parameters=document["parameters"],
        bits=document["bits"],
        megabytes=size / 1e6,
        size=network.size,
        resized="wholly" if network.resized == 1 else f"{network.resized:.0%}",
        copies=network.copies,
        fingerprint=document["fingerprint"],
        study=document["study"],
        seed=document["seed"],
        trained_on=_computer(trained["computer"]),
        torch=trained["versions"]["torch"],
        trained_commit=trained["commit"],
        measured_on=_computer(document["computer"]),
        commit=document["commit"],
        validation_seeds=f", mean of {validation['runs']} seeds" if validation["runs"] > 1 else "",
        validation=percent(validation["one_shot_accuracy"], validation["standard_error"]),
        trials=one_shot["trials"],
        official=percent(one_shot["one_shot_accuracy"], one_shot["standard_error"]),
        pairs=percent(
            one_shot["every_drawer_pair_accuracy"], one_shot["every_drawer_pair_standard_error"]
        ),
        pairs_at_32=percent(document["every_drawer_pair_accuracy_at_32_bits"]),
        verification=percent(test["verification"]["accuracy"]),
        across=percent(test["verification_across"]["accuracy"]),
        refused=f"{percent(document['unknown']['false_refusal'])} %",
        accepted=f"{percent(document['unknown']['false_acceptance'])} %",
        alphabets="\n".join(
            f"| {alphabet.replace('_', ' ')} | {percent(value)} | {_runs(test, alphabet)} |"
            for alphabet, value in one_shot["per_alphabet"].items()
        ),
    )


def _runs(test: dict[str, Any], alphabet: str) -> str:
    runs = zip(test["alphabets"], test["one_shot"]["per_run"], strict=True)
    return ", ".join(percent(accuracy) for of, accuracy in runs if of == alphabet)


def _computer(computer: dict[str, Any]) -> str:
    gpu = f", {computer['gpu']}" if computer["gpu"] else ""
    return f"{computer['cores']} cores ({computer['instruction_set']}){gpu}"
