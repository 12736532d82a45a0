"""Pictures of one's own, classified by a trained network.

- known_folder: how well a network tells a folder's known characters apart
- folders: from folders of pictures to a class for each
- support: the known pictures of each class, from a folder or kept in a file
- answers: what was found
- summary: the answers as a table on a terminal
- contact_sheet: what was classified as what, to look over
"""
