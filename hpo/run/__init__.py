"""A study as a whole, from its definition to its results.

- run: search, finalists, test
- join: more workers for a study that runs elsewhere
- search_task: the search by the processes of this machine
"""
