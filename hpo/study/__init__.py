"""A study: its definition, from its file on, and its results.

- definition: the fields of a study, validated
- limits: which names it may have, and the largest numbers in it
- file: a study read from TOML, JSON or YAML
- parameter: one range or choice that a study searches
- learning_rates: of each layer, and whether its parameter is a factor
- parameter_words: parameters' names as people say them
- space: which values a study leaves open, and how a trial's values make a configuration
- spelt_out: a search space with its defaults written out
- objectives: what trials are judged by, and the Pareto front
- constraints: what a trial may need at most, and by how much it exceeds it
- samplers: the sampler of a study
- additive: a sampler that learns from every trial's first rung
- priors: trials drawn around values that are believed to be good
- pruners: the pruner of a study
- rungs: the numbers of epochs at which halving decides
- feasible_pruners: Optuna's pruners, to which infeasible trials are none
- guarded_halving: a pruner that a sampler which learns cannot fool
- transfer: a configuration brought into the space of another study
- narrowing: a smaller search space around the best trials
- convergence: the finding that nothing more is to be gained
- results: what a finished study found, and its file
- given_pictures: what a network was trained on through those that it was given
- combined: what combined networks are worth, and its file
- accuracies: the accuracies in such files
"""
