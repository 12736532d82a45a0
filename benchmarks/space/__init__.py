"""What the shape of a search space and each of its parameters do, by recorded curves.

Programs:
- effects: what each parameter does to accuracy and to time, all others equal.
- shapes: how good random configurations of differently shaped spaces are.
"""
