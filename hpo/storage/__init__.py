"""Where studies live, and all that touches Optuna's private surface.

- database: opening a storage at a URL
- sqlite: SQLite shared by many processes
- waiting_storage: the class that every call to a storage goes through
- retrying: a database that is away is waited for
- requeue: a running trial that waits again
- parameter_batch: a trial's parameters written in one transaction
- studies: studies started, taken up, found again; their attributes
- workspace: the names of all files in a study's folder
- artifacts: stores of checkpoints and pictures
- note_store: where optuna-dashboard looks for notes
- optuna_private: Optuna's private pieces, each with its reason
- proxy: Optuna's proxy in front of a database
"""
