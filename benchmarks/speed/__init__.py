"""How long loading, training, evaluation and a trial's overhead take.

Programs:
- loading: Omniglot from its cache file.
- training: pictures a second, against the bare network and against the usual loop.
- evaluation: the 400 official trials, embedding once against pair by pair.
- trial_overhead: how much of a trial's time the storage and Optuna take.
- artifacts: how much of a trial's time its notes and artifacts take.
"""
