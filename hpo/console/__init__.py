"""What people see on a terminal, and take away as files.

- bars: the rows of bars on a terminal
- starting: that a command begins, before it has loaded what it needs
- progress: live bars, or lines
- unfailing: displays whose failure is nobody else's
- tensorboard: trainings as TensorBoard's logs
- countdown: the time that is left of everything
- status: how far a study has come
- status_view: the status as text, once or again and again
- summary: the winner, its accuracies, and where everything is
- hyperparameters: a configuration's values in words
- shown_command: commands that are shown, to be copied
- next_commands: those that take a finished study further
- terminal: stdout, as tables are printed there
- own_data: how a folder of one's own is split
- export: configurations of trials, or a table of them, as files
- export_network: the winner's network, for programs without this project
"""
