"""The pure core of the lead model: no Django, no clock, no input or output."""
