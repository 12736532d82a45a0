"""Many workers on machines that fail in every way, one fault after the other, and what it did.

- __main__: the command line.
- run: one such run, from the first machine to the figures.
- study: the study that is searched, as long as it is asked to be.
- machine: a machine made of namespaces; network: what it reaches the database by.
- processes: the processes of a machine, as seen from outside.
- supervisor: keeps a command going on a machine, and notes how it ends.
- databases: PostgreSQL behind a proxy, and SQLite, with the faults of each.
- faulty_proxy: a proxy with the faults of networks.
- faults: the faults, in an order that a seed gives.
- watcher: what becomes of finished trials, read from the database itself.
- witness: the command line, with a note of each time that the test alphabets are opened.
- record: what is written down in a run; checks: what must hold of it.
"""
