"""Where pictures come from.

- load: a data set by name
- omniglot, omniglot_files: Omniglot, from a folder, the cache or the network; its PNGs, verified
- folder, folder_layout: a folder of one's own pictures
- glyphs, handwriting: alphabets that the program makes up, and twenty drawers who draw them
- roots: folders that were named
- mnist, redraw: MNIST's digits as one alphabet, and drawn again with Omniglot's pen
- scans: photographs and scans made like Omniglot's drawings
- picture_files, ink, surroundings, layout, pen, thinning: on the way from colours to lines
- shapes: what ink, surroundings, layout and scans measure
- cache: pictures kept for fast starts
- download: downloads that give up soon
"""
