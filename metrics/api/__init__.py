"""The REST API under `/api/v1/`: what the pages tell and do, for programs that act as a user."""
