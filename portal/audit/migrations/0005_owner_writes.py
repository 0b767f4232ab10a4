"""History is written and forgotten by the owner of its tables, whoever causes it.

The portal's own role then needs no right to write into it (``portal.ops.ownership``): it can
neither forge a row nor put a table of its own in the function's way (``search_path``).
"""

from django.db import migrations

PATH = "SET search_path = pg_catalog, public, pg_temp"
FORGET = f"""
CREATE FUNCTION audit_forget(kind text, before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER {PATH} AS $$
DECLARE
    gone integer;
BEGIN
    IF kind = 'change' THEN
        DELETE FROM audit_change WHERE id IN (
            SELECT id FROM audit_change WHERE at < before ORDER BY id LIMIT most);
    ELSIF kind = 'opening' THEN
        DELETE FROM audit_opening WHERE id IN (
            SELECT id FROM audit_opening WHERE at < before ORDER BY id LIMIT most);
    ELSE
        RAISE EXCEPTION 'nothing called % is forgotten here', kind;
    END IF;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_numbers_stay")]
    operations = [
        migrations.RunSQL(
            f"ALTER FUNCTION audit_note() SECURITY DEFINER {PATH}",
            "ALTER FUNCTION audit_note() SECURITY INVOKER RESET search_path",
        ),
        migrations.RunSQL(FORGET, "DROP FUNCTION audit_forget(text, timestamptz, integer)"),
    ]
