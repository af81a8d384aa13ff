from django.db import migrations, models
from django.db.models import Q, Value


class Migration(migrations.Migration):
    dependencies = [("messaging", "0024_words_that_people_read")]

    operations = [
        migrations.AddField(
            "run",
            "held_at",
            models.DateTimeField(
                null=True, help_text="Since when nobody is written into it: it is not what another person approved."
            ),
        ),
        migrations.AddField(
            "run",
            "held_for",
            models.JSONField(
                blank=True,
                db_default=Value([], models.JSONField()),
                default=list,
                help_text="What differs: name, then, now; each as a list.",
            ),
        ),
        migrations.AddConstraint(
            "run",
            models.CheckConstraint(
                name="run_held_says_why",
                condition=Q(held_at__isnull=True, held_for=[]) | (Q(held_at__isnull=False) & ~Q(held_for=[])),
            ),
        ),
    ]
