"""One configuration in, one trained and measured network out. Knows nothing of Optuna."""
