"""The command line's own.

- options: arguments and options, and what --help says of them
- exit_status: how a command ends
"""
