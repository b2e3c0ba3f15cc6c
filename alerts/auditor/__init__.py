"""The auditor: recomputes what should have been told and done by now, and holds it against what was."""
