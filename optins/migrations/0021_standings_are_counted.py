import django.db.models.deletion
from django.db import migrations, models

# Once for each statement, however many rows it writes. What stays where it was cancels out.
_COUNT = """
    CREATE FUNCTION optline_count_standings() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO optins_standingcount (programme_id, state, number)
            SELECT programme_id, state, count(*) FROM now_there GROUP BY programme_id, state;
        ELSIF TG_OP = 'DELETE' THEN
            INSERT INTO optins_standingcount (programme_id, state, number)
            SELECT programme_id, state, -count(*) FROM no_longer GROUP BY programme_id, state;
        ELSE
            INSERT INTO optins_standingcount (programme_id, state, number)
            SELECT programme_id, state, sum(change)
            FROM (SELECT programme_id, state, 1 AS change FROM now_there
                  UNION ALL SELECT programme_id, state, -1 FROM no_longer) AS moved
            GROUP BY programme_id, state HAVING sum(change) <> 0;
        END IF;
        RETURN NULL;
    END $$;

    CREATE TRIGGER subscription_counted_in AFTER INSERT ON optins_subscription
        REFERENCING NEW TABLE AS now_there FOR EACH STATEMENT EXECUTE FUNCTION optline_count_standings();
    CREATE TRIGGER subscription_counted_on AFTER UPDATE ON optins_subscription
        REFERENCING OLD TABLE AS no_longer NEW TABLE AS now_there
        FOR EACH STATEMENT EXECUTE FUNCTION optline_count_standings();
    CREATE TRIGGER subscription_counted_out AFTER DELETE ON optins_subscription
        REFERENCING OLD TABLE AS no_longer FOR EACH STATEMENT EXECUTE FUNCTION optline_count_standings();

    -- The triggers hold the table until we commit, so that nothing is missed and nothing counted twice.
    INSERT INTO optins_standingcount (programme_id, state, number)
    SELECT programme_id, state, count(*) FROM optins_subscription GROUP BY programme_id, state
"""
_FORGET = """
    DROP TRIGGER subscription_counted_in ON optins_subscription;
    DROP TRIGGER subscription_counted_on ON optins_subscription;
    DROP TRIGGER subscription_counted_out ON optins_subscription;
    DROP FUNCTION optline_count_standings()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0008_segments_ask_more"),
        ("optins", "0020_names_to_translate"),
    ]

    operations = [
        migrations.CreateModel(
            name="StandingCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting for YES"),
                            ("opted_in", "Opted in"),
                            ("opted_out", "Opted out"),
                            ("expired", "Did not confirm"),
                        ],
                        max_length=10,
                    ),
                ),
                ("number", models.IntegerField()),
                (
                    "programme",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "programme"], include=("number",), name="standings_by_state")
                ],
            },
        ),
        migrations.RunSQL(_COUNT, _FORGET),
    ]
