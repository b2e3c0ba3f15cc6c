"""A mail server for development: it keeps what it gets, delivers nothing, and shows it on a page of this machine."""
