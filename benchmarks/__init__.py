"""Measurements of the project, each a program; README.md beside this file lists their commands.

Rooms:
- replay: searches compared by replaying recorded learning curves on a simulated clock.
- space: what the shape of a search space and each of its parameters do.
- winner: what a study's winner owes its accuracy to, and what it gets wrong.
- speed: how long loading, training, evaluation and a trial's overhead take.
- chaos: many workers on machines that fail in every way.
- published: the results, written into the documents.

Programs:
- equal_time: two real searches for an equal time.
- lockstep: a study in lockstep, by one, two and four workers, with kills.
- many_workers: many workers on one study, with deaths and outages.
- own_folders: folders of pictures to try a study on: glyphs, Omniglot as JPEGs, KanjiVG, fonts.

What they share:
- command: the command line of a benchmark.
- output: what a benchmark writes.
- trainings: many trainings in processes, kept line by line.
- networks: networks that benchmarks of speed measure.
- font_letters: letters of scripts that Omniglot has not, from fonts.
- strokes: strokes of a printed letter.
"""
