"""Whole commands on a study: run it from definition to results, or add workers to it.

- run: search, finalists, test
- join: this machine's workers added to a study that runs elsewhere
- search_task: the search by the processes of this machine
"""
