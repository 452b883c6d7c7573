"""Mass incidents: messages of one run about the same failure at the same place and time, and copies of one text."""

from __future__ import annotations

from .group import Found, Incident, IncidentFinder, find_incidents
from .raising import raised

__all__ = ["Found", "Incident", "IncidentFinder", "find_incidents", "raised"]
