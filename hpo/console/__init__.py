"""What people see on a terminal.

- progress: live bars, or a line a finished training
- status: how far a study has come
- status_view: that as text, once or again and again
- summary: the winner, its accuracies, and where everything is
- duration: time as people say it
"""
