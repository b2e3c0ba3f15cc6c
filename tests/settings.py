"""The app's settings, on servers and data of the tests' own."""

from __future__ import annotations

import os

os.environ["LEADMODEL_PURPOSE"] = "test"

from config.settings import *  # noqa: F403

# Thousands of log-ins in a run; how passwords are hashed is Django's to test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
