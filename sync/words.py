"""Finding records by words: the expressions that are indexed, and what is asked of them.

The words of a record are those of its names, company and address, folded: without case, accents and width, parted at
blanks and punctuation, each ideograph by itself. `words_of` folds, in PostgreSQL (migration 0013), for both sides.
"""

from __future__ import annotations

from django.db import connection

_NAMES = "COALESCE({0}.first_name, '') || ' ' || COALESCE({0}.last_name, '')"
_COMPANY = " || ' ' || COALESCE({0}.company, '')"
_EMAIL = " || ' ' || COALESCE({0}.email, '')"
LEAD = f"words_of({_NAMES}{_COMPANY}{_EMAIL})".format("lead")
CONTACT = f"words_of({_NAMES}{_EMAIL})".format("contact")
ACCOUNT = "words_of(COALESCE(account.name, ''))"
HOLDING = f"""
    SELECT lead.id FROM sync_lead lead WHERE {LEAD} @@ %(all_words)s::tsquery
    UNION ALL SELECT contact.id FROM sync_contact contact WHERE {CONTACT} @@ %(all_words)s::tsquery
    UNION ALL SELECT contact.id FROM sync_account account JOIN sync_contact contact ON contact.account_id = account.id
    WHERE {ACCOUNT} @@ %(any_word)s::tsquery AND ({CONTACT} || {ACCOUNT}) @@ %(all_words)s::tsquery
"""
"""The Ids of the Leads and Contacts that have a word beginning with each of those asked for; some of them twice.

A Contact's company is its account's name. The parameters are `asked`'s.
"""


def asked(text: str) -> dict[str, str]:
    """What `HOLDING` asks for the words of a text; nothing has the words of a text without any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(words_of(%s))", [text])
        row = cursor.fetchone()
    # folded words hold no character that has a meaning in a query
    words = [f"'{word}':*" for word in (row[0] if row is not None else ())]
    return {"all_words": " & ".join(words), "any_word": " | ".join(words)}
