"""Studies side by side: what they found, what it cost, how their winners differ.

- studies: the studies that are compared, read from their storages
- curves: the best accuracy so far against trials and against seconds of training
- differences: what keeps studies from being compared; hyperparameters that differ
- rows: facts that are told of each study
- terminal: the comparison as tables on a terminal
- page: the comparison as a page that opens offline
"""
