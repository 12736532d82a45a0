"""Pictures of one's own, classified by a trained network.

- folders: from two folders of pictures to a table of classes
- contact_sheet: what was classified as what, to look over
"""
