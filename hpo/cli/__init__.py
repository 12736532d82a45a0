"""The command line: its arguments and options, and how a command ends.

- options: arguments and options, and what --help says of them
- help: commands in groups, examples, studies, the version
- exit_status: exit status and last line of a command
"""
