"""One module for each experiment; its function `run` does it.

- table1: verification (the paper's table 1)
- table2: one-shot accuracy of networks and baselines (table 2)
- table3: MNIST (table 3)
- ways: accuracy by the number of characters to choose from
- unstructured: characters of all alphabets mixed
- drawers: known characters by new drawers
- one_rate: one learning rate for all layers
- losses: the losses side by side
- calibration: how far the odds for "same" can be trusted
- filters: the first layer's filters
- search: the paper's own search of hyperparameters
"""
