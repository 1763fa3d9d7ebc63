"""Examines the set-up: each finding is ok, wrong or unknown, with the command that mends it.

Needs nothing installed: with the assistant's own packages `examination.diagnose` looks at everything, without them `bare` at
all but those. Imported here is therefore nothing.
"""
