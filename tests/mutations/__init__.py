"""Broken engines: each has one fault that somebody could make, and tests that must find it.

A test that no broken engine fails proves nothing. `mutants` names the faults, `workshop` builds an engine with one of
them in a folder of its own and lets the tests judge it.
"""
