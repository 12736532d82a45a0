"""What any program needs, whatever it does.

- files: files written whole or not at all
- interrupts: when Ctrl-C and SIGTERM may strike
- process_identity: which process works on a trial, and whether it still runs
- provenance: versions, commit and machine that a result depends on
- literal_text: text of others shown as it is, never as markup
- wording: accuracies, times and kinds of runs as people say them
- palette: colours of figures, pages and pictures
"""
