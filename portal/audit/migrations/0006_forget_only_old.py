"""The function that forgets history looks at the age itself.

The triggers that keep young rows can be told to look away (``pgtrigger.ignore``) by any session;
``audit_forget`` deletes with its owner's rights, so whoever may call it would have emptied history.
"""

from django.db import migrations

PATH = "SET search_path = pg_catalog, public, pg_temp"
FORGET = f"""
CREATE OR REPLACE FUNCTION audit_forget(kind text, before timestamptz, most integer)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER {PATH} AS $$
DECLARE
    gone integer;
    cutoff timestamptz := least(before, now() - interval '184 days');
BEGIN
    IF kind = 'change' THEN
        DELETE FROM audit_change WHERE id IN (
            SELECT id FROM audit_change WHERE at < cutoff ORDER BY id LIMIT most);
    ELSIF kind = 'opening' THEN
        DELETE FROM audit_opening WHERE id IN (
            SELECT id FROM audit_opening WHERE at < cutoff ORDER BY id LIMIT most);
    ELSE
        RAISE EXCEPTION 'nothing called % is forgotten here', kind;
    END IF;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_owner_writes")]
    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
