from django.db import migrations, models
from django.db.models import Q

_CREATE = """
    CREATE FUNCTION optline_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT coalesce(nullif(current_setting('optline.now', true), '')::timestamptz, statement_timestamp())
    $$
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_frozen_in_chunks")]

    operations = [
        migrations.RunSQL(_CREATE, "DROP FUNCTION optline_now()"),
        migrations.AddField(
            model_name="smsmessage",
            name="outside_hours",
            field=models.CharField(
                choices=[("hold", "Wait until they may be texted"), ("skip", "Leave them out")],
                default="hold",
                max_length=4,
                verbose_name="people for whom it is night",
            ),
        ),
        migrations.AddField(
            model_name="smsmessage",
            name="late_after_hours",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="So many hours after its time it is no longer sent to anybody. Leave empty for the usual limit.",
                null=True,
                verbose_name="too late after",
            ),
        ),
        migrations.AddIndex(
            model_name="outbound",
            index=models.Index(
                condition=Q(("claimed_at__isnull", False), ("kind", "campaign")),
                fields=["number", "claimed_at"],
                name="outbound_lately",
            ),
        ),
    ]
