"""The database behind Optuna, waited for when it is away; all of Optuna's private surface.

- opening: opening a storage at a URL
- urls: database URLs, and what of them is shown
- engine: how a database is connected to
- postgresql: connections to PostgreSQL on which no wait is endless
- sqlite: SQLite shared by many processes
- sqlite_file: the file that a SQLite URL names
- sight: what a sampler or pruner sees of a study
- waiting_storage: the class that every call to a storage goes through
- retrying: a database that is away is waited for
- deleted: a study that is deleted in the midst of a call
- numbers_again: a database that numbers what is new as what was deleted
- full_disk: a database whose disk takes nothing more
- optuna_database: Optuna's storage: what was asked for twice is made once, and none too many
- enqueue_once: a trial that is enqueued once, whoever asks for it
- claim: a waiting trial that is taken up
- requeue: a running trial that waits again
- swap: a study's attribute changed in one step
- parameter_batch: a trial's parameters written in one transaction
- shown_storage: a storage as optuna-dashboard sees it
- note_store: where optuna-dashboard looks for notes
- plot_store: where it looks for plots
- optuna_private: Optuna's private pieces, each with its reason
- proxy: Optuna's proxy in front of a database
- proxy_client: its client, which notices a dead connection
"""
