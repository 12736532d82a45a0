"""What is known of a study's trials.

- attributes: what a trial stores, named and typed
- outcome: what became of a trial
- budget: how far a study has come, and whether a trial may start
- configuration: what a trial was trained with, and which trials tell nothing of it
- ranking: which trials did best, and which are worth their cost
- table: trials as a table
- importance: which parameters mattered
"""
