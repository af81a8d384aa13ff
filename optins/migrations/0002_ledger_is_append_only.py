"""The database itself refuses to change or delete an entry of the consent ledger."""

from django.db import migrations

FORBID = """
CREATE FUNCTION optins_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The consent ledger is append-only: % is not allowed.', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON optins_consentevent
    FOR EACH ROW EXECUTE FUNCTION optins_ledger_is_append_only();
"""

ALLOW = """
DROP TRIGGER ledger_is_append_only ON optins_consentevent;
DROP FUNCTION optins_ledger_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("optins", "0001_initial")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
