"""Mails: who is to get one (days), what it tells (contents), how it reads (writing), and its way out (delivery)."""
