"""Processes of one machine that train side by side.

- machine: what a machine gives to a study
- pool: starting, watching and replacing worker processes
- worker: the life of a worker process
- fork_server: fresh processes that have the libraries in memory already
- reporter: who is told how trainings go
"""
