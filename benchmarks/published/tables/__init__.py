"""The tables of the documents, one function each, which reads the published files it shows.

Modules:
    registry: every table by the name that a marker calls it.
    studies: what published runs of studies found; the headline table.
    winners: the configurations that these found, and what they still get wrong.
    rows: configurations trained with several seeds, by what they were trained on.
    own_data: folders of pictures, and how often `classify` says unknown.
    experiments: the paper's experiments.
    paper_search: the paper's own search.
    searches: searches compared, replayed on recorded curves.
    equal_time: searches compared, trained for the same time.
    space: what the search space and its parameters do.
    speed: speed, and what storage, notes and artifacts take of it.
    workers: many workers, measured and simulated.
"""
