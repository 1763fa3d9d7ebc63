"""Measurements that anyone can repeat. Each prints a table and, as its last line, one JSON object."""
