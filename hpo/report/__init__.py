"""The page that shows what a study found, and opens without a network.

- write: the page and its figures, written
- page: the page's HTML, with page.html and page.js
- opening: how it begins: the number, the winner, what to do next
- text: what it says
- search, rungs, front, parameters, winner: its figures
- tested: the tests in its tables
- clock: when trials ran, without pauses
- style: how figures look
- png: the figures as files
"""
