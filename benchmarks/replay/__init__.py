"""Searches compared by replaying recorded learning curves on a simulated clock.

Programs:
- curves: records learning curves of random configurations, packs and unpacks them.
- __main__: `python -m benchmarks.replay`, with a command for each comparison.

From curves to a simulated search:
- surrogate: the learning curve of any configuration, predicted from recorded curves.
- gaussian: learning curves predicted by Gaussian processes, for a truth of another family.
- simulator: a search of many workers on a simulated clock.
- searches: searches by their names, each simulated as often as asked.

Comparisons:
- quality: what each search has found after equal time; trials promoted from pauses.
- workers: how many workers still pay.
- finalists: how far one training is to be trusted in the choice of a winner.
- priors: what good, middling and bad priors gain or cost.
- warm_start: what beginning with an older study's best trials saves.
- early_stop: what ending a search when little more is expected saves and loses.
"""
