"""Whole commands on a study: run it from definition to results, or add workers to it.

- run: search, finalists, test
- join: this machine's workers added to a study that runs elsewhere
- under_way: a study is worked on in one thread of a process
- finished: what is said of a finished study that is run again
- search_task: the search by the processes of this machine
"""
