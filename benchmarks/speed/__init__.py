"""How long loading, training, evaluation and a trial's overhead take.

Programs:
- loading: Omniglot from its cache file.
- training: pictures a second, against the usual loop.
- step: the training step by part, against the machine's ceiling.
- threads: two workers with a thread each, against one with two.
- neighbours: training beside other programs that want the cores.
- compiled: a step that torch.compile has compiled, against the step as it is.
- quick_study: the main job from start to end, and how true its time left is.
- time_to_accuracy: how soon a network is as good as the paper's.
- evaluation: the 400 official trials, embedding once against pair by pair.
- trial_overhead: how much of a trial's time the storage and Optuna take.
- starts: commands from a cold start to their end.
- artifacts: how much of a trial's time its notes and artifacts take.

What they share:
- steps: training steps one at a time, to be timed.
"""
