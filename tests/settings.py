"""The app's settings, on servers and data of the tests' own."""

from __future__ import annotations

import atexit
import os
import shutil

os.environ["LEADMODEL_PURPOSE"] = "test"

from config.settings import *  # noqa: F403

# Thousands of log-ins in a run; how passwords are hashed is Django's to test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SALESFORCE_RETRY_SECONDS = 0
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

# Schemathesis asks thousands of questions a minute; tests of the rates set their own.
PAST_LOOKS_A_MINUTE = 1_000_000
API_RATES = dict.fromkeys(API_RATES, 1_000_000)  # noqa: F405

# A spool of this run's own: reading an object sweeps away what killed reads of it left.
if "SALESFORCE_SPOOL_DIR" not in os.environ:
    SALESFORCE_SPOOL_DIR = HOME.private / f"spool-{os.getpid()}"  # noqa: F405
    atexit.register(shutil.rmtree, SALESFORCE_SPOOL_DIR, ignore_errors=True)
