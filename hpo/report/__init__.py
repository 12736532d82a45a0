"""The page that shows what a study found, and opens without a network.

- write: the page and its figures, written
- page: the page's HTML
- text: what it says
- search, parameters, winner: its figures
- tested: the tests in its tables
- clock: when trials ran, without pauses
- style: how figures look
- png: the figures as files
"""
