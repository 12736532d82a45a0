"""The hyperparameter search: of data, model and hpo the only package that imports Optuna.

Rooms, from the ground up; each imports only from those before it, and from model and data:

- runtime: files written whole, interrupts, which process this is, what a result depends on
- study: what a study is, from its file to its space, sampler and pruner
- trials: what trials store, what became of them, the budget, ranking, table, importances
- database: the database behind Optuna, waited for when it is away; Optuna's private surface
- storage: where studies live: studies, the study's folder, artifact stores
- workers: processes of one machine
- console: progress, status and summary on a terminal; configurations and tables as files
- dashboard: notes, pictures and plots for optuna-dashboard
- search: trials until the budget is spent
- finish: finalists retrained, the winner tested on alphabets that no search has seen
- report: the page that opens offline
- run, classify, compare: whole commands
- reproduce: the paper's experiments
- cli: options and exit status of the command line
"""
