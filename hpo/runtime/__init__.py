"""Tools that know nothing of studies: files, interrupts, processes, provenance, wording.

- files: text, JSON and copies, written whole; checks that a folder or file can be written
- own_pictures: folders of the user's own pictures, which nothing is written to
- shared_folder: a folder that several processes work in, or one alone
- interrupts: blocks in which Ctrl-C and SIGTERM wait
- dropped_interrupts: an interrupt that Python drops comes again
- process_identity: the name of a process, and whether it has ended
- memory_kills: how many processes the kernel has killed for lack of memory
- repeated: something done again and again beside the main thread, at fixed intervals
- provenance: versions, commit and machine that a result depends on
- literal_text: text of others shown as it is, never as markup
- fonts: the font of others' names on pictures, whatever their letters
- passwords: passwords hidden in lines that people see
- dotted_keys: the values of a document by dotted keys
- wording: accuracies, times and kinds of runs in words
- palette: colours of figures, pages and pictures
"""
