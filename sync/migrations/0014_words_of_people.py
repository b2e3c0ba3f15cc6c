"""People are found by the words of their names, companies and addresses: folded, and indexed by what they begin with.

The expressions are those of `sync.words`, which asks for them.
"""

from __future__ import annotations

from django.db import migrations

FUNCTION = r"""
CREATE FUNCTION words_of(told text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20 AS $$
DECLARE
    folded text := told;
BEGIN
    IF octet_length(told) <> char_length(told) THEN
        -- letters without case, accents and width
        folded := casefold(normalize(told, NFKD) COLLATE "pg_unicode_fast");
        folded := translate(regexp_replace(folded, '[\u0300-\u036f]', '', 'g'), 'łøđħŧı', 'lodhti');
        folded := regexp_replace(folded, '[\u00ab\u00b7\u00bb\u02bc\u2000-\u206f\u3000-\u3004\u3008-\u3020\u3030\u303d\u30fb]+', ' ', 'g');
        IF folded ~ '[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]' THEN
            -- an ideograph is a word, as nothing parts them
            folded := regexp_replace(
                folded, '([\u2e80-\u2fdf\u3005\u3006\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])', ' \1 ', 'g'
            );
        END IF;
    END IF;
    -- what PostgreSQL would keep whole: addresses, and what looks like markup
    RETURN to_tsvector('pg_catalog.simple', translate(folded, '@.-_/<>&;', '         '));
END $$
"""
LEAD = "words_of(COALESCE(first_name, '') || ' ' || COALESCE(last_name, '') || ' ' || COALESCE(company, '') || ' ' || COALESCE(email, ''))"
CONTACT = "words_of(COALESCE(first_name, '') || ' ' || COALESCE(last_name, '') || ' ' || COALESCE(email, ''))"
ACCOUNT = "words_of(COALESCE(name, ''))"


class Migration(migrations.Migration):

    dependencies = [("sync", "0013_one_index_per_key")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION words_of(text)"),
        *[
            migrations.RunSQL(
                f"CREATE INDEX {table}_words ON {table} USING gin (({expression}))", f"DROP INDEX {table}_words"
            )
            for table, expression in (("sync_lead", LEAD), ("sync_contact", CONTACT), ("sync_account", ACCOUNT))
        ],
    ]
