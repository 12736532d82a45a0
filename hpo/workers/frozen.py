"""Freezes the imported libraries in the fork server, which imports this after them.

The garbage collector then leaves their memory shared by the server's copies. Else it would look
through them in each copy, which copies them page by page, and once more as the process ends, which
takes a second.
"""

import gc

gc.freeze()
