"""Examines the set-up: each finding is ok, wrong or unknown, with the command that mends it. Needs nothing installed."""

from __future__ import annotations

from lsp_server.doctor.examination import diagnose
from lsp_server.doctor.finding import Finding

__all__ = ["Finding", "diagnose"]
