"""Runs what was generated: tests, mutants, old against new, in a sandbox and only with consent.

Owns subprocesses and temporary copies; knows no LSP, no prompts, no engine.
"""
