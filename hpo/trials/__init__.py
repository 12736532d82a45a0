"""Trials of a study: what they store, how they ended, which did best.

- attributes: the attributes of a trial, named and typed
- times: when a trial began and ended, in UTC
- outcome: how a trial ended
- why_pruned: why a trial was pruned, in words
- budget: how far a study has come, and whether a trial may start
- random_phase: how many of a search's first trials are random
- expected_gain: what the next trials are expected to gain
- configuration: what a trial was trained with, and trials that tell nothing of it
- ranking: the best trials, and those that are worth their cost
- table: trials as a table
- machines: machines that its workers are on
- forecast: how long a study still takes, its finish too
- importance: the parameters that set the best trials apart
"""
