"""What a study's winner owes its accuracy to, and what it gets wrong.

Programs:
- ablation: the winner against variants of it that differ in one thing.
- confusions: which characters it takes for which.
- photographed: its accuracy on drawings that look photographed, scanned or drawn elsewhere.
- shipped: the network that comes with the project, made again.

What they use:
- variants: the configurations of an ablation.
- disturbances: picture files of such drawings.
- card: what that network is, with its figures.
"""
