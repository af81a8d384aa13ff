import django.core.validators
import django.db.models.functions.datetime
from django.db import migrations, models

# Nobody's prices: something for a fresh system to reckon with, marked as what it is.
EXAMPLES = {"US": "0.00790", "CA": "0.00790", "PR": "0.00790"}


def give_examples(apps, schema_editor):
    prices = apps.get_model("messaging", "PartPrice")
    prices.objects.bulk_create(
        prices(country=country, price=price, is_example=True) for country, price in EXAMPLES.items()
    )


class Migration(migrations.Migration):

    dependencies = [("messaging", "0009_holds_of_sending")]

    operations = [
        migrations.CreateModel(
            name="PartPrice",
            fields=[
                (
                    "country",
                    models.CharField(
                        help_text="Two letters, such as US.",
                        max_length=2,
                        primary_key=True,
                        serialize=False,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{2}$", "Write a country with two letters, such as US."
                            )
                        ],
                    ),
                ),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=5,
                        help_text="What your account pays for one message part, carrier fees included.",
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="price of a part",
                    ),
                ),
                ("is_example", models.BooleanField(db_default=False, editable=False, verbose_name="is an example")),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
            options={
                "verbose_name": "price",
                "ordering": ["country"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("price__gte", 0)), name="price_not_negative")
                ],
            },
        ),
        migrations.RunPython(give_examples, migrations.RunPython.noop),
    ]
