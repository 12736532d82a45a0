"""The paper's experiments, and others', done again.

- run: one experiment, from its name to the files it leaves
- registry: which experiments there are
- experiments: a module for each
- context: what an experiment is given
- networks: the networks that experiments train
- trainings: an experiment's trainings, each kept as it ends
- paper_search: the parts of the experiment `search`
- one_shot, verification: what is measured
- table: rows of figures, ours and quoted ones
- chart: curves
- writers: results as JSON and Markdown
"""
