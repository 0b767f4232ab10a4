from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('retake', '0014_first_room'),
    ]

    # Cancelled before a cancellation gave the seat back: since then.
    operations = [
        migrations.RunSQL(
            """UPDATE retake_assignment seat
            SET ended_at = GREATEST(seat.assigned_at, COALESCE((
                SELECT max(event.happened_at) FROM retake_enrollmentevent event
                WHERE event.enrollment_id = seat.enrollment_id AND event.kind = 'cancelled'
            ), seat.assigned_at))
            FROM retake_enrollment e
            WHERE e.id = seat.enrollment_id AND e.state = 'cancelled' AND seat.ended_at IS NULL""",
            migrations.RunSQL.noop,
        ),
    ]
