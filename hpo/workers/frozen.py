"""Imported after the libraries by a process that copies are made of: they are no garbage.

Python would look through them in each copy, which copies them page by page, and once more as the
process ends, which takes a second.
"""

import gc

gc.freeze()
