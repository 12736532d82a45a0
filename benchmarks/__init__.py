"""Measurements of the project, each a program; see README.md beside this file."""
