"""Tools that know nothing of studies: files, interrupts, processes, provenance, wording.

- files: files written whole or not at all
- interrupts: blocks in which Ctrl-C and SIGTERM wait
- process_identity: the name of a process, and whether it has ended
- provenance: versions, commit and machine that a result depends on
- wording: accuracies, times and kinds of runs in words
- palette: colours of figures, pages and pictures
"""
