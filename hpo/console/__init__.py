"""What people see on a terminal.

- progress: live bars, or lines
- countdown: the time that is left of everything
- status: how far a study has come
- status_view: that as text, once or again and again
- summary: the winner, its accuracies, and where everything is
- shown_command: commands that are shown, to be copied
- terminal: stdout, as tables are printed there
- own_data: how a folder of one's own is split
- export: configurations of trials, or a table of them, as files
"""
