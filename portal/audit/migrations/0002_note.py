"""The function behind every history trigger.

It compares whole rows first, because most statements touch few columns of few rows, and tells of
a veiled column only that it changed. ``portal.origin`` is set by ``portal.lib.origin``.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION audit_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    origin jsonb := NULLIF(current_setting('portal.origin', true), '')::jsonb;
    untold text[] := string_to_array(TG_ARGV[1], ',');
    veiled text[] := string_to_array(TG_ARGV[2], ',');
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO audit_change (at, model, row, operation, changes, actor_id, place,
                                  request)
        SELECT statement_timestamp(), TG_ARGV[0], told.id, 'update', told.changes,
               (origin->>'actor')::bigint, coalesce(origin->>'place', ''),
               coalesce(origin->>'request', '')
        FROM (
            SELECT o.id, (
                SELECT jsonb_object_agg(b.key, CASE WHEN b.key = ANY (veiled)
                    THEN '["•••", "•••"]'::jsonb
                    ELSE jsonb_build_array(b.value, a.after -> b.key) END)
                FROM jsonb_each(to_jsonb(o)) b
                WHERE b.value IS DISTINCT FROM a.after -> b.key AND b.key <> ALL (untold)
            ) AS changes
            FROM old_rows o JOIN new_rows n ON n.id = o.id
            CROSS JOIN LATERAL (SELECT to_jsonb(n) AS after OFFSET 0) a
            WHERE o IS DISTINCT FROM n
        ) told
        WHERE told.changes IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO audit_change (at, model, row, operation, changes, actor_id, place,
                                  request)
        SELECT statement_timestamp(), TG_ARGV[0], o.id, 'delete', coalesce((
                SELECT jsonb_object_agg(b.key, jsonb_build_array(CASE WHEN b.key = ANY (veiled)
                    THEN '"•••"'::jsonb ELSE b.value END, NULL))
                FROM jsonb_each(jsonb_strip_nulls(to_jsonb(o))) b WHERE b.key <> ALL (untold)
            ), '{}'), (origin->>'actor')::bigint, coalesce(origin->>'place', ''),
               coalesce(origin->>'request', '')
        FROM old_rows o;
    ELSE
        INSERT INTO audit_change (at, model, row, operation, changes, actor_id, place,
                                  request)
        SELECT statement_timestamp(), TG_ARGV[0], n.id, 'insert', coalesce((
                SELECT jsonb_object_agg(b.key, jsonb_build_array(NULL, CASE WHEN b.key = ANY (veiled)
                    THEN '"•••"'::jsonb ELSE b.value END))
                FROM jsonb_each(jsonb_strip_nulls(to_jsonb(n))) b WHERE b.key <> ALL (untold)
            ), '{}'), (origin->>'actor')::bigint, coalesce(origin->>'place', ''),
               coalesce(origin->>'request', '')
        FROM new_rows n;
    END IF;
    RETURN NULL;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION audit_note() CASCADE")]
