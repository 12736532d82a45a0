"""The command line: its commands, their arguments and options, and how a command ends.

`run_study.py` has `run`, and names the others; each group of --help is a module.

- search, look, take, paper, machines: the commands, by their groups in --help
- options: arguments and options of studies, and what --help says of them
- network_options: those of trained networks and of experiments
- values: what the value of an option becomes
- help: commands in groups, examples, studies, the version
- exit_status: exit status and last line of a command
- process: what an interrupt does before a command's work begins, and once it is done
"""
