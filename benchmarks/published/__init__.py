"""Published results, written into the documents: `python -m benchmarks.published [--check]`.

What a page shows of studies/results stands between two marker lines, and this package writes it;
so no figure is copied by hand. The same command writes studies/results/headline.json.

Modules, from the ground up:
    results: reads the published files; says where each comes from.
    markdown: a table, and how figures are written in it.
    headline: the project's main figures, as headline.json holds them.
    tables: one module per kind of measurement; its registry names every table.
    markers: fills the places between markers in a text.
    pages: which files are written, and with what.
    __main__: the command.
"""
