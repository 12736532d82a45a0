"""Networks as programs: files that run without this project, as ONNX or by `torch.export`.

A network makes two programs. `embed` takes pictures and gives their embeddings; `score` takes
queries and supports, and gives the score of every query against every support. How many pictures
there are is free. A picture is float32 [1, size, size], 0 is paper and 1 is ink; what the network
itself does to it, such as centring, is in the program. How a drawing is found on a photograph is
not: that is `data.sources.scans`.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import torch
from torch import Tensor, nn

from data.errors import InputError, WorkFailed
from data.whole_files import replacing
from model.network.distance import TwinNetwork
from model.network.ensemble import TrainedConfig

if TYPE_CHECKING:
    from torch.export import ExportedProgram

ProgramForm = Literal["onnx", "torch"]

TOLERANCE = 1e-4
"""Most that a program may differ from the network, on scores of some units and embeddings of 0 to
1."""
OPSET = 20
"""Version of ONNX's operators: the first in which one samples a picture as torch does."""
ENDINGS: dict[ProgramForm, str] = {"onnx": "onnx", "torch": "pt2"}


class Program(NamedTuple):
    """What one program does, and with what.

    Attributes:
        name: name of its file, without the ending.
        module: does it.
        inputs: names of its inputs, each of pictures.
        output: name of its output.
    """

    name: str
    module: nn.Module
    inputs: tuple[str, ...]
    output: str


class Embed(nn.Module):
    """Pictures [n, 1, size, size] -> embeddings [n, length], as `TwinNetwork.embed`."""

    def __init__(self, network: TwinNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        return self.network.embed(pictures)


class Score(nn.Module):
    """Queries [n, 1, size, size] and supports [m, ...] -> scores [n, m].

    They are `TwinNetwork.score`'s, by its plain definition: neither `cdist` nor the indices of
    weights by sign are in ONNX. The differences, [n, m, length], are held in memory.
    """

    def __init__(self, network: TwinNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, query: Tensor, support: Tensor) -> Tensor:
        left, right = self.network.embed(query), self.network.embed(support)
        return self.network.score_pairs(left[:, None], right[None])


def programs_of(network: TwinNetwork) -> tuple[Program, Program]:
    """A network's two programs."""
    return (
        Program("embed", Embed(network), ("pictures",), "embeddings"),
        Program("score", Score(network), ("query", "support"), "scores"),
    )


def write_programs(
    network: TwinNetwork, config: TrainedConfig, form: ProgramForm, folder: Path
) -> dict[Path, float]:
    """Writes a network's programs, each whole or not at all, once it gives what the network gives.

    Args:
        network: network on the CPU; left in evaluation mode.
        config: how it is built and was trained; what a program's user must know of it is in the
            file, as its metadata.
        form: "onnx" or "torch".
        folder: must exist.

    Returns:
        The files, and how much each differs at most from the network, on 40 pictures.

    Raises:
        InputError: what "onnx" needs is not installed.
        WorkFailed: a program differs from the network, or cannot be written.
    """
    network.eval()
    written = {}
    for program in programs_of(network):
        path = folder / f"{program.name}.{ENDINGS[form]}"
        content, difference = program_bytes(program, config, form)
        if not difference <= TOLERANCE:
            raise WorkFailed(
                f"{path}: not written, for it differs from the network by {difference:.1e},"
                f" more than {TOLERANCE:.0e}"
            )
        try:
            with replacing(path) as partial:
                partial.write_bytes(content)
        except OSError as error:
            raise WorkFailed(f"{path}: cannot be written: {error.strerror or error}") from None
        written[path] = difference
    return written


def program_bytes(
    program: Program, config: TrainedConfig, form: ProgramForm
) -> tuple[bytes, float]:
    """A program's file, and how much it differs from the network on pictures that it has not seen.

    Raises:
        InputError: what "onnx" needs is not installed.
    """
    with warnings.catch_warnings(action="ignore"):  # torch's own, about its insides
        traced = _traced(program, config)
        content = (_onnx if form == "onnx" else _torch)(program, traced, config)
        runs = onnx_program(content) if form == "onnx" else torch_program(content)
    given = _pictures(program, config, counts=(40, 23))
    with torch.inference_mode():
        difference = (runs(*given) - program.module(*given)).abs().max()
    return content, float(difference)


def onnx_program(content: bytes) -> Callable[..., Tensor]:
    """An ONNX file's content as a function of its inputs, by onnxruntime on the CPU."""
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [entry.name for entry in session.get_inputs()]

    def run(*inputs: Tensor) -> Tensor:
        (found,) = session.run(
            None, {name: given.numpy() for name, given in zip(names, inputs, strict=True)}
        )
        return torch.from_numpy(found)

    return run


def torch_program(content: bytes) -> Callable[..., Tensor]:
    """A `torch.export` file's content as a function of its inputs."""
    module: Callable[..., Tensor] = torch.export.load(io.BytesIO(content)).module()
    return module


def _pictures(
    program: Program, config: TrainedConfig, counts: tuple[int, int]
) -> tuple[Tensor, ...]:
    """Pictures for each input, of noise: a fifth of it is ink."""
    generator = torch.Generator().manual_seed(0)
    size = config.size
    return tuple(
        (torch.rand(count, 1, size, size, generator=generator) * 5 - 4).clamp(min=0)
        for count, _ in zip(counts, program.inputs, strict=False)
    )


def _traced(program: Program, config: TrainedConfig) -> ExportedProgram:
    # Of more pictures than one: torch takes a dimension of one for fixed.
    example = _pictures(program, config, counts=(3, 2))
    free = tuple({0: torch.export.Dim(name)} for name in program.inputs)
    with torch.no_grad():
        return torch.export.export(program.module, example, dynamic_shapes=free)


def _torch(_: Program, traced: ExportedProgram, config: TrainedConfig) -> bytes:
    file = io.BytesIO()
    torch.export.save(traced, file, extra_files={"about.json": json.dumps(_about(config))})
    return file.getvalue()


def _onnx(program: Program, traced: ExportedProgram, config: TrainedConfig) -> bytes:
    try:
        import onnxruntime  # noqa: F401 - needed to check the program
        import onnxscript  # noqa: F401 - what torch.onnx needs

        made = torch.onnx.export(
            traced,
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=list(program.inputs),
            output_names=[program.output],
        )
    except ImportError as error:
        raise InputError(
            f"--format onnx: needs the package {error.name}: pip install '.[onnx]'"
        ) from None
    assert made is not None
    model = made.model_proto
    for key, value in _about(config).items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, json.dumps(value)
    content: bytes = model.SerializeToString()
    return content


def _about(config: TrainedConfig) -> dict[str, str | int | float]:
    """What a program's user must know of its inputs and of its scores."""
    return {
        "pictures": "float32 [n, 1, size, size], 0 is paper, 1 is ink",
        "size": config.size,
        "probabilities": f"softmax over supports of scores / {config.softmax_temperature:g}",
        "temperature": config.softmax_temperature,
    }
