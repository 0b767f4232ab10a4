"""History goes by a row's number, so a number never changes; see ``portal.audit.triggers``."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION audit_keep_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % keep their number: their history goes by it', TG_TABLE_NAME;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_openings")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION audit_keep_number() CASCADE")]
