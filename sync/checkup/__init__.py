"""The check-up: what an organisation lets us read before we read it, what each lack costs, how long it will take."""
