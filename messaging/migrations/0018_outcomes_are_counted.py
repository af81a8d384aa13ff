import django.db.models.deletion
from django.db import migrations, models

# Once for each statement, however many rows it writes. What stays where it was cancels out.
_COUNT = """
    CREATE FUNCTION optline_count_outcomes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO messaging_outcomecount (run_id, state, reason, number)
            SELECT run_id, state, reason, count(*) FROM now_there WHERE run_id IS NOT NULL
            GROUP BY run_id, state, reason;
        ELSIF TG_OP = 'DELETE' THEN
            INSERT INTO messaging_outcomecount (run_id, state, reason, number)
            SELECT run_id, state, reason, -count(*) FROM no_longer WHERE run_id IS NOT NULL
            GROUP BY run_id, state, reason;
        ELSE
            INSERT INTO messaging_outcomecount (run_id, state, reason, number)
            SELECT run_id, state, reason, sum(change)
            FROM (SELECT run_id, state, reason, 1 AS change FROM now_there
                  UNION ALL SELECT run_id, state, reason, -1 FROM no_longer) AS moved
            WHERE run_id IS NOT NULL
            GROUP BY run_id, state, reason HAVING sum(change) <> 0;
        END IF;
        RETURN NULL;
    END $$;

    CREATE TRIGGER outbound_counted_in AFTER INSERT ON messaging_outbound
        REFERENCING NEW TABLE AS now_there FOR EACH STATEMENT EXECUTE FUNCTION optline_count_outcomes();
    CREATE TRIGGER outbound_counted_on AFTER UPDATE ON messaging_outbound
        REFERENCING OLD TABLE AS no_longer NEW TABLE AS now_there
        FOR EACH STATEMENT EXECUTE FUNCTION optline_count_outcomes();
    CREATE TRIGGER outbound_counted_out AFTER DELETE ON messaging_outbound
        REFERENCING OLD TABLE AS no_longer FOR EACH STATEMENT EXECUTE FUNCTION optline_count_outcomes();

    -- The triggers hold the table until we commit, so that nothing is missed and nothing counted twice.
    INSERT INTO messaging_outcomecount (run_id, state, reason, number)
    SELECT run_id, state, reason, count(*) FROM messaging_outbound WHERE run_id IS NOT NULL
    GROUP BY run_id, state, reason
"""
_FORGET = """
    DROP TRIGGER outbound_counted_in ON messaging_outbound;
    DROP TRIGGER outbound_counted_on ON messaging_outbound;
    DROP TRIGGER outbound_counted_out ON messaging_outbound;
    DROP FUNCTION optline_count_outcomes()
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0017_approvals")]

    operations = [
        migrations.CreateModel(
            name="OutcomeCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sending", "Sending"),
                            ("uncertain", "Uncertain"),
                            ("accepted", "Accepted"),
                            ("sent", "Sent"),
                            ("delivered", "Delivered"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                            ("skipped", "Skipped"),
                        ],
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=32)),
                ("number", models.IntegerField()),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcomes",
                        to="messaging.run",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="outcomecount",
            index=models.Index(fields=["run", "state", "reason"], include=("number",), name="outcomes_of_run"),
        ),
        migrations.RunSQL(_COUNT, _FORGET),
    ]
