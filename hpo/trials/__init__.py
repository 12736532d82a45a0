"""What is known of a study's trials.

- attributes: what a trial stores, named and typed
- outcome: what became of a trial
- budget: how far a study has come, and whether a trial may start
- ranking: which trials did best, and which are worth their cost
- table: trials as a table
- importance: which parameters mattered
"""
