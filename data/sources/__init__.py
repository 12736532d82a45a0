"""Where pictures come from.

- load: a data set by name
- omniglot, omniglot_files: Omniglot, from a folder, the cache or the network; its PNGs, verified
- folder, folder_layout: a folder of one's own pictures
- glyphs, handwriting: alphabets that the program makes up, and twenty drawers who draw them
- roots: folders that were named
- mnist, redraw: MNIST's digits as one alphabet, and drawn again with Omniglot's pen
- scans: photographs and scans made like Omniglot's drawings
- picture_files, ink, layout, pen, thinning: on the way: colours, ink, drawings, strokes, lines
- shapes: what ink, layout and scans measure
- cache: pictures kept for fast starts
- download: downloads that give up soon
"""
