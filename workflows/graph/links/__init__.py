"""PURE: what a person should know about the links of a workflow, whatever notation it was written in.

`model` is what is looked at, `findings` what is said about it; the modules beside them are the rules, by subject.
"""
