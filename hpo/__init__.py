"""The hyperparameter search: the only package that imports Optuna."""
