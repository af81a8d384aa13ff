import django.db.models.deletion
from django.db import migrations, models

# The first characters by which a country is told. Most of +1 is the United States; the area codes that are not, by
# phonenumbers, stand here one by one: tests/messaging/test_taken_counts.py fails when they are others.
_DIALLED = """
    CREATE FUNCTION optline_dialled(number text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN left(number, 2) = '+1' AND substr(number, 3, 3) <> ALL ('{
            204,226,236,242,246,249,250,257,263,264,268,273,284,289,306,340,343,345,354,365,367,368,382,403,416,418,428,
            431,437,438,441,450,468,473,474,506,514,519,548,579,581,584,587,600,604,613,622,633,639,647,649,658,664,670,
            671,672,683,684,705,709,721,742,753,758,767,778,780,782,784,787,807,809,819,825,829,849,867,868,869,873,876,
            879,902,905,939,942
        }') THEN '+1' ELSE left(number, 5) END
    $$
"""
_FORGET_DIALLED = "DROP FUNCTION optline_dialled(text)"

# Once for each statement, however many rows it writes. What stays where it was cancels out.
_COUNT = """
    CREATE FUNCTION optline_count_taken() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO messaging_takencount (run_id, since, dialled, state, texts, parts)
            SELECT run_id, date_bin('15 minutes', claimed_at, 'epoch'), optline_dialled(number), state,
                   count(*), coalesce(sum(parts), 0)
            FROM now_there WHERE state IN ('accepted', 'sent', 'delivered', 'failed') AND kind <> 'test'
            GROUP BY 1, 2, 3, 4;
        ELSIF TG_OP = 'DELETE' THEN
            INSERT INTO messaging_takencount (run_id, since, dialled, state, texts, parts)
            SELECT run_id, date_bin('15 minutes', claimed_at, 'epoch'), optline_dialled(number), state,
                   -count(*), -coalesce(sum(parts), 0)
            FROM no_longer WHERE state IN ('accepted', 'sent', 'delivered', 'failed') AND kind <> 'test'
            GROUP BY 1, 2, 3, 4;
        ELSE
            INSERT INTO messaging_takencount (run_id, since, dialled, state, texts, parts)
            SELECT run_id, date_bin('15 minutes', claimed_at, 'epoch'), optline_dialled(number), state,
                   sum(change), coalesce(sum(change * parts), 0)
            FROM (SELECT run_id, claimed_at, number, state, parts, 1 AS change FROM now_there
                  WHERE state IN ('accepted', 'sent', 'delivered', 'failed') AND kind <> 'test'
                  UNION ALL SELECT run_id, claimed_at, number, state, parts, -1 FROM no_longer
                  WHERE state IN ('accepted', 'sent', 'delivered', 'failed') AND kind <> 'test') AS moved
            GROUP BY 1, 2, 3, 4 HAVING sum(change) <> 0 OR sum(change * parts) <> 0;
        END IF;
        RETURN NULL;
    END $$;

    CREATE TRIGGER outbound_taken_in AFTER INSERT ON messaging_outbound
        REFERENCING NEW TABLE AS now_there FOR EACH STATEMENT EXECUTE FUNCTION optline_count_taken();
    CREATE TRIGGER outbound_taken_on AFTER UPDATE ON messaging_outbound
        REFERENCING OLD TABLE AS no_longer NEW TABLE AS now_there
        FOR EACH STATEMENT EXECUTE FUNCTION optline_count_taken();
    CREATE TRIGGER outbound_taken_out AFTER DELETE ON messaging_outbound
        REFERENCING OLD TABLE AS no_longer FOR EACH STATEMENT EXECUTE FUNCTION optline_count_taken();

    -- The triggers hold the table until we commit, so that nothing is missed and nothing counted twice.
    INSERT INTO messaging_takencount (run_id, since, dialled, state, texts, parts, is_folded)
    SELECT run_id, date_bin('15 minutes', claimed_at, 'epoch'), optline_dialled(number), state,
           count(*), coalesce(sum(parts), 0), true
    FROM messaging_outbound WHERE state IN ('accepted', 'sent', 'delivered', 'failed') AND kind <> 'test'
    GROUP BY 1, 2, 3, 4
"""
_FORGET = """
    DROP TRIGGER outbound_taken_in ON messaging_outbound;
    DROP TRIGGER outbound_taken_on ON messaging_outbound;
    DROP TRIGGER outbound_taken_out ON messaging_outbound;
    DROP FUNCTION optline_count_taken()
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0025_runs_are_held_for_approval")]

    operations = [
        migrations.CreateModel(
            name="TakenCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("dialled", models.CharField(max_length=5)),
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
                ("texts", models.IntegerField()),
                ("parts", models.IntegerField()),
                ("is_folded", models.BooleanField(db_default=False)),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="taken",
                        to="messaging.run",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("run__isnull", False)), fields=["run", "since"], name="taken_of_run"
                    ),
                    models.Index(fields=["since"], name="taken_since"),
                    models.Index(condition=models.Q(("is_folded", False)), fields=["since"], name="taken_to_fold"),
                ],
            },
        ),
        migrations.RunSQL(_DIALLED, _FORGET_DIALLED),
        migrations.RunSQL(_COUNT, _FORGET),
        migrations.DeleteModel(name="QuarterCount"),
    ]
