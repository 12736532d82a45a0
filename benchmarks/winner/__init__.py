"""What a study's winner owes its accuracy to, and what it gets wrong.

Programs:
- ablation: the winner against variants of it that differ in one thing.
- confusions: which characters it takes for which.
- photographed: what becomes of drawings that look photographed, scanned or drawn elsewhere.
- rejection: how several pictures of a class are pooled, and when it says unknown.
- rows: what a configuration is worth with several seeds, by themselves and together.
- shipped: the network that comes with the project, made again.
- together: what its networks of several seeds are worth together.

What they use:
- variants: the configurations of an ablation.
- disturbances: picture files of drawings that look photographed, scanned or drawn elsewhere.
- cameras: picture files as cameras, scanners and screens make them.
- surfaces: picture files of drawings on other things than plain white paper.
- page: a sheet of paper with a drawing on it, as a telephone takes it.
- scenes: picture files with something else on them, or with several drawings.
- card: what the network that comes with the project is, with its figures.
"""
