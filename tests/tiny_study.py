"""A study that takes seconds, of tiny networks."""

STUDY = """
name = "tiny"
dataset = "{dataset}"
trials = {trials}
sampler = {{ name = "random" }}
finish = {{ finalists = 1 }}

[network]
size = 14
units = 8
convolutions = [{{ filters = {{ choices = [4, 8] }}, kernel = 3, pool = true }}]

[train]
epochs = {epochs}
steps_per_epoch = {steps}
layers = {{ learning_rate = {{ low = 1e-3, high = 1e-1, log = true }} }}
batch = {{ characters = 10, drawers = 2 }}
"""


def tiny_study(dataset: str = "glyphs", trials: int = 3, epochs: int = 2, steps: int = 2) -> str:
    """The study's TOML; `steps` an epoch."""
    return STUDY.format(dataset=dataset, trials=trials, epochs=epochs, steps=steps)
