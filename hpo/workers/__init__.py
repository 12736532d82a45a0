"""Worker processes of one machine, which train side by side.

- machine: the share of a study's work that a machine takes
- pool: starting, watching and replacing worker processes
- worker: the life of a worker process
- fork_server: fresh processes that have the libraries in memory already
- frozen: the libraries kept out of Python's garbage collection
- deaths: workers that are killed again and again
- reporter: protocols of those that are told how trainings go
"""
