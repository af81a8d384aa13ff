import django.db.models.deletion
import django.db.models.functions.datetime
import optins.models.encrypted
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0008_segments_ask_more"),
        ("optins", "0019_leaving_on_the_web"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="apiapp",
            options={"ordering": ["name"], "verbose_name": "API app", "verbose_name_plural": "API apps"},
        ),
        migrations.AlterModelOptions(
            name="consentevent",
            options={
                "ordering": ["-id"],
                "permissions": [
                    ("export_evidence", "Can take out the evidence of a number"),
                    ("erase_person", "Can erase a person"),
                ],
                "verbose_name": "consent event",
                "verbose_name_plural": "consent events",
            },
        ),
        migrations.AlterModelOptions(
            name="globalcampaign",
            options={"verbose_name": "global SMS opt-in", "verbose_name_plural": "global SMS opt-ins"},
        ),
        migrations.AlterModelOptions(
            name="messageprovider",
            options={
                "ordering": ["name"],
                "verbose_name": "message provider",
                "verbose_name_plural": "message providers",
            },
        ),
        migrations.AlterModelOptions(
            name="optincampaign",
            options={"verbose_name": "SMS opt-in campaign", "verbose_name_plural": "SMS opt-in campaigns"},
        ),
        migrations.AlterModelOptions(
            name="sender",
            options={
                "ordering": ["provider", "address"],
                "verbose_name": "phone number",
                "verbose_name_plural": "phone numbers",
            },
        ),
        migrations.AlterModelOptions(
            name="staffnumber",
            options={"verbose_name": "test phone", "verbose_name_plural": "test phones"},
        ),
        migrations.AlterModelOptions(
            name="subscription",
            options={"ordering": ["-id"], "verbose_name": "subscription", "verbose_name_plural": "subscriptions"},
        ),
        migrations.AlterModelOptions(
            name="suppression",
            options={
                "ordering": ["-id"],
                "permissions": [("opt_out_number", "Can opt a person out")],
                "verbose_name": "suppression",
                "verbose_name_plural": "suppressions",
            },
        ),
        migrations.AlterModelOptions(
            name="verification",
            options={"ordering": ["-id"], "verbose_name": "verification", "verbose_name_plural": "verifications"},
        ),
        migrations.AlterField(
            model_name="apiapp",
            name="active",
            field=models.BooleanField(default=True, verbose_name="active"),
        ),
        migrations.AlterField(
            model_name="apiapp",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created at"
            ),
        ),
        migrations.AlterField(
            model_name="apiapp",
            name="key",
            field=models.CharField(editable=False, max_length=64, unique=True, verbose_name="key"),
        ),
        migrations.AlterField(
            model_name="apiapp",
            name="name",
            field=models.CharField(max_length=100, unique=True, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="consentevent",
            name="action",
            field=models.CharField(
                choices=[
                    ("asked", "Asked to confirm"),
                    ("opted_in", "Opted in"),
                    ("opted_out", "Opted out"),
                    ("lapsed", "Did not confirm in time"),
                    ("refused", "Tried to join and was refused"),
                    ("verified", "Verified the number"),
                    ("suppressed", "Suppressed"),
                    ("lifted", "Suppression lifted"),
                    ("erased", "Erased the person"),
                    ("restored", "Opt-out taken back"),
                ],
                max_length=12,
                verbose_name="action",
            ),
        ),
        migrations.AlterField(
            model_name="consentevent",
            name="at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="at"
            ),
        ),
        migrations.AlterField(
            model_name="consentevent",
            name="digest",
            field=models.CharField(editable=False, max_length=64, verbose_name="digest"),
        ),
        migrations.AlterField(
            model_name="consentevent",
            name="inbound_sid",
            field=models.CharField(blank=True, max_length=34, verbose_name="inbound sid"),
        ),
        migrations.AlterField(
            model_name="consentevent",
            name="method",
            field=models.CharField(
                choices=[
                    ("keyword", "Texted a keyword"),
                    ("double_opt_in", "Texted YES"),
                    ("restart", "Texted START"),
                    ("stop", "Texted STOP"),
                    ("code", "Entered the code that was texted"),
                    ("api", "Told by an app"),
                    ("staff", "Entered by staff"),
                    ("carrier", "Told by the carrier"),
                    ("clock", "Time ran out"),
                    ("import", "Told by a file"),
                    ("web", "Asked on our web page"),
                ],
                max_length=16,
                verbose_name="method",
            ),
        ),
        migrations.AlterField(
            model_name="consentevent",
            name="previous",
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name="previous"),
        ),
        migrations.AlterField(
            model_name="consentevent",
            name="reason",
            field=models.CharField(blank=True, max_length=255, verbose_name="reason"),
        ),
        migrations.AlterField(
            model_name="consentevent",
            name="sender",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="optins.sender",
                verbose_name="sender",
            ),
        ),
        migrations.AlterField(
            model_name="consentevent",
            name="staff",
            field=models.CharField(blank=True, max_length=150, verbose_name="staff"),
        ),
        migrations.AlterField(
            model_name="consentevent",
            name="wording",
            field=models.TextField(blank=True, help_text="What the person was shown or told.", verbose_name="wording"),
        ),
        migrations.AlterField(
            model_name="consentevent",
            name="wording_version",
            field=models.CharField(blank=True, max_length=12, verbose_name="wording version"),
        ),
        migrations.AlterField(
            model_name="messageprovider",
            name="auth_token",
            field=optins.models.encrypted.EncryptedTextField(
                help_text="Signs webhooks; also used to call Twilio unless an API key is set.",
                verbose_name="auth token",
            ),
        ),
        migrations.AlterField(
            model_name="messageprovider",
            name="kind",
            field=models.CharField(
                choices=[("twilio", "Twilio"), ("simulated", "Simulated carrier")],
                default="twilio",
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="messageprovider",
            name="name",
            field=models.CharField(max_length=100, unique=True, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="messageprovider",
            name="second_auth_token",
            field=optins.models.encrypted.EncryptedTextField(
                blank=True,
                help_text="While rotating: webhooks signed with either token are accepted.",
                verbose_name="second auth token",
            ),
        ),
        migrations.AlterField(
            model_name="optinoptions",
            name="welcome_message",
            field=models.TextField(
                blank=True,
                help_text="Sent once when a person has joined. Left blank, the global welcome message is sent.",
                verbose_name="welcome message",
            ),
        ),
        migrations.AlterField(
            model_name="sender",
            name="advanced_opt_out",
            field=models.BooleanField(
                default=False,
                help_text="Twilio answers STOP, START and HELP for this sender with its own texts.",
                verbose_name="advanced opt out",
            ),
        ),
        migrations.AlterField(
            model_name="sender",
            name="kind",
            field=models.CharField(
                choices=[
                    ("short_code", "Short code"),
                    ("long_code", "Long code"),
                    ("toll_free", "Toll-free number"),
                    ("messaging_service", "Messaging service"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="sender",
            name="label",
            field=models.CharField(blank=True, max_length=100, verbose_name="label"),
        ),
        migrations.AlterField(
            model_name="sender",
            name="parts_per_second",
            field=models.FloatField(
                default=1.0,
                help_text="What the carrier grants: long code 1, toll-free 3, short code 100 as a rule.",
                verbose_name="parts per second",
            ),
        ),
        migrations.AlterField(
            model_name="sender",
            name="provider",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="senders",
                to="optins.messageprovider",
                verbose_name="provider",
            ),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="opted_in_at",
            field=models.DateTimeField(null=True, verbose_name="opted in at"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="opted_out_at",
            field=models.DateTimeField(null=True, verbose_name="opted out at"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Waiting for YES"),
                    ("opted_in", "Opted in"),
                    ("opted_out", "Opted out"),
                    ("expired", "Did not confirm"),
                ],
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="suppression",
            name="consent_event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="optins.consentevent",
                verbose_name="consent event",
            ),
        ),
        migrations.AlterField(
            model_name="suppression",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created at"
            ),
        ),
        migrations.AlterField(
            model_name="suppression",
            name="lifted_at",
            field=models.DateTimeField(null=True, verbose_name="lifted at"),
        ),
        migrations.AlterField(
            model_name="suppression",
            name="reason",
            field=models.CharField(
                choices=[
                    ("stop", "Texted STOP"),
                    ("carrier", "The carrier refuses it (21610)"),
                    ("staff", "Opted out by staff"),
                    ("api", "Opted out through an app"),
                    ("import", "Opted out by a file"),
                    ("web", "Opted out on our web page"),
                ],
                max_length=8,
                verbose_name="reason",
            ),
        ),
        migrations.AlterField(
            model_name="verification",
            name="app",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="verifications",
                to="optins.apiapp",
                verbose_name="app",
            ),
        ),
        migrations.AlterField(
            model_name="verification",
            name="campaign",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="campaigns.campaign",
                verbose_name="campaign",
            ),
        ),
        migrations.AlterField(
            model_name="verification",
            name="confirmed_at",
            field=models.DateTimeField(null=True, verbose_name="confirmed at"),
        ),
        migrations.AlterField(
            model_name="verification",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created at"
            ),
        ),
        migrations.AlterField(
            model_name="verification",
            name="customer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="verifications",
                to="campaigns.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AlterField(
            model_name="verification",
            name="expires_at",
            field=models.DateTimeField(verbose_name="expires at"),
        ),
        migrations.AlterField(
            model_name="verification",
            name="ip",
            field=models.GenericIPAddressField(null=True, verbose_name="ip"),
        ),
        migrations.AlterField(
            model_name="verification",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Waiting for the code"),
                    ("confirmed", "Confirmed"),
                    ("dead", "Too many wrong codes"),
                    ("superseded", "Replaced by a newer code"),
                ],
                default="pending",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="verification",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="tries"),
        ),
    ]
